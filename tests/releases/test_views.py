"""Releases in the browser: gathering, checking, a time, now, undoing."""

import re
import uuid
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.pages import page_by_id
from portal.content.releases import Release, ReleaseItem, releases_between
from tenants.clock import now
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in
from tests.releases.scene import a_page, edit, gathered
from tests.site.scene import statements
from tests.views.test_pages import last_event, page_id

BASE = "/a/acme/releases/"


def a_release(app: Flask, cast: Cast, *titles: str) -> uuid.UUID:
    """A release of the publisher with drafts in it."""
    with app.app_context():
        by = as_actor(cast.publisher)
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            pages = [a_page(cast.acme, title, live=False) for title in titles]
            release = gathered(cast, by, pages)
            db.session.commit()
            return release.id


def row(app: Flask, cast: Cast, release_id: uuid.UUID) -> Release:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        found = db.session.get(Release, release_id)
        assert found is not None
        return found


def titles(app: Flask, cast: Cast) -> list[str]:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        return sorted(db.session.scalars(select(ReleaseItem.page_title)))


def when(**changes: str) -> dict[str, str]:
    wall = (now() + timedelta(days=40)).strftime("%Y-%m-%dT09:00")
    typed = {"wall": wall, "zone": "Europe/Berlin", "late_policy": "ask", "late_minutes": "30"}
    return typed | {"reason": "Spring"} | changes


def test_pages_are_gathered_from_the_list_and_from_the_release(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    sign_in(client, cast.publisher)
    page = page_id(app, cast, "Plans for spring")
    assert "Plans for spring" in client.get(f"{BASE}gather?pages={page}").text
    typed = {"pages": str(page), "what": "publish", "release": "", "name": "Spring"}
    answer = client.post(f"{BASE}gather", data=typed)
    assert answer.status_code == 302
    assert "1 added to" in client.get(answer.location).text
    more = client.get(answer.location + "add?q=welc").text
    assert "Welcome" in more
    assert "Plans for spring" not in more
    chosen = re.search(r'name="pages"[^>]*value="([^"]+)"', more)
    assert chosen
    client.post(answer.location + "add", data={"pages": chosen[1], "what": "unpublish"})
    assert titles(app, cast) == ["Plans for spring", "Welcome"]
    assert last_event(app, cast).event == "release.gathered"
    client.post(answer.location + "drop", data={"page": str(page)})
    assert titles(app, cast) == ["Welcome"]
    assert last_event(app, cast).event == "release.dropped"


def test_a_newer_revision_is_taken_when_asked_for(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    release_id = a_release(app, cast, "Menu")
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        item = db.session.scalars(select(ReleaseItem)).one()
        page = page_by_id(item.page_id, cast.acme.id)
        assert page is not None
        edit(page, cast.acme)
        db.session.commit()
        renewed = str(page.id)
    sign_in(client, cast.publisher)
    assert "Revision 2 was saved since." in client.get(f"{BASE}{release_id}/").text
    client.post(f"{BASE}{release_id}/renew", data={"page": renewed})
    assert ">revision 2</span>" in client.get(f"{BASE}{release_id}/").text


def test_it_is_checked_scheduled_moved_and_cancelled(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    url = f"{BASE}{a_release(app, cast, 'Menu', 'Card')}/"
    release_id = uuid.UUID(url.split("/")[-2])
    sign_in(client, cast.publisher)
    assert client.post(f"{url}check").status_code == 303
    assert "Everything can go together" in client.get(url).text
    first = client.post(f"{url}schedule", data=when())
    assert re.search(r"2 pages change\s+together <strong>\w+day \d+ \w+ \d{4}, 09:00", first.text)
    assert row(app, cast, release_id).state == "draft"
    client.post(f"{url}schedule", data=when(confirmed="1"))
    found = row(app, cast, release_id)
    assert (found.state, found.late_policy, found.late_minutes) == ("pending", "ask", 30)
    assert (last_event(app, cast).event, last_event(app, cast).reason) == (
        "release.scheduled", "Spring",
    )  # fmt: skip
    assert "Card" in client.get(url).text
    later = (now() + timedelta(days=50)).strftime("%Y-%m-%dT10:00")
    client.post(f"{url}schedule", data=when(wall=later, confirmed="1"))
    assert (row(app, cast, release_id).moves, last_event(app, cast).event) == (1, "release.moved")
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        span = (now(), now() + timedelta(days=60))
        assert [r.id for r in releases_between(cast.acme.id, *span)] == [release_id]
    assert client.post(f"{url}cancel", data={"reason": "Rain"}).status_code == 303
    assert (row(app, cast, release_id).state, last_event(app, cast).reason) == ("cancelled", "Rain")
    assert client.post(f"{url}cancel").status_code == 422
    assert client.post(f"{url}publish").status_code == 422


def test_what_is_in_the_way_is_shown_and_what_was_typed_kept(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    url = f"{BASE}{a_release(app, cast, 'Menu', 'Menu')}/"
    sign_in(client, cast.publisher)
    answer = client.post(f"{url}schedule", data=when(confirmed="1"))
    assert answer.status_code == 422
    assert "1 of 2 pages cannot go as it is" in answer.text
    assert "Another page is live at /menu/ already" in answer.text
    assert "add the other page to this release" in answer.text
    assert re.search(r">\s*Spring</textarea>", answer.text)
    client.post(f"{url}check")
    assert "Another page is live at /menu/ already" in client.get(url).text
    assert client.post(f"{url}publish", data={}).status_code == 422


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"wall": ""}, "Give a date and a time"),
        ({"wall": "2020-01-01T09:00", "confirmed": "1"}, "has passed already"),
        ({"wall": "2029-03-25T02:30"}, "skip 02:30"),
        ({"wall": "2029-10-28T02:30"}, "twice"),
        ({"late_policy": "never"}, "Not a valid choice"),
        ({"late_minutes": "0"}, "Give 1 to 10,080 minutes"),
        ({"late_minutes": "soon"}, "Not a valid integer value"),
    ],
)
def test_bad_times_get_a_sentence(
    app: Flask, client: FlaskClient, cast: Cast, change: dict[str, str], sentence: str
) -> None:
    url = f"{BASE}{a_release(app, cast, 'Menu')}/schedule"
    answer = sign_in(client, cast.publisher).post(url, data=when(**change))
    assert answer.status_code == 422
    assert sentence in answer.text


