"""What somebody without the right to publish could try, and what staff must not read."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.content.drafting import Text, create_page
from portal.content.filing import tags_named
from portal.content.schedules import Schedule
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS, make_page
from tests.views.test_pages import edited, page_id
from tests.views.test_schedules import ask, rows


def shown(client: FlaskClient, url: str) -> str:
    found = re.search(r'name="revision"[^>]*value="([^"]+)"', client.get(url).text)
    assert found
    return found[1]


@pytest.mark.parametrize("what", ["publish", "schedule"])
def test_what_was_not_shown_is_not_published(
    app: Flask, client: FlaskClient, cast: Cast, what: str
) -> None:
    page = f"/a/acme/pages/{page_id(app, cast, 'Plans for spring')}/"
    sign_in(client, cast.publisher)
    opened = ask(client, f"{page}{what}", confirmed="1")
    sign_in(client, cast.editor)
    client.post(page, data=edited(client, page, title="Plans for spring", body="<p>Smuggled.</p>"))
    answer = sign_in(client, cast.publisher).post(f"{page}{what}", data=opened)
    assert answer.status_code == 409
    assert "Somebody saved in between" in answer.text
    assert client.get("/s/acme/plans-for-spring/").status_code == 404
    assert rows(app, cast) == []
    again = client.post(f"{page}{what}", data=opened | {"revision": shown(client, f"{page}{what}")})
    assert again.status_code == 302


def test_a_page_is_published_once(app: Flask, client: FlaskClient, cast: Cast) -> None:
    url = f"/a/acme/pages/{page_id(app, cast, 'Plans for spring')}/publish"
    sign_in(client, cast.publisher)
    sent = {"revision": shown(client, url)}
    assert [client.post(url, data=sent).status_code for _ in range(3)] == [302, 422, 422]
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        told = select(func.count()).select_from(AuditEvent).where(
            AuditEvent.event == "page.published",
            AuditEvent.target_label == "Plans for spring",
            AuditEvent.actor_id == cast.publisher.id,
        )  # fmt: skip
        assert db.session.scalar(told) == 1


def test_a_tag_that_only_a_draft_has_is_not_told(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        tags = tags_named(cast.acme, ["secret merger"])
        db.session.flush()
        text = Text(title="Draft", term_ids=(str(tags[0].id),))
        create_page(cast.acme, "post", text, by=TESTS)
        db.session.commit()
    for query in ("", "?before=1795252633627666-01a1fd653fff70eea2ff4b27ad3973bf"):
        answer = client.get(f"/s/acme/tags/secret-merger/{query}")
        assert answer.status_code == 404
        assert "secret" not in answer.text.replace("/tags/secret-merger/", "")


def test_a_changed_name_changes_no_live_page(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.publisher)
    client.post("/a/acme/pages/new", data={"type": "post", "title": "Mine", "body": "<p>x</p>"})
    url = re.search(r"/a/acme/pages/[0-9a-f-]{36}/", client.get("/a/acme/pages/?q=Mine").text)
    assert url
    client.post(f"{url[0]}publish", data={"revision": shown(client, f"{url[0]}publish")})
    client.post("/me/", data={"name": "Smuggled byline", "zone": "UTC"})
    assert cast.publisher.name in client.get("/s/acme/posts/mine/").text
    assert "Smuggled" not in client.get("/s/acme/posts/mine/").text


def test_html_that_is_too_deep_gets_a_sentence(client: FlaskClient, cast: Cast) -> None:
    typed = {"type": "post", "title": "Deep", "body": "<div>" * 2000 + "kept"}
    answer = sign_in(client, cast.author).post("/a/acme/pages/new", data=typed)
    assert answer.status_code == 422
    assert "cannot be kept like this" in answer.text
    assert "kept" in answer.text


def test_a_preview_of_no_revision_is_a_404(app: Flask, client: FlaskClient, cast: Cast) -> None:
    url = f"/a/acme/pages/{page_id(app, cast)}/preview"
    assert sign_in(client, cast.viewer).get(f"{url}?revision=garbage").status_code == 404


@pytest.mark.parametrize("path", ["", "publish", "schedule", "preview", "history"])
def test_head_answers_as_get(app: Flask, client: FlaskClient, cast: Cast, path: str) -> None:
    url = f"/a/acme/pages/{page_id(app, cast)}/{path}"
    sign_in(client, cast.publisher)
    assert client.head(url, audit=False).status_code == client.get(url).status_code == 200


def test_staff_read_neither_titles_nor_reasons(app: Flask, client: FlaskClient, cast: Cast) -> None:
    url = f"/a/acme/pages/{page_id(app, cast, 'Plans for spring')}/schedule"
    sign_in(client, cast.publisher)
    client.post(url, data=ask(client, url, confirmed="1", reason="CANARY-REASON"))
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        make_page(cast.acme, "CANARY-TITLE", slug="plans-for-spring", state="live")
        row = rows_here(cast)
        row.state, row.cause = "held", "Another page is live at /plans-for-spring/ already."
        db.session.info.setdefault("recorded", set()).add(("Schedule", row.id))
        db.session.commit()
    sign_in(client, cast.support)
    for path in ("", "schedules/?state=held", "trail/"):
        page = client.get(f"/a/acme/{path}").text
        assert "CANARY" not in page, path
        assert "Plans for spring" not in page, path


def rows_here(cast: Cast) -> Schedule:
    """The one schedule, in the scope that is open."""
    return db.session.scalars(select(Schedule)).one()
