"""What keeps the actor from ending a grant, for a whole page of grants in two statements."""

from flask import g

from portal.requests import current
from tenants.accounts import AccountRef
from tenants.bounds import beyond, held_until
from tenants.decisions import Decision, can
from tenants.grants import Grant
from tenants.permissions import Permission as P
from tenants.roles import contents


def weigh_roles() -> None:
    """Note what every role comes to, for `too_strong`."""
    g.console_contents = contents()


def too_strong(grant: Grant, account: AccountRef) -> str:
    """Return why `tenants.ending.end` would refuse the actor this grant, or nothing."""
    by = current.person
    asked = (P.GRANT_END, P.STAFF_MANAGE) if grant.role.for_house else (P.GRANT_END,)
    decisions = [can(by, permission, account) for permission in asked]
    comes_to = g.console_contents.permissions(grant.role_id)
    decisions += [
        Decision(False, by, permission, account)
        for permission in sorted(comes_to)
        if held_until(by, [permission], account, "account") is None
    ]
    refused = next((each.sentence for each in decisions if not each.allowed), "")
    further = None if refused else beyond(comes_to, account, by, grant.reach, grant.until)
    return further.sentence if further else refused
