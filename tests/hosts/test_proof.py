"""Whose a name is: whoever proves it, and only while the record stands."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from portal.content import hosting
from portal.content.hosting import GRACE, TAKEN
from portal.jobs import hosts as job
from tenants.accounts import AccountRef
from tenants.clock import now
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.dns import FakeDns
from tests.hosts.scene import OWN, claimed, host_rows, looked, proved, served_anew
from tests.identity.common import events
from tests.identity.common import mails as outbox

pytestmark = both_databases


def at(monkeypatch: pytest.MonkeyPatch, later: timedelta) -> None:
    """Let it be later than it is, for looks and for what is due."""
    for module in (hosting, job):
        monkeypatch.setattr(module, "now", lambda: now() + later)


def state(app: Flask, account: AccountRef, host: str = OWN) -> str:
    return host_rows(app)[str(account.id), host].state


def sites(app: Flask) -> dict[str, str]:
    served_anew(app)
    return dict(app.extensions["own_hosts"].known().sites)


def mails(app: Flask) -> list[tuple[str, str]]:
    return [(mail.recipient, mail.subject) for mail in outbox(app)]


def run(app: Flask) -> int:
    with app.app_context():
        assert job.anything_due()
        return job.check_hosts()


def test_a_claim_blocks_nobody_and_a_record_proves_one_claim_only(
    app: Flask, cast: Cast, dns: FakeDns
):
    ours, theirs = claimed(app, cast.acme), claimed(app, cast.bolt)
    assert ours.token != theirs.token
    assert looked(app, dns, cast.bolt) == ""
    dns.said[ours.record_name] = ["v=spf1 -all", ours.record_value]
    assert looked(app, dns, cast.bolt) == "", "another's record proves nothing of ours"
    assert looked(app, dns, cast.acme) == "proved"
    assert sites(app) == {OWN: "acme"}
    dns.said[ours.record_name].append(theirs.record_value)
    assert looked(app, dns, cast.bolt) == "", "while both stand there, whoever had it keeps it"
    assert looked(app, dns, cast.acme) == ""
    assert "Two claims" in host_rows(app)[str(cast.bolt.id), OWN].problem
    assert sites(app) == {OWN: "acme"}


def test_new_proof_moves_a_name_at_once_and_tells_who_had_it(app: Flask, cast: Cast, dns: FakeDns):
    proved(app, dns, cast.acme)
    theirs = proved(app, dns, cast.bolt, primary=False)
    assert sites(app) == {OWN: "bolt"}
    assert app.extensions["own_hosts"].known().bases == {}, "no longer where Acme's site is at home"
    with app.app_context():
        assert job.settle_taken() == 1
        assert job.settle_taken() == 0
    row = host_rows(app)[str(cast.acme.id), OWN]
    assert (row.state, row.primary, row.problem) == ("lost", False, TAKEN)
    assert events(app, "host.lost")[-1].account_id == cast.acme.id
    assert [to for to, _ in mails(app)] == [cast.admin.email]
    assert theirs.host == OWN
    assert sites(app) == {OWN: "bolt"}


def test_a_record_that_goes_away_is_told_of_and_then_the_name_is_not_served(
    app: Flask, cast: Cast, dns: FakeDns, monkeypatch: pytest.MonkeyPatch
):
    row = proved(app, dns, cast.acme)
    with app.app_context():
        assert not job.anything_due(), "not before a day has passed"
    day, late = timedelta(days=1, minutes=1), timedelta(days=1, hours=2)
    dns.said.clear()
    dns.down = True
    at(monkeypatch, day)
    assert run(app) == 1
    assert state(app, cast.acme) == "proved", "no answer says nothing about the record"
    dns.down = False
    at(monkeypatch, day * 2)
    run(app)
    assert state(app, cast.acme) == "missing"
    assert sites(app) == {OWN: "acme"}
    at(monkeypatch, day * 2 + GRACE - timedelta(minutes=1))
    run(app)
    assert state(app, cast.acme) == "missing"
    at(monkeypatch, late * 2 + GRACE)
    run(app)
    assert state(app, cast.acme) == "lost"
    assert sites(app) == {}
    subjects = [subject for _, subject in mails(app)]
    assert subjects == [
        f"The record of {OWN} is gone: the site stops there in 7 days",
        f"The site of Acme is no longer served at {OWN}",
    ]
    story = ["host.claimed", "host.proved", "host.preferred", "host.missing", "host.lost"]
    assert [each.event for each in events(app, *story)] == story
    dns.said[row.record_name] = [row.record_value]
    assert looked(app, dns, cast.acme) == "proved", "set again, it is proved again"
    assert not host_rows(app)[str(cast.acme.id), OWN].primary, "and chosen anew by a person"


def test_a_record_that_comes_back_in_time_changes_nothing(
    app: Flask, cast: Cast, dns: FakeDns, monkeypatch: pytest.MonkeyPatch
):
    row = proved(app, dns, cast.acme)
    dns.said.clear()
    at(monkeypatch, timedelta(days=2))
    run(app)
    dns.said[row.record_name] = [row.record_value]
    at(monkeypatch, timedelta(days=2, hours=2))
    run(app)
    kept = host_rows(app)[str(cast.acme.id), OWN]
    assert (kept.state, kept.primary, kept.problem) == ("proved", True, "")


def test_a_new_claim_is_looked_for_by_itself_for_some_days(
    app: Flask, cast: Cast, dns: FakeDns, monkeypatch: pytest.MonkeyPatch
):
    row = claimed(app, cast.acme)
    assert run(app) == 1
    with app.app_context():
        assert not job.anything_due()
    dns.said[row.record_name] = [row.record_value]
    at(monkeypatch, timedelta(minutes=11))
    assert run(app) == 1
    assert state(app, cast.acme) == "proved"
    assert mails(app)[0] == (cast.admin.email, f"{OWN} is proved to be Acme’s")
    claimed(app, cast.bolt, "never.example")
    at(monkeypatch, timedelta(days=4))
    run(app)
    assert host_rows(app)[str(cast.bolt.id), "never.example"].checked_at is None
