"""Every hostile input through every way of writing: kept clean, shown as words, never run."""

from __future__ import annotations

import csv
import io
import re
import uuid
from collections.abc import Iterable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.addresses import slug_of
from portal.content.drafting import text_of
from portal.content.field_kinds import Unfit, read
from portal.content.fields import Field
from portal.content.media import Media
from portal.content.media_changing import Description, describe
from portal.content.pages import Page, Revision, page_by_id, revision_by_id
from portal.content.restoring import restore
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.content.hostile_paths import ALL, LINES, NAMES, TAGS, WORDS, bodies, counts, table
from tests.content.html_oracle import scheme_as_a_browser_reads, violations
from tests.content.import_scene import looking
from tests.content.page_oracle import fires
from tests.exchange.hostile import Files, packed
from tests.exchange.scene import bring
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.fixtures.shares import CHROME, a_draft, a_link, words
from tests.media.scene import LIBRARY, picture, send
from tests.views.test_drafts import copies
from tests.views.test_pages import edited, page_id, revisions
from tests.views.test_two_editors import address_of, conflict
from tests.views.typed_scene import do


def sound(client: FlaskClient, *paths: str) -> None:
    for path in paths:
        answer = client.get(path, headers=CHROME, audit=False)
        assert answer.status_code == 200, path
        assert fires(answer.text) == [], path


def clean(found: Iterable[str]) -> int:
    number = 0
    for number, body in enumerate(found, 1):  # noqa: B007  how many there were
        assert violations(body) == []
    return number


def test_the_table_in_the_docs_is_true() -> None:
    docs = Path("docs/security.md").read_text(encoding="utf-8")
    assert table() in docs, f"docs/security.md lacks, as it is now:\n{table()}"
    assert sum(counts().values()) > 5_000


def test_a_page_that_runs_something_is_noticed() -> None:
    """The oracle's own test."""
    for bad in ("<script>x</script>", "<b onclick=x>", "<a href='java\tscript:x'>", "<base href=x>",
                "<iframe srcdoc=x>", "<svg onload=x>", "<p style='x:y'>"):  # fmt: skip
        assert fires(f"<!doctype html><title>x</title><body>{bad}"), bad


def test_other_fields(app: Flask, client: FlaskClient, cast: Cast) -> None:
    url = f"/a/acme/pages/{page_id(app, cast)}/"
    sign_in(client, cast.editor)
    typed = edited(client, url, slug="here")
    for group in LINES:
        hostile = " ".join(group).replace("\x00", "")
        typed |= {"title": hostile, "excerpt": hostile, "byline": hostile,
                  "based_on": _draft(app, cast, url)}  # fmt: skip
        assert client.post(url, data=typed, audit=False).status_code == 302
    sound(client, url, f"{url}preview/frame", f"{url}history", f"{url}compare", "/a/acme/pages/")
    for start in range(0, len(LINES), 9):
        shown = {"title": " ".join(LINES[start])}
        assert fires(client.post(f"{url}check", data=shown, audit=False).text) == []


def _draft(app: Flask, cast: Cast, url: str) -> str:
    asked = select(Page.draft_revision_id).where(Page.id == uuid.UUID(url.split("/")[-2]))
    return str(do(app, cast, lambda: db.session.scalar(asked)))


def test_autosave(app: Flask, client: FlaskClient, cast: Cast) -> None:
    url = f"/a/acme/pages/{page_id(app, cast)}/"
    sign_in(client, cast.editor)
    for number, body in enumerate(bodies()):
        sent = {"body": body, "title": body[:400], "copy": f"mark-{number}"}
        assert client.post(f"{url}autosave", data=sent).status_code == 200
        assert violations(copies(app, cast)[-1].first("body")) == []
        if number % 8 == 0:
            sound(client, f"{url}unsaved?copy=mark-{number}", f"{url}?copy=mark-{number}")
    sound(client, url)


def test_restore(app: Flask, cast: Cast) -> None:
    """Of a revision that was written when less was taken out, or past all of it."""
    page = page_id(app, cast)

    def old() -> None:
        row = page_by_id(uuid.UUID(str(page)), cast.acme.id)
        assert row is not None
        for number, body in enumerate(bodies(), 100):
            draft = revision_by_id(row.draft_revision_id, row)
            assert draft is not None
            worse = _raw(row, draft, number, body)
            saved = restore(row, worse, "body" if number % 2 else "", cast.acme, by=TESTS,
                            based_on=draft.id)  # fmt: skip
            assert violations(text_of(saved.revision).body) == []

    do(app, cast, old)


