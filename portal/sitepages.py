"""What a site's pages are made of, for readers and for previews: the same text, the same frame.

`site_context` and `render_page` read inside the scope that is open; nothing here knows a request's
person, session or cookies.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from flask import current_app, render_template

from portal import heads
from portal.content import around, clean_html, reading
from portal.content.alternates import tongues_of
from portal.content.archives import related_to
from portal.content.content_types import definition_of
from portal.content.field_shown import Reach, fields_said
from portal.content.html_shown import own_pages
from portal.content.illustrating import Shelf, shelf_of, social_picture
from portal.content.logos import logo_size
from portal.content.menus import menus_of
from portal.content.pages import Page, Revision
from portal.content.seo import seo_of
from portal.content.site_hosts import own_base, site_and_host
from portal.content.terms import Term
from portal.content.themes import Look, look_of, stylesheet_of, theme_of
from portal.nowhere import NOWHERE
from portal.printable import without_unprintable
from portal.sitemenus import UNTITLED, Shown, shown
from portal.times import zone
from tenants.accounts import AccountRef


@dataclass(frozen=True)
class SiteContext:
    """A site as its frame and its pages need it. `opened` is False when the account has no site.

    Whole addresses begin with `home`, those on the host that shows it with `path`.
    """

    id: uuid.UUID
    account_id: uuid.UUID
    handle: str
    title: str
    tagline: str
    lang: str
    zone: str
    home: str
    path: str
    opened: bool
    menu: tuple[Shown, ...] = ()
    foot_menu: tuple[Shown, ...] = ()
    footer: str = ""
    accent: str = ""
    logo: str = ""
    name: str = ""
    look: Look = Look()  # noqa: RUF009  frozen
    # Of a preview alone: it stands in a frame, on light or dark, in a look that is not saved.
    framed: bool = False
    scheme: str = ""
    sheet_url: str = ""

    @property
    def logo_url(self) -> str:
        """Return the path of the site's logo, or empty without one."""
        return f"{self.url('/logo')}?v={self.logo.partition('-')[0]}" if self.logo else ""

    @property
    def logo_size(self) -> tuple[int, int]:
        """Return the logo's width and height in pixels."""
        return logo_size(self.logo)

    @property
    def theme(self) -> str:
        """Return the name of the site's theme."""
        return theme_of(self.look).name

    @property
    def stylesheet(self) -> str:
        """Return what the site's look changes about its theme, empty for nothing."""
        return stylesheet_of(self.look, self.accent)

    @property
    def brand_url(self) -> str:
        """Return the path of that stylesheet, or empty without one. It changes with it."""
        version = hashlib.sha256(self.stylesheet.encode()).hexdigest()[:12]
        own = f"{self.url('/brand.css')}?v={version}" if self.stylesheet else ""
        return self.sheet_url or own

    def url(self, address: str) -> str:
        """Return the path on this host of an address of the site, ready for `href`."""
        return self.path + quote(address)

    def absolute(self, address: str) -> str:
        """Return the whole address, at the site's home: never from the request's host."""
        return self.home + quote(address)

    @property
    def home_url(self) -> str:
        """Return the path of the home page."""
        return self.url("/")

    @property
    def feed_url(self) -> str:
        """Return the path of the feed."""
        return self.url("/feed.atom")

    def at(self, address: str) -> "SiteContext":
        """Return the context with the menus' links to `address` marked as the current page."""
        here = self.url(address)
        top, foot = ([item.at(here) for item in menu] for menu in (self.menu, self.foot_menu))
        return replace(self, menu=tuple(top), foot_menu=tuple(foot))

    def date(self, moment: datetime) -> str:
        """Return the day in the account's zone, e.g. `29 March 2026`."""
        return f"{moment.astimezone(zone(self.zone)):%-d %B %Y}"


def site_context(
    account: AccountRef, accent: str = "", logo: str = "", *, at_home: bool = False
) -> SiteContext:
    """Return the account's site with its menus. Three statements; four with only a foot's menu.

    The arguments are those of `bare_context`.
    """
    context = bare_context(account, accent, logo, at_home=at_home)
    menus, home = menus_of(account.id), context.home_url
    return replace(context, menu=shown(menus.main, home), foot_menu=shown(menus.footer, home))


