"""A page with a schedule, and what became of them."""

import uuid
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select

from portal.content.drafting import Text, save_draft
from portal.content.moments import moment_at
from portal.content.pages import Page, page_by_id, revision_by_id
from portal.content.schedules import Schedule
from portal.content.scheduling import schedule
from tenants.audit import AuditEvent
from tenants.clock import now
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS, make_page

LATER = timedelta(minutes=10)


def scheduled(cast: Cast, title: str = "Menu", what: str = "publish") -> tuple[Schedule, Page]:
    """A schedule by the publisher, due in ten minutes; committed."""
    publisher = as_actor(cast.publisher)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, title, state="live" if what == "unpublish" else "draft")
        revision = revision_by_id(page.draft_revision_id, page)
        moment = moment_at(now() + LATER, "Europe/Berlin")
        row = schedule(page, what, revision, moment, cast.acme, by=publisher)  # type: ignore[arg-type]
        db.session.commit()
        return row, page


def also_scheduled(cast: Cast, page: Page, what: Literal["publish", "unpublish"]) -> Schedule:
    """Another schedule of a page, after its first; a new text when it is to publish. Committed."""
    publisher = as_actor(cast.publisher)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        found = page_by_id(page.id, cast.acme.id)
        assert found is not None
        text = Text(title="Menu", slug="menu", body=f"<p>{uuid.uuid4()}</p>")
        revision = None
        if what == "publish":
            base = found.draft_revision_id
            revision = save_draft(found, text, cast.acme, by=TESTS, based_on=base).revision
        moment = moment_at(now() + 2 * LATER, "Europe/Berlin")
        row = schedule(found, what, revision, moment, cast.acme, by=publisher)
        db.session.commit()
        return row


def make_due(
    row: Schedule, *, ago: timedelta = timedelta(seconds=1), again_at: datetime | None = None
) -> None:
    """Let the moment have come, for the database’s clock too; `again_at` it is tried again."""
    with acting_in(tenant_scope(row.tenant_id)):
        found = db.session.get(Schedule, row.id)
        assert found is not None
        found.due_at = now() - ago
        found.next_try_at = again_at
        db.session.info.setdefault("recorded", set()).add(("Schedule", row.id))
        db.session.commit()


def state(cast: Cast, row: Schedule) -> tuple[str, str | None, str]:
    """The schedule's state, the page's address, and the cause."""
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        found = db.session.get(Schedule, row.id)
        assert found is not None
        page = page_by_id(found.page_id, cast.acme.id)
        assert page is not None
        return found.state, page.address, found.cause


def events(cast: Cast, name: str) -> list[AuditEvent]:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        return list(db.session.scalars(select(AuditEvent).where(AuditEvent.event == name)))
