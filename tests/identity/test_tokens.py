"""Secrets sent by mail: once, for an hour, for the person as he was."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask.ctx import AppContext
from sqlalchemy import select

from portal.identity import tokens
from portal.identity.models import MailToken
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.events import Event
from tenants.people import Person
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS


def editor(cast: Cast) -> Person:
    row = db.session.get(Person, cast.editor.id)
    assert row is not None
    return row


def issue(cast: Cast) -> str:
    token = tokens.issue(editor(cast), tokens.PASSWORD)
    db.session.commit()
    return token


def works(token: str) -> bool:
    return tokens.holder(token, tokens.PASSWORD) is not None


@both_databases
def test_a_token_works_once(inside: AppContext, cast: Cast):
    token = issue(cast)
    assert works(token)
    person = tokens.redeem(token, tokens.PASSWORD)
    assert person is not None
    assert person.id == cast.editor.id
    db.session.commit()
    assert tokens.redeem(token, tokens.PASSWORD) is None
    assert not works(token)


def test_a_new_token_ends_the_older_ones(inside: AppContext, cast: Cast):
    older, newer = issue(cast), issue(cast)
    assert not works(older)
    assert works(newer)


def test_it_lives_an_hour(inside: AppContext, cast: Cast):
    begun = now()
    with time_machine.travel(begun, tick=False):
        token = issue(cast)
    with time_machine.travel(begun + timedelta(minutes=59), tick=False):
        assert works(token)
    with time_machine.travel(begun + timedelta(hours=1), tick=False):
        assert not works(token)


@pytest.mark.parametrize(
    "change",
    [{"password_hash": "another"}, {"email": "new@acme.example"}, {"deactivated_at": now()}],
    ids=["password", "e-mail", "deactivated"],
)
def test_it_dies_with_what_it_was_sealed_with(
    inside: AppContext, cast: Cast, change: dict[str, object]
):
    token = issue(cast)
    db.session.close()
    with acting_in(tenant_scope(cast.house.id)):
        person = editor(cast)
        for name, value in change.items():
            setattr(person, name, value)
        record(Event.PERSON_CHANGED, person, by=TESTS, account_id=cast.house.id)
        db.session.commit()
    assert not works(token)


def test_it_serves_one_purpose(inside: AppContext, cast: Cast):
    assert tokens.holder(issue(cast), "something else") is None


def test_only_its_seal_is_stored(inside: AppContext, cast: Cast):
    token = issue(cast)
    stored = [str(list(row)) for row in db.session.execute(select(MailToken.__table__))]
    assert stored
    assert not any(token[tokens.ID_LENGTH :] in text for text in stored)


def test_what_is_no_token_finds_nobody(inside: AppContext, cast: Cast):
    token = issue(cast)
    wrong = ["", "x", "\x00", "é" * 80, token[:-1], token + "x", token[:32], "0" * 32 + token[32:]]
    for text in [*wrong, token.upper(), "9" * 100_000]:
        assert not works(text), text[:80]
    assert works(token)
