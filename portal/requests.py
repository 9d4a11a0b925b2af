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
from tenants.accounts import HANDLE, AccountRef
from tenants.audit import circumstances
from tenants.branches import Halt, halt_of
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, Decision, can
from tenants.directory import account_path, accounts_within_reach, actor_for, scope_of
from tenants.engines import impatient, reading
from tenants.permissions import Permission
from tenants.scope import acting_in, aside, directory

SWITCHER_LIMIT = 60
TOUCH_PATIENCE = 0.2
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
    switcher: list[AccountRef] = field(default_factory=list)
    after_commit: list[Callable[[], object]] = field(default_factory=list)
    stack: ExitStack = field(default_factory=ExitStack)

    def can(self, permission: Permission) -> Decision:
        """Decide for the signed-in actor at the account in the URL."""
        if self.actor is None or self.account is None:
            abort(404)
        return can(self.actor, permission, self.account)

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
        if current.actor is not None:
            current.switcher = accounts_within_reach(current.actor, SWITCHER_LIMIT)
    if request.method in SAFE_METHODS:
        stack.enter_context(reading())
    if current.actor and current.account:
        stack.enter_context(acting_in(scope_of(current.actor, current.account)))


def _identify() -> None:
    row = current_user.row if current_user.is_authenticated else None
    if row is None:
        return
    current.login_session_id = row.id
    actor = actor_for(row.person_id)
    if actor is not None and actor.is_staff and not row.staff:
        return  # Rights of the house came on top: they begin with signing in again.
    current.actor = actor
    if sessions.wants_touch(row, now()):
        _touch(row.id)


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
    if path[-1].halted:
        current.halt = halt_of(path)


def _leave(response: Response) -> Response:
    if not hasattr(g, "current") or response.status_code >= 400:
        db.session.rollback()
        return response
    try:
        db.session.commit()
    except Exception as error:  # noqa: BLE001 - whatever it is, it becomes the error page it deserves
        db.session.rollback()
        return current_app.make_response(current_app.handle_user_exception(error))
    for call in current.after_commit:
        call()
    return response


def _close(_error: BaseException | None) -> None:
    if hasattr(g, "current"):
        current.stack.close()
    db.session.remove()
    structlog.contextvars.clear_contextvars()
