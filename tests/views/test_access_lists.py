"""Who can, what somebody holds, what changed, and what if: in the browser and as CSV."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tenants.audit import excuse
from tenants.clock import now
from tenants.db import db
from tenants.delegation import bestow
from tenants.directory import account_path, actor_for
from tenants.grants import Grant
from tenants.people import person_by_id
from tenants.permissions import Permission as P
from tenants.questions import holders, who_can
from tenants.roles import Role, built_in, contain
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
    page = client.get(f"{ACME}/person")
    assert cast.admin.email not in page.text
    assert "Editor" in page.text
    page = client.get(f"{ACME}/person?person={cast.admin.id}")
    assert page.status_code == 422, "not his own roles under another's address"
    assert cast.admin.email not in page.text
    sign_in(client, cast.admin)
    assert "Publisher" in client.get(f"{ACME}/person?person={cast.publisher.id}").text


def test_a_span_that_ends_before_it_begins_is_refused(client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    page = client.get(f"{ACME}/person?since=2026-05-02T00:00&until=2026-05-01T00:00")
    assert page.status_code == 422
    assert "This lies before the time" in page.text
    assert 'value="2026-05-01T00:00"' in page.text


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


@both_databases
def test_what_if_a_role_came_to_more(client: FlaskClient, cast: Cast):
    with client.application.app_context(), across_tenants("a role of acme's"):
        role = Role(key="desk", name="Desk", tenant_id=cast.acme.id, account_id=cast.acme.id)
        db.session.add(role)
        excuse(role, "made for a test")
        person = person_by_id(cast.editor.id)
        assert person is not None
        db.session.flush()
        contain(role, {"page.view"})
        bestow(person, role, cast.acme, by=TESTS)
        db.session.commit()
        role_id = role.id
    sign_in(client, cast.admin)
    page = client.post(
        f"{ACME}/what-if",
        data={"kind": "role", "custom": role_id, "adds": "page.publish", "person": cast.editor.id,
              "permission": "page.publish"},
    )  # fmt: skip
    assert "As it would be: yes" in page.text
    assert "As it is: no" in page.text
    assert cast.editor.email in page.text


@both_databases
def test_what_if_the_account_stood_elsewhere(client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    page = client.post(
        "/a/acme-berlin-mitte/access/what-if",
        data={"kind": "move", "parent": cast.hamburg.id, "person": cast.berlin_admin.id,
              "permission": "page.publish"},
    )  # fmt: skip
    assert "As it would be: no" in page.text
    assert "As it is: yes" in page.text
    assert cast.berlin_editor.email in page.text
    with client.application.app_context():
        assert account_path("acme-berlin-mitte")[-1].parent_id == cast.berlin.id
    circle = client.post(
        "/a/acme-berlin-mitte/access/what-if",
        data={"kind": "move", "parent": cast.berlin.id, "person": cast.berlin_admin.id,
              "permission": "page.publish"},
    )  # fmt: skip
    assert circle.status_code == 422
    assert "already" in circle.text


def test_the_picture_leads_on_to_what_its_reader_may_look_up(client: FlaskClient, cast: Cast):
    asked = {"person": str(cast.publisher.id), "permission": "page.edit"}
    page = sign_in(client, cast.admin).get("/a/acme-berlin/access/", query_string=asked).text
    picture = page[page.index('<ol class="path ') :]
    picture = picture[: picture.index("</ol>")]
    for href in (f"/a/acme-berlin/access/person?person={cast.publisher.id}", "/a/acme/people/",
                 "/a/acme/roles/", "/a/acme-berlin/access/who?permission=page.edit"):  # fmt: skip
        assert f'href="{href}"' in picture
    below = sign_in(client, cast.berlin_admin)
    asked = {"person": str(cast.publisher.id), "permission": "page.edit"}
    page = below.get("/a/acme-berlin/access/", query_string=asked).text
    assert 'href="/a/acme/' not in page
