"""How long a session lives, and what ends it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask.ctx import AppContext
from sqlalchemy import select

from portal.identity import sessions
from portal.identity.models import LoginSession
from tenants.clock import now
from tenants.db import db
from tenants.people import Person
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, Someone

PEOPLE = sessions.Limits(timedelta(days=14), timedelta(days=30))
STAFF = sessions.Limits(timedelta(hours=1), timedelta(hours=12))


def start(person: Someone, *, staff: bool = False, address: str = "192.0.2.1") -> str:
    row = db.session.get(Person, person.id)
    assert row is not None
    limits = STAFF if staff else PEOPLE
    token = sessions.start(row, limits, staff=staff, address=address, device="A device")
    db.session.commit()
    return token


def find(token: str) -> sessions.Device | None:
    return sessions.find(token, PEOPLE, STAFF)


@both_databases
def test_a_token_finds_its_session_and_no_other_text_does(inside: AppContext, cast: Cast):
    token = start(cast.editor)
    device = find(token)
    assert device is not None
    assert device.person_id == cast.editor.id
    for other in ("", token[:-1], token + "x", sessions.token_hash(token), "\ud800", "\x00"):
        assert find(other) is None


def test_the_token_is_long_random_and_not_stored(inside: AppContext, cast: Cast):
    one, other = start(cast.editor), start(cast.editor)
    assert one != other
    assert len(one) >= 43
    stored = [str(list(row)) for row in db.session.execute(select(LoginSession.__table__))]
    assert not any(one in text or other in text for text in stored)


@pytest.mark.parametrize(
    ("staff", "lives", "dies"),
    [
        (False, timedelta(days=13, hours=23), timedelta(days=14)),
        (True, timedelta(minutes=59), timedelta(hours=1)),
    ],
)
def test_unused_sessions_end(
    inside: AppContext, cast: Cast, staff: bool, lives: timedelta, dies: timedelta
):
    begun = now()
    with time_machine.travel(begun, tick=False):
        token = start(cast.editor, staff=staff)
    with time_machine.travel(begun + lives, tick=False):
        assert find(token) is not None
    with time_machine.travel(begun + dies, tick=False):
        assert find(token) is None


@pytest.mark.parametrize(("staff", "days"), [(False, 30), (True, 0.5)])
def test_used_sessions_end_too(inside: AppContext, cast: Cast, staff: bool, days: float):
    begun = now()
    with time_machine.travel(begun, tick=False):
        token = start(cast.editor, staff=staff)
    end = begun + timedelta(days=days)
    moment = begun
    while moment < end:
        with time_machine.travel(moment, tick=False):
            device = find(token)
            assert device is not None
            sessions.touch(db.session(), device.id)
            db.session.commit()
        moment += timedelta(minutes=50) if staff else timedelta(days=10)
    with time_machine.travel(end, tick=False):
        assert find(token) is None


@both_databases
def test_ending_all_keeps_the_one_that_is_named(inside: AppContext, cast: Cast):
    kept, others = start(cast.editor), [start(cast.editor), start(cast.editor)]
    stranger = start(cast.viewer)
    device = find(kept)
    assert device is not None
    assert sessions.end_all(cast.editor.id, keep=device.id) == 2
    assert find(kept) is not None
    assert find(stranger) is not None
    assert [find(token) for token in others] == [None, None]
    assert sessions.end_all(cast.editor.id) == 1
    assert find(kept) is None


def test_a_session_is_found_for_its_owner_only(inside: AppContext, cast: Cast):
    device = find(start(cast.editor))
    assert device is not None
    assert sessions.live_session(device.id, cast.editor.id) is not None
    assert sessions.live_session(device.id, cast.viewer.id) is None


def test_the_list_leaves_out_what_ended_or_is_stale(inside: AppContext, cast: Cast):
    begun = now()
    with time_machine.travel(begun, tick=False):
        start(cast.editor, staff=True)
    with time_machine.travel(begun + timedelta(hours=2), tick=False):
        fresh = find(start(cast.editor))
        assert fresh is not None
        ended = find(start(cast.editor))
        assert ended is not None
        row = sessions.live_session(ended.id, cast.editor.id)
        assert row is not None
        sessions.end_session(row)
        live = sessions.live_sessions(cast.editor.id, PEOPLE, STAFF)
        assert [each.id for each in live] == [fresh.id]


def test_an_address_is_known_for_a_month(inside: AppContext, cast: Cast):
    begun = now()
    with time_machine.travel(begun, tick=False):
        start(cast.editor, address="192.0.2.7")
        assert sessions.is_known_address(cast.editor.email, "192.0.2.7")
        assert not sessions.is_known_address(cast.editor.email, "192.0.2.8")
        assert not sessions.is_known_address(cast.viewer.email, "192.0.2.7")
    with time_machine.travel(begun + timedelta(days=30, seconds=1), tick=False):
        assert not sessions.is_known_address(cast.editor.email, "192.0.2.7")


def test_a_device_s_own_words_are_kept_short_and_printable(inside: AppContext, cast: Cast):
    row = db.session.get(Person, cast.editor.id)
    assert row is not None
    sessions.start(row, PEOPLE, staff=False, address="a" * 99, device="x\x00\ny" * 200)
    kept = db.session.scalars(select(LoginSession)).one()
    assert kept.device.startswith("xyxy")
    assert len(kept.device) == 300
    assert len(kept.address) == 64
