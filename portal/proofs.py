"""A decision as the drawing people see: person, grant, role, permission, account."""

import uuid
from typing import Any

from flask import url_for

from tenants.accounts import AccountRef
from tenants.decisions import Actor, Decision, Holding, can
from tenants.directory import Giver
from tenants.permissions import Permission


def steps_of(decision: Decision) -> list[dict[str, Any]]:
    """Return the steps of a decision for `decision_path`; the missing one is marked."""
    who = decision.actor.name or decision.actor.label
    steps: list[dict[str, Any]] = [_step("person", who, decision.actor.label)]
    holding = decision.holding or _nearest(decision)
    if holding is None:
        nothing = f"no role that reaches {decision.account.name}"
        steps.append(_step("grant", nothing, "", missing=True))
    elif holding.support is not None:
        until = f"until {holding.until:%-d %b %Y, %H:%M} UTC"
        detail = f"at {holding.account_name}, {until}"
        steps.append(_step("grant", f"support session, ticket {holding.support.ticket}", detail))
    else:
        if holding.group:
            steps.append(_step("group", holding.group, "whose members hold it together"))
        until = f"until {holding.until:%-d %b %Y}" if holding.until else "with no end"
        by = f" by {holding.given_by}" if holding.given_by else ""
        detail = f"at {holding.account_name}, {until}"
        steps.append(_step("grant", f"given on {holding.since:%-d %b %Y}{by}", detail))
        steps += [_step("role", name, "") for name in decision.through or (holding.role_name,)]
    missing = decision.holding is None and holding is not None and not decision.allowed
    steps.append(
        _step("permission", decision.permission.sentence, str(decision.permission), missing)
    )
    account = decision.account
    detail = f"{account.handle}, suspended or closing" if decision.halted else account.handle
    steps.append(_step("account", account.name, detail, decision.halted))
    return steps


def linked(decision: Decision, viewer: Actor) -> list[dict[str, Any]]:
    """Return the steps of a decision with links to what `viewer` may look up."""
    steps, here = steps_of(decision), decision.account
    held = decision.holding or _nearest(decision)
    if not can(viewer, Permission.ACCESS_VIEW, here).allowed:
        return steps
    links = {
        "person": url_for("holders.person", handle=here.handle, person=decision.actor.person_id),
        "permission": url_for(
            "holders.who", handle=here.handle, permission=str(decision.permission)
        ),
        "account": url_for("people.index", handle=here.handle),
    }
    if held is not None and held.support is None and _sees(viewer, held.account_id, here):
        at = held.account_handle
        links |= {
            "grant": url_for("people.index", handle=at), "role": url_for("roles.index", handle=at),
            "group": url_for("groups.index", handle=at),
        }  # fmt: skip
    return [step | {"url": links.get(step["kind"])} for step in steps]


def _sees(viewer: Actor, at: uuid.UUID, below: AccountRef) -> bool:
    """Tell whether the viewer sees who has access at `at`, an account above or at `below`."""
    line = below.path[: below.path.index(at) + 1] if at in below.path else ()
    return any(
        h.account_id == at or (h.reach == "subtree" and h.account_id in line)
        for h in viewer.holdings
        if Permission.ACCESS_VIEW in h.permissions
    )


def _nearest(decision: Decision) -> Holding | None:
    """Return a grant that reaches the account and yet lacks the permission, if there is one."""
    reaching = [h for h in decision.actor.holdings if h.covers(decision.account)]
    return max(reaching, key=lambda h: len(h.permissions), default=None)


def ask_url(decision: Decision) -> str | None:
    """Return where a member without a right asks for it; None for anybody else."""
    if decision.allowed or not decision.actor.is_member(decision.account):
        return None
    right = str(decision.permission)
    return url_for("asking.right", handle=decision.account.handle, right=right)


def proof_of(decision: Decision, people: list[Giver]) -> dict[str, Any]:
    """Return what the refusal page shows: the missing right, where, and who can give it."""
    return {
        "permission": decision.permission.sentence,
        "account": decision.account.name,
        "steps": steps_of(decision),
        "givers": [
            {"name": p.name, "email": p.email, "role": f"{p.role_name} at {p.account_name}"}
            for p in people
        ],
        "request_url": ask_url(decision),
    }


def _step(kind: str, label: str, detail: str, missing: bool = False) -> dict[str, Any]:
    return {"kind": kind, "label": label, "detail": detail, "url": None, "missing": missing}
