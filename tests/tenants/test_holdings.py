"""What people hold is found quickly, and says no more than their roles do."""

import re

import pytest
from flask import Flask

from tenants.audit import excuse
from tenants.clock import now
from tenants.db import db
from tenants.delegation import give
from tenants.holdings import FIELD, LINE, bearers_at, held_at
from tenants.permissions import Permission as P
from tenants.scope import across_tenants, directory
from tests.content.test_plans import WHOLE, whole_tenants
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.tenants.role_scene import acting, defined, may, person, role

OF_EVERYBODY = re.compile(WHOLE.pattern + r"|ix_grant_role_id")


def test_nobody_elses_grants_are_read(app: Flask, cast: Cast) -> None:
    """By the person or by the account, however many hold the same role."""
    path = cast.mitte.path
    with app.app_context(), directory(), whole_tenants(app, OF_EVERYBODY) as found:
        assert held_at(now(), person_id=cast.editor.id)
        assert held_at(now(), account_ids=path)
        assert bearers_at(now(), path[-1], path)
    assert not found


@both_databases
@pytest.mark.usefixtures("inside")
def test_the_name_of_a_role_says_nothing_but_its_name(cast: Cast) -> None:
    press = defined(cast.admin, cast.acme, "Press", P.PAGE_VIEW)
    with across_tenants("a name that no form lets through"):
        row = role(press)
        excuse(row, "A test sets it.")
        row.name = f"Press{LINE}0{FIELD}{P.GRANT_GIVE.value}{FIELD}Boss"
        db.session.commit()
    with acting(cast.admin, cast.berlin) as by:
        give(person(cast.bolt_editor), role(press), cast.berlin, by=by)
    assert may(cast.bolt_editor, P.PAGE_VIEW, cast.berlin)
    assert not may(cast.bolt_editor, P.GRANT_GIVE, cast.berlin)
