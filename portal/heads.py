"""What machines are told of a site's pages: canonical addresses, languages, schema.org facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from portal.content.alternates import Tongues
from portal.content.illustrating import Social
from portal.content.languages import name_of
from portal.content.pages import Page, Revision
from portal.content.reading import Link, updated_at
from portal.content.seo import Seo
from portal.content.teasers import READ, teaser

UNTITLED = "(untitled)"
DESCRIPTION_LENGTH = 300
SCHEMA = "https://schema.org"


class Site(Protocol):
    """What is asked of a site: its title, and where its addresses are on the web."""

    @property
    def title(self) -> str: ...
    @property
    def tagline(self) -> str: ...
    @property
    def lang(self) -> str: ...
    @property
    def logo_url(self) -> str: ...
    def url(self, address: str) -> str:
        """Return a path."""

    def absolute(self, address: str) -> str:
        """Return a whole address."""


@dataclass(frozen=True)
class Said:
    """What a page's head is made of, beside the page and its text."""

    seo: Seo
    tongues: Tongues
    picture: Social
    above: Link | None
    tags: tuple[str, ...]


def head_of(
    site: Site, page: Page, revision: Revision, said: Said, *, hidden: bool
) -> dict[str, Any]:
    """Return the values of a page's head for its template; `hidden` from machines: without facts.

    `times` are when it was published, if it was, and when it last changed.
    """
    told = said.seo.description or revision.excerpt or teaser(revision.body[:READ])
    published, written = page.published_at, revision.created_at
    head = {
        "title": revision.title.strip() or UNTITLED,
        "description": " ".join(told.split())[:DESCRIPTION_LENGTH],
        "canonical": canonical(site, page.address, said.seo),
        "lang": said.tongues.language or site.lang,
        "times": (published, updated_at(published, written) if published else written),
    }
    facts = {} if hidden else _page_facts(site, page, revision.byline, said, head)
    return head | {"facts": facts}


def site_facts(site: Site) -> dict[str, Any]:
    """Return what a home page says of its site."""
    return _said({
        "@context": SCHEMA, "@type": "WebSite", "name": site.title, "url": site.absolute("/"),
        "description": site.tagline, "inLanguage": site.lang, "publisher": _publisher(site),
        "potentialAction": {
            "@type": "SearchAction",
            "target": site.absolute("/search/") + "?q={search_term_string}",
            "query-input": "required name=search_term_string",
        },
    })  # fmt: skip


def _page_facts(
    site: Site, page: Page, byline: str, said: Said, head: Mapping[str, Any]
) -> dict[str, Any]:
    address, post, (published, changed) = page.address or "/", page.type == "post", head["times"]
    whole, picture = site.absolute(address), said.picture
    about = _said({
        "@type": "BlogPosting" if post else "Article", "@id": whole, "headline": head["title"],
        "description": head["description"], "url": whole, "mainEntityOfPage": whole,
        "inLanguage": head["lang"], "keywords": list(said.tags),
        "datePublished": published.isoformat() if published else "",
        "dateModified": changed.isoformat(),
        "author": {"@type": "Person", "name": byline} if byline else _publisher(site),
        "publisher": _publisher(site),
        "image": _said({"@type": "ImageObject", "url": picture.address, "width": picture.width,
                        "height": picture.height}) if picture.address else {},
    })  # fmt: skip
    above = [(said.above.title, said.above.address)] if said.above else []
    way = [
        (site.title, "/"),
        *([("Posts", "/posts/")] if post else above),
        (head["title"], address),
    ]
    return {"@context": SCHEMA, "@graph": [about, _crumbs(site, way)]}


def _crumbs(site: Site, way: Sequence[tuple[str, str]]) -> dict[str, Any]:
    steps = [
        {"@type": "ListItem", "position": number, "name": name.strip() or UNTITLED,
         "item": site.absolute(address)}
        for number, (name, address) in enumerate(way, 1)
    ]  # fmt: skip
    return {"@type": "BreadcrumbList", "itemListElement": steps}


def alternates(site: Site, tongues: Tongues) -> list[dict[str, str]]:
    """Return where readers find the same in other languages, the source first."""
    return [
        {"lang": each.language, "name": name_of(each.language), "url": site.url(each.address),
         "whole": site.absolute(each.address), "source": "yes" if each.source else "",
         "current": "yes" if each.current else ""}
        for each in tongues.live
    ]  # fmt: skip


def canonical(site: Site, address: str | None, seo: Seo) -> str:
    """Return the whole address that stands for a page among all it is found at."""
    if seo.canonical and not seo.canonical.startswith("/"):
        return seo.canonical
    meant = seo.canonical or address
    return site.absolute(meant) if meant else ""


def _publisher(site: Site) -> dict[str, Any]:
    logo = site.absolute("/logo") if site.logo_url else ""
    return _said({"@type": "Organization", "name": site.title, "url": site.absolute("/"),
                  "logo": logo})  # fmt: skip


def _said(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value}
