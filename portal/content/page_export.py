"""The list of pages as rows for a spreadsheet: what the screen shows, bounded, and recorded."""

from collections.abc import Callable, Iterator

from portal.content.desk import Row
from portal.content.page_filters import Filters
from portal.content.paging import Slice
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.permissions import Permission

MOST = 10_000
COLUMNS = ("title", "type", "state", "address", "author", "changed (UTC)", "next", "account")


def export_pages(
    here: AccountRef, filters: Filters, read: Callable[[str | None], Slice], *, by: Actor
) -> list[list[str]]:
    """Return a row for each page that `read` shows from a key on, at most 10,000, and record it.

    Raises Denied.
    """
    authorize(by, Permission.PAGE_VIEW, here)
    rows = list(_rows(here, read))
    said = f"filtered by {filters.query}" if filters.asked else "without a filter"
    record(
        Event.PAGES_EXPORTED, here, by=by, changes={}, account_id=here.id,
        tenant_id=here.tenant_id, rows=len(rows), filters=said,
    )  # fmt: skip
    return rows


def _rows(here: AccountRef, read: Callable[[str | None], Slice]) -> Iterator[list[str]]:
    before, left = None, MOST
    while left > 0:
        found = read(before)
        for row in found.rows[:left]:
            yield _cells(row, here)
        left, before = left - len(found.rows), found.older
        if before is None:
            return


def _cells(row: Row, here: AccountRef) -> list[str]:
    due = f"{row.due.what} {row.due.due_at:%Y-%m-%d %H:%M}" if row.due else ""
    return [
        row.title, row.type, row.state, row.address or "", row.author or "",
        f"{row.changed_at:%Y-%m-%d %H:%M:%S}", due, row.account_handle or here.handle,
    ]  # fmt: skip
