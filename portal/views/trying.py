"""Showing beforehand what an action would do, and doing it or saying why it cannot be done."""

import hashlib
from collections.abc import Callable

from portal.errors import record_refusal
from portal.forms.base import PortalForm, add_error
from portal.previews import Preview, told
from portal.requests import current
from tenants.db import db
from tenants.decisions import Denied
from tenants.defining import CannotDefine
from tenants.delegation import CannotDelegate
from tenants.effects import effects_of
from tenants.grouping import CannotGroup
from tenants.strength import TooWeak

PROBLEMS = (CannotDefine, CannotDelegate, CannotGroup, TooWeak)


def tried(form: PortalForm, act: Callable[[], object]) -> tuple[str, Preview | None]:
    """Try something out at the account in the URL; return what marks its effects, and their list.

    None when it cannot be done; the form says why. Ends the request's transaction: load anew.
    """
    here = current.here
    try:
        effects = effects_of(act, here)
    except PROBLEMS as problem:
        say(form, problem)
        return "", None
    lines = sorted(repr((e.person_id, e.account.id, e.where, e.gained, e.lost)) for e in effects)
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()
    return digest, told(effects, current.person, [here])


def done(form: PortalForm, act: Callable[[], object]) -> bool:
    """Do something; when it cannot be done, undo what was begun and say why in the form."""
    try:
        act()
    except PROBLEMS as problem:
        db.session.rollback()
        say(form, problem)
        return False
    except Denied as denied:
        db.session.rollback()
        record_refusal(denied.decision)
        say(form, denied)
        return False
    return True


def say(form: PortalForm, problem: Exception) -> None:
    """Show a problem at the field it is about, or at the form's first."""
    about = getattr(problem, "about", "name")
    field = next(form[name] for name in (about, "name", "reason", "person") if name in form)
    add_error(field, str(problem))
