"""The life of a request: who, where, in which scope; one commit at the end, or none."""

import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

import structlog
from flask import Flask, Response, abort, current_app, g, request
from flask_login import current_user
from sqlalchemy.exc import OperationalError
from werkzeug.local import LocalProxy

from portal.identity import sessions
from portal.nearness import near_this_request, note_write
from portal.received import Received
from tenants.accounts import HANDLE, AccountRef
from tenants.audit import circumstances
from tenants.branches import Halt, halt_of
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, Decision, can
from tenants.directory import account_path, actor_for, scope_of
from tenants.engines import impatient, reading
from tenants.looks import Look, looks_at
from tenants.nearest import accounts_within_reach
from tenants.permissions import Permission
from tenants.policies import session_limits
from tenants.scope import acting_in, aside, directory
from tenants.supporting import note_look

SWITCHER_LIMIT = 60
TOUCH_PATIENCE = 0.2
LONGEST_PAGE = 300
TELLS_OF_SUPPORT = "tells_of_support"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
log = structlog.get_logger()


@dataclass
class Current:
    """What is known of the request being served."""

    request_id: str
    actor: Actor | None = None
    account: AccountRef | None = None
    ancestors: tuple[AccountRef, ...] = ()
    halt: Halt | None = None
    login_session_id: uuid.UUID | None = None
    switcher: list[AccountRef] | None = None
    looks: list[Look] | None = None
    after_commit: list[Callable[[], object]] = field(default_factory=list)
    stack: ExitStack = field(default_factory=ExitStack)

    def can(self, permission: Permission) -> Decision:
        """Decide for the signed-in actor at the account in the URL."""
        if self.actor is None or self.account is None:
            abort(404)
        return can(self.actor, permission, self.account)

    @property
    def within_reach(self) -> list[AccountRef]:
        """Return accounts to switch to. An act asks for them only where it ends in a page."""
        if self.switcher is None:
            # In a context, and so a transaction, of its own: the one that is open has its scope.
            with current_app.app_context():
                self.switcher = accounts_within_reach(self.person, SWITCHER_LIMIT)
        return self.switcher

    def look_with(self, permission: Permission) -> None:
        """See from here on only where the actor holds a right, whatever others open to him.

        Call it before anything is read, where a page tells of accounts below as well.
        """
        scope = scope_of(self.person, self.here, permission)
        self.stack.enter_context(acting_in(scope))

    @property
    def person(self) -> Actor:
        """Return the signed-in actor. For views behind `signed_in` or `permission`."""
        if self.actor is None:
            abort(401)
        return self.actor

    @property
    def here(self) -> AccountRef:
        """Return the account in the URL. For views behind `permission`."""
        if self.account is None:
            abort(404)
        return self.account


current: Current = LocalProxy(lambda: g.current)  # type: ignore[assignment]  # behaves as one


def init_app(app: Flask) -> None:
    """Attach the life cycle to the app."""
    app.request_class = Received
    app.before_request(_enter)
    app.after_request(_leave)
    app.teardown_request(_close)


def after_commit(call: Callable[[], object]) -> None:
    """Have `call` made once this request's changes are committed, and not if they are not."""
    current.after_commit.append(call)


def _enter() -> None:
    g.current = Current(request_id=uuid.uuid4().hex)
    stack = current.stack
    stack.enter_context(circumstances(current.request_id, request.remote_addr or ""))
    structlog.contextvars.bind_contextvars(request_id=current.request_id)
    if request.endpoint in {"static", None} or (request.blueprint or "") == "site":
        return
    with reading(), directory():
        _identify()
        _locate()
        if current.actor is not None and request.method in SAFE_METHODS:
            current.switcher = accounts_within_reach(current.actor, SWITCHER_LIMIT)
            if current.account is not None and _tells_of_support():
                current.looks = looks_at(current.account)
    if request.method in SAFE_METHODS:
        stack.enter_context(reading())
        stack.enter_context(near_this_request())
    if current.actor and current.account:
        stack.enter_context(acting_in(scope_of(current.actor, current.account)))


def _tells_of_support() -> bool:
    """Tell whether the view shows who of the staff looks in, to somebody who may end that."""
    view = current_app.view_functions.get(request.endpoint or "")
    return hasattr(view, TELLS_OF_SUPPORT) and current.can(Permission.SUPPORT_CONSENT).allowed


def _identify() -> None:
    row = current_user.row if current_user.is_authenticated else None
    if row is None:
        return
    current.login_session_id = row.id
    actor = actor_for(row.person_id)
    if actor is not None and actor.is_staff and not row.staff:
        return  # Rights of the house came on top: they begin with signing in again.
    if actor is None or not _lasts(row, actor):
        return
    current.actor = actor
    if sessions.wants_touch(row, now()):
        _touch(row.id)


def _lasts(row: sessions.Device, actor: Actor) -> bool:
    """Tell whether the policies of every account he works in let the session last as long."""
    idle, total = session_limits({h.account_id for h in actor.holdings})
    moment = now()
    unused, since = moment - row.seen_at, moment - row.started_at
    return (idle is None or unused < idle) and (total is None or since < total)


def _touch(session_id: uuid.UUID) -> None:
    """Note that the session is used. Reading must not wait for that: a lock is left alone."""
    try:
        with impatient(TOUCH_PATIENCE), aside(None) as session:
            sessions.touch(session, session_id)
    except OperationalError as error:
        log.info("session not touched", error=str(error.orig))


def _locate() -> None:
    handle = (request.view_args or {}).get("handle")
    if handle is None or current.actor is None:
        return
    path = account_path(handle) if HANDLE.fullmatch(handle) else ()
    if not path or not current.actor.is_member(path[-1]):
        abort(404)
    current.account, current.ancestors = path[-1], path[:-1]
    current.actor = current.actor.at(path[-1])
    if path[-1].halted:
        current.halt = halt_of(path)


def _leave(response: Response) -> Response:
    if not hasattr(g, "current") or response.status_code >= 400:
        db.session.rollback()
        return response
    answered = attempt(lambda: _commit(response), response)
    if answered is response:
        for call in current.after_commit:
            call()
    return answered


def _commit(response: Response) -> None:
    db.session.commit()
    _tell_look(response)
    if request.method not in SAFE_METHODS and request.blueprint != "site":
        note_write(response)


def attempt(work: Callable[[], None], response: Response) -> Response:
    """Return the response when the work that it waits for is done, else the fault's own page."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 - whatever it is, it becomes the error page it deserves
        db.session.rollback()
        return current_app.make_response(current_app.handle_user_exception(error))
    return response


def _tell_look(response: Response) -> None:
    """Tell the tenant what its support session is shown; what cannot be told of is not shown."""
    actor, account = current.actor, current.account
    if actor is None or account is None or actor.support is None or request.blueprint == "support":
        return
    if request.method in SAFE_METHODS and response.status_code == 200 and actor.on_behalf_of:
        note_look(request.path[:LONGEST_PAGE], account, by=actor)


def _close(_error: BaseException | None) -> None:
    if hasattr(g, "current"):
        current.stack.close()
    db.session.remove()
    structlog.contextvars.clear_contextvars()
