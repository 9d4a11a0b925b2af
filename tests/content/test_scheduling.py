"""Moving, cancelling, and asking for what cannot be had."""

from datetime import timedelta

import pytest
import time_machine

from portal.content import due
from portal.content.moments import moment_at
from portal.content.pages import Revision, revision_by_id
from portal.content.problems import BadTime, Problem
from portal.content.schedules import Schedule
from portal.content.scheduling import cancel, move, schedule
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Denied
from tenants.scope import acting_in, tenant_scope
from tests.content.due_scene import LATER, make_due, scheduled, state
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import make_page


@pytest.mark.usefixtures("inside")
def test_cancelled_and_moved_ones_are_left_alone(cast: Cast) -> None:
    publisher = as_actor(cast.publisher)
    gone, _ = scheduled(cast, "Gone")
    moved, _ = scheduled(cast, "Moved")
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        first, second = (db.session.get(Schedule, r.id) for r in (gone, moved))
        assert first is not None
        assert second is not None
        cancel(first, cast.acme, by=publisher, reason="No.")
        before = second.id, second.due_at
        move(second, moment_at(now() + 2 * LATER, "UTC"), cast.acme, by=publisher)
        db.session.commit()
        assert (second.id, second.moves) == (before[0], 1)
        with pytest.raises(Problem, match="cancelled already"):
            cancel(first, cast.acme, by=publisher)
    with time_machine.travel(before[1] + timedelta(seconds=1), tick=False):
        due.publish_due()
    assert [state(cast, r)[0] for r in (gone, moved)] == ["cancelled", "pending"]


@pytest.mark.usefixtures("inside")
def test_a_held_one_waits_again_when_it_is_moved(cast: Cast) -> None:
    row, _ = scheduled(cast)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        other = make_page(cast.acme, "Menu", state="live")
        db.session.commit()
    make_due(row)
    due.publish_due()
    publisher = as_actor(cast.publisher)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        found = db.session.get(Schedule, row.id)
        assert found is not None
        move(found, moment_at(now() + LATER, "UTC"), cast.acme, by=publisher)
        assert (found.state, found.cause, other.address) == ("pending", "", "/menu/")


@pytest.mark.usefixtures("inside")
def test_who_may_not_publish_schedules_nothing(cast: Cast) -> None:
    editor = as_actor(cast.editor)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Menu")
        revision: Revision | None = revision_by_id(page.draft_revision_id, page)
        with pytest.raises(Denied):
            schedule(
                page, "publish", revision, moment_at(now() + LATER, "UTC"), cast.acme, by=editor
            )


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize("wrong", [timedelta(seconds=-1), timedelta(days=4200)])
def test_the_past_and_the_far_future_are_refused(cast: Cast, wrong: timedelta) -> None:
    publisher = as_actor(cast.publisher)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Menu")
        revision = revision_by_id(page.draft_revision_id, page)
        with pytest.raises(BadTime):
            schedule(
                page, "publish", revision, moment_at(now() + wrong, "UTC"), cast.acme, by=publisher
            )
