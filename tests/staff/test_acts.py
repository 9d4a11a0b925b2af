"""Changes from the console: the action of every other door, row by row, with a reason."""

from __future__ import annotations

import re
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.staff.acts import MOST_ROWS
from tenants.accounts import AccountRef
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.delegation import bestow
from tenants.grants import Grant
from tenants.people import person_by_id
from tenants.roles import built_in
from tenants.scope import across_tenants
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, Someone
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.staff.addresses import UNKNOWN
from tests.staff.rows import many
from tests.staff.test_lists import statements

END = "/console/grants/act/end/"
WHY = "Asked for on the phone."


def grant_of(app: Flask, person: Someone) -> str:
    with app.app_context(), across_tenants("tests"):
        found = db.session.scalars(select(Grant.id).where(Grant.person_id == person.id)).first()
    return str(found)


def in_force(app: Flask, *ids: str) -> list[bool]:
    with app.app_context(), across_tenants("tests"):
        rows = [db.session.get_one(Grant, uuid.UUID(each)) for each in ids]
        return [row.ended_at is None for row in rows]


def events(app: Flask, name: str) -> list[AuditEvent]:
    with app.app_context(), across_tenants("tests"):
        query = select(AuditEvent).where(AuditEvent.event == name).order_by(AuditEvent.id)
        return list(db.session.scalars(query))


def strengthen(app: Flask, person: Someone, *accounts: AccountRef) -> None:
    """Let somebody of the staff hold, at these accounts, what is to be taken away there."""
    with app.app_context(), across_tenants("tests"):
        row = person_by_id(person.id)
        assert row is not None
        for account in accounts:
            bestow(row, built_in("account-admin"), account, by=TESTS)
        db.session.commit()


def end(client: FlaskClient, *ids: str, reason: str = WHY) -> TestResponse:
    return client.post(END, data={"id": list(ids), "reason": reason})


@both_databases
def test_several_grants_of_several_tenants_are_ended(app: Flask, client: FlaskClient, cast: Cast):
    ids = [grant_of(app, who) for who in (cast.editor, cast.bolt_editor)]
    strengthen(app, cast.operator, cast.acme, cast.bolt)
    sign_in(client, cast.operator)
    answer = end(client, *ids)
    assert (answer.status_code, answer.location) == (302, "/console/grants/")
    assert "done for 2 of 2" in client.get("/console/grants/").text
    assert in_force(app, *ids) == [False, False]
    told = events(app, "grant.ended")
    assert {row.tenant_id for row in told} == {cast.acme.tenant_id, cast.bolt.tenant_id}
    assert {(row.actor_label, row.reason) for row in told} == {(cast.operator.email, WHY)}
    assert (
        "what came of “End” for 2 of the grants, 2 done"
        in events(app, "console.viewed")[0].sentence
    )


@both_databases
def test_each_row_has_its_own_result(app: Flask, client: FlaskClient, cast: Cast):
    strong, fine = grant_of(app, cast.admin), grant_of(app, cast.support)
    ended = grant_of(app, cast.auditor)
    sign_in(client, cast.owner)
    assert end(client, ended).status_code == 302
    answer = end(client, strong, ended, fine, grant_of(app, cast.owner))
    assert answer.status_code == 200
    assert "End: 1 of 4 done" in answer.text
    assert "the last grant that lets somebody manage this account" in answer.text
    assert "This grant has ended already." in answer.text
    assert "content.export" in answer.text, "nobody takes away more than he holds"
    assert in_force(app, strong, fine) == [True, False]
    refused = events(app, "action.refused")
    assert [(row.actor_label, row.tenant_id) for row in refused] == [
        (cast.owner.email, cast.acme.tenant_id)
    ]
    assert end(client, strong, ended).status_code == 422, "nothing was done"


def test_what_is_shown_beforehand_is_what_happens(app: Flask, client: FlaskClient, cast: Cast):
    strengthen(app, cast.operator, cast.acme)
    seen = set()
    for who in (cast.operator, cast.owner):
        sign_in(client, who)
        for name, other in cast.people.items():
            if name in {"owner", "operator", "admin", "bolt_admin", "berlin_admin"}:
                continue  # keepers of an account: told in a test of their own
            key = grant_of(app, other)
            page = client.get(END, query_string={"id": key}).text
            offered = 'aria-disabled="true"' not in page.split("<main")[1]
            before = in_force(app, key)
            end(client, key)
            assert (before != in_force(app, key)) is offered, (who.name, name)
            seen.add(offered)
    assert seen == {True, False}


