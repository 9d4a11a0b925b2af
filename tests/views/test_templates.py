"""Templates to start pages from: an account's own, and those of the accounts above."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.content.drafting import Text, create_page
from portal.content.filing import tags_named
from portal.content.page_templates import DAYS, PageTemplate
from portal.content.pages import Page, page_by_id, revision_by_id
from portal.content.starting import save_template
from portal.content.terms import Term
from portal.content.translations import language_row
from portal.jobs.trash import empty_trash
from tenants.clock import now
from tenants.db import db
from tenants.quotas import Resource
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.identity.common import events
from tests.tenants.limit_scene import limit
from tests.views.test_copying import arrived
from tests.views.test_drafts_cost import counted
from tests.views.test_pages import page_id

LIST = "/a/acme/templates/"
FOREIGN = "/a/acme/media/01a1ff37-e833-707b-b05b-e89b6430d35e/file"


def written(app: Flask, cast: Cast) -> uuid.UUID:
    """A page with labels, a picture that nobody has, fields and a language."""
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        tags = [str(t.id) for t in tags_named(cast.acme, ["Stripes"])]
        news = Term(tenant_id=cast.acme.tenant_id, account_id=cast.acme.id, taxonomy="category",
                    slug="news", name="News")  # fmt: skip
        db.session.add(news)
        db.session.flush()
        body = f'<p>Dear all,</p><p><img src="{FOREIGN}" alt="A zebra"></p>'
        text = Text("Letter", body=body, term_ids=(*tags, str(news.id)), fields={"seo": {"x": "y"}})
        page, _ = create_page(cast.acme, "post", text, by=TESTS)
        db.session.commit()
        return page.id


def saved(app: Flask, client: FlaskClient, cast: Cast, name: str = "A letter") -> uuid.UUID:
    """Save such a page as a template and return the template's id."""
    page = written(app, cast)
    sign_in(client, cast.editor)
    client.post(f"/a/acme/pages/{page}/translations/language", data={"language": "de"})
    sent = {"name": name, "sentence": "For everybody.", "over": ""}
    answer = client.post(f"/a/acme/pages/{page}/template", data=sent)
    assert answer.status_code == 303, answer.text
    with app.app_context(), across_tenants("tests"):
        return db.session.scalars(select(PageTemplate.id).where(PageTemplate.name == name)).one()


@both_databases
def test_a_page_starts_as_the_template_says(app: Flask, client: FlaskClient, cast: Cast):
    template = saved(app, client, cast)
    told = events(app, "template.saved")[-1]
    assert (told.facts["source"], told.actor_label) == ("Letter", cast.editor.email)
    assert "A letter" not in client.get("/a/acme/pages/").text
    sign_in(client, cast.author)
    assert "Dear all," in client.get(f"{LIST}{template}/start").text
    answer = client.post(f"{LIST}{template}/start", data={"title": "To the zoo"})
    assert "1 file of the template is not shown on this page" in client.get(answer.location).text
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        page = page_by_id(arrived(answer), cast.acme.id)
        assert page is not None
        draft = revision_by_id(page.draft_revision_id, page)
        row = language_row(page)
        assert draft is not None
        assert row is not None
        assert (page.title, page.type, page.state, page.author_id) == (
            "To the zoo", "post", "draft", cast.author.id,
        )  # fmt: skip
        assert (draft.byline, draft.fields, row.language) == (
            cast.author.name, {"seo": {"x": "y"}}, "de",
        )  # fmt: skip
        assert draft.body.startswith("<p>Dear all,</p>")
        assert len(draft.term_ids) == 2
    started = events(app, "page.started_from")[-1]
    assert (started.facts["source"], started.actor_label) == ("A letter", cast.author.email)


@both_databases
def test_accounts_below_use_it_and_leave_it_alone(app: Flask, client: FlaskClient, cast: Cast):
    template = saved(app, client, cast)
    sign_in(client, cast.berlin_editor)
    below = "/a/acme-berlin/templates/"
    listed = client.get(below).text
    assert "A letter" in listed
    assert "from above" in listed
    assert f"{template}/trash" not in listed
    for act in ("trash", "restore", ""):
        assert client.post(f"{below}{template}/{act}").status_code == 404
    answer = client.post(f"{below}{template}/start", data={"title": ""})
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        page = page_by_id(arrived(answer), cast.berlin.id)
        assert page is not None
        draft = revision_by_id(page.draft_revision_id, page)
        assert draft is not None
        assert page.title == "Letter"
        tag = db.session.get_one(Term, uuid.UUID(draft.term_ids[0]))
        assert (len(draft.term_ids), tag.account_id, tag.name) == (1, cast.berlin.id, "Stripes")
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        at = db.session.get_one(PageTemplate, template)
        at.account_id = cast.berlin.id  # as if it were Berlin's own
        db.session.info.setdefault("recorded", set()).add(("PageTemplate", at.id))
        db.session.commit()
    sign_in(client, cast.editor)
    assert "A letter" not in client.get(LIST).text
    assert client.get(f"{LIST}{template}/start").status_code == 404
    sign_in(client, cast.bolt_admin)
    assert "A letter" not in client.get("/a/bolt/templates/").text
    assert client.post(f"/a/bolt/templates/{template}/start").status_code == 404


