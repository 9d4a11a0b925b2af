"""The filter of a trail: its text, what it finds, and what that costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event as listening

from portal.content import history
from portal.content.history import Found, changed, each_event, events_below
from portal.content.trail_activity import activity
from portal.content.trail_filters import KEYS, read_query
from tenants.audit import circumstances, record
from tenants.db import db
from tenants.engines import reading
from tenants.events import Event
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.tenants.chain_scene import add_events


def test_a_text_is_read_into_terms():
    asked = read_query(
        'actor:ada@acme.example "spring plans" outcome:done Since:2026-03-01', "Europe/Berlin"
    )
    assert [(t.key, t.value) for t in asked.terms] == [
        ("actor", "ada@acme.example"), ("", "spring plans"), ("outcome", "done"),
        ("since", "2026-03-01"),
    ]  # fmt: skip
    assert asked.problems == ()
    assert asked.terms[3].moment == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert asked.without(asked.terms[0]) == '"spring plans" outcome:done since:2026-03-01'
    again = read_query(asked.text, "Europe/Berlin")
    assert again.terms == asked.terms


def test_until_takes_the_whole_day_in():
    asked = read_query("until:2026-03-01", "UTC")
    assert asked.terms[0].moment == datetime(2026, 3, 1, 23, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour:red", "There is no filter “colour:”. Known are actor:, action:"),
        ("since:soon", "“since:soon” is no date"),
        ("until:0001-01-01", "is no date"),
        ("since:2026-13-01", "is no date"),
        ("outcome:splendid", "an outcome is done, refused or failed"),
        ("action:page.exploded", "There is no action “page.exploded”"),
        ('actor:""', "“actor:” needs a value"),
        ("x " * 30, "at most 20 parts"),
        ("x" * 600, "at most 500 characters"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str):
    asked = read_query(text)
    assert said in " ".join(asked.problems)
    assert asked.text == text.strip()


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL run meanwhile."""
    found: list[str] = []

    def note(_c: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        if sql.startswith("SELECT") and "set_config" not in sql:
            found.append(sql)

    listening.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        listening.remove(db.engine, "before_cursor_execute", note)


def shown(cast: Cast, text: str, *, content: bool = True, at: Any = None, **more: Any) -> Found:
    with reading(), acting_in(tenant_scope(cast.acme.id)):
        return events_below(at or cast.acme, read_query(text), more.pop("before", None),
                            content=content, **more)  # fmt: skip


@pytest.fixture
def told(app: Flask, inside, cast: Cast) -> Cast:
    """Some events to find."""
    admin = as_actor(cast.admin)
    with circumstances("req-1", "192.0.2.7"), acting_in(tenant_scope(cast.acme.id)):
        for account, reason in ((cast.acme, "First plan"), (cast.berlin, "Zoë’s 100% plan")):
            record(
                Event.ACCOUNT_CHANGED, account, by=admin, account_id=account.id,
                tenant_id=cast.acme.id, reason=reason, changes={"name": ["Größe", "B"]},
            )  # fmt: skip
        record(
            Event.ACTION_REFUSED, cast.acme, by=admin, account_id=cast.acme.id, outcome="refused",
            tenant_id=cast.acme.id, changes={}, permission="page.publish", account="Acme",
        )  # fmt: skip
        db.session.commit()
    return cast


@both_databases
@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("request:req-1", 3), ("request:req-1 outcome:refused", 1),
        ("request:req-1 account:acme-berlin", 1),
        ("request:req-1 action:account", 2), ("request:req-1 action:account.changed", 2),
        ("request:req-1 actor:admin@acme.example", 3), ("request:req-1 actor:ADMIN@", 3),
        ("request:req-1 actor:Admin", 3), ("request:req-1 actor:nobody", 0),
        ("request:req-1 plan", 2), ("request:req-1 zoë’s", 1), ("request:req-1 Größe", 2),
        ("request:req-1 100%", 1), ("request:req-1 0%", 1), ("request:req-1 _", 0),
        ("request:req-1 page.publish", 1), ("request:req-1 192.0.2.7", 3),
        ("request:req-1 target:berlin", 1), ("request:req-1 since:1h", 3),
        ("request:req-1 until:1h", 0), ("request:req-1 outcome:done outcome:refused", 3),
        ("target:spring", 4), ("account:bolt", 0),
    ],
)  # fmt: skip
def test_terms_find_what_they_name(told: Cast, text: str, count: int):
    assert read_query(text).problems == ()
    assert len(shown(told, text).rows) == count