def test_it_is_confirmed_first_and_reading_changes_nothing(
    app: Flask, client: FlaskClient, cast: Cast
):
    fine, staff = grant_of(app, cast.support), grant_of(app, cast.auditor)
    sign_in(client, cast.owner)
    page = client.get(END, query_string={"id": [fine, staff]})
    assert page.status_code == 200
    assert cast.support.email in page.text
    assert page.text.count('type="hidden" name="id"') == 2
    assert in_force(app, fine, staff) == [True, True]
    assert client.get(END, query_string={"id": fine, "reason": WHY}).status_code == 200
    assert in_force(app, fine) == [True]


def test_without_a_reason_nothing_happens_and_all_is_kept(
    app: Flask, client: FlaskClient, cast: Cast
):
    fine = grant_of(app, cast.support)
    sign_in(client, cast.owner)
    for reason, words in (("", "Say why"), ("x" * 2001, "at most 2,000"), ("a\x00b", "NUL")):
        answer = end(client, fine, reason=reason)
        assert answer.status_code == 422
        assert words in answer.text
        assert f'name="id" value="{fine}"' in answer.text
    assert in_force(app, fine) == [True]


@pytest.mark.parametrize("bad", [UNKNOWN, "1", "", "' OR 1=1 --", "../etc/passwd", "\x00"])
def test_one_id_of_nothing_refuses_all(app: Flask, client: FlaskClient, cast: Cast, bad: str):
    fine = grant_of(app, cast.viewer)
    sign_in(client, cast.owner)
    assert end(client, fine, bad).status_code == 404
    assert client.get(END, query_string={"id": [fine, bad]}).status_code == 404
    assert in_force(app, fine) == [True]


def test_a_row_of_another_list_is_no_row(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.owner)
    assert end(client, str(cast.acme.id)).status_code == 404
    assert (
        client.post("/console/accounts/act/end/", data={"id": str(cast.acme.id)}).status_code == 404
    )


def test_none_and_too_many_get_a_sentence(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.owner)
    for ids in ([], [UNKNOWN] * (MOST_ROWS + 1)):
        for answer in (end(client, *ids), client.get(END, query_string={"id": ids})):
            assert answer.status_code == 422
            assert "Choose between 1 and 50 of the grants first." in answer.text


def test_who_lacks_the_right_sees_why_and_can_send_nothing(
    app: Flask, client: FlaskClient, cast: Cast
):
    fine = grant_of(app, cast.viewer)
    for who in (cast.support, cast.auditor):
        sign_in(client, who)
        details = client.get(f"/console/grants/details/?id={fine}").text
        assert "grant.end" in details
        assert END not in details
        assert 'name="id"' not in client.get("/console/grants/").text
        answer = end(client, fine)
        assert answer.status_code == 422
        assert "grant.end" in answer.text
    assert in_force(app, fine) == [True]
    refused = events(app, "action.refused")
    assert [row.tenant_id for row in refused] == [cast.acme.tenant_id] * 2


def test_others_meet_what_does_not_exist(app: Flask, client: FlaskClient, cast: Cast):
    fine = grant_of(app, cast.viewer)
    for who in (cast.admin, cast.bolt_admin, cast.viewer):
        sign_in(client, who)
        assert end(client, fine).status_code == 404
    assert in_force(app, fine) == [True]
    assert app.test_client().post(END, data={"id": fine}).status_code in {400, 401}


def test_it_needs_a_token_of_this_site(app: Flask, client: FlaskClient, cast: Cast):
    fine = grant_of(app, cast.viewer)
    app.config["WTF_CSRF_ENABLED"] = True
    sign_in(client, cast.owner)
    answer = client.post(END, data={"id": fine, "reason": WHY}, csrf=False)
    assert answer.status_code == 400
    assert in_force(app, fine) == [True]


def test_a_right_at_the_house_alone_reaches_no_tenant(app: Flask, client: FlaskClient, cast: Cast):
    fine = grant_of(app, cast.bolt_editor)
    with app.app_context(), across_tenants("tests"):
        person = person_by_id(cast.viewer.id)
        assert person is not None
        bestow(person, built_in("owner"), cast.house, by=TESTS, reach="account")
        db.session.commit()
    sign_in(client, cast.viewer)
    twins = [end(client, each) for each in (fine, UNKNOWN)]
    assert [each.status_code for each in twins] == [404, 404]
    assert len({re.sub(r"[0-9a-f]{32}", "", each.text) for each in twins}) == 1
    assert in_force(app, fine) == [True]


def test_the_list_asks_no_more_for_its_acts(app: Flask, client: FlaskClient, cast: Cast):
    strengthen(app, cast.owner, cast.acme)
    sign_in(client, cast.owner)
    few = statements(app, client, f"{END}?id={grant_of(app, cast.viewer)}")
    many(app, cast.acme, 40)
    text = client.get("/console/grants/?account=acme").text
    ids = re.findall(r'name="id" value="([^"]+)"', text)
    assert len(ids) > 40
    lots = statements(app, client, f"{END}?{'&'.join(f'id={each}' for each in ids)}")
    assert len(lots) == len(few), "\n".join(lots)
