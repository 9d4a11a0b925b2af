"""Custom roles: who may define what, for whom it counts, and how it is taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tenants import defining
from tenants.audit import AuditEvent, excuse
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Denied
from tenants.defining import CannotDefine, change, delete
from tenants.delegation import CannotDelegate, give
from tenants.permissions import Permission as P
from tenants.questions import explain
from tenants.roles import built_in, contents
from tenants.scope import across_tenants
from tenants.strength import TooWeak
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.tenants.role_scene import acting, defined, do, held, may, person, role, wanted

pytestmark = pytest.mark.usefixtures("inside")


def events(name: str) -> list[AuditEvent]:
    with across_tenants("a test reads the trail"):
        return list(db.session.scalars(select(AuditEvent).where(AuditEvent.event == name)))


@both_databases
def test_a_role_is_defined_given_and_counts(cast: Cast) -> None:
    press = defined(cast.admin, cast.acme, "Press officer", P.PAGE_PUBLISH, parent="author")
    with acting(cast.admin, cast.berlin) as by:
        give(person(cast.bolt_editor), role(press), cast.berlin, by=by)
    assert may(cast.bolt_editor, P.PAGE_PUBLISH, cast.mitte)
    assert may(cast.bolt_editor, P.PAGE_VIEW, cast.berlin), "inherited over two steps"
    assert not may(cast.bolt_editor, P.PAGE_EDIT, cast.berlin)
    answer = explain(cast.bolt_editor.id, P.PAGE_VIEW, cast.berlin)
    assert answer is not None
    assert answer.decision.through == ("Press officer", "Author", "Viewer")
    (event,) = events("role.defined")
    assert event.target_label == "Press officer"
    assert event.facts == {"permissions": ["page.publish"], "parent": "Author"}
    assert event.account_id == cast.acme.id


@both_databases
@pytest.mark.parametrize(
    ("who", "where", "permission", "refusal"),
    [
        ("editor", "acme", P.PAGE_VIEW, Denied),
        ("berlin_admin", "acme", P.PAGE_VIEW, Denied),
        ("admin", "acme", P.PERSON_MANAGE, Denied),
        ("owner", "acme", P.PAGE_VIEW, Denied),
        ("operator", "house", P.ACCOUNT_VIEW, Denied),
    ],
)
def test_nobody_defines_more_than_he_holds(
    cast: Cast, who: str, where: str, permission: P, refusal: Any
) -> None:
    with pytest.raises(refusal):
        defined(cast.people[who], cast.accounts[where], "Strong", permission)


def test_staff_roles_are_defined_at_the_house_only(cast: Cast) -> None:
    desk = defined(cast.owner, cast.house, "Desk", P.ACCESS_VIEW, parent="support")
    with acting(cast.owner, cast.house):
        assert role(desk).for_house
    with pytest.raises(CannotDefine, match="inherits from one built in"):
        defined(cast.owner, cast.acme, "Desk", parent="support")


@both_databases
@pytest.mark.parametrize("how", [{"reach": "account"}, {"until": timedelta(days=3)}])
def test_who_holds_it_here_only_or_for_a_time_cannot_define(cast: Cast, how: Any) -> None:
    if "until" in how:
        how = {"until": now() + how["until"]}
    held(cast.editor, "account-admin", cast.hamburg, **how)
    with pytest.raises(TooWeak, match=r"reaches|ends"):
        defined(cast.editor, cast.hamburg, "Lasting", P.GRANT_GIVE)
    with pytest.raises((TooWeak, CannotDelegate)):
        defined(cast.editor, cast.hamburg, "Lasting", P.ACCOUNT_CLOSE, parent="viewer")


@both_databases
def test_nobody_edits_himself_stronger(cast: Cast) -> None:
    boss = defined(cast.admin, cast.acme, "Boss", P.ROLE_MANAGE, P.GRANT_GIVE)
    held(cast.viewer, boss, cast.acme)
    with pytest.raises(Denied):
        do(
            cast.viewer,
            cast.acme,
            lambda by: change(role(boss), cast.acme, wanted("Boss", P.PAGE_PUBLISH), by=by),
        )
    with pytest.raises(Denied):
        do(
            cast.viewer,
            cast.acme,
            lambda by: change(role(boss), cast.acme, wanted("Boss", parent="editor"), by=by),
        )
    assert not may(cast.viewer, P.PAGE_PUBLISH, cast.acme)


@both_databases
def test_a_role_that_comes_to_more_is_not_touched(cast: Cast) -> None:
    weak = defined(cast.admin, cast.acme, "Weak", P.PAGE_VIEW)
    defined(cast.admin, cast.acme, "Strong heir", P.PAGE_PUBLISH, parent_id=weak)
    helper = defined(cast.admin, cast.acme, "Helper", P.ROLE_MANAGE, parent="editor")
    held(cast.viewer, helper, cast.acme)
    with pytest.raises(Denied):
        do(cast.viewer, cast.acme, lambda by: change(role(weak), cast.acme, wanted("Weak"), by=by))


@both_databases
def test_a_change_counts_at_once_below_and_the_past_stays(cast: Cast) -> None:
    press = defined(cast.admin, cast.acme, "Press", P.PAGE_PUBLISH)
    heir = defined(cast.berlin_admin, cast.berlin, "Press Berlin", P.PAGE_VIEW, parent_id=press)
    held(cast.viewer, heir, cast.berlin)
    assert may(cast.viewer, P.PAGE_PUBLISH, cast.berlin)
    before = now()
    assert do(
        cast.admin,
        cast.acme,
        lambda by: change(
            role(press), cast.acme, wanted("Press office", P.PAGE_EDIT, sentence="Edits."), by=by
        ),
    )
    assert may(cast.viewer, P.PAGE_EDIT, cast.berlin)
    assert not may(cast.viewer, P.PAGE_PUBLISH, cast.berlin)
    then = explain(cast.viewer.id, P.PAGE_PUBLISH, cast.berlin, before)
    assert then is not None
    assert then.decision.allowed
    (event,) = events("role.changed")
    assert event.changes == {
        "name": ["Press", "Press office"], "sentence": ["", "Edits."],
        "permissions": ["page.publish", "page.edit"],
    }  # fmt: skip
    assert not do(
        cast.admin,
        cast.acme,
        lambda by: change(
            role(press), cast.acme, wanted("Press office", P.PAGE_EDIT, sentence="Edits."), by=by
        ),
    )
    assert len(events("role.changed")) == 1


@both_databases
def test_no_circles_no_names_twice_and_only_ones_own(cast: Cast) -> None:
    first = defined(cast.admin, cast.acme, "First", P.PAGE_VIEW)
    second = defined(cast.admin, cast.acme, "Second", parent_id=first)
    foreign = defined(cast.bolt_admin, cast.bolt, "Foreign", P.PAGE_VIEW)
    below = defined(cast.berlin_admin, cast.berlin, "Below", P.PAGE_VIEW)
    for refused, parent in (
        ("heirs", first),
        ("heirs", second),
        ("built in", foreign),
        ("built in", below),
    ):
        with (
            pytest.raises(CannotDefine, match=refused),
            acting(cast.admin, cast.acme) as by,
        ):
            change(role(first), cast.acme, wanted("First", parent_id=parent), by=by)
    for name in ("first", "Editor", " ", "x" * 101):
        with pytest.raises(CannotDefine, match="name"):
            defined(cast.admin, cast.acme, name)
    with pytest.raises(CannotDefine, match="where it was defined"):
        do(cast.admin, cast.acme, lambda by: change(role(below), cast.acme, wanted("Mine"), by=by))
    with pytest.raises(CannotDefine, match="where it was defined"):
        do(
            cast.admin,
            cast.acme,
            lambda by: change(built_in("viewer"), cast.acme, wanted("Mine"), by=by),
        )


@both_databases
def test_the_last_keeper_is_not_edited_away(cast: Cast) -> None:
    keeper = defined(cast.admin, cast.acme, "Keeper", P.GRANT_GIVE, P.GRANT_END)
    held(cast.viewer, keeper, cast.hamburg)
    with pytest.raises(CannotDelegate, match="last"):
        do(
            cast.admin,
            cast.acme,
            lambda by: change(role(keeper), cast.acme, wanted("Keeper", P.GRANT_END), by=by),
        )
    with pytest.raises(CannotDelegate, match="last"):
        do(cast.admin, cast.acme, lambda by: delete(role(keeper), cast.acme, by=by))
    held(cast.editor, "account-admin", cast.hamburg)
    assert do(
        cast.admin,
        cast.acme,
        lambda by: change(role(keeper), cast.acme, wanted("Keeper", P.GRANT_END), by=by),
    )


def test_a_clone_is_a_role_of_its_own(cast: Cast) -> None:
    twin = do(
        cast.admin,
        cast.acme,
        lambda by: defining.clone(built_in("publisher"), cast.acme, "House publisher", by=by).id,
    )
    with acting(cast.admin, cast.acme):
        found = contents()
        assert found.permissions(twin) == found.permissions(built_in("publisher").id)
        assert role(twin).key == "house-publisher"
    with pytest.raises(Denied):
        do(
            cast.admin,
            cast.acme,
            lambda by: defining.clone(built_in("auditor"), cast.acme, "Mine", by=by),
        )


def test_keys_are_an_accounts_own(cast: Cast) -> None:
    ids = [
        defined(cast.berlin_admin, cast.berlin, "Press", P.PAGE_VIEW),
        defined(cast.admin, cast.hamburg, "Press", P.PAGE_VIEW),
        defined(cast.admin, cast.acme, "Préss!", P.PAGE_VIEW),
    ]
    with acting(cast.admin, cast.acme):
        assert [role(each).key for each in ids] == ["press", "press", "press"]
    do(cast.admin, cast.acme, lambda by: delete(role(ids[2]), cast.acme, by=by))
    again = defined(cast.admin, cast.acme, "Press", P.PAGE_VIEW)
    with acting(cast.admin, cast.acme):
        assert role(again).key == "press-2"


def test_a_role_built_upon_elsewhere_is_not_changed(cast: Cast) -> None:
    base = defined(cast.berlin_admin, cast.berlin, "Base", P.PAGE_VIEW)
    heir = defined(cast.berlin_admin, cast.mitte, "Heir", parent_id=base)
    with across_tenants("the test moves the heir away"):
        row = role(heir)
        row.account_id = cast.hamburg.id
        excuse(row, "An account moved.")
        db.session.commit()
    with pytest.raises(CannotDefine, match="moved away"), acting(cast.admin, cast.berlin) as by:
        change(role(base), cast.berlin, wanted("Base", P.PAGE_EDIT), by=by)
