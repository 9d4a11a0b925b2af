"""The staff console at `/console/`: Flask-Admin with our own doorway, engine and templates."""

from typing import Any

from flask import Flask
from flask_admin import Admin, expose
from flask_admin.theme import Theme
from sqlalchemy import select

from portal.content.schedules import Schedule, is_pending
from portal.outbox import OutboxMail
from portal.requests import current
from portal.staff.accounts import Accounts
from portal.staff.beside import count
from portal.staff.doorway import Doorway, house, sees_all
from portal.staff.grants import Grants
from portal.staff.health import Health
from portal.staff.jobs import Jobs
from portal.staff.matrix import Matrix
from portal.staff.outbox import Outbox
from portal.staff.people import People
from portal.staff.schedules import Schedules
from portal.staff.support import Sessions
from portal.staff.trail import Trail
from tenants.accounts import Account
from tenants.audit import AuditEvent
from tenants.clock import now
from tenants.decisions import can
from tenants.grants import Grant
from tenants.looks import reports_missing
from tenants.people import Person
from tenants.permissions import Permission as P
from tenants.support import SupportSession


class Overview(Doorway):
    """The first page: what there is, and by which right one sees it."""

    needs = ()
    words = "the first page"

    @expose("/")
    def show(self) -> str:
        """Show it."""
        at = house()
        why = can(current.person, P.CONSOLE_VIEW, at).sentence if at else ""
        answers = sees_all(P.SUPPORT_BREAK_GLASS)
        missing = reports_missing() if answers else []
        return self.page("admin/index.html", tiles=self._tiles(), why=why, missing=missing)

    def _tiles(self) -> list[dict[str, Any]]:
        queries = {
            "console_accounts": select(Account.id),
            "console_people": select(Person.id),
            "console_grants": select(Grant.id).where(*Grant.in_force(now())),
            "console_schedules": select(Schedule.id).where(is_pending(Schedule)),
        }
        hints = {"console_grants": "in force", "console_schedules": "pending"}
        views = self.admin._views if self.admin else []
        return [
            {
                "label": view.name, "value": count(queries[view.endpoint]),
                "hint": hints.get(view.endpoint, ""),
                "url": self.get_url(f"{view.endpoint}.index_view"),
            }
            for view in views
            if view.endpoint in queries and view.is_accessible()
        ]  # fmt: skip


def init_app(app: Flask) -> None:
    """Attach the console. Its theme has no folder of its own: only our templates can be drawn."""
    Admin(
        app,
        name="Staff console",
        index_view=Overview(name="Overview", endpoint="console", url="/console"),
        theme=Theme(folder="none", base_template="admin/base.html"),
    ).add_views(
        Accounts(Account, "Accounts", "accounts"),
        People(Person, "People", "people"),
        Grants(Grant, "Grants", "grants"),
        Schedules(Schedule, "Schedules", "schedules"),
        Sessions(SupportSession, "Support", "support"),
        Trail(AuditEvent, "Trail", "trail"),
        Matrix(name="Roles", endpoint="console_roles", url="roles"),
        Outbox(OutboxMail, "Outbox", "outbox"),
        Jobs(name="Jobs", endpoint="console_jobs", url="jobs"),
        Health(name="Health", endpoint="console_health", url="health"),
    )
