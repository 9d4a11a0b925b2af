"""The doorway of the staff console: who may enter, how far they see, and that each look is told.

Nobody enters by default. Whoever is no staff meets the same 404 as at an address that does not
exist; staff who lack one right more meet the refusal with its proof.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import abort, g
from flask_admin import Admin, BaseView
from flask_admin.blueprints import _BlueprintWithHostSupport as Blueprint

from portal.guards import ask_to_sign_in
from portal.requests import current
from portal.templating import Shell
from tenants import directory
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.db import db
from tenants.decisions import Actor, authorize, can
from tenants.directory import account_ref
from tenants.events import Event
from tenants.permissions import Permission as P
from tenants.scope import TenantScoped, across_tenants, acting_in, aside, tenant_scope

OFFERED = frozenset({"index_view", "details_view", "export", "show", "act"})
WORDS_LIMIT = 300


@dataclass(frozen=True)
class Told:
    """What was looked at, as the trail names it. A tenant's `row` is told of in its own trail.

    `rows` tells how many were taken away in a file, if it was an export.
    """

    words: str
    target: Any
    row: Any = None
    rows: int | None = None


@dataclass(frozen=True)
class Console:
    """The console itself, as what was looked at when no single row was."""

    label: str = "the staff console"
    id: None = None


def house() -> AccountRef | None:
    """Return the house; asked once a request, before the console's scope is open."""
    if "console_house" not in g:
        g.console_house = directory.house()
    found: AccountRef | None = g.console_house
    return found


def is_staff(actor: Actor | None) -> bool:
    """Tell whether the console exists for this actor."""
    at = house() if actor else None
    return actor is not None and at is not None and can(actor, P.CONSOLE_VIEW, at).allowed


def sees_all(*permissions: P) -> bool:
    """Tell whether the actor holds every one of these at the house and for all below it."""
    at = house()
    if at is None:
        return False
    holdings = [h for h in current.person.holdings if h.account_id == at.id]
    far = [h.permissions for h in holdings if h.reach == "subtree"]
    return all(any(p in held for held in far) for p in permissions)


class Doorway(BaseView):
    """A view of the console. `needs` are the rights asked for at the house besides `console.view`.

    Left at None nobody enters. Subclasses offer only the views named in OFFERED: all of them reads
    but `act`, which is there only where a list names acts.
    """

    _urls: list[tuple[str, str, tuple[str, ...]]]
    needs: tuple[P, ...] | None = None
    words = "a page"

    def is_accessible(self) -> bool:
        at = house() if current.actor else None
        if self.needs is None or at is None or not is_staff(current.actor):
            return False
        return all(can(current.person, p, at).allowed for p in self.needs)

    def _handle_view(self, name: str, **kwargs: Any) -> Any:  # noqa: ARG002 - Flask-Admin's signature
        if current.actor is None:
            return ask_to_sign_in()
        at = house()
        if at is None or self.needs is None or not is_staff(current.actor):
            abort(404)
        for permission in self.needs:
            authorize(current.actor, permission, at)
        g.console_frame = Shell().accounts  # the directory is out of reach once the scope is open
        current.stack.enter_context(self._reach(at))
        return None

    def _reach(self, at: AccountRef) -> Any:
        """Open every tenant, or, to those whose rights end at the house, the house alone."""
        if sees_all(P.CONSOLE_VIEW, *(self.needs or ())):
            return across_tenants(reason="staff console")
        return acting_in(tenant_scope(at.tenant_id))

    def _run_view(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run the view, then tell of the look; what cannot be told of is not shown."""
        g.console_told = Told(self.words, Console())
        answer = fn(self, *args, **kwargs)
        _tell(g.console_told)
        return answer

    def page(self, template: str, **given: Any) -> str:
        """Return a page of the console."""
        return str(self.render(template, **given))

    def create_blueprint(self, admin: Admin) -> Blueprint:
        offered = [rule for rule in type(self)._urls if self.offers(rule[1])]
        self._urls = offered
        for _url, name, _methods in offered:
            setattr(self, name, self._guarded(getattr(self, name)))
        return super().create_blueprint(admin)

    def offers(self, view: str) -> bool:
        """Tell whether a view of this class has an address at all."""
        return view in OFFERED

    def _guarded(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def view(*args: Any, **kwargs: Any) -> Any:
            return method(*args, **kwargs)

        needs = () if self.needs is None else self.needs
        view.guard = ("console", (P.CONSOLE_VIEW, *needs))  # type: ignore[attr-defined]  # read by the shape test
        return view


def _tell(told: Told) -> None:
    """Record a look: at a tenant's own row in its trail, at anything else in the house's."""
    db.session.close()  # one connection at a time; the row keeps what was loaded of it
    at = house()
    if at is None:
        abort(404)
    account_id, tenant_id = at.id, at.tenant_id
    if isinstance(told.row, TenantScoped):
        account_id, tenant_id = told.row.account_id, told.row.tenant_id
    place = account_ref(account_id) if current.person.support else None
    by = current.person.at(place) if place else current.person
    event = Event.CONSOLE_VIEWED if told.rows is None else Event.CONSOLE_EXPORTED
    facts: dict[str, Any] = {} if told.rows is None else {"rows": told.rows}
    with aside(tenant_scope(tenant_id)) as session:
        record(
            event, told.target, by=by, session=session, changes={}, **facts,
            account_id=account_id, tenant_id=tenant_id, view=told.words[:WORDS_LIMIT],
        )  # fmt: skip
