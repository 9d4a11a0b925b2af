"""What every template may use: the shell, times, icons' addresses, `can`."""

import hashlib
from datetime import timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from flask import Flask, request, url_for

from portal import drawing
from portal.bell import SCHEDULER, Told, told
from portal.brand import accent_of, logo_of
from portal.config import ROOT
from portal.content.languages import name_of
from portal.content.logos import logo_size
from portal.content.notifications import unread_count
from portal.heartbeats import Pulse, pulse
from portal.proofs import ask_url
from portal.requests import current
from portal.shell import Choice, Group, Logo, Me, Where, choices, menu
from portal.times import ago, clock_time, local_time
from tenants.branches import Halt
from tenants.db import db
from tenants.decisions import Decision, Holding
from tenants.permissions import Permission as P

STATIC = ROOT / "static"


def init_app(app: Flask) -> None:
    """Attach globals, filters and the shell."""
    app.jinja_env.globals.update(
        static_url=static_url,
        can=_can,
        Permission=P,
        decide=_decide,
        shell=None,
        lacking=lacking,
        language_name=name_of,
    )
    app.jinja_env.filters.update(
        local_time=local_time, ago=ago, clock_time=clock_time, initials=initials
    )
    drawing.init_app(app)
    app.context_processor(_shell_context)


def initials(name: str) -> str:
    """Return the first letters of the first and the last word of a name, for an avatar."""
    words = name.split()
    ends = [words[0], words[-1]] if len(words) > 1 else words
    return "".join(word[0] for word in ends).upper() or "?"


def static_url(path: str) -> str:
    """Return the address of a static file with its content's hash, so it can be kept for ever."""
    return f"/static/{path}?v={_fingerprint(path)}"


@cache
def _fingerprint(path: str) -> str:
    file = STATIC / Path(path)
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else "missing"


def _can(permission: P) -> bool:
    return _decide(permission).allowed


class Lacking(str):
    """Why a control is greyed out, in a sentence; `ask_url` is where the right is asked for."""

    __slots__ = ("ask_url",)

    ask_url: str | None


def lacking(wanted: P | Decision) -> Lacking | None:
    """Return why a control is greyed out, or None when it is not."""
    decision = _decide(wanted) if isinstance(wanted, P) else wanted
    if decision.allowed:
        return None
    sentence = Lacking(decision.sentence)
    sentence.ask_url = ask_url(decision)
    return sentence


def _decide(permission: P) -> Decision:
    return current.can(permission)


def _shell_context() -> dict[str, Any]:
    if request.blueprint == "site" or getattr(current, "actor", None) is None:
        return {"zone": "UTC"}
    return {"shell": Shell(), "zone": current.person.zone}


class Shell:
    """What the frame around every signed-in page shows; each part is worked out when asked for."""

    @cached_property
    def person(self) -> Me:
        return Me(current.person.name, current.person.label)

    @cached_property
    def account(self) -> Any:
        return current.account

    @cached_property
    def where(self) -> Where | None:
        here = current.account
        return Where(here.name, here.kind, here.handle) if here else None

    @cached_property
    def brand_url(self) -> str:
        """Return where the account's colours are, or empty when it has none of its own."""
        if current.account is None or not _can(P.ACCOUNT_VIEW):
            return ""
        accent = accent_of([*current.ancestors, current.account])
        return url_for("brand.css", handle=current.here.handle, v=accent[1:]) if accent else ""

    @cached_property
    def logo(self) -> Logo | None:
        """Return the account's logo with its address, size and whose it is, or None."""
        if current.account is None or not _can(P.ACCOUNT_VIEW):
            return None
        owner, name = logo_of([*current.ancestors, current.account])
        if owner is None:
            return None
        url = url_for("logo.show", handle=current.here.handle, v=name.partition("-")[0])
        width, height = logo_size(name)
        return Logo(url, width, height, owner.name)

    @cached_property
    def ancestors(self) -> list[Any]:
        return [a for a in current.ancestors if current.person.is_member(a)]

    @cached_property
    def accounts(self) -> tuple[Choice, ...]:
        return choices(current.within_reach, current.account)

    @cached_property
    def unread(self) -> int | None:
        """Return how much the portal told the person that he did not read; None without a bell."""
        return self._told.unread

    @cached_property
    def _told(self) -> Told:
        """Return the bell's number and the scheduler's life; in one statement if both count."""
        bell = current.account is not None and _can(P.ACCOUNT_VIEW)
        watched = current.account is not None and current.halt is None
        if bell and watched:
            return told(current.person, current.here)
        unread = unread_count(current.person) if bell else None
        return Told(unread, pulse(db.session(), SCHEDULER) if watched else None)

    @cached_property
    def nav(self) -> tuple[Group, ...]:
        return menu(current.account, self._told.asked is not False)

    @cached_property
    def support(self) -> Holding | None:
        return current.person.support

    @cached_property
    def banner(self) -> dict[str, str] | None:
        if current.halt is not None:
            return _halted(current.halt)
        if current.account is None or not self.scheduler.silent:
            return None
        return {"tone": "bad", "text": f"{silence(self.scheduler)} {WHILE_SILENT}"}

    @cached_property
    def scheduler(self) -> Pulse:
        """Return when the scheduler was last heard of. Asked once a page."""
        return self._told.pulse or pulse(db.session(), SCHEDULER)

    @property
    def heartbeat(self) -> str:
        """Return the same in a sentence, for the pages about what happens later.

        Nothing where the banner says it already.
        """
        if self.scheduler.silent:
            return silence(self.scheduler) if current.halt is not None else ""
        return f"The scheduler ran {ago(self.scheduler.seen, self.scheduler.moment)}."


MONTH = timedelta(days=31)
WHILE_SILENT = (
    "What is due waits, and is carried out once it is back. The house and your account’s admins "
    "are told of what is missed; publish now where it cannot wait."
)


def silence(heard: Pulse) -> str:
    """Say how long the scheduler has been silent."""
    if heard.seen is None:
        return "The scheduler has never run."
    lasts = ago(heard.seen, heard.moment).removesuffix(" ago")
    since = f"for {lasts}" if heard.moment - heard.seen < MONTH else f"since {lasts}"
    return f"The scheduler has been silent {since}."


def _halted(halt: Halt) -> dict[str, str]:
    """Say since when the account is halted; why, to those who may see who has access."""
    what = {"suspended": "suspended", "closing": "being closed", "closed": "closed"}[halt.state]
    since = f"{halt.account.name} is {what} since {local_time(halt.since, current.person.zone)}"
    told = _can(P.ACCESS_VIEW) and halt.reason
    reason = f": “{halt.reason}”" if told else "."
    kept = (
        " Access and the trail can still be read, and its admins can export the content."
        if halt.state != "closed"
        else ""
    )
    return {"tone": "warn", "text": f"{since}{reason}{kept}"}
