"""Moving an account: what it takes, what it comes to, and what it never does."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import event

from tenants.accounts import Account, AccountRef, ref
from tenants.audit import excuse
from tenants.built_in import BUILT_IN
from tenants.db import db
from tenants.decisions import Denied, permissions_at
from tenants.directory import account_path
from tenants.effects import effects_of
from tenants.moving import move
from tenants.opening import open_account
from tenants.past import account_as_of
from tenants.roles import Role, contain
from tenants.scope import across_tenants
from tenants.suspending import reactivate, suspend
from tenants.tree import DEEPEST, CannotChange
from tests.fixtures.app import both_databases, on_postgres
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS
from tests.tenants.real_effects import as_told, difference, everybodys_rights, the_tree
from tests.tenants.tree_scene import at, give, in_tree, the_tree_is_sound

EDITOR = {each for role in BUILT_IN if role.key in {"author", "editor"} for each in role.adds}


@both_databases
@pytest.mark.usefixtures("inside")
def test_a_move_takes_everything_along(cast: Cast):
    before = cast.berlin
    in_tree(move, cast.berlin, cast.hamburg, by=as_actor(cast.admin), reason="Merger.")
    the_tree_is_sound()
    assert [a.handle for a in account_path("acme-berlin-mitte")] == [
        "house", "acme", "acme-hamburg", "acme-berlin", "acme-berlin-mitte",
    ]  # fmt: skip
    with across_tenants("a test reads"):
        opened = db.session.get_one(Account, before.id).created_at
    past = account_as_of(before.id, opened)
    assert past is not None
    assert past.path == before.path
    in_tree(move, at("acme-berlin"), cast.acme, by=as_actor(cast.admin))
    the_tree_is_sound()


@both_databases
@pytest.mark.usefixtures("inside")
def test_halting_follows_the_place(cast: Cast):
    admin = as_actor(cast.admin)
    in_tree(move, cast.mitte, cast.hamburg, by=admin)
    in_tree(suspend, cast.hamburg, by=admin, reason="Late.")
    assert at("acme-berlin-mitte").halted
    with pytest.raises(Denied):
        in_tree(move, at("acme-berlin-mitte"), cast.berlin, by=admin)
    in_tree(suspend, cast.berlin, by=admin, reason="Late too.")
    in_tree(reactivate, cast.hamburg, by=admin)
    the_tree_is_sound()
    in_tree(move, at("acme-berlin"), at("acme-hamburg"), by=admin)
    assert at("acme-berlin").state == "suspended"
    the_tree_is_sound()


@both_databases
@pytest.mark.usefixtures("inside")
def test_what_is_told_beforehand_is_what_happens(cast: Cast):
    give(cast.viewer, "editor", cast.hamburg)
    give(cast.editor, "publisher", cast.hamburg, "account")
    give(cast.berlin_editor, "viewer", cast.mitte)
    admin = as_actor(cast.admin)
    changes = [
        lambda: move(at("acme-berlin"), cast.hamburg, by=admin),
        lambda: suspend(at("acme-berlin-mitte"), by=admin, reason="x"),
        lambda: suspend(at("acme-hamburg"), by=admin, reason="x"),
        lambda: reactivate(at("acme-hamburg"), by=admin),
        lambda: move(at("acme-berlin-mitte"), cast.acme, by=admin),
        lambda: reactivate(at("acme-berlin-mitte"), by=admin),
        lambda: move(at("acme-berlin"), at("acme-berlin-mitte"), by=admin),
        lambda: suspend(cast.acme, by=as_actor(cast.operator), reason="x"),
    ]
    tops = ("acme-berlin", "acme-berlin-mitte", "acme-hamburg", "acme-hamburg",
            "acme-berlin-mitte", "acme-berlin-mitte", "acme-berlin", "acme")  # fmt: skip
    for change, top in zip(changes, tops, strict=True):
        before = everybodys_rights()
        prepared = _prepared(change)
        effects = effects_of(prepared, at(top))
        assert everybodys_rights() == before
        in_tree(prepared)
        told = as_told(effects, the_tree())
        assert told == difference(before, everybodys_rights()), top
        the_tree_is_sound()


def _prepared(change):
    """The change with its accounts looked up before a transaction is open."""
    found: dict[str, AccountRef] = {each.handle: each for each in the_tree()}

    def run() -> None:
        names = globals()
        kept, names["at"] = names["at"], found.__getitem__
        try:
            change()
        finally:
            names["at"] = kept

    return run


@pytest.mark.usefixtures("inside")
def test_nobody_gains_what_the_mover_does_not_hold(cast: Cast):
    give(cast.viewer, "editor", cast.hamburg)
    with pytest.raises(Denied) as refused:
        in_tree(move, cast.berlin, cast.hamburg, by=as_actor(cast.operator))
    assert refused.value.decision.permission in EDITOR
    mover = cast.berlin_editor
    with across_tenants("a role that only moves"):
        role = Role(key="mover", name="Mover", tenant_id=cast.acme.id, account_id=cast.acme.id)
        db.session.add(role)
        db.session.flush()
        contain(role, {"account.move", "account.view"})
        excuse(role, "the test's scene")
        db.session.commit()
    give(mover, "", cast.acme, "account", role_row=role)
    give(mover, "", cast.hamburg, role_row=role)
    give(mover, "publisher", cast.hamburg)
    before = permissions_at(as_actor(mover), cast.mitte)
    with pytest.raises(Denied):
        in_tree(move, cast.berlin, cast.hamburg, by=as_actor(mover))
    assert permissions_at(as_actor(mover), at("acme-berlin-mitte")) == before


@pytest.mark.usefixtures("inside")
def test_what_a_move_never_does(cast: Cast):
    admin, operator = as_actor(cast.admin), as_actor(cast.operator)
    for account, to, by, sentence in (
        (cast.berlin, cast.mitte, admin, "circle"),
        (cast.berlin, cast.berlin, admin, "circle"),
        (cast.berlin, cast.acme, admin, "already"),
        (cast.berlin, cast.bolt, operator, "cannot leave its customer"),
        (cast.acme, cast.bolt, operator, "customer of the house"),
        (cast.house, cast.acme, operator, "nothing above"),
    ):
        with pytest.raises(CannotChange, match=sentence):
            in_tree(move, account, to, by=by)
    for account, to, who in (
        (cast.berlin, cast.hamburg, cast.editor),
        (cast.berlin, cast.hamburg, cast.berlin_admin),
        (cast.mitte, cast.hamburg, cast.berlin_admin),
        (cast.berlin, cast.bolt, cast.admin),
    ):
        with pytest.raises(Denied):
            in_tree(move, account, to, by=as_actor(who))
    the_tree_is_sound()


@pytest.mark.usefixtures("inside")
def test_a_role_is_not_left_behind(cast: Cast):
    with across_tenants("a role of Berlin"):
        role = Role(key="own", name="Own", tenant_id=cast.acme.id, account_id=cast.berlin.id)
        db.session.add(role)
        excuse(role, "the test's scene")
        db.session.commit()
    give(cast.viewer, "", cast.mitte, role_row=role)
    with pytest.raises(CannotChange, match="the role Own"):
        in_tree(move, cast.mitte, cast.hamburg, by=as_actor(cast.admin))


@both_databases
@pytest.mark.usefixtures("inside")
def test_a_large_subtree_takes_as_many_statements_as_a_small_one(cast: Cast):
    def statements(account: AccountRef, to: AccountRef) -> int:
        seen = []

        def note(*call):
            seen.append(call[2])

        event.listen(db.engine, "before_cursor_execute", note)
        in_tree(move, account, to, by=admin)
        event.remove(db.engine, "before_cursor_execute", note)
        return len(seen)

    admin = as_actor(cast.admin)
    few = statements(cast.mitte, cast.hamburg)
    with across_tenants("a wide tree"):
        for number in range(60):
            open_account(
                cast.berlin, f"wide-{number}", f"Wide {number}", by=TESTS, admin=None, zone="UTC"
            )
        db.session.commit()
    assert statements(cast.berlin, cast.hamburg) <= few + 2
    the_tree_is_sound()


@pytest.mark.usefixtures("inside")
def test_the_tree_does_not_grow_deeper_than_it_can_be_told(cast: Cast):
    with across_tenants("a deep tree"):
        above = cast.hamburg
        for number in range(above.depth, DEEPEST):
            above = ref(
                open_account(above, f"deep-{number}", "Deep", by=TESTS, admin=None, zone="UTC")
            )
        with pytest.raises(CannotChange, match="deep"):
            open_account(above, "too-deep", "Deep", by=TESTS, admin=None, zone="UTC")
        db.session.commit()
    with pytest.raises(CannotChange, match="deep"):
        in_tree(move, cast.berlin, above, by=as_actor(cast.admin))


@on_postgres
def test_two_moves_at_once_make_no_circle(app: Flask, cast: Cast):
    ready, results = threading.Barrier(2), []

    def work(account: AccountRef, to: AccountRef) -> None:
        with app.app_context():
            by = as_actor(cast.admin)
            ready.wait()
            try:
                in_tree(move, account, to, by=by)
                results.append("moved")
            except CannotChange:
                results.append("refused")

    pairs = ((cast.berlin, cast.hamburg), (cast.hamburg, cast.berlin))
    threads = [threading.Thread(target=work, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["moved", "refused"]
    with app.app_context():
        the_tree_is_sound()
