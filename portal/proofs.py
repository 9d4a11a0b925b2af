"""A decision as the drawing people see: person, grant, role, permission, account."""

from typing import Any

from flask import url_for

from tenants.decisions import Decision, Holding
from tenants.directory import Giver


def steps_of(decision: Decision) -> list[dict[str, Any]]:
    """Return the steps of a decision for `decision_path`; the missing one is marked."""
    who = decision.actor.name or decision.actor.label
    steps: list[dict[str, Any]] = [_step("person", who, decision.actor.label)]
    holding = decision.holding or _nearest(decision)
    if holding is None:
        nothing = f"no role that reaches {decision.account.name}"
        steps.append(_step("grant", nothing, "", missing=True))
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
