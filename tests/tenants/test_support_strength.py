"""What somebody may pass on is measured by his grants, whatever a support session lets him do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tenants.asking import (
    CannotAsk,
    ask,
    ask_to_join,
    grant_request,
    refuse_request,
    requests_for,
    roles_for,
)
from tenants.barring import check_managing
from tenants.decisions import Denied, can
from tenants.defining import Definition, define
from tenants.directory import person_managed
from tenants.permissions import Permission as P
from tenants.roles import built_in
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.cast import Cast, as_actor
from tests.tenants.support_scene import looking

pytestmark = pytest.mark.usefixtures("inside")


def test_a_writing_session_answers_no_request(cast: Cast) -> None:
    looking(cast.operator, cast.acme, agreed_by=cast.admin)
    by, asker, admin = as_actor(cast.operator), as_actor(cast.viewer), as_actor(cast.admin)
    stranger = as_actor(cast.bolt_admin)
    assert {P.GRANT_GIVE, P.PAGE_EDIT} <= {p for p in P if can(by, p, cast.acme).allowed}
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        row = ask(P.PAGE_EDIT, cast.acme, by=asker, reason="To help out.")
        place = ask_to_join("acme", cast.acme, by=stranger, reason="To help out.")
        assert requests_for(admin, cast.acme) == [row, place]
        assert requests_for(by, cast.acme) == []
        assert roles_for(place, cast.acme, by) == []
        with pytest.raises(Denied):
            refuse_request(row, cast.acme, by=by, reason="No.")
        with pytest.raises(Denied):
            grant_request(row, built_in("editor"), cast.acme, by=by)


def test_a_writing_session_defines_no_role_with_its_rights(cast: Cast) -> None:
    looking(cast.owner, cast.acme, agreed_by=cast.admin)
    by = as_actor(cast.owner)
    assert can(by, P.PAGE_EDIT, cast.acme).allowed
    wanted = Definition("Helper", permissions=frozenset({P.PAGE_EDIT}))
    with acting_in(tenant_scope(cast.acme.tenant_id)), pytest.raises(Denied):
        define(cast.acme, wanted, by=by)


def test_a_session_is_not_the_right_itself(cast: Cast) -> None:
    looking(cast.support, cast.acme)
    by = as_actor(cast.support)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        ask(P.PAGE_VIEW, cast.acme, by=by, reason="To help without a session.")
        with pytest.raises(CannotAsk, match="already"):
            ask(P.ACCOUNT_VIEW, cast.acme, by=by, reason="Held by his own grant.")


def test_a_session_makes_nobody_harder_to_bar(cast: Cast) -> None:
    looking(cast.support, cast.acme, agreed_by=cast.admin)
    target = person_managed(cast.support.id)
    assert target is not None
    assert target.support is not None
    operator = as_actor(cast.operator)
    without_edit = tuple(
        replace(h, permissions={p: t for p, t in h.permissions.items() if p != P.ACCOUNT_EDIT})
        for h in operator.holdings
    )
    check_managing(target, cast.house, by=replace(operator, holdings=without_edit))