def test_published_now_and_undone(app: Flask, client: FlaskClient, cast: Cast) -> None:
    url = f"{BASE}{a_release(app, cast, 'Menu', 'Card')}/"
    sign_in(client, cast.publisher)
    assert client.post(f"{url}publish", data={"reason": "Now"}).status_code == 303
    assert client.get("/s/acme/menu/").status_code == 200
    shown = client.get(f"{url}undo").text
    assert shown.count("Goes offline") == 2
    assert client.post(f"{url}undo", data={"reason": "Wrong day"}).status_code == 303
    assert client.get("/s/acme/menu/").status_code == 404
    assert last_event(app, cast).event == "release.undone"
    assert client.post(f"{url}undo", data={}).status_code == 422
    told = client.get(url).text
    assert told.index("undid the release") < told.index("carried out the release")


def test_it_needs_the_right_and_a_neighbour_finds_nothing(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    release_id = a_release(app, cast, "Menu")
    sign_in(client, cast.editor)
    shown = client.get(f"{BASE}{release_id}/").text
    assert "page.publish" in shown
    for act in ("schedule", "publish", "cancel", "undo", "add", "check", "drop", "renew"):
        assert client.post(f"{BASE}{release_id}/{act}", data={}).status_code == 403
    sign_in(client, cast.bolt_admin)
    for other in (release_id, uuid.uuid4()):
        assert client.get(f"/a/bolt/releases/{other}/").status_code == 404
    assert row(app, cast, release_id).state == "draft"


def test_staff_see_that_there_is_one_not_what(app: Flask, client: FlaskClient, cast: Cast) -> None:
    release_id = a_release(app, cast, "Secret menu")
    sign_in(client, cast.support)
    for url in (f"{BASE}", f"{BASE}{release_id}/", "/a/acme/trail/"):
        page = client.get(url).text
        assert "Secret menu" not in page
        assert "Spring" not in page


def test_its_screens_cost_the_same_for_one_page_and_for_many(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    few = a_release(app, cast, "Menu")
    many = a_release(app, cast, *(f"Page {number}" for number in range(12)))
    sign_in(client, cast.publisher)
    for screen in ("", "add", "publish", "schedule", "undo"):
        counts = []
        for release_id in (few, few, many):
            with statements(app) as sent:
                client.get(f"{BASE}{release_id}/{screen}")
            counts.append(len(sent))
        assert counts[1] == counts[2], screen
    with statements(app) as sent:
        client.get(BASE)
    assert len(sent) <= counts[1] + 4
