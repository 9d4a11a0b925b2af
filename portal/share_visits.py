"""A visit through a share link: whose it is, whether it works, whether it counts as an opening."""

import re
import time
from dataclasses import dataclass

from flask import abort, request, session
from flask_wtf.csrf import CSRFError, validate_csrf
from wtforms.validators import ValidationError

from portal.content.sharing import Door, Shared, count_opening, door_behind, shared_behind
from portal.requests import SAFE_METHODS, current
from tenants.decisions import can
from tenants.permissions import Permission
from tenants.scope import acting_in

LONGEST_FORM = 1024 * 1024
UNLOCKED, SEEN = "shares_unlocked", "shares_seen"
KEPT = 20
COUNTED_AGAIN = 3600
ROBOTS = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|facebookexternalhit|whatsapp|embedly|curl|wget|python|"
    r"go-http|okhttp|headless|monitor|safelinks|scan",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Visit:
    """A link that works, as this request uses it."""

    token: str
    door: Door
    shared: Shared

    @property
    def key(self) -> str:
        """Return what a browser's cookie knows the link by."""
        return self.shared.link.id.hex

    @property
    def locked(self) -> bool:
        """Tell whether its password was not given in this browser yet."""
        needed = self.shared.link.password_hash is not None
        return needed and self.key not in session.get(UNLOCKED, [])

    def unlock(self) -> None:
        """Remember in this browser's cookie that the password was given; the latest KEPT are."""
        session[UNLOCKED] = [*session.get(UNLOCKED, []), self.key][-KEPT:]

    def count(self) -> None:
        """Count the opening if it is one."""
        if self._counts() and count_opening(self.shared, self.door.scope):
            seen = {**session.get(SEEN, {}), self.key: int(time.time())}
            session[SEEN] = dict(sorted(seen.items(), key=lambda item: item[1])[-KEPT:])

    def _counts(self) -> bool:
        """Tell whether this is somebody opening it: no robot, no colleague, not within the hour."""
        asked = request.headers
        prefetched = "prefetch" in asked.get("Sec-Purpose", asked.get("Purpose", ""))
        if request.method != "GET" or prefetched or ROBOTS.search(request.user_agent.string):
            return False
        reader, account = current.actor, self.door.account
        if reader and can(reader, Permission.PAGE_VIEW, account).allowed:
            return False
        return bool(time.time() - session.get(SEEN, {}).get(self.key, 0) > COUNTED_AGAIN)


def enter(token: str) -> Visit:
    """Return what a link shows, in the scope of its account for the rest of the request; or 404.

    A write needs a token of our own form, which is asked for here: the page sends no referrer, so
    there is none to be checked beside it. Raises CSRFError.
    """
    if request.method not in SAFE_METHODS:
        request.max_content_length = LONGEST_FORM
        _refuse_forged()
    door = door_behind(token)
    if door is None:
        abort(404)
    current.stack.enter_context(acting_in(door.scope))
    shared = shared_behind(door)
    return Visit(token, door, shared) if shared else abort(404)


def _refuse_forged() -> None:
    try:
        validate_csrf(request.form.get("csrf_token") or request.headers.get("X-CSRFToken"))
    except ValidationError as error:
        raise CSRFError(str(error)) from error
