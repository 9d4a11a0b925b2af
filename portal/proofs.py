"""A decision as the drawing people see: person, grant, role, permission, account."""

from typing import Any

from tenants.decisions import Decision
from tenants.directory import Giver


def steps_of(decision: Decision) -> list[dict[str, Any]]:
    """Return the steps of a decision for `decision_path`; the missing one is marked."""
    who = decision.actor.name or decision.actor.label
    steps: list[dict[str, Any]] = [_step("person", who, decision.actor.label)]
    holding = decision.holding
    if holding is not None and holding.support is not None:
        until = f"until {holding.until:%-d %b %Y, %H:%M} UTC"
        detail = f"at {holding.account_name}, {until}"
        steps.append(_step("grant", f"support session, ticket {holding.support.ticket}", detail))
    elif holding is not None:
        until = f"until {holding.until:%-d %b %Y}" if holding.until else "with no end"
        by = f" by {holding.given_by}" if holding.given_by else ""
        detail = f"at {holding.account_name}, {until}"
        steps.append(_step("grant", f"given on {holding.since:%-d %b %Y}{by}", detail))
        steps += [_step("role", name, "") for name in decision.through]
    missing = not decision.allowed
    steps.append(
        _step("permission", decision.permission.sentence, str(decision.permission), missing)
    )
    steps.append(_step("account", decision.account.name, decision.account.handle))
    return steps


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
        "request_url": None,
    }


def _step(kind: str, label: str, detail: str, missing: bool = False) -> dict[str, Any]:
    return {"kind": kind, "label": label, "detail": detail, "url": None, "missing": missing}
