"""Pages and posts in the browser: each writing view, six sentences."""

import re
import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.pages import Page, Revision
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.cast import Cast, Someone
from tests.fixtures.client import sign_in

TYPED = {"title": "Half a dozen", "body": "<p>Eggs, mostly.</p>", "type": "post"}


def page_id(app: Flask, cast: Cast, title: str = "Welcome", handle: str = "acme") -> uuid.UUID:
    account = cast.accounts[handle]
    with app.app_context(), acting_in(tenant_scope(account.tenant_id)):
        return db.session.scalars(
            select(Page.id).where(Page.account_id == account.id, Page.title == title)
        ).one()


def revisions(app: Flask, cast: Cast) -> list[Revision]:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        return list(db.session.scalars(select(Revision).order_by(Revision.id)))


def last_event(app: Flask, cast: Cast) -> AuditEvent:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        return db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()  # type: ignore[return-value]


def edited(client: FlaskClient, url: str, **changes: Any) -> dict[str, Any]:
    """What the editor's form would send, with some fields changed."""
    html = client.get(url).text
    based_on = re.search(r'name="based_on"[^>]*value="([^"]+)"', html)
    assert based_on
    return {"based_on": based_on[1], "title": "Welcome", "body": "<p>Hello.</p>"} | changes


def test_starting_a_post_works_and_is_recorded(app: Flask, client: FlaskClient, cast: Cast) -> None:
    answer = sign_in(client, cast.author).post("/a/acme/pages/new", data=TYPED)
    assert answer.status_code == 302
    assert "Saved as revision 1" in client.get(answer.location).text
    event = last_event(app, cast)
    assert (event.event, event.actor_label) == ("page.created", cast.author.email)


def test_starting_needs_the_right(client: FlaskClient, cast: Cast) -> None:
    answer = sign_in(client, cast.viewer).post("/a/acme/pages/new", data=TYPED)
    assert answer.status_code == 403
    assert "page.create" in answer.text
    assert cast.admin.email in answer.text


def test_starting_at_a_neighbours_is_a_404(client: FlaskClient, cast: Cast) -> None:
    assert sign_in(client, cast.bolt_admin).post("/a/acme/pages/new", data=TYPED).status_code == 404


