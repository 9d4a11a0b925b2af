"""Answers about access as files: who took them along stands in the trail."""

from collections.abc import Iterable, Sequence

from werkzeug.wrappers import Response

from portal.requests import current
from portal.spreadsheets import csv_file
from tenants.audit import record
from tenants.db import db
from tenants.events import Event
from tenants.scope import aside, tenant_scope


def access_file(titles: Sequence[str], rows: Iterable[Iterable[str]]) -> Response:
    """Return the rows as CSV and record, beside the request that only reads, that they were."""
    here, taken = current.here, [list(row) for row in rows]
    db.session.rollback()
    with aside(tenant_scope(here.tenant_id)) as session:
        record(
            Event.ACCESS_EXPORTED, here, by=current.person, session=session, changes={},
            account_id=here.id, tenant_id=here.tenant_id, people=len(taken),
        )  # fmt: skip
    return csv_file(f"access-{here.handle}.csv", titles, taken)