def test_replacing_renaming_and_the_trash(app: Flask, client: FlaskClient, cast: Cast):
    template = saved(app, client, cast)
    url, page = f"{LIST}{template}/", page_id(app, cast)
    sent = {"name": "A greeting", "over": str(template)}
    assert client.post(f"/a/acme/pages/{page}/template", data=sent).status_code == 303
    assert "Welcome at Acme" in client.get(f"{url}start").text
    assert client.post(url, data={"name": "Hello", "sentence": "Short."}).status_code == 303
    assert events(app, "template.renamed")[-1].changes["name"] == ["A greeting", "Hello"]
    assert client.get(f"{url}trash").status_code == 405
    assert client.post(f"{url}trash").status_code == 303
    assert client.post(f"{url}trash").status_code == 409
    assert client.get(f"{url}start").status_code == 404
    assert "Goes for good" in client.get(LIST).text
    assert client.post(f"{url}restore").status_code == 303
    assert client.post(f"{url}restore").status_code == 409
    assert client.get(f"{url}start").status_code == 200
    client.post(f"{url}trash")
    with app.app_context():
        with time_machine.travel(now() + timedelta(days=DAYS, minutes=1), tick=True):
            empty_trash()
        with across_tenants("tests"):
            assert db.session.scalar(select(func.count()).select_from(PageTemplate)) == 0
    acts = ("template.trashed", "template.restored", "template.purged")
    assert [len(events(app, name)) for name in acts] == [2, 1, 1]


@pytest.mark.parametrize(
    ("name", "more", "said"),
    [
        ("", {}, "Give it a name"),
        ("x" * 201, {}, "at most 200"),
        ("a  LETTER", {}, "is taken by another template"),
        ("nul\x00", {}, "NUL"),
        ("Kept", {"sentence": "y" * 301}, "at most 300"),
        ("Kept", {"over": str(uuid.UUID(int=1))}, "Not a valid choice"),
    ],
)
def test_bad_input_gets_a_sentence(
    app: Flask, client: FlaskClient, cast: Cast, name: str, more: dict[str, str], said: str
):
    saved(app, client, cast)
    sent = {"name": name, "sentence": "Kept words."} | more
    answer = client.post(f"/a/acme/pages/{page_id(app, cast)}/template", data=sent)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert more.get("sentence", "Kept words.") in answer.text
    assert len(events(app, "template.saved")) == 1


def test_rights_and_room(app: Flask, client: FlaskClient, cast: Cast):
    template, page = saved(app, client, cast), page_id(app, cast)
    sign_in(client, cast.author)  # may start pages, not change what others start from
    own = [f"/a/acme/pages/{page}/template", *(f"{LIST}{template}/{a}" for a in ("", "trash"))]
    assert {client.post(url).status_code for url in own} == {403}
    assert "page.edit" in client.get(LIST).text
    sign_in(client, cast.viewer)
    assert client.post(f"{LIST}{template}/start").status_code == 403
    sign_in(client, cast.auditor)
    trail = client.get("/a/acme/trail/?q=action:template.saved").text
    assert "Letter" not in trail
    assert "(content not shown)" in trail
    with app.app_context():
        limit(cast, cast.acme, Resource.ITEMS, 13)
    sign_in(client, cast.author)
    full = client.post(f"{LIST}{template}/start", data={"title": "Kept title"})
    assert (full.status_code, "Kept title" in full.text) == (422, True)
    assert events(app, "page.started_from") == []


def test_more_templates_take_no_more_statements(app: Flask, client: FlaskClient, cast: Cast):
    saved(app, client, cast)
    first = len(counted(app, lambda: client.get(LIST)))
    with app.app_context():
        editor = as_actor(cast.editor)
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            page = db.session.scalars(select(Page).where(Page.title == "Letter")).one()
            for number in range(4):
                save_template(page, cast.acme, f"No. {number}", by=editor)
            db.session.commit()
    assert len(counted(app, lambda: client.get(LIST))) == first


@both_databases
def test_what_it_says_is_edited_in_place(app: Flask, client: FlaskClient, cast: Cast):
    where = f"{LIST}{saved(app, client, cast)}/"
    shown = client.get(where).text
    seen = shown.partition('name="seen"')[2].partition('value="')[2].split('"')[0]
    sent = {"name": "A letter", "sentence": "", "title": "Dear", "excerpt": "Short.", "seen": seen,
            "body": "<p>Hello</p><script>alert(1)</script>"}  # fmt: skip
    assert client.post(where, data=sent).status_code == 303
    listed = client.get(LIST).text
    assert "script" in listed, "what was removed is said"
    again = client.get(where).text
    assert "&lt;p&gt;Hello&lt;/p&gt;" in again
    assert "alert(1)" not in again
    assert len(events(app, "template.changed")) == 1
    stale = client.post(where, data=sent | {"body": "<p>Mine</p>"})
    assert stale.status_code == 409
    assert "saved it meanwhile" in stale.text
    assert "&lt;p&gt;Mine&lt;/p&gt;" in stale.text
    refused = client.post(where, data=sent | {"name": " ", "seen": ""})
    assert refused.status_code == 422
    started = client.post(f"{where}start", data={"title": "To all"})
    assert "&lt;p&gt;Hello&lt;/p&gt;" in client.get(started.location).text
    assert client.get(f"{where}trash").status_code == 405
    sign_in(client, cast.viewer)
    assert client.post(where, data=sent).status_code == 403
    sign_in(client, cast.bolt_admin)
    assert client.post(where, data=sent).status_code == 404