@both_databases
def test_a_target_is_found_by_its_id(told: Cast):
    assert {r.handle for r in shown(told, f"target:{told.berlin.id} request:req-1").rows} == {
        "acme-berlin"
    }


@both_databases
def test_an_account_shows_its_subtree_and_nothing_beside(told: Cast):
    assert len(shown(told, "request:req-1", at=told.berlin).rows) == 1
    assert shown(told, "request:req-1", at=told.hamburg).rows == []


@both_databases
def test_what_is_hidden_is_not_found_by_its_words(told: Cast):
    assert shown(told, "spring").rows
    for text in ("spring", "target:spring", "action:page spring"):
        assert shown(told, text, content=False).rows == []
    assert shown(told, "action:page", content=False).rows


@both_databases
@pytest.mark.parametrize(
    ("text", "most"),
    [("", 2), *((f"{key}:{value}", 2) for key, value in (
        ("actor", "a@b.example"), ("action", "account"), ("outcome", "done"),
        ("since", "7d"), ("until", "2027-01-01"), ("request", "x"), ("target", "0" * 32),
    )), ("plan", 3), ("account:acme", 3), ("actor:ada target:x words", 3)],
)  # fmt: skip
def test_a_page_takes_a_fixed_number_of_statements(told: Cast, text: str, most: int):
    seen = []
    for extra in (0, 120):
        add_events(told, extra, seed=extra)
        with statements() as found:
            shown(told, text)
        seen.append(len(found))
        assert not any("count(" in sql for sql in found)
    assert max(seen) <= most


def test_each_key_is_counted_above():
    assert set(KEYS) == {
        "actor",
        "action",
        "target",
        "account",
        "outcome",
        "since",
        "until",
        "request",
    }


@both_databases
def test_pages_follow_each_other_by_key(told: Cast):
    add_events(told, 130, seed=1)
    found, seen, before = [], 0, None
    while True:
        page = shown(told, "action:account.changed", before=before)
        found += [row.id for row in page.rows]
        seen, before = seen + 1, page.older
        if before is None:
            break
    assert (len(found), len(set(found)), seen) == (132, 132, 3)
    with reading(), acting_in(tenant_scope(told.acme.id)):
        asked = read_query("action:account.changed")
        all_of_them = each_event(told.acme, asked, content=True, most=500, per_read=7)
        assert [row.id for row in all_of_them] == found


@both_databases
def test_words_are_looked_for_a_part_at_a_time(told: Cast, monkeypatch: pytest.MonkeyPatch):
    add_events(told, 60, seed=2)
    monkeypatch.setattr(history, "LOOKED_AT", 25)
    before, looks, found = None, 0, []
    while True:
        page = shown(told, "zoë’s", before=before)
        found += page.rows
        looks, before = looks + 1, page.older
        if before is None:
            break
        assert page.looked_to is not None
    assert looks > 2
    assert len(found) == 1


@both_databases
def test_the_picture_takes_two_statements(told: Cast):
    with reading(), acting_in(tenant_scope(told.acme.id)), statements() as found:
        days = activity(told.berlin, "Europe/Berlin")
    assert len(found) == 2
    assert len(days) == 30
    assert days[-1].count + days[-2].count >= 1
    assert sum(day.count for day in days[:-2]) == 0


def test_what_stayed_the_same_is_not_told_as_a_change():
    sides = {"address": ["/a/", "/a/"], "live revision": [1, 2], "approved by": ["Ada"], "x": "y"}
    assert list(changed(sides)) == ["live revision", "approved by", "x"]
