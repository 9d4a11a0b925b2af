"""Asking for rights, and answering: nobody gains by it what the answerer could not give."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from tenants.access_requests import AccessRequest, request_by_id, requests_of
from tenants.accounts import AccountRef
from tenants.asking import (
    CannotAnswer,
    CannotAsk,
    ask,
    ask_to_join,
    grant_request,
    refuse_request,
    requests_for,
    roles_for,
    withdraw_request,
)
from tenants.built_in import BUILT_IN
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Denied, can, permissions_at
from tenants.delegation import CannotDelegate
from tenants.permissions import Permission as P
from tenants.roles import built_in
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import PEOPLE, Cast, Someone, as_actor

REFUSALS = (Denied, CannotAnswer, CannotAsk, CannotDelegate)


def asked(who: Someone, permission: P, account: AccountRef, **more: Any) -> AccessRequest:
    """Ask and commit."""
    by = as_actor(who)
    with acting_in(tenant_scope(account.tenant_id)):
        row = ask(permission, account, by=by, reason="I need it.", **more)
        db.session.commit()
    return row


def answered(action: Any, row: AccessRequest, account: AccountRef, by: Someone, **how: Any) -> Any:
    """Answer and commit."""
    who = as_actor(by)
    with acting_in(tenant_scope(account.tenant_id)):
        held = request_by_id(row.id, account, lock=True)
        assert held is not None
        role = [built_in(how.pop("role"))] if "role" in how else []
        result = action(held, *role, account, by=who, **how)
        db.session.commit()
    return result


@both_databases
def test_what_is_granted_is_held_from_then_on(inside, cast: Cast):
    row = asked(cast.editor, P.PAGE_PUBLISH, cast.acme)
    assert not can(as_actor(cast.editor), P.PAGE_PUBLISH, cast.acme).allowed
    until = now() + timedelta(days=3)
    grant = answered(grant_request, row, cast.acme, cast.admin, role="publisher", until=until)
    assert (grant.person_id, grant.until) == (cast.editor.id, until)
    assert can(as_actor(cast.editor), P.PAGE_PUBLISH, cast.acme).allowed
    (own,) = requests_of(cast.editor.id)
    assert (own.answer, own.answered_by, own.place) == ("granted", cast.admin.email, "Acme")


@both_databases
def test_the_same_is_not_asked_twice_while_it_waits(inside, cast: Cast):
    row = asked(cast.editor, P.PAGE_PUBLISH, cast.acme)
    with pytest.raises(CannotAsk, match="already"):
        asked(cast.editor, P.PAGE_PUBLISH, cast.acme)
    asked(cast.viewer, P.PAGE_PUBLISH, cast.acme)
    answered(refuse_request, row, cast.acme, cast.admin, reason="Not now.")
    asked(cast.editor, P.PAGE_PUBLISH, cast.acme)


@both_databases
def test_the_database_holds_that_too(inside, cast: Cast, monkeypatch: pytest.MonkeyPatch):
    asked(cast.editor, P.PAGE_PUBLISH, cast.acme)
    monkeypatch.setattr("tenants.asking.open_request", lambda *_: None)
    with pytest.raises(IntegrityError):
        asked(cast.editor, P.PAGE_PUBLISH, cast.acme)


def test_what_cannot_be_asked_says_why(inside, cast: Cast):
    for who, right, account, more, sentence in (
        (cast.editor, P.PAGE_EDIT, cast.acme, {}, "have this right at Acme already"),
        (cast.bolt_editor, P.PAGE_PUBLISH, cast.acme, {}, "Only members"),
        (cast.editor, P.PAGE_PUBLISH, cast.acme, {"until": now()}, "in the future"),
    ):
        with pytest.raises(CannotAsk, match=sentence):
            asked(who, right, account, **more)


def test_an_answer_is_given_once(inside, cast: Cast):
    row = asked(cast.editor, P.PAGE_PUBLISH, cast.acme)
    with pytest.raises(CannotAnswer, match="Say why"):
        answered(refuse_request, row, cast.acme, cast.admin, reason=" ")
    answered(refuse_request, row, cast.acme, cast.admin, reason="No.")
    with pytest.raises(CannotAnswer, match="refused already"):
        answered(grant_request, row, cast.acme, cast.admin, role="publisher")
    other = asked(cast.viewer, P.PAGE_PUBLISH, cast.acme)
    with pytest.raises(CannotAnswer, match="does not hold"):
        answered(grant_request, other, cast.acme, cast.admin, role="editor")


def test_only_whoever_asked_takes_it_back(inside, cast: Cast):
    row = asked(cast.editor, P.PAGE_PUBLISH, cast.acme)
    for who in (cast.viewer, cast.admin):
        with pytest.raises(CannotAnswer, match="Only whoever asked"):
            answered(lambda row, _here, by: withdraw_request(row, by=by), row, cast.acme, who)
    answered(lambda row, _here, by: withdraw_request(row, by=by), row, cast.acme, cast.editor)
    assert requests_of(cast.editor.id)[0].answer == "withdrawn"


@pytest.mark.parametrize("who", sorted(PEOPLE))
def test_only_those_who_can_give_it_see_it(inside, cast: Cast, who: str):
    asked(cast.editor, P.PAGE_PUBLISH, cast.acme)
    asked(cast.berlin_editor, P.PAGE_PUBLISH, cast.berlin)
    asked(cast.editor, P.CONSOLE_VIEW, cast.acme)
    by = as_actor(cast.people[who])
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        seen = [row.account_id for row in requests_for(by, cast.acme)]
    wanted = {"admin": [cast.acme.id, cast.berlin.id], "berlin_admin": [cast.berlin.id]}
    assert seen == wanted.get(who, [])


def test_somebody_who_asks_to_join_nowhere_sees_the_same(inside, cast: Cast):
    by, owner = as_actor(cast.bolt_editor), as_actor(cast.owner)
    for handle, account in (("acme", cast.acme), ("nowhere", cast.house)):
        with acting_in(tenant_scope(account.tenant_id)):
            ask_to_join(handle, account, by=by, reason="Hello.")
            db.session.commit()
    nowhere, acme = requests_of(cast.bolt_editor.id)
    assert (nowhere.place, acme.place) == ("nowhere", "acme")
    assert (nowhere.words, nowhere.answer) == (acme.words, acme.answer)
    with acting_in(tenant_scope(cast.house.tenant_id)):
        assert requests_for(owner, cast.house) == []
    admin = as_actor(cast.admin)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        (row,) = requests_for(admin, cast.acme)
        assert "Viewer" in {role.name for role in roles_for(row, cast.acme, admin)}


@settings(max_examples=60,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(data=st.data())
def test_no_answer_gives_more_than_the_answerer_holds(inside, cast: Cast, data: st.DataObject):
    people, accounts = st.sampled_from(list(PEOPLE)), list(cast.accounts.values())
    asker = cast.people[data.draw(people)]
    account = data.draw(st.sampled_from(accounts))
    answerer = cast.people[data.draw(people)]
    role = data.draw(st.sampled_from([spec.key for spec in BUILT_IN]))
    reach = data.draw(st.sampled_from(["subtree", "account"]))
    before, holder = as_actor(asker), as_actor(answerer)
    try:
        row = asked(asker, data.draw(st.sampled_from(list(P))), account)
        answered(grant_request, row, account, answerer, role=role, reach=reach)
    except REFUSALS:
        db.session.rollback()
        gained = {a.id: permissions_at(as_actor(asker), a) for a in accounts}
        assert gained == {a.id: permissions_at(before, a) for a in accounts}
        return
    after = as_actor(asker)
    for each in accounts:
        new = permissions_at(after, each) - permissions_at(before, each)
        assert new <= permissions_at(holder, each)
