"""A page with a schedule, and what became of them."""

from datetime import timedelta

from sqlalchemy import select

from portal.content.moments import moment_at
from portal.content.pages import Page, page_by_id, revision_by_id
from portal.content.schedules import Schedule
from portal.content.scheduling import schedule
from tenants.audit import AuditEvent
from tenants.clock import now
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import make_page

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


def make_due(row: Schedule) -> None:
    """Let the moment have come, for the database's clock too."""
    with acting_in(tenant_scope(row.tenant_id)):
        found = db.session.get(Schedule, row.id)
        assert found is not None
        found.due_at = now() - timedelta(seconds=1)
        found.next_try_at = None
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
