"""What content uses of an account's limits: pages, pending schedules, stored files."""

from typing import Any

from sqlalchemy import func, select

from portal.content.imports import ImportRun
from portal.content.media import MediaVersion
from portal.content.pages import Page
from portal.content.schedules import OPEN, Schedule
from tenants.meters import Meter, register
from tenants.quotas import Resource


def _items() -> Any:
    return select(Page.account_id.label("account_id"), Page.id.label("unit"))


def _schedules() -> Any:
    return select(Schedule.account_id.label("account_id"), Schedule.id.label("unit")).where(
        Schedule.state.in_(OPEN)
    )


def _storage() -> Any:
    imports = select(
        ImportRun.account_id.label("account_id"), ImportRun.id.label("unit"),
        func.length(ImportRun.data).label("amount"),
    ).where(ImportRun.data.is_not(None))  # fmt: skip
    files = select(
        MediaVersion.account_id, MediaVersion.id, MediaVersion.size + MediaVersion.rendition_size
    )
    return imports.union_all(files)


register(Resource.ITEMS, Meter(_items))
register(Resource.SCHEDULES, Meter(_schedules))
register(Resource.STORAGE, Meter(_storage, sums=True))
