"""A reader's visit: which site, in which scope. Nothing is asked about who the reader is."""

import re

from flask import Response, abort, g, request, url_for

from portal.brand import accent_of, logo_of
from portal.requests import SAFE_METHODS, current
from portal.site.answers import moved
from portal.site.asked import is_possible
from portal.site.notes import notes
from portal.sitepages import SiteContext, site_context
from tenants.accounts import HANDLE, AccountRef
from tenants.directory import account_path
from tenants.engines import reading
from tenants.replicas import FOR_READERS, nearby
from tenants.scope import Scope, acting_in


class NotAvailable(Exception):
    """The site is there and not shown. `code` is 503 while that may change, 410 for good."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def enter() -> Response | None:
    """Open the site's scope, to read only, for the rest of the request; 404 when there is none.

    A site whose account is suspended or about to be closed answers 503: that can be undone, so its
    addresses stay known. Once it is closed it is gone: 410.
    """
    handle = (request.view_args or {}).pop("handle", "")
    if not is_possible(request.path) or not HANDLE.fullmatch(handle):
        abort(404)
    current.stack.enter_context(nearby(FOR_READERS))
    path = account_path(handle)
    if not path:
        abort(404)
    if path[-1].state == "closed":
        raise NotAvailable(410)
    current.stack.enter_context(reading())
    current.stack.enter_context(acting_in(_only(path[-1])))
    g.line = path
    site = site_context(path[-1], accent_of(path), logo_of(path)[1], at_home=True)
    if not site.opened:
        abort(404)
    if path[-1].halted:
        raise NotAvailable(503)
    g.site = site
    told = notes()
    told.tenant_id, told.line = path[-1].tenant_id, tuple(each.id for each in path)
    return _with_slash(handle)


def site() -> SiteContext:
    """Return the site of this request. For views."""
    return g.site  # type: ignore[no-any-return]  # set by enter


def line() -> tuple[AccountRef, ...]:
    """Return the site's account with all above it, from the house down. For views."""
    return g.line  # type: ignore[no-any-return]  # set by enter


def _only(account: AccountRef) -> Scope:
    only = (account.id,)
    return Scope("tenant", tenant_id=account.tenant_id, alone=only, asks_by_key=True)


def _with_slash(handle: str) -> Response | None:
    rule = request.url_rule
    if rule is None or not rule.rule.endswith("/") or re.search(r"[^/]/$", request.path):
        return None
    if request.method not in SAFE_METHODS or request.endpoint is None:
        return None
    built = url_for(request.endpoint, handle=handle, **(request.view_args or {}))
    return moved(site().path + built.removeprefix(f"/s/{handle}"))
