"""The kind of policy that is a list of review steps: below an account there can only be more."""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from tenants.permissions import Permission, known
from tenants.policy_kinds import BadPolicy

MOST_STEPS = 10
NAME_LENGTH = 60
MOST_DAYS = 365
ANYBODY = f"right:{Permission.PAGE_REVIEW}"
Who = Literal["right", "role", "group"]


@dataclass(frozen=True)
class Step:
    """One step of a workflow. Days count from when a text comes to it; None is no such day.

    `who` is `right:<permission>`, `role:<id>` or `group:<id>`: who may act in it, among those who
    hold `page.review`. `remind` days before it is due those are told who may act, `escalate` days
    after it those who set policies.
    """

    name: str
    who: str = ANYBODY
    due: int | None = None
    remind: int | None = None
    escalate: int | None = None

    @property
    def key(self) -> str:
        """Return what an approval names its step by."""
        return self.name.casefold()

    @property
    def kind(self) -> Who:
        """Return what `who` names."""
        return self.who.partition(":")[0]  # type: ignore[return-value]  # checked when it was read

    @property
    def whom(self) -> str:
        """Return the permission, or the id of the role or group, that `who` names."""
        return self.who.partition(":")[2]

    @property
    def line(self) -> str:
        """Return the step as `Steps.read` takes it."""
        days = (
            "" if each is None else str(each) for each in (self.due, self.remind, self.escalate)
        )
        return " | ".join((self.name, self.who, *days)).rstrip(" |")


def steps_in(value: Iterable[dict[str, Any]]) -> tuple[Step, ...]:
    """Return the steps of a stored value."""
    return tuple(Step(**each) for each in value)


@dataclass(frozen=True)
class Steps:
    """Steps that a text goes through, in order; those of an account above come first.

    A value is a list of a Step's fields.
    """

    form: str = field(default="name | who | days until due | remind days before | escalate after")

    def read(self, text: str) -> Any:
        steps = [_read_line(line) for line in text.splitlines() if line.strip()]
        if len(steps) > MOST_STEPS:
            raise BadPolicy(f"There can be {MOST_STEPS} steps at one account.")
        if len({step.key for step in steps}) < len(steps):
            raise BadPolicy("Two steps have the same name. Give each its own.")
        return [vars(step) for step in steps]

    def write(self, value: Any) -> str:
        return "\n".join(step.line for step in steps_in(value))

    def words(self, value: Any) -> str:
        return ", then ".join(step["name"] for step in value) or "none"

    def join(self, above: Any, value: Any) -> Any:
        """Return those above, then these; one that has the name of one above gets a number."""
        found = list(above)
        for step in value:
            names = {each["name"].casefold() for each in found}
            name, number = step["name"], 2
            while name.casefold() in names:
                name, number = f"{step['name']} ({number})", number + 1
            found.append(step | {"name": name})
        return found

    def looser(self, value: Any, above: Any) -> bool:  # noqa: ARG002 - more is all there can be
        return False


def _read_line(line: str) -> Step:
    parts = [part.strip() for part in line.split("|")]
    if len(parts) > 5:
        raise BadPolicy(f"“{line.strip()[:100]}” does not look like: {Steps().form}")
    name, who, *days = [*parts, "", "", "", ""][:5]
    if not name or len(name) > NAME_LENGTH:
        raise BadPolicy(f"Give each step a name of at most {NAME_LENGTH} characters.")
    due, remind, escalate = (_days(each) for each in days)
    if due is None and (remind is not None or escalate is not None):
        raise BadPolicy(f"“{name}” has no days until it is due, so nothing to remind of.")
    if due is not None and remind is not None and remind > due:
        raise BadPolicy(f"“{name}” would remind before it has begun: it is due in {due} days.")
    return Step(name, _who(who), due, remind, escalate)


def _days(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,3}", text, re.ASCII) or int(text) > MOST_DAYS:
        raise BadPolicy(f"Give a whole number of days, at most {MOST_DAYS}.")
    return int(text)


def _who(text: str) -> str:
    kind, _, whom = (text or ANYBODY).partition(":")
    if kind == "right" and known([whom]):
        return f"right:{whom}"
    if kind in {"role", "group"}:
        try:
            return f"{kind}:{uuid.UUID(whom)}"
        except ValueError:
            pass
    raise BadPolicy(
        f"“{text[:100]}” says not who may act. Write right:page.review, role:<id> or group:<id>."
    )
