"""Taking an account's content along into another, and saying of both all that must be equal."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from sqlalchemy import select

from portal.content.caring import care_of, set_care
from portal.content.drafting import Text, create_page
from portal.content.exchange.exporting import Exported, Wanted
from portal.content.media import Media, MediaVersion
from portal.content.media_changing import Description, describe
from portal.content.media_upload import prepare, upload
from portal.content.media_uses import address_of
from portal.content.pages import Page, Revision, Type, revision_by_id
from portal.content.publishing import publish
from portal.content.readership import readers_of
from portal.content.sites import Redirect
from portal.content.terms import PageTerm, Term
from portal.content.translation_groups import row_of
from portal.content.translations import Group, group_of
from portal.files import files
from portal.jobs.exports import make_export
from portal.jobs.imports import run_at_once
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor
from tenants.scope import acting_in, tenant_scope
from tests.content.import_scene import looking
from tests.fixtures.pages import TESTS
from tests.media.scene import picture

BODIES = {
    "plain": "<p>One.</p><p>Two <strong>big</strong> <em>words</em>.</p>",
    "lists": '<ul><li>one</li><li>two<ul><li>deep</li></ul></li></ul><ol start="3"><li>x</li></ol>',
    "captioned": '<table><caption>Prices</caption><tbody><tr><th scope="row">a</th><td colspan="2">'
    "1</td></tr></tbody></table>",
    "simple table": "<table><thead><tr><th>a|b</th></tr></thead><tbody><tr><td>1</td></tr></tbody>"
    "</table>",
    "notes": '<p>Said<small class="footnote">By <a href="https://x.example/?a=1&amp;b=2">her</a>'
    "</small>.</p>",
    "code": '<pre><code class="language-py">a = 1\n\n\n# *b*</code></pre>'
    "<p>Use <code>`x`</code></p>",
    "aligned": '<p class="align-center">Middle</p><p lang="ar" dir="rtl">مرحبا</p>',
    "quote": "<blockquote><p>a</p><p>b</p></blockquote><hr><h2># not a heading</h2>",
    "marks": "<p>1. *a* _b_ [c](d) &lt;script&gt; &amp;amp; ~~e~~ | \\ `f` # ![g]</p>",
    "blank lines": "<p>a\n\n\nb</p>\n<p>c</p>",
    "loose text": "words on their own",
    "lines": "<p>a<br>b</p>\n<ul>\n<li>c</li>\n</ul>",
    "two lists": "<ul><li>a</li></ul><ul><li>b</li></ul>",
    "scripts": "<p>日本語 • العربية • עברית • हिन्दी • ไทย • Ελληνικά • 😀👩\u200d👩\u200d👧</p>",
    "details": "<details><summary>More</summary><p>in it</p></details>",
}


def settle(account: AccountRef, bodies: dict[str, str], *, by: Actor = TESTS) -> list[Page]:
    """A page for each body, half of them live, below each other, with all there is to say."""
    with acting_in(tenant_scope(account.tenant_id)):
        image = _file(account, picture("JPEG"), "Harbour =1", alt="A “harbour”", caption="At\nsea")
        other = _file(account, b"name,number\nA,1\nB,2\n", "table")
        terms = _terms(account)
        pages: list[Page] = []
        for number, (title, body) in enumerate(bodies.items()):
            kind: Type = "post" if number % 4 == 3 else "page"
            above = next((p for p in reversed(pages) if p.type == "page"), None)
            links = f'<p><a href="page:{pages[-1].id}">to</a></p>' if pages else ""
            shown = f'<figure><img src="{address_of(account.handle, image)}" alt="Sea"></figure>'
            text = Text(
                title=title, slug=f"x {title}", body=f"{body}{links}{shown}",
                excerpt=f"={number}\r\nline", byline=f"@by {number}", term_ids=terms[number % 2 :],
                parent_id=above.id if above and kind == "page" and number % 3 else None,
                fields={
                    "seo": {"title": "-T: x", "noindex": True,
                            "picture": address_of(account.handle, other)},
                    "price": "12.50", "rows": [{"a": "2024-01-01", "b": None, "n": 1.5, "y": True}],
                    "about": str(pages[-1].id) if pages else "",
                    "rich": f'<a href="{address_of(account.handle, image)}">x</a>',
                },
            )  # fmt: skip
            page, saved = create_page(account, kind, text, by=by)
            page.position = number
            if number % 2:
                publish(page, saved.revision, account, by=TESTS)
            pages.append(page)
        _translate(pages)
        _set_apart(pages, account)
        db.session.commit()
        return pages


def _translate(pages: list[Page]) -> None:
    """The first has translations, of which one is up to date; another only says its language."""
    for page, language, source in (
        (pages[0], "en", pages[0]), (pages[1], "de", pages[0]), (pages[2], "pt-BR", pages[0]),
        (pages[4], "ar", pages[4]),
    ):  # fmt: skip
        row = row_of(page, language)
        row.source_id = source.id
    row = row_of(pages[1], "de")
    draft = revision_by_id(pages[0].draft_revision_id, pages[0])
    assert draft is not None
    row.made_from_id, row.made_from_digest = draft.id, draft.digest


def _set_apart(pages: list[Page], account: AccountRef) -> None:
    """Some are read by members only, stood elsewhere before, or are looked at again on a day."""
    for page in pages[1:3]:
        page.for_members = True
    for page in pages[3:6]:
        for path in ("/2019/x/", f"/старый-{page.position}/"):
            where = f"{path}{page.position}/"
            db.session.add(Redirect(
                tenant_id=page.tenant_id, account_id=account.id, address=where, page_id=page.id
            ))  # fmt: skip
        day = datetime(2020 + 10 * (page.position % 2), 2, 29 - page.position, 22, 59, 59, 7, UTC)
        set_care(page, account, None, day, by=TESTS)


def _file(
    account: AccountRef, data: bytes, name: str, alt: str = "", caption: str = ""
) -> uuid.UUID:
    prepared = prepare(name, data, {"image/jpeg", "text/csv"})
    media, _ = upload(account, prepared, None, by=TESTS, files=files())
    describe(media, Description(name, alt, caption, focal_x=10), account, by=TESTS)
    return media.id


def _terms(account: AccountRef) -> tuple[str, ...]:
    found: list[Term] = []
    for taxonomy, name, slug in (
        ("category", "News; all", "news-all"), ("category", "Local > [x]", "near-by"),
        ("tag", "C#", "c"), ("tag", "雪", "雪"),
    ):  # fmt: skip
        parent = found[-1].id if name.startswith("Local") else None
        term = Term(
            taxonomy=taxonomy, name=name, slug=slug, parent_id=parent,
            tenant_id=account.tenant_id, account_id=account.id,
        )  # fmt: skip
        db.session.add(term)
        db.session.flush()
        found.append(term)
    return tuple(str(term.id) for term in found[1:])


def take_along(account: AccountRef, by: Actor, wanted: Wanted | None = None) -> bytes:
    done: Exported = make_export(account, wanted or Wanted(), by=by)
    with done.file:
        return done.file.read()


def bring(
    account: AccountRef, by: Actor, data: bytes, *, publish: bool = True, dry_run: bool = False
) -> dict[str, Any]:
    """Import and return the outcome, good or not."""
    return run_at_once(account, "x", data, dry_run=dry_run, by=by, publish=publish)


def said_of(account: AccountRef) -> dict[str, dict[str, Any]]:
    """All that must come back equal of each page, by title; ids said as what they mean."""
    with looking(account):
        pages = list(db.session.scalars(select(Page).where(Page.account_id == account.id)))
        names = {str(page.id): f"page-{page.title}" for page in pages}
        for media, version in db.session.execute(
            select(Media, MediaVersion).join(
                MediaVersion,
                (MediaVersion.media_id == Media.id) & (MediaVersion.number == Media.number),
            )
        ):
            data = files().read(f"{version.key}original")
            names[str(media.id)] = (
                f"file-{hashlib.sha256(data).hexdigest()}-{media.name}-{media.alt}-"
                f"{media.caption}-{media.focal_x}-{media.decorative}"
            )
        terms = {str(t.id): t for t in db.session.scalars(select(Term))}
        groups = {page.id: group_of(page) for page in pages}
        return {
            page.title: _page(page, names, terms, account) | _tongue(groups[page.id])
            for page in pages
        }


def _tongue(group: Group) -> dict[str, Any]:
    said = group.own is not None
    return {
        "language": group.language if said else "", "standing": group.standing if said else "",
        "source": group.source.page.title if group.source else "",
    }  # fmt: skip


def _page(
    page: Page, names: dict[str, str], terms: dict[str, Term], account: AccountRef
) -> dict[str, Any]:
    revision = db.session.scalars(
        select(Revision).where(Revision.id == page.draft_revision_id)
    ).one()
    filed = db.session.scalars(select(PageTerm.term_id).where(PageTerm.page_id == page.id))
    former = db.session.scalars(select(Redirect.address).where(Redirect.page_id == page.id))
    care = care_of(page)

    def translated(text: str) -> str:
        for each, name in names.items():
            text = text.replace(each, name)
        return text.replace(f"/a/{account.handle}/", "/a/here/")

    def term(each: str) -> tuple[str, str, str, str]:
        found = terms[each]
        parent = terms[str(found.parent_id)].slug if found.parent_id else ""
        return found.taxonomy, found.name, found.slug, parent

    return {
        "type": page.type, "slug": revision.slug, "state": page.state, "address": page.address,
        "body": translated(revision.body), "excerpt": revision.excerpt,
        "byline": revision.byline, "parent": names.get(str(revision.parent_id)),
        "terms": sorted(term(each) for each in revision.term_ids),
        "filed": sorted(term(str(each)) for each in filed),
        "fields": translated(repr(sorted((revision.fields or {}).items()))),
        "readers": readers_of(page), "former": sorted(former),
        "review by": care.review_by if care else None,
        "position": page.position, "published": page.published_at, "created": page.created_at,
    }  # fmt: skip


def key() -> bytes:
    found: bytes = current_app.config["PORTAL"].seal_key
    return found
