"""What the screens about time show: a freeze, a full day, a changed zone, and what was done."""

from __future__ import annotations

from datetime import timedelta

from portal.content.freeze_setting import freeze, lift
from portal.content.moments import moment_at
from portal.content.pages import Page
from portal.content.schedules import Schedule
from tenants.accounts import AccountRef
from tenants.audit import excuse
from tenants.clock import now
from tenants.db import db
from tests.fixtures.pages import TESTS

ZONE = "Europe/Berlin"
DAY = timedelta(days=1)


def times(account: AccountRef, page: Page, words: str) -> None:
    """Give the account a freeze in twenty days, and schedules in every state."""
    start = now().replace(minute=0, second=0, microsecond=0)
    span = moment_at(start + 20 * DAY, ZONE), moment_at(start + 23 * DAY, ZONE)
    freeze(account, f"Christmas {words}"[:100], *span, by=TESTS, reason=words)
    audit = moment_at(start - 4 * DAY, ZONE), moment_at(start + DAY, ZONE)
    over = freeze(account, "Audit", *audit, by=TESTS)
    db.session.flush()
    lift(over, account, by=TESTS, reason=words)
    for number in range(40):
        due = start - (40 - number) * DAY / 4
        done = due + timedelta(seconds=0.03 * (number % 7 + 1) ** 3)
        _row(account, page, f"Notice {number}", due_at=due, state="done", done_at=done)
    for number in range(9):
        _row(account, page, f"Offer {number} {words[:40]}", due_at=start + 5 * DAY,
             what="unpublish" if number % 2 else "publish")  # fmt: skip
    changed = start + 6 * DAY
    _row(account, page, "After a law", due_at=changed, rules_at=changed + DAY / 24)
    _row(account, page, "Not ready", due_at=start + DAY / 24, checked_at=start,
         problems=[f"The picture “{words[:60]}” has no alternative text. Say what it shows.",
                   "It links to “Later”, which will not be live by then."])  # fmt: skip
    _row(account, page, "Forgotten", due_at=start - DAY / 24, missed_at=start)
    _row(account, page, "Broken", due_at=start - DAY, state="failed", cause=words)
    _row(account, page, "Too late", due_at=start - DAY, state="skipped", late_policy="skip",
         cause="It was 75 minutes late; it was to be skipped after 60.")  # fmt: skip


def _row(account: AccountRef, page: Page, title: str, **values: object) -> None:
    plain = {
        "page_title": title, "what": "publish", "wall_time": "2026-12-01T09:00:00", "zone": ZONE,
        "offset_minutes": 60, "approver_label": "publisher@acme.example",
    }  # fmt: skip
    ids = {"tenant_id": account.tenant_id, "account_id": account.id, "page_id": page.id}
    row = Schedule(**ids, **(plain | values))
    db.session.add(row)
    excuse(row, "The screens show it.")
