"""Deleting a role, and restoring it with what it held."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest

from tenants import defining, restoring
from tenants.clock import now
from tenants.defining import CannotDefine, delete
from tenants.delegation import CannotDelegate, give
from tenants.permissions import Permission as P
from tenants.questions import explain
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.tenants.role_scene import defined, do, held, may, person, role
from tests.tenants.test_defining import events

pytestmark = pytest.mark.usefixtures("inside")


@both_databases
def test_a_deleted_role_ends_its_grants_and_comes_back(cast: Cast) -> None:
    press = defined(cast.admin, cast.acme, "Press", P.PAGE_PUBLISH)
    held(cast.viewer, press, cast.acme, because="Holiday cover")
    held(cast.bolt_editor, press, cast.berlin, until=now() + timedelta(days=9))
    held(cast.editor, press, cast.hamburg, until=now() + timedelta(microseconds=1))
    ended = do(cast.admin, cast.acme, lambda by: len(delete(role(press), cast.acme, by=by)))
    assert ended == 2
    assert not may(cast.bolt_editor, P.PAGE_PUBLISH, cast.berlin)
    assert len(events("grant.ended")) == 2
    with pytest.raises(CannotDelegate, match="deleted"):
        do(
            cast.admin,
            cast.acme,
            lambda by: give(person(cast.viewer), role(press), cast.acme, by=by),
        )
    with pytest.raises(CannotDefine, match="while it is not deleted"):
        do(cast.admin, cast.acme, lambda by: delete(role(press), cast.acme, by=by))
    gone = now()
    back = do(
        cast.admin, cast.acme, lambda by: restoring.restore_role(role(press), cast.acme, by=by)
    )
    assert [(each.bearer, each.problem) for each in back] == [
        (cast.viewer.email, ""), (cast.bolt_editor.email, ""),
    ]  # fmt: skip
    assert may(cast.bolt_editor, P.PAGE_PUBLISH, cast.berlin)
    between = explain(cast.viewer.id, P.PAGE_PUBLISH, cast.acme, gone)
    assert between is not None
    assert not between.decision.allowed, "the past is not rewritten"
    (event,) = events("role.restored")
    assert event.facts == {"grants": 2}
    with pytest.raises(CannotDefine, match="not deleted"):
        do(cast.admin, cast.acme, lambda by: restoring.restore_role(role(press), cast.acme, by=by))


@both_databases
def test_restoring_asks_for_each_grant(cast: Cast) -> None:
    press = defined(cast.admin, cast.acme, "Press", P.PAGE_VIEW)
    definer = defined(cast.admin, cast.acme, "Definer", P.ROLE_MANAGE, P.PAGE_VIEW)
    held(cast.viewer, press, cast.acme)
    held(cast.editor, definer, cast.acme)
    do(cast.admin, cast.acme, lambda by: len(delete(role(press), cast.acme, by=by)))
    (line,) = do(
        cast.editor, cast.acme, lambda by: restoring.restore_role(role(press), cast.acme, by=by)
    )
    assert "grant.give" in line.problem


def test_restoring_ends_after_30_days_and_needs_the_roles_above(cast: Cast) -> None:
    first = defined(cast.admin, cast.acme, "First", P.PAGE_VIEW)
    second = defined(cast.admin, cast.acme, "Second", parent_id=first)
    with pytest.raises(CannotDefine, match="Second"):
        do(cast.admin, cast.acme, lambda by: delete(role(first), cast.acme, by=by))
    do(cast.admin, cast.acme, lambda by: delete(role(second), cast.acme, by=by))
    do(cast.admin, cast.acme, lambda by: delete(role(first), cast.acme, by=by))

    def restore(by: Any) -> Any:
        return restoring.restore_role(role(second), cast.acme, by=by)

    with pytest.raises(CannotDefine, match="First, which is deleted"):
        do(cast.admin, cast.acme, restore)
    later = now() + timedelta(days=31)
    with (
        mock.patch.object(defining, "now", return_value=later),
        pytest.raises(CannotDefine, match="30 days"),
    ):
        do(cast.admin, cast.acme, restore)
