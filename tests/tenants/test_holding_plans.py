"""Who holds what is found by the person or by the account, however many hold the same role."""

import re

from flask import Flask

from tenants.clock import now
from tenants.holdings import bearers_at, held_at
from tenants.scope import directory
from tests.content.test_plans import WHOLE, whole_tenants
from tests.fixtures.cast import Cast

OF_EVERYBODY = re.compile(WHOLE.pattern + r"|ix_grant_role_id")


def test_nobody_elses_grants_are_read(app: Flask, cast: Cast) -> None:
    path = cast.mitte.path
    with app.app_context(), directory(), whole_tenants(app, OF_EVERYBODY) as found:
        assert held_at(now(), person_id=cast.editor.id)
        assert held_at(now(), account_ids=path)
        assert bearers_at(now(), path[-1], path)
    assert not found
