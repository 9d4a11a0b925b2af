"""What a trail's filter shows, as CSV for spreadsheets or JSON Lines for programs."""

import csv
import io
import json
import tempfile
from collections.abc import Iterable
from typing import BinaryIO, Literal

from portal.content.history import Told, each_event, reads_drafts
from portal.content.problems import Problem
from portal.content.trail_filters import TrailQuery
from portal.spreadsheets import unformula
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.decisions import Actor, authorize
from tenants.directory import scope_of
from tenants.engines import reading
from tenants.events import Event
from tenants.permissions import Permission
from tenants.scope import acting_in

Format = Literal["csv", "jsonl"]
MIMETYPES = {"csv": "text/csv", "jsonl": "application/jsonl"}
MOST = 50_000
COLUMNS = (
    "at", "actor", "on_behalf_of", "event", "sentence", "outcome", "account", "reason", "changes",
    "address", "request_id", "id",
)  # fmt: skip


def spool_list(
    here: AccountRef, asked: TrailQuery, form: Format, *, by: Actor
) -> tuple[BinaryIO, int]:
    """Return the events a filter shows to `by`, at most 50,000, in a temporary file; and how many.

    Read and written in batches; what `by` may not read is left out as on the screen. Opens its own
    read where he may read the trail, before the transaction of the request. The caller records it
    with `record_list`. Raises Denied, and Problem when the filter is wrong.
    """
    authorize(by, Permission.TRAIL_VIEW, here)
    if asked.problems:
        raise Problem(" ".join(asked.problems))
    scope = scope_of(by, here, Permission.TRAIL_VIEW)
    content = reads_drafts(by, here)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller, who closes it
    text = io.TextIOWrapper(file, "utf-8", newline="")
    with reading(), acting_in(scope):
        events = each_event(here, asked, content=content, most=MOST, by=by)
        count = _write_csv(text, events) if form == "csv" else _write_lines(text, events)
    text.detach()
    file.seek(0)
    return file, count


def record_list(here: AccountRef, asked: TrailQuery, form: Format, rows: int, *, by: Actor) -> None:
    """Record that events were exported. Needs a scope with the account in it."""
    filters = f"filtered by {asked.text}" if asked.terms else "without a filter"
    record(
        Event.TRAIL_LISTED, here, by=by, changes={}, account_id=here.id, tenant_id=here.tenant_id,
        rows=rows, format="CSV" if form == "csv" else "JSON Lines", filters=filters,
    )  # fmt: skip


def _plain(event: Told) -> dict[str, object]:
    values = {name: getattr(event, name, "") for name in COLUMNS}
    return values | {
        "at": event.at.isoformat(), "id": str(event.id), "actor": event.actor_label,
        "account": event.handle,
    }  # fmt: skip


def _write_csv(file: io.TextIOWrapper, events: Iterable[Told]) -> int:
    writer, count = csv.writer(file), 0
    writer.writerow(COLUMNS)
    for event in events:
        count += 1
        row = _plain(event)
        row["changes"] = json.dumps(event.changes, ensure_ascii=False) if event.changes else ""
        writer.writerow([unformula(str(row[name])) for name in COLUMNS])
    return count


def _write_lines(file: io.TextIOWrapper, events: Iterable[Told]) -> int:
    count = 0
    for event in events:
        count += 1
        file.write(json.dumps(_plain(event), ensure_ascii=False) + "\n")
    return count
