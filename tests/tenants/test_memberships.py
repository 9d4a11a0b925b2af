"""What began and ended for somebody through a group, and who is told why one keeper stays."""

from __future__ import annotations

import threading
from typing import Any

from flask import Flask

from tenants.clock import now
from tenants.db import db
from tenants.delegation import CannotDelegate
from tenants.ending import end
from tenants.grouping import remove_member
from tenants.offers import grant_by_id
from tenants.questions import changes_for
from tests.fixtures.app import both_databases, on_postgres
from tests.fixtures.cast import Cast
from tests.tenants.role_scene import acting, do, group, held, made, member


@both_databases
def test_what_changed_through_a_group_is_told(inside: Any, cast: Cast) -> None:
    before = now()
    desk = made(cast.admin, cast.acme, "Desk", cast.author)
    held(desk, "publisher", cast.berlin)
    second = made(cast.admin, cast.acme, "Second")
    held(second, "editor", cast.hamburg)
    do(cast.admin, cast.acme, lambda by: remove_member(
        member(desk, cast.author), group(desk), cast.acme, by=by))  # fmt: skip
    steps = changes_for(cast.author.id, before, now())
    assert [(s.what, s.role_name, s.account_id) for s in steps] == [
        ("given to Desk", "Publisher", cast.berlin.id), ("left Desk", "Publisher", cast.berlin.id),
    ]  # fmt: skip
    assert steps[1].by == cast.admin.email
    assert changes_for(cast.author.id, now(), now()) == []


@on_postgres
def test_of_two_keepers_taken_away_at_once_one_stays(app: Flask, cast: Cast) -> None:
    with app.app_context():
        desk = made(cast.admin, cast.acme, "Keepers", cast.editor)
        held(desk, "account-admin", cast.hamburg)
        direct = held(cast.viewer, "account-admin", cast.hamburg)
    ready, results = threading.Barrier(2), []

    def take_out(by: Any) -> None:
        row = member(desk, cast.editor)
        ready.wait()
        remove_member(row, group(desk), cast.acme, by=by)

    def end_direct(by: Any) -> None:
        grant = grant_by_id(direct)
        assert grant is not None
        ready.wait()
        end(grant, cast.hamburg, by=by)

    def work(act: Any) -> None:
        with app.app_context():
            try:
                with acting(cast.admin, cast.acme) as by:
                    act(by)
                results.append("ended")
            except CannotDelegate:
                results.append("refused")
            db.session.remove()

    threads = [threading.Thread(target=work, args=(act,)) for act in (take_out, end_direct)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["ended", "refused"]
