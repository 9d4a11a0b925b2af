"""Old working copies go by themselves; those of a living text stay."""

from datetime import timedelta

from flask.ctx import AppContext
from sqlalchemy import select

from portal.content.copies import KEPT_FOR, WorkingCopy, keep_copy
from portal.jobs.copies import forget_copies
from tenants.clock import now
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor


@both_databases
def test_what_nobody_came_back_for_is_let_go(inside: AppContext, cast: Cast):
    editor, scope = as_actor(cast.editor), tenant_scope(cast.acme.tenant_id)
    with acting_in(scope):
        old, _ = (
            keep_copy(cast.acme, None, mark, {"title": [mark]}, by=editor)
            for mark in ("old", "young")
        )
        old.saved_at = now() - KEPT_FOR - timedelta(hours=1)
        db.session.commit()
    assert forget_copies() == 1
    with acting_in(scope):
        assert [copy.mark for copy in db.session.scalars(select(WorkingCopy))] == ["young"]
