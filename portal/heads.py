"""What machines are told of a site's pages: canonical addresses, languages, schema.org facts."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from markupsafe import Markup

from portal.content.alternates import Tongues
from portal.content.illustrating import Social
from portal.content.languages import name_of
from portal.content.reading import Link, updated_at
from portal.content.seo import Seo

_HTML = {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"}
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
    def base_url(self) -> str: ...
    @property
    def logo_url(self) -> str: ...
    def url(self, address: str) -> str:
        """Return a path."""

    def absolute(self, address: str) -> str:
        """Return a whole address."""


def as_data(facts: Mapping[str, Any]) -> Markup:
    """Return facts as JSON that can stand in a `<script>` of data: no text in it ends the block."""
    written = json.dumps({"@context": SCHEMA, **facts}, ensure_ascii=False, separators=(",", ":"))
    return Markup(written.translate(_HTML))  # noqa: S704 - every < > & is escaped above


def site_facts(site: Site) -> Markup:
    """Return what a home page says of its site."""
    return as_data(
        _said({
            "@type": "WebSite", "name": site.title, "url": site.absolute("/"),
            "description": site.tagline, "inLanguage": site.lang, "publisher": _publisher(site),
            "potentialAction": {
                "@type": "SearchAction",
                "target": site.absolute("/search/") + "?q={search_term_string}",
                "query-input": "required name=search_term_string",
            },
        })
    )  # fmt: skip


def page_facts(
    site: Site, *, post: bool, title: str, description: str, byline: str, address: str,
    published: datetime | None, written: datetime, picture: Social, lang: str,
    above: Link | None, tags: Sequence[str],
) -> Markup:  # fmt: skip
    """Return what a page says of itself and of where it stands; moments with their offset."""
    whole = site.absolute(address)
    changed = updated_at(published, written) if published else written
    said = _said({
        "@type": "BlogPosting" if post else "Article", "@id": whole, "headline": title,
        "description": description, "url": whole, "mainEntityOfPage": whole, "inLanguage": lang,
        "datePublished": published.isoformat() if published else "",
        "dateModified": changed.isoformat(), "keywords": list(tags),
        "author": {"@type": "Person", "name": byline} if byline else _publisher(site),
        "publisher": _publisher(site),
        "image": _said({"@type": "ImageObject", "url": picture.address, "width": picture.width,
                        "height": picture.height}) if picture.address else {},
    })  # fmt: skip
    way = [(site.title, "/"), *([("Posts", "/posts/")] if post else []),
           *([(above.title, above.address)] if above else []), (title, address)]  # fmt: skip
    return as_data({"@graph": [said, crumbs(site, way)]})


def crumbs(site: Site, way: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return names and addresses, from the home page down, as a BreadcrumbList."""
    steps = [
        {"@type": "ListItem", "position": number, "name": name or "(untitled)",
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
    logo = site.base_url + site.logo_url if site.logo_url else ""
    return _said({"@type": "Organization", "name": site.title, "url": site.absolute("/"),
                  "logo": logo})  # fmt: skip


def _said(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value}
