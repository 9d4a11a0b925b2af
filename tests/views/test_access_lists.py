"""Who can, what somebody holds, what changed, and what if: in the browser and as CSV."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tenants.clock import now
from tenants.db import db
from tenants.delegation import bestow
from tenants.directory import actor_for
from tenants.grants import Grant
from tenants.people import person_by_id
from tenants.permissions import Permission as P
from tenants.questions import holders, who_can
from tenants.roles import built_in
from tenants.scope import across_tenants
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS

ACME = "/a/acme/access"


@both_databases
def test_who_can_is_who_can(client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    for permission in (P.PAGE_PUBLISH, P.PAGE_VIEW, P.STAFF_MANAGE):
        text = client.get(f"{ACME}/who?permission={permission}&format=csv").text
        with client.application.app_context():
            named = {row.email for row in who_can(permission, cast.acme)}
        assert {line.split(",")[1] for line in text.splitlines()[1:]} == named
    assert cast.publisher.name in client.get(f"{ACME}/who?permission=page.publish").text


def test_who_can_needs_the_right_to_see_people(client: FlaskClient, cast: Cast):
    sign_in(client, cast.editor)
    assert client.get(f"{ACME}/who").status_code == 403
    assert client.get("/a/bolt/access/who").status_code == 404


@pytest.mark.parametrize("query", ["permission=page.fly", "at=yesterday", "at=9999-01-01T00:00"])
def test_an_odd_question_gets_a_sentence(client: FlaskClient, cast: Cast, query: str):
    sign_in(client, cast.admin)
    answer = client.get(f"{ACME}/who?{query}")
    assert answer.status_code == 422
    assert "cannot be asked yet" in answer.text


def test_everybody_sees_what_he_holds_himself_and_nobody_else_does(client: FlaskClient, cast: Cast):
    sign_in(client, cast.editor)
    page = client.get(f"{ACME}/person?person={cast.admin.id}")
    assert cast.admin.email not in page.text
    assert "Editor" in page.text
    sign_in(client, cast.admin)
    assert "Publisher" in client.get(f"{ACME}/person?person={cast.publisher.id}").text


def test_what_a_person_holds_elsewhere_is_not_shown_to_a_neighbour(client: FlaskClient, cast: Cast):
    with client.application.app_context(), across_tenants("a grant at a neighbour"):
        person = person_by_id(cast.editor.id)
        assert person is not None
        bestow(person, built_in("viewer"), cast.bolt, by=TESTS)
        db.session.commit()
    sign_in(client, cast.admin)
    page = client.get(f"{ACME}/person?person={cast.editor.id}&since=2020-01-01T00:00")
    assert "Editor" in page.text
    assert "Bolt" not in page.text
    sign_in(client, cast.editor)
    assert "Bolt" in client.get(f"{ACME}/person?since=2020-01-01T00:00").text


def test_changes_between_two_moments(client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    since = (now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    page = client.get(f"{ACME}/person?person={cast.editor.id}&since={since}&format=csv")
    assert "given,Editor,Acme" in page.text
    later = (now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    page = client.get(f"{ACME}/person?person={cast.editor.id}&since={later}")
    assert "Nothing began or ended" in page.text


def grants_of(cast: Cast) -> list[tuple[object, object]]:
    with across_tenants("the test counts"):
        return [(g.id, g.ended_at) for g in db.session.scalars(select(Grant).order_by(Grant.id))]


@both_databases
def test_what_if_answers_and_keeps_nothing(client: FlaskClient, cast: Cast):
    with client.application.app_context():
        before = grants_of(cast)
        with across_tenants("a role"):
            role = built_in("publisher").id
    sign_in(client, cast.admin)
    page = client.post(
        f"{ACME}/what-if",
        data={"kind": "give", "bearer": cast.editor.id, "role": role, "reach": "subtree",
              "person": cast.editor.id, "permission": "page.publish"},
    )  # fmt: skip
    assert "As it would be: yes" in page.text
    assert "As it is: no" in page.text
    assert P.PAGE_PUBLISH.sentence in page.text
    with client.application.app_context():
        assert grants_of(cast) == before
        actor = actor_for(cast.editor.id)
        assert actor is not None
        assert not any(P.PAGE_PUBLISH in h.permissions for h in actor.holdings)


def test_what_if_a_role_is_taken_away(client: FlaskClient, cast: Cast):
    with client.application.app_context():
        held = next(r for r in holders(cast.acme) if r.person_id == cast.publisher.id)
    sign_in(client, cast.admin)
    page = client.post(
        f"{ACME}/what-if",
        data={"kind": "end", "grant": held.holding.grant_id, "person": cast.publisher.id,
              "permission": "page.publish"},
    )  # fmt: skip
    assert "As it would be: no" in page.text
    assert "As it is: yes" in page.text


def test_what_if_asks_for_what_it_needs(client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    answer = client.post(f"{ACME}/what-if", data={"kind": "give", "permission": "page.view"})
    assert answer.status_code == 422
    assert "Choose one." in answer.text
    sign_in(client, cast.viewer)
    assert client.post(f"{ACME}/what-if", data={}).status_code == 403
