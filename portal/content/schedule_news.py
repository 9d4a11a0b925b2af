"""Telling people of schedules: each by itself, or, where there are many, all in one notice."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from portal.content.notifications import Kind, Notification
from portal.content.schedules import Schedule
from tenants.accounts import AccountRef
from tenants.colleagues import Colleague, colleagues
from tenants.db import db
from tenants.permissions import Permission

ALONE = 3
"""Of more at once one notice tells."""


class Readers:
    """Who of an account's people can be told of its schedules. One statement."""

    def __init__(self, account: AccountRef) -> None:
        people = [each for each in colleagues(account) if each.holds(Permission.PAGE_VIEW)]
        self.people: dict[uuid.UUID, Colleague] = {each.person_id: each for each in people}
        publish = Permission.PAGE_PUBLISH
        self.publishers = {each.person_id for each in people if each.holds(publish)}

    def of(self, row: Any, *, stuck: bool) -> set[uuid.UUID]:
        """Return whom a schedule concerns and who may read it still.

        Whose right it stands on and the page's owner; where it is `stuck` all who could mend it.
        """
        concerned = {row.approver_id, row.owner_id} | (self.publishers if stuck else set())
        return {person_id for person_id in concerned if person_id in self.people}


def tell_all(
    account: AccountRef,
    news: Mapping[uuid.UUID, Sequence[Any]],
    alone: Callable[[Any], tuple[Kind, str]],
    together: Callable[[Sequence[Any]], tuple[Kind, str]],
) -> int:
    """Tell each person of his schedules; return how many notices that takes."""
    number = 0
    for person_id in sorted(news, key=str):
        rows = news[person_id]
        told: list[tuple[tuple[Kind, str], Any]]
        told = [(alone(row), row) for row in rows] if len(rows) <= ALONE else []
        for (kind, sentence), row in told or [(together(rows), None)]:
            number += 1
            db.session.add(
                Notification(
                    tenant_id=account.tenant_id, account_id=account.id, person_id=person_id,
                    kind=kind, sentence=sentence, page_id=row.page_id if row else None,
                    schedule_id=row.id if row else None,
                )
            )  # fmt: skip
    return number


NEWS_COLUMNS = (
    Schedule.id, Schedule.page_id, Schedule.page_title, Schedule.what, Schedule.state,
    Schedule.cause, Schedule.due_at, Schedule.done_at, Schedule.zone, Schedule.approver_id,
)  # fmt: skip
"""What is told of a schedule. Whoever asks adds the page's owner, as `owner_id`."""
