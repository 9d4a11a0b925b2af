"""Refusals say what is true, at the right field, and name nobody who is none of one's business."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.requests import current
from portal.views import people as people_view
from tenants.accounts import AccountRef
from tenants.audit import AuditEvent, record
from tenants.bounds import FOREVER, Beyond, beyond, held_until
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Decision, Denied
from tenants.delegation import CannotDelegate, bestow
from tenants.directory import givers, scope_of
from tenants.ending import end
from tenants.events import Event
from tenants.grants import Grant
from tenants.offers import grant_by_id, people_to_give
from tenants.people import Person
from tenants.permissions import Permission as P
from tenants.roles import built_in
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, Someone, as_actor
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.tenants.trees import actor, holding, node

LAST = datetime(2126, 12, 31, 23, 59, 59, tzinfo=UTC)
NOON = datetime(2126, 6, 30, 12, tzinfo=UTC)
RIGHT = frozenset({P.PAGE_PUBLISH})
HERE = node("house")


@pytest.mark.parametrize(
    ("held", "reach", "until", "about", "said"),
    [
        ([("subtree", LAST)], "account", None, "until",
         "Your own right here ends on 31 December 2126; give it until then at the latest."),
        ([("subtree", NOON)], "subtree", LAST, "until",
         ("Your own right here ends on 30 June 2126 at 12:00; "
         "give it until the day before at the latest.")),
        ([("account", None)], "subtree", None, "reach",
         "Your own right reaches this account only; give it for this account only."),
        ([("account", LAST)], "subtree", None, "reach",
         ("Your own right reaches this account only, and ends on 31 December 2126; "
         "give it for this account only, and until then at the latest.")),
        ([("account", None), ("subtree", LAST)], "subtree", None, "until",
         ("Your own right below this account ends on 31 December 2126; "
         "give it until then at the latest, or for this account only.")),
        ([("account", LAST), ("subtree", NOON)], "subtree", None, "until",
         ("Your own right below this account ends on 30 June 2126 at 12:00; "
         "give it until the day before at the latest.")),
    ],
)  # fmt: skip
def test_what_to_change(held: Any, reach: str, until: Any, about: str, said: str) -> None:
    who = actor(*(holding(HERE, RIGHT, far, end) for far, end in held))
    assert beyond(RIGHT, HERE, who, reach, until) == Beyond(said, about)


def test_within_bounds_there_is_nothing_to_say() -> None:
    who = actor(holding(HERE, RIGHT, "account"), holding(HERE, RIGHT, "subtree", LAST))
    assert beyond(RIGHT, HERE, who, "account", None) is None
    assert beyond(RIGHT, HERE, who, "subtree", LAST) is None
    assert held_until(who, RIGHT, HERE, "account") == FOREVER
    assert held_until(who, [P.GRANT_GIVE], HERE, "account") is None


def bestowed(app: Flask, whom: Someone, role: str, account: AccountRef, **how: Any) -> None:
    with app.app_context(), across_tenants("the test gives a role"):
        person = db.session.get(Person, whom.id)
        assert person is not None
        bestow(person, built_in(role), account, by=TESTS, **how)
        db.session.commit()


def asked(app: Flask, cast: Cast, role: str = "publisher", **others: str) -> dict[str, str]:
    with app.app_context(), across_tenants("a role's id"):
        role_id = str(built_in(role).id)
    return {
        "person": str(cast.viewer.id), "role": role_id, "reach": "subtree", "until": "",
        "because": "Holiday cover.",
    } | others  # fmt: skip


@both_databases
@pytest.mark.parametrize(
    ("how", "said", "field"),
    [
        (
            {"until": LAST - timedelta(hours=1)},
            "Your own right here ends on 31 December 2126",
            "until",
        ),
        ({"reach": "account"}, "Your own right reaches this account only", "reach"),
    ],
)
def test_the_form_says_what_is_too_much_at_its_field(
    app: Flask, client: FlaskClient, cast: Cast, how: dict[str, Any], said: str, field: str
) -> None:
    bestowed(app, cast.editor, "account-admin", cast.acme, **how)
    sent = asked(app, cast)
    answer = sign_in(client, cast.editor).post("/a/acme/people/give", data=sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert "lacks the right" not in answer.text.split("Roles you cannot give")[0]
    assert f'href="#{field}' in answer.text
    assert "Holiday cover." in answer.text
    fitting = sent | {"until": "2126-12-31", "reach": "account"}
    assert client.post("/a/acme/people/give", data=fitting).status_code == 302


@both_databases
def test_what_reaches_further_cannot_be_ended_and_says_so(app: Flask, cast: Cast) -> None:
    bestowed(app, cast.editor, "account-admin", cast.acme, reach="account")
    with app.app_context():
        who = as_actor(cast.editor)
        with acting_in(tenant_scope(cast.acme.id)):
            whose = select(Grant.id).where(Grant.person_id == cast.publisher.id)
            grant = grant_by_id(db.session.scalars(whose).one())
            assert grant is not None
            with pytest.raises(CannotDelegate, match="reaches further down"):
                end(grant, cast.acme, by=who)


def refusals(app: Flask) -> int:
    with app.app_context(), across_tenants("the refusals"):
        refused = AuditEvent.event == Event.ACTION_REFUSED.name
        return len(db.session.scalars(select(AuditEvent.id).where(refused)).all())


@both_databases
def test_a_refused_role_keeps_what_was_typed_and_is_recorded(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    bestowed(app, cast.editor, "account-admin", cast.acme)
    sign_in(client, cast.editor)

    def refuse(_person: Person, _role: object, account: AccountRef, **_how: Any) -> None:
        raise Denied(Decision(False, current.person, P.PAGE_PUBLISH, account))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people_view, "give", refuse)
        answer = client.post("/a/acme/people/give", data=asked(app, cast))
    assert answer.status_code == 422
    assert "Edda Editor lacks the right" in answer.text
    assert 'href="#role' in answer.text
    assert "Holiday cover." in answer.text
    assert refusals(app) == 1


def names(cast: Cast, by: Someone, account: AccountRef) -> set[str]:
    who = as_actor(by)
    with acting_in(scope_of(who, account)):
        return {person.email for person in people_to_give(account, who)}


@both_databases
def test_people_of_accounts_one_may_not_look_into_are_not_listed(app: Flask, cast: Cast) -> None:
    berlin = {cast.berlin_admin.email, cast.berlin_editor.email}
    bestowed(app, cast.berlin_admin, "viewer", cast.acme)
    with app.app_context():
        assert names(cast, cast.berlin_admin, cast.berlin) == berlin
        assert names(cast, cast.berlin_admin, cast.mitte) == berlin
        at_acme = names(cast, cast.admin, cast.acme)
        assert berlin | {cast.admin.email, cast.viewer.email} <= at_acme
        assert cast.berlin_editor.email not in names(cast, cast.admin, cast.hamburg)
        assert not {cast.bolt_admin.email, cast.owner.email} & at_acme


def test_the_form_does_not_list_them(app: Flask, client: FlaskClient, cast: Cast) -> None:
    bestowed(app, cast.berlin_admin, "viewer", cast.acme)
    page = sign_in(client, cast.berlin_admin).get("/a/acme-berlin/people/give")
    assert cast.berlin_editor.email in page.text
    assert cast.publisher.email not in page.text


@both_databases
def test_staff_are_the_last_resort_and_named_to_staff_only(app: Flask, cast: Cast) -> None:
    bestowed(app, cast.support, "account-admin", cast.house)
    with app.app_context():
        for house in (False, True):
            found = [g.email for g in givers(P.PAGE_PUBLISH, cast.berlin, house=house)]
            assert found == [cast.berlin_admin.email, cast.admin.email]
        assert givers(P.CONSOLE_VIEW, cast.acme) == []
        assert cast.owner.email in {g.email for g in givers(P.CONSOLE_VIEW, cast.acme, house=True)}


def test_a_refusal_names_no_staff_to_others(app: Flask, client: FlaskClient, cast: Cast) -> None:
    bestowed(app, cast.support, "account-admin", cast.house)
    with app.app_context(), across_tenants("the test ends acme's admins"):
        for grant in db.session.scalars(select(Grant).where(Grant.person_id == cast.admin.id)):
            grant.ended_at = now()
            record(Event.GRANT_ENDED, grant, by=TESTS, person=cast.admin.email, role="An admin")
        db.session.commit()
    page = sign_in(client, cast.viewer).get("/a/acme/people/give")
    assert page.status_code == 403
    assert cast.support.email not in page.text
    assert "Ask the house's staff." in page.text.replace("&#39;", "'")
    staff = sign_in(client, cast.auditor).get("/a/acme/people/give")
    assert staff.status_code == 403
    assert cast.support.email in staff.text
