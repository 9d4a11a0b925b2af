"""Search finds all that one may see, and nothing else: not a word, not a count."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.drafting import Text, save_draft
from portal.content.pages import page_by_id
from portal.content.searching import snippet
from portal.content.trash import put_in_trash
from tenants.accounts import Account, AccountRef
from tenants.audit import excuse
from tenants.db import db
from tenants.people import Person
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS, make_page
from tests.views.test_within import statements


def write(app: Flask, account: AccountRef, title: str, body: str = "<p>Words.</p>") -> uuid.UUID:
    with app.app_context(), acting_in(tenant_scope(account.tenant_id)):
        page = make_page(account, title, body)
        db.session.commit()
        return page.id


def found(client: FlaskClient, text: str, handle: str = "acme", **more: Any) -> list[str]:
    """What the search page lists."""
    page = client.get(f"/a/{handle}/search/", query_string={"q": text, **more})
    assert page.status_code == 200
    hits = re.search(r'<ul class="hits">.*</ul>', page.text, re.DOTALL)
    return re.findall(r"<li><a [^>]*>([^<]*)</a>", hits[0]) if hits else []


def quick(client: FlaskClient, text: str, handle: str = "acme") -> list[str]:
    answer = client.get(f"/a/{handle}/search/quick", query_string={"q": text})
    return [hit["label"] for hit in answer.get_json()["hits"]]


@both_databases
def test_words_of_the_draft_find_it_as_soon_as_they_stand(
    app: Flask, client: FlaskClient, cast: Cast
):
    page = write(
        app, cast.acme, "Zebra crossing", "<p>Look <b>left</b> &amp; right: Straßenschild.</p>"
    )
    tall = Text(title="Giraffe", body="<p>Tall.</p>")
    sign_in(client, cast.viewer)
    for text in ("zebra", "ZEBRA", "zeb cross", "left right", "Straßensch", "crossing left"):
        assert found(client, text) == quick(client, text) == ["Zebra crossing"], text
    for text in ("ebra", "zebra giraffe", "b", "amp", "' & |", "", "\x00", "AND", '"'):
        assert "Zebra crossing" not in found(client, text), text
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        row = page_by_id(page, cast.acme.id)
        assert row is not None
        save_draft(row, tall, cast.acme, by=TESTS, based_on=row.draft_revision_id)
        db.session.rollback()
    assert found(client, "giraffe") == []
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        row = page_by_id(page, cast.acme.id)
        assert row is not None
        save_draft(row, tall, cast.acme, by=TESTS, based_on=row.draft_revision_id)
        db.session.commit()
    assert found(client, "giraffe") == ["Giraffe"]
    assert found(client, "zebra") == []


@both_databases
def test_a_neighbours_word_finds_nothing_and_moves_no_count(
    app: Flask, client: FlaskClient, cast: Cast
):
    write(app, cast.acme, "Canaryword ours")
    sign_in(client, cast.admin)
    before = client.get("/a/acme/search/?q=canaryword").text
    write(app, cast.bolt, "Canaryword theirs", "<p>canaryword</p>")
    after = client.get("/a/acme/search/?q=canaryword").text
    assert after.count("Canaryword ours") == before.count("Canaryword ours")
    assert "theirs" not in after
    assert quick(client, "canaryword") == ["Canaryword ours"]
    for text in ("bolt", cast.bolt_editor.email, cast.bolt.id.hex):
        assert "Bolt" not in found(client, text)
        assert quick(client, text) == []
    write(app, cast.acme, "Canaryword above")
    write(app, cast.hamburg, "Canaryword beside")
    sign_in(client, cast.berlin_editor)
    assert found(client, "canaryword", "acme-berlin") == []
    assert found(client, "Hamburg", "acme-berlin") == []
    assert quick(client, "Pia", "acme-berlin") == []


@both_databases
def test_each_kind_asks_for_its_own_right(app: Flask, client: FlaskClient, cast: Cast):
    write(app, cast.berlin, "Zebra in Berlin")
    sign_in(client, cast.admin)
    assert found(client, "zebra") == ["Zebra in Berlin"]
    assert found(client, "pia publisher") == ["Pia Publisher"]
    assert found(client, "editor@acme") == ["Edda Editor"]
    assert "Acme Berlin" in found(client, "berlin", kind="accounts")
    sign_in(client, cast.editor)
    assert found(client, "pia publisher") == []
    sign_in(client, cast.auditor)
    assert found(client, "zebra") == []
    assert found(client, "pia publisher") == ["Pia Publisher"]
    assert sign_in(client, cast.bolt_admin).get("/a/acme/search/?q=x").status_code == 404
    assert client.get("/a/acme/search/quick?q=x").status_code == 404


NAMES = (
    ("Łukasz Dvořák", "lukasz dvorak"), ("ANNA GROẞ", "groß"), ("Anna Groß", "GROSS"),
    ("Øyvind Ærlig", "oyvind aerlig"), ("Renée", "RENÉE"), ("renée", "Renee\u0301"),
    ("Ζωή Παππάς", "ζωη ΠΑΠΠΑΣ"), ("Юлия Чайка", "ЮЛИЯ чаика"), ("İpek", "ipek"),
    ("100 % Anna_B", "100 % anna_b"),
)  # fmt: skip


@both_databases
def test_names_are_found_without_case_and_accents(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    for name, asked in NAMES:
        with app.app_context(), across_tenants("tests"):
            person = db.session.get_one(Person, cast.viewer.id)
            account = db.session.get_one(Account, cast.berlin.id)
            person.name, account.name = name, f"Haus {name}"
            for row in (person, account):
                excuse(row, "The scene.")
            db.session.commit()
        assert quick(client, asked) == [name, f"Haus {name}"], name
    assert quick(client, "%") == ["100 % Anna_B", "Haus 100 % Anna_B"]
    assert found(client, "a_a", kind="people") == []


def test_what_is_in_the_trash_is_not_found(app: Flask, client: FlaskClient, cast: Cast):
    page = write(app, cast.acme, "Zebra")
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        row = page_by_id(page, cast.acme.id)
        assert row is not None
        put_in_trash(row, cast.acme, by=TESTS)
        db.session.commit()
    assert found(sign_in(client, cast.admin), "zebra") == []


def test_it_goes_on_and_narrows(app: Flask, client: FlaskClient, cast: Cast):
    for number in range(25):
        write(app, cast.acme, f"Zebra {number}")
    sign_in(client, cast.viewer)
    first = client.get("/a/acme/search/?q=zebra&kind=pages").text
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    rest = client.get(older[1].replace("&amp;", "&")).text
    assert len(re.findall(r">Zebra \d+<", rest)) == 5
    assert found(client, "zebra", kind="pages", state="live") == []
    assert len(found(client, "zebra", kind="pages", state="draft")) == 20
    few = statements(app, client, "/a/acme/search/?q=zebra")
    write(app, cast.acme, "Zebra more")
    assert statements(app, client, "/a/acme/search/?q=zebra") == few


def test_snippets_show_words_and_no_markup(app: Flask, client: FlaskClient, cast: Cast):
    body = "<p>&lt;script&gt;alert(1)&lt;/script&gt; and a zebra</p>"
    write(app, cast.acme, "<b>Bold</b>", body)
    page = sign_in(client, cast.viewer).get("/a/acme/search/?q=zebra").text
    assert "<mark>zebra</mark>" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "&lt;b&gt;Bold" in page


@pytest.mark.parametrize(
    "text", ["", "x" * 300, "zebra " * 100, "İzebra", "ﬁne zebra", "\u202ezebra"]
)
def test_a_snippet_holds_the_text_it_was_given(text: str):
    shown = "".join(part for part, _ in snippet(text, ["zebra", "fine"]))
    assert shown.strip("…") in text