def bare_context(
    account: AccountRef, accent: str = "", logo: str = "", *, at_home: bool = False
) -> SiteContext:
    """Return the account's site without its menus. One statement.

    `accent` is the account's, `#rrggbb`, for a look that has none of its own; or empty. `at_home`:
    for readers, who see it on its primary host; others are shown it on the portal's.
    """
    site, host = site_and_host(account.id)
    base_url, path = current_app.config["PORTAL"].base_url, f"/s/{account.handle}"
    return SiteContext(
        id=site.id if site else account.id,
        account_id=account.id,
        handle=account.handle,
        title=(site.title if site else "") or account.name,
        tagline=site.tagline if site else "",
        lang=(site.language if site else "") or "en",
        zone=account.zone,
        home=own_base(base_url, host) if host else base_url + path,
        path="" if host and at_home else path,
        opened=site is not None,
        accent=accent,
        look=look_of(site),
        logo=logo,
        name=account.name,
    )


def render_page(
    site: SiteContext, page: Page, revision: Revision, *, note: str = "", framed: bool = False,
    template: str = "page", files: Shelf | None = None, **beside: Any,
) -> str:  # fmt: skip
    """Return the page as readers get it when `revision` is its live one.

    `note` is shown above it and keeps search engines away, for a preview; `framed`: its links open
    elsewhere, since it stands in a frame. Up to thirteen statements, eight
    for built-in types. `files` are those it shows where they are not the readers';
    `template` gets what is in `beside` too.
    Whether the page is protected by a password is the caller's question.
    """
    above, below = around.family_of(page) if page.type != "post" else (None, [])
    definition = definition_of(page.type, page.tenant_id)
    seo, tongues = seo_of(revision.fields), tongues_of(page)
    reach = _reach(site, note, files, locked=page.access_password_hash is not None)
    urls, shelf = reach([revision.body, seo.picture])
    card = social_picture(seo.picture, shelf, site.home.removesuffix(site.path))
    terms = reading.terms_of(revision)
    # Asked for after all that is found by a key: the database plans it in another way.
    older, newer = around.neighbours_of(page) if page.type == "post" else (None, None)
    said = heads.Said(seo, tongues, card, above, tuple(term.name for term in terms))
    return render(
        template,
        site.at(page.address or ""),
        page=page,
        body=clean_html.for_readers(revision.body, urls, shelf),
        byline=revision.byline,
        said=fields_said(definition, revision, reach),
        terms=_term_links(site, terms),
        picture=card.address, social=card, seo=seo,
        alternates=heads.alternates(site, tongues),
        related=related_to(page, terms) if page.type == "post" else [],
        older=older, newer=newer, above=above, below=below, note=note, framed=framed,
        **heads.head_of(site, page, revision, said, hidden=bool(note)),
        **beside,
    )  # fmt: skip


def _reach(site: SiteContext, note: str, files: Shelf | None, *, locked: bool) -> Reach:
    """Return what tells where texts lead; in a preview people see the library's own files."""

    def reach(texts: Sequence[str]) -> tuple[dict[str, str], Shelf]:
        own = files or (Shelf(site.handle) if note else None)
        shelf = own or shelf_of(site.handle, site.account_id, *texts, base=site.path, locked=locked)
        return own_urls(site, *texts), shelf

    return reach


def own_urls(site: SiteContext, *bodies: str) -> dict[str, str]:
    """Return the paths of the live pages that bodies link to, by id. One statement, or none."""
    ids = [uuid.UUID(each) for body in bodies for each in own_pages(body)]
    links = reading.links_by_id(site.account_id, ids) if ids else {}
    return {str(page_id): site.url(link.address) for page_id, link in links.items()}


def render(name: str, site: SiteContext | None, **values: Any) -> str:
    """Return a template of `templates/site/`, without the characters HTML and XML forbid."""
    file = name if "." in name else f"{name}.html"
    text = render_template(f"site/{file}", site=site or NOWHERE, UNTITLED=UNTITLED, **values)
    return without_unprintable(text)


def _term_links(site: SiteContext, terms: Sequence[Term]) -> list[tuple[str, str, str]]:
    """Return taxonomy, name and path of each term."""
    folder = {"tag": "tags", "category": "categories"}
    return [(t.taxonomy, t.name, site.url(f"/{folder[t.taxonomy]}/{t.slug}/")) for t in terms]
