"""Any two revisions compared, one of them or one field of it taken back, names for them."""

import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.naming import RevisionName
from portal.content.pages import Revision
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.views.test_drafts import address
from tests.views.test_pages import edited, last_event, revisions

OLD = {"title": "Opening hours", "body": "<p>We open at nine.</p><p>Ring the bell.</p>"}
NEW = {"title": "Opening times", "body": "<p>We open at eight.</p><p>Ring the bell.</p>"}


def of_page(app: Flask, cast: Cast) -> list[Revision]:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        query = select(Revision).where(Revision.title.in_([OLD["title"], NEW["title"]]))
        return list(db.session.scalars(query.order_by(Revision.number)))


@pytest.fixture
def page(app: Flask, client: FlaskClient, cast: Cast) -> str:
    """The address of a page with an old and a new revision, edited by the client."""
    url = address(app, cast)
    sign_in(client, cast.editor)
    for text in (OLD, NEW):
        client.post(url, data=edited(client, url, slug="welcome", **text))
    return url


@both_databases
def test_two_revisions_word_by_word(app: Flask, client: FlaskClient, cast: Cast, page: str):
    old, new = of_page(app, cast)
    shown = client.get(f"{page}compare?left={old.id}&right={new.id}").text
    assert "Opening <del>hours</del><ins>times</ins>" in shown
    assert "We open at <del>nine</del><ins>eight</ins>." in shown
    assert "Byline" not in shown
    back = client.get(f"{page}compare?left={new.id}&right={old.id}").text
    assert "<del>times</del><ins>hours</ins>" in back


@pytest.mark.parametrize("query", ["", "?left=&right="])
def test_without_two_it_chooses_itself(client: FlaskClient, page: str, query: str):
    assert client.get(f"{page}compare{query}").status_code == 200


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("asked", ["odd", f"{uuid.UUID(int=7)}", "%00"])
def test_a_revision_that_is_none_is_not_compared(
    client: FlaskClient, page: str, side: str, asked: str
):
    """Nor is another in its place, which would be taken for it."""
    assert client.get(f"{page}compare?{side}={asked}").status_code == 404


def test_the_live_one_is_marked_and_the_history_lists_all(client: FlaskClient, page: str):
    listed = client.get(f"{page}history").text
    assert "Revision 3" in listed
    assert ">Live<" in listed.replace("\n", "")
    assert 'name="left"' in listed


@both_databases
def test_one_field_is_taken_back(app: Flask, client: FlaskClient, cast: Cast, page: str):
    old, new = of_page(app, cast)
    sent = {"revision": old.id, "field": "title", "based_on": new.id}
    assert client.post(f"{page}restore", data=sent).status_code == 302
    made = of_page(app, cast)[-1]
    assert (made.number, made.title, made.body) == (4, OLD["title"], NEW["body"])
    event = last_event(app, cast)
    assert event.event == "page.restored"
    assert event.sentence.startswith("took title of")
    assert "revision 2" in event.sentence


def test_all_of_it_is_taken_back(app: Flask, client: FlaskClient, cast: Cast, page: str):
    old, new = of_page(app, cast)
    client.post(f"{page}restore", data={"revision": old.id, "based_on": new.id})
    made = of_page(app, cast)[-1]
    assert (made.title, made.body, made.digest) == (OLD["title"], OLD["body"], old.digest)
    again = client.post(f"{page}restore", data={"revision": old.id, "based_on": made.id})
    assert "nothing to restore" in client.get(again.location).text


@pytest.mark.parametrize(
    ("bad", "status"),
    [({"field": "nothing"}, 409), ({"based_on": ""}, 409), ({"revision": "odd"}, 404),
     ({"revision": str(uuid.uuid4())}, 404), ({"field": "fields.\x00"}, 409)],
)  # fmt: skip
def test_what_cannot_be_taken_back(
    app: Flask, client: FlaskClient, cast: Cast, page: str, bad: dict[str, Any], status: int
):
    old, new = of_page(app, cast)
    sent = {"revision": old.id, "field": "title", "based_on": new.id} | bad
    assert client.post(f"{page}restore", data=sent).status_code == status
    assert len(of_page(app, cast)) == 2


def test_a_revision_of_another_page_is_none(app: Flask, client: FlaskClient, cast: Cast, page: str):
    other = next(r for r in revisions(app, cast) if r.title == "Plans for spring")
    new = of_page(app, cast)[-1]
    sent = {"revision": other.id, "based_on": new.id}
    assert client.post(f"{page}restore", data=sent).status_code == 404
    assert client.get(f"{page}compare?left={sent['revision']}").status_code == 404
    assert client.post(f"{page}name", data=sent | {"name": "x"}).status_code == 404


@pytest.mark.parametrize("path", ["restore", "name"])
def test_it_needs_the_right(app: Flask, client: FlaskClient, cast: Cast, page: str, path: str):
    old, new = of_page(app, cast)
    sent = {"revision": old.id, "based_on": new.id, "name": "Mine"}
    assert sign_in(client, cast.viewer).post(f"{page}{path}", data=sent).status_code == 403
    assert sign_in(client, cast.bolt_editor).post(f"{page}{path}", data=sent).status_code == 404
    assert sign_in(client, cast.editor).get(f"{page}{path}").status_code == 405
    shown = sign_in(client, cast.viewer).get(f"{page}compare").text
    assert "page.edit" in shown
    assert "Take this back" not in shown


@both_databases
def test_a_name_is_given_changed_and_taken_away(
    app: Flask, client: FlaskClient, cast: Cast, page: str
):
    old, _ = of_page(app, cast)
    for name, event in (("As printed", "revision.named"), ("As sent", "revision.named"),
                        ("  ", "revision.unnamed")):  # fmt: skip
        client.post(f"{page}name", data={"revision": old.id, "name": name})
        assert last_event(app, cast).event == event
        assert (f"“{name}”" in client.get(f"{page}history").text) == bool(name.strip())
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        assert db.session.scalars(select(RevisionName)).all() == []


def test_a_name_too_long_stays_in_its_field(app: Flask, client: FlaskClient, cast: Cast, page: str):
    old, _ = of_page(app, cast)
    answer = client.post(f"{page}name", data={"revision": old.id, "name": "n" * 300})
    assert answer.status_code == 422
    assert "200 fit" in answer.text
    assert "n" * 300 in answer.text


def test_a_label_deleted_since_stays_gone(app: Flask, client: FlaskClient, cast: Cast, page: str):
    client.post(page, data=edited(client, page, slug="welcome", tags="gone", **OLD))
    tagged = of_page(app, cast)[-1]
    client.post(page, data=edited(client, page, slug="welcome", **NEW))
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        from portal.content.terms import PageTerm, Term

        for cls in (PageTerm, Term):
            for row in db.session.scalars(select(cls).where(cls.account_id == cast.acme.id)):
                db.session.delete(row)
        db.session.commit()
    assert "a term that is gone" in client.get(f"{page}compare?left={tagged.id}").text
    draft = of_page(app, cast)[-1]
    client.post(f"{page}restore", data={"revision": tagged.id, "based_on": draft.id})
    assert of_page(app, cast)[-1].term_ids == []