@pytest.mark.parametrize("path", ["publish", "unpublish", "schedule"])
def test_reading_a_form_changes_nothing(
    app: Flask, client: FlaskClient, cast: Cast, path: str
) -> None:
    before = last_event(app, cast).id
    url = f"/a/acme/pages/{page_id(app, cast)}/{path}"
    assert sign_in(client, cast.publisher).get(url).status_code == 200
    assert last_event(app, cast).id == before


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "x" * 100_000, "Use at most 500 characters"),
        ("title", "a\x00b", "NUL character"),
        ("excerpt", "y" * 100_000, "Use at most 5,000 characters"),
        ("tags", ",".join(f"t{n}" for n in range(200)), "Use at most 100 tags"),
        ("parent", "00000000-0000-7000-8000-000000000000", "Not a valid choice"),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(
    client: FlaskClient, cast: Cast, field: str, value: str, sentence: str
) -> None:
    typed = {**TYPED, "body": "<p>A paragraph to keep.</p>", field: value}
    answer = sign_in(client, cast.author).post("/a/acme/pages/new", data=typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "A paragraph to keep." in answer.text


@pytest.mark.parametrize(
    "title", ["שלום עולם", "\u202egnol", "🧇" * 50, "<script>alert(1)</script>"]
)
def test_odd_titles_are_stored_as_they_are(
    app: Flask, client: FlaskClient, cast: Cast, title: str
) -> None:
    answer = sign_in(client, cast.author).post("/a/acme/pages/new", data={**TYPED, "title": title})
    assert answer.status_code == 302
    assert revisions(app, cast)[-1].title == title
    assert "<script>alert(1)" not in client.get(answer.location).text


def test_saving_a_draft_leaves_readers_alone(app: Flask, client: FlaskClient, cast: Cast) -> None:
    url = f"/a/acme/pages/{page_id(app, cast)}/"
    sign_in(client, cast.editor)
    answer = client.post(url, data=edited(client, url, body="<p>Not yet.</p>"))
    assert answer.status_code == 302
    assert "Not yet." not in client.get("/s/acme/welcome/").text


def test_a_stale_save_is_a_409_with_the_text(app: Flask, client: FlaskClient, cast: Cast) -> None:
    url = f"/a/acme/pages/{page_id(app, cast)}/"
    sign_in(client, cast.editor)
    mine = edited(client, url, body="<p>My careful words.</p>")
    client.post(url, data=edited(client, url, body="<p>Theirs.</p>"))
    answer = client.post(url, data=mine)
    assert answer.status_code == 409
    assert "My careful words." in answer.text
    assert "nothing you typed is lost" in answer.text


def test_an_author_reads_others_pages_and_is_told_why(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    url = f"/a/acme/pages/{page_id(app, cast)}/"
    sign_in(client, cast.author)
    assert "page.edit" in client.get(url).text
    assert client.post(url, data={"title": "Mine now"}).status_code == 403


def test_publishing_needs_the_right_and_names_who_can_give_it(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    url = f"/a/acme/pages/{page_id(app, cast, 'Plans for spring')}/publish"
    answer = sign_in(client, cast.editor).post(url, data={"reason": ""})
    assert answer.status_code == 403
    for told in ("page.publish", "Acme", cast.admin.email):
        assert told in answer.text
    event = last_event(app, cast)
    assert (event.event, event.outcome) == ("action.refused", "refused")


def test_publishing_and_taking_offline(app: Flask, client: FlaskClient, cast: Cast) -> None:
    url = f"/a/acme/pages/{page_id(app, cast, 'Plans for spring')}"
    sign_in(client, cast.publisher)
    shown = re.search(r'name="revision"[^>]*value="([^"]+)"', client.get(f"{url}/publish").text)
    assert shown
    sent = {"reason": "March", "revision": shown[1]}
    assert client.post(f"{url}/publish", data=sent).status_code == 302
    assert client.get("/s/acme/plans-for-spring/").status_code == 200
    assert last_event(app, cast).reason == "March"
    assert client.post(f"{url}/unpublish", data={}).status_code == 302
    assert client.get("/s/acme/plans-for-spring/").status_code == 410
    again = client.post(f"{url}/unpublish", data={})
    assert again.status_code == 422
    assert "not live" in again.text


@pytest.mark.parametrize("who", ["bolt_editor", "berlin_admin"])
def test_a_stranger_gets_the_404_of_what_is_not_there(
    app: Flask, client: FlaskClient, cast: Cast, who: str
) -> None:
    person: Someone = getattr(cast, who)
    own = {"bolt_editor": "bolt", "berlin_admin": "acme-berlin"}[who]
    sign_in(client, person)
    there, nowhere = page_id(app, cast), uuid.uuid4()
    for path in ("", "history", "preview"):
        answers = [client.get(f"/a/{own}/pages/{i}/{path}") for i in (there, nowhere)]
        assert [a.status_code for a in answers] == [404, 404]
        bodies = [re.sub(r"[0-9a-f]{32}", "ID", a.text) for a in answers]
        assert bodies[0] == bodies[1]


@pytest.mark.parametrize("bad", ["1", "x", "0" * 36, "%00", "../people"])
def test_ids_that_are_none_are_a_404(client: FlaskClient, cast: Cast, bad: str) -> None:
    assert sign_in(client, cast.admin).get(f"/a/acme/pages/{bad}/").status_code in {404, 308}


def test_the_list_filters_searches_and_survives_odd_keys(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.viewer)
    assert "Plans for spring" in client.get("/a/acme/pages/?state=draft").text
    assert "Plans for spring" not in client.get("/a/acme/pages/?state=live").text
    assert "Plans for spring" in client.get("/a/acme/pages/?q=SPRING").text
    assert "Nothing fits" in client.get("/a/acme/pages/?q=%25").text
    for odd in ("x", "2026-01-01", "~", "2026-01-01T00:00:00+00:00~zz", "\x00"):
        assert client.get("/a/acme/pages/", query_string={"before": odd}).status_code == 200