def _raw(page: Page, draft: Revision, number: int, body: str) -> Revision:
    row = Revision(
        tenant_id=page.tenant_id, account_id=page.account_id, page_id=page.id, number=number * 1000,
        title="Old", slug=draft.slug, body=body, excerpt="", byline="", term_ids=[], fields={},
        author_label="Tests", digest="0" * 64,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def test_merge(app: Flask, cast: Cast) -> None:
    edda, _, hidden = conflict(app, cast, {"title": "Mine"}, {"title": "Theirs"})
    url = f"{address_of(app, cast)}merge"
    for body in bodies():
        sent = {"theirs": str(revisions(app, cast)[-1].id), "choice-title": "mine", "body": body,
                "choice-body": "hand", "hand-body": body}  # fmt: skip
        answer = edda.post(url, data=hidden | sent, audit=False)
        assert answer.status_code == 302, answer.text
        assert violations(revisions(app, cast)[-1].body) == []
    shown = edda.post(url, data=hidden | sent | {"choice-title": ""}, audit=False)
    assert fires(shown.text) == []


def test_fields_of_a_type() -> None:
    one = {kind: Field(uuid.uuid4(), "x", "X", kind) for kind in ("text", "lines", "rich", "link")}
    for body in bodies():
        assert violations(str(read(one["rich"], body))) == []
    for each in ALL:
        for kind in ("text", "lines", "link"):
            try:
                kept = read(one[kind], each)
            except Unfit:
                continue
            assert kind != "link" or scheme_as_a_browser_reads(str(kept or "")) in {
                "", "http", "https", "mailto", "tel",
            }  # fmt: skip


@pytest.mark.usefixtures("inside")
def test_import(cast: Cast) -> None:
    texts = list(bodies())
    files: Files = {f"{number}.md": body for number, body in enumerate(texts)}
    file = io.StringIO()
    rows = csv.writer(file)
    rows.writerows([("title", "body"), *((f"row {n}", text) for n, text in enumerate(texts))])
    for data in (packed(files), file.getvalue().replace("\x00", "").encode(errors="replace")):
        outcome = bring(cast.acme, as_actor(cast.admin), data)
        assert outcome["state"] == "done", outcome["error"]
        assert outcome["counts"]["created"] >= len(texts) - 2
    with looking(cast.acme):
        clean(db.session.scalars(select(Revision.body)))


def test_bulk(app: Flask, client: FlaskClient, cast: Cast) -> None:
    page = page_id(app, cast)
    sign_in(client, cast.editor)
    for group in TAGS:
        sent = {"pages": str(page), "tags": ",".join(group), "reason": group[0]}
        answer = client.post("/a/acme/pages/many/tag", data=sent, audit=False)
        assert answer.status_code == 303, answer.text
        sound(client, answer.location)
    sound(client, f"/a/acme/pages/{page}/", "/a/acme/terms/", f"/a/acme/pages/{page}/preview/frame")


def test_comments(app: Flask, client: FlaskClient, cast: Cast) -> None:
    page = a_draft(app, cast)
    link = a_link(app, cast, page)
    sign_in(client, cast.editor)
    said = f"/a/acme/pages/{page}/comments/"
    outside = app.test_client()
    for group in WORDS:
        hostile = " ".join(group).replace("\x00", "")
        typed = {"field": "title", "quote": hostile[:300], "text": hostile}
        assert client.post(said, data=typed, audit=False).status_code == 302
        answer = words(outside, link, text=hostile, name=group[0][:100])
        assert answer.status_code == 303, answer.text
    sound(client, said, said.removesuffix("comments/"), f"/a/acme/pages/{page}/share/")
    sound(outside, link)


def test_files(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.editor)
    send(client, *((picture(colour=f"#0000{n:02x}"), f"{n}.png") for n in range(9)))
    with app.app_context():
        by = as_actor(cast.editor)
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            rows = list(db.session.scalars(select(Media)))
            for number, group in enumerate(NAMES):
                hostile = " ".join(group).replace("\x00", "")
                said = Description(name=hostile, alt=hostile, caption=hostile)
                describe(rows[number % len(rows)], said, cast.acme, by=by)
            db.session.commit()
    sound(client, LIBRARY, f"{LIBRARY}?view=list", f"{LIBRARY}choose", f"{LIBRARY}{rows[0].id}/")


def test_addresses() -> None:
    for each in ALL:
        assert not re.search(r"[\x00-\x20<>\"'`&=/\\:;]", slug_of(each)), each
