"""Groups: who may fill and empty them, and that they make nobody stronger."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tenants import restoring
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Denied
from tenants.delegation import CannotDelegate, give
from tenants.grouping import CannotGroup, add_member, delete, make, remove_member, rename
from tenants.permissions import Permission as P
from tenants.roles import built_in
from tenants.strength import TooWeak
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, Someone
from tests.tenants.role_scene import (
    defined,
    do,
    group,
    held,
    made,
    may,
    member,
    person,
)
from tests.tenants.test_defining import events

pytestmark = pytest.mark.usefixtures("inside")


def add(by: Someone, group_id: Any, who: Someone, cast: Cast) -> None:
    do(by, cast.acme, lambda actor: add_member(group(group_id), person(who), cast.acme, by=actor))


def take(by: Someone, group_id: Any, who: Someone, cast: Cast) -> None:
    do(
        by,
        cast.acme,
        lambda actor: remove_member(member(group_id, who), group(group_id), cast.acme, by=actor),
    )


def manager(cast: Cast, *permissions: P) -> None:
    """Edda may also manage groups, and what else is named."""
    extra = defined(cast.admin, cast.acme, "Manager", P.GROUP_MANAGE, *permissions)
    held(cast.editor, extra, cast.acme)


@both_databases
def test_a_group_is_made_filled_given_a_role_and_counts(cast: Cast) -> None:
    desk = made(cast.admin, cast.acme, "News desk", cast.viewer)
    do(
        cast.admin,
        cast.berlin,
        lambda by: give(group(desk), built_in("publisher"), cast.berlin, by=by),
    )
    assert may(cast.viewer, P.PAGE_PUBLISH, cast.mitte)
    add(cast.admin, desk, cast.bolt_editor, cast)
    assert may(cast.bolt_editor, P.PAGE_PUBLISH, cast.berlin)
    take(cast.admin, desk, cast.bolt_editor, cast)
    assert not may(cast.bolt_editor, P.PAGE_PUBLISH, cast.berlin)
    assert len(events("member.added")) == 2
    (gone,) = events("member.removed")
    assert gone.facts == {"person": cast.bolt_editor.email, "group": "News desk"}
    assert [e.facts["person"] for e in events("grant.given") if e.actor_label != "Tests"] == [
        "News desk"
    ]


@both_databases
def test_nobody_grows_stronger_through_a_group(cast: Cast) -> None:
    desk = made(cast.admin, cast.acme, "Desk", cast.viewer)
    held(desk, "publisher", cast.berlin)
    manager(cast, P.GRANT_GIVE, P.GRANT_END)
    for act in (
        lambda: add(cast.editor, desk, cast.editor, cast),
        lambda: take(cast.editor, desk, cast.viewer, cast),
        lambda: do(cast.editor, cast.acme,
                   lambda by: rename(group(desk), cast.acme, "Mine", "", by=by)),
        lambda: do(cast.editor, cast.acme,
                   lambda by: delete(group(desk), cast.acme, by=by)),
    ):  # fmt: skip
        with pytest.raises(Denied, match=r"page\.publish"):
            act()
    assert not may(cast.editor, P.PAGE_PUBLISH, cast.berlin)


@both_databases
def test_what_a_group_holds_later_or_longer_counts_too(cast: Cast) -> None:
    later = made(cast.admin, cast.acme, "Later")
    held(later, "publisher", cast.acme, until=now() + timedelta(days=30))
    manager(cast, P.GRANT_GIVE)
    held(cast.editor, "publisher", cast.acme, until=now() + timedelta(days=3))
    with pytest.raises(TooWeak, match="for longer"):
        add(cast.editor, later, cast.editor, cast)


@both_databases
def test_who_manages_groups_here_only_cannot_fill_one_that_acts_below(cast: Cast) -> None:
    desk = made(cast.admin, cast.acme, "Desk")
    held(desk, "viewer", cast.berlin)
    extra = defined(cast.admin, cast.acme, "Manager", P.GROUP_MANAGE, P.GRANT_GIVE)
    held(cast.editor, extra, cast.acme, reach="account")
    with pytest.raises(TooWeak, match="below"):
        add(cast.editor, desk, cast.viewer, cast)


@both_databases
def test_the_last_keeper_stays_in_the_group(cast: Cast) -> None:
    desk = made(cast.admin, cast.acme, "Keepers", cast.viewer, cast.editor)
    held(desk, "account-admin", cast.hamburg)
    take(cast.admin, desk, cast.viewer, cast)
    with pytest.raises(CannotDelegate, match="last"):
        take(cast.admin, desk, cast.editor, cast)
    with pytest.raises(CannotDelegate, match="last"):
        do(cast.admin, cast.acme, lambda by: delete(group(desk), cast.acme, by=by))


@both_databases
def test_a_deleted_group_comes_back_with_what_it_held(cast: Cast) -> None:
    desk = made(cast.admin, cast.acme, "Desk", cast.bolt_editor)
    held(desk, "publisher", cast.berlin)
    row = do(cast.admin, cast.acme, lambda by: _deleted(desk, cast, by))
    assert not may(cast.bolt_editor, P.PAGE_PUBLISH, cast.berlin)
    with pytest.raises(CannotDelegate, match="deleted"):
        do(
            cast.admin,
            cast.acme,
            lambda by: give(db.session.merge(row), built_in("viewer"), cast.acme, by=by),
        )
    back = do(
        cast.admin,
        cast.acme,
        lambda by: restoring.restore_group(db.session.merge(row), cast.acme, by=by),
    )
    assert [(each.bearer, each.role, each.problem) for each in back] == [("Desk", "Publisher", "")]
    assert may(cast.bolt_editor, P.PAGE_PUBLISH, cast.berlin)
    assert [len(events(f"group.{verb}")) for verb in ("made", "deleted", "restored")] == [1, 1, 1]


def _deleted(desk: Any, cast: Cast, by: Any) -> Any:
    row = group(desk)
    assert len(delete(row, cast.acme, by=by)) == 1
    return row


def test_names_places_and_members_are_checked(cast: Cast) -> None:
    desk = made(cast.admin, cast.acme, "Desk", cast.viewer)
    for name in ("desk", "", "x" * 101):
        with pytest.raises(CannotGroup, match="name"):
            made(cast.admin, cast.acme, name)
    with pytest.raises(CannotGroup, match="already"):
        add(cast.admin, desk, cast.viewer, cast)
    assert do(
        cast.admin,
        cast.acme,
        lambda by: rename(group(desk), cast.acme, "News desk", "All of it.", by=by),
    )
    assert not do(
        cast.admin,
        cast.acme,
        lambda by: rename(group(desk), cast.acme, "News desk", "All of it.", by=by),
    )
    with pytest.raises(CannotGroup, match="where it was made"):
        do(cast.admin, cast.acme, lambda by: rename(group(desk), cast.berlin, "x", "", by=by))
    below = made(cast.berlin_admin, cast.berlin, "Below")
    with pytest.raises(CannotDelegate, match="where it was made"):
        do(
            cast.admin,
            cast.acme,
            lambda by: give(group(below), built_in("viewer"), cast.acme, by=by),
        )
    with pytest.raises(Denied, match=r"group\.manage"):
        do(cast.editor, cast.acme, lambda by: make(cast.acme, "Mine", by=by))


def test_a_custom_role_works_through_a_group(cast: Cast) -> None:
    desk = made(cast.admin, cast.acme, "Desk", cast.bolt_editor)
    press = defined(cast.admin, cast.acme, "Press", P.PAGE_PUBLISH)
    held(desk, press, cast.hamburg)
    assert may(cast.bolt_editor, P.PAGE_PUBLISH, cast.hamburg)
