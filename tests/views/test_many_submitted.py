"""Handing many pages in for review at once, and taking them back."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.reviews import Review
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.identity.common import events
from tests.views.test_pages import edited, page_id, revisions

SUBMIT = "/a/acme/pages/many/submit"


def states(app: Flask, cast: Cast) -> list[str]:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        return sorted(db.session.scalars(select(Review.state)))


@both_databases
def test_each_is_handed_in_by_itself_and_taken_back(app: Flask, client: FlaskClient, cast: Cast):
    live, plans, old = (page_id(app, cast, t) for t in ("Welcome", "Plans for spring", "Old news"))
    sign_in(client, cast.editor)
    assert SUBMIT in client.get("/a/acme/pages/").text
    sent = {"pages": [str(live), str(plans), str(old)], "reason": "For Monday."}
    answer = client.post(SUBMIT, data=sent)
    assert answer.status_code == 303
    told = client.get(answer.location).text
    assert "is live already, so there is nothing to review" in told
    assert told.count("Handed in for “") == 2
    assert states(app, cast) == ["waiting", "waiting"]
    asked = events(app, "review.asked")
    assert {(e.actor_label, e.reason) for e in asked} == {(cast.editor.email, "For Monday.")}
    again = client.get(client.post(SUBMIT, data=sent).location).text
    assert again.count("handed this in already") == 2
    url = f"/a/acme/pages/{plans}/review"
    review = client.get(url).text
    client.post(f"{url}/withdraw", data={"review": review.split('name="review" value="')[1][:36]})
    undone = client.get(client.post(f"{answer.location}undo").location).text
    assert "Taken back from review." in undone
    assert "so it stays as it is" in undone
    assert states(app, cast) == ["withdrawn", "withdrawn"]


def test_it_asks_for_the_right_of_each(app: Flask, client: FlaskClient, cast: Cast):
    page = str(page_id(app, cast, "Plans for spring"))
    assert sign_in(client, cast.viewer).post(SUBMIT, data={"pages": page}).status_code == 403
    sign_in(client, cast.author)
    told = client.get(client.post(SUBMIT, data={"pages": page}).location).text
    assert "Handed in" not in told
    assert states(app, cast) == []


def test_the_review_screen_compares_with_what_is_live(app: Flask, client: FlaskClient, cast: Cast):
    page = page_id(app, cast)
    sign_in(client, cast.editor)
    url = f"/a/acme/pages/{page}/"
    for text in ("<p>Second words.</p>", "<p>Third words.</p>"):
        client.post(url, data=edited(client, url, body=text))
    client.post(SUBMIT, data={"pages": str(page)})
    own = [row for row in revisions(app, cast) if row.page_id == page]
    wanted = f"{url}compare?left={own[0].id}&amp;right={own[-1].id}"
    assert wanted in client.get(f"{url}review").text
    compared = client.get(wanted.replace("&amp;", "&")).text
    assert "Welcome at Acme" in compared
    assert "Third" in compared
