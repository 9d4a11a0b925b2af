"""What stands in the way is read before it is confirmed, and where the schedule is shown."""

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from portal.heartbeats import Heartbeat, beat
from tenants.clock import now
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import make_page
from tests.views.test_schedules import ask, rows

BODY = '<p><a href="page:{}">Later</a></p><p><img src="/x.png" alt=""></p>'


def test_concerns_are_read_before_and_after(app: Flask, client: FlaskClient, cast: Cast) -> None:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        later = make_page(cast.acme, "Later")
        page = make_page(cast.acme, "Menu", BODY.format(later.id))
        db.session.commit()
    url = f"/a/acme/pages/{page.id}/schedule"
    sign_in(client, cast.publisher)
    text = client.post(url, data=ask(client, url)).text
    assert "As things stand it would be held back" in text
    assert "It links to “Later”, which will not be live by then." in text
    assert rows(app, cast) == []
    client.post(url, data=ask(client, url, confirmed="1"))
    (row,) = rows(app, cast)
    assert len(row.problems) == 2
    assert row.checked_at is not None
    assert "2 things in the way" in client.get("/a/acme/schedules/").text
    for shown in (f"/a/acme/schedules/{row.id}/", f"/a/acme/pages/{page.id}/"):
        assert "“Later”" in client.get(shown, follow_redirects=True).text
    sign_in(client, cast.auditor)
    for hidden in (f"/a/acme/schedules/{row.id}/", "/a/acme/schedules/"):
        assert "in the way" not in client.get(hidden, follow_redirects=True).text.lower()


def test_the_scheduler_is_heard_on_every_page_about_later(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    sign_in(client, cast.publisher)
    assert "The scheduler has never run." in client.get("/a/acme/schedules/").text
    with app.app_context():
        beat(db.session(), "scheduler")
        db.session.commit()
    assert "The scheduler ran 0 s ago." in client.get("/a/acme/schedules/").text
    with app.app_context():
        db.session.execute(delete(Heartbeat))
        db.session.add(Heartbeat(name="scheduler", at=now() - timedelta(minutes=3)))
        db.session.commit()
    for page in ("/a/acme/", "/a/acme/schedules/"):
        assert "The scheduler has been silent for 3 min." in client.get(page).text
