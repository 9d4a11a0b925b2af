"""What is due for one page comes in its order, whoever carries out which part of it."""

import pytest

from portal.content import due
from portal.content.due_alone import Due, carry_out
from portal.content.due_world import crowds_due, world_of
from tenants.clock import now
from tests.content.due_scene import LATER, also_scheduled, make_due, scheduled, state
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast


@pytest.mark.usefixtures("inside")
@both_databases
@pytest.mark.parametrize("again", [False, True])
def test_what_was_due_earlier_for_the_page_comes_first(cast: Cast, again: bool) -> None:
    """Else a page that was to be live for an hour, long ago, would go offline and then live."""
    row, page = scheduled(cast)
    off = also_scheduled(cast, page, "unpublish")
    make_due(off)
    make_due(row, ago=LATER, again_at=now() + LATER if again else None)
    assert carry_out(Due(off.id, off.tenant_id), world_of(crowds_due()[0])) is False
    assert state(cast, off)[0] == "pending"
    if not again:
        due.publish_due()
        assert state(cast, row)[0] == "skipped"
        assert state(cast, off)[:2] == ("done", None)


@pytest.mark.usefixtures("inside")
@both_databases
def test_a_page_waits_in_the_crowd_too_for_what_is_tried_again(cast: Cast) -> None:
    row, page = scheduled(cast, what="unpublish")
    new = also_scheduled(cast, page, "publish")
    make_due(row)
    make_due(new, ago=LATER, again_at=now() + LATER)
    due.publish_due()
    assert state(cast, row)[:2] == ("pending", "/menu/")
