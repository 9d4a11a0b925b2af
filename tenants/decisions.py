"""May this actor do that there? Every answer comes with its proof."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Literal

from tenants.accounts import AccountRef
from tenants.permissions import Permission, known

WHILE_HALTED = frozenset(
    {
        Permission.ACCESS_VIEW, Permission.ACCOUNT_VIEW, Permission.CONSOLE_VIEW,
        Permission.CONTENT_EXPORT, Permission.GRANT_END, Permission.SCHEDULE_VIEW,
        Permission.SUPPORT_CONSENT, Permission.SUPPORT_OPEN, Permission.TRAIL_MANAGE,
        Permission.TRAIL_VIEW,
    }
)  # fmt: skip
"""What can still be done at an account that is suspended or closing: see why, and take away."""
BEHALF_LENGTH = 300


@dataclass(frozen=True)
class Support:
    """The support session a holding stands for: about which ticket, and how far it goes by now.

    `kind` is `look`, `write` (an admin of the account agreed) or `glass` (an owner broke it).
    """

    ticket: str
    kind: Literal["look", "write", "glass"]
    asked: bool = False


@dataclass(frozen=True)
class Holding:
    """One grant in force, with what its role comes to; or an open support session.

    `permissions` maps a permission to the names of the roles it was inherited through; `group`
    names the group it is held through, if it is. With `support` it is no grant, `grant_id` is the
    session's id, and nothing can be given on by it.
    """

    grant_id: uuid.UUID
    tenant_id: uuid.UUID
    account_id: uuid.UUID
    account_name: str
    account_handle: str
    reach: str
    role_name: str
    since: datetime
    until: datetime | None
    given_by: str
    permissions: Mapping[str, tuple[str, ...]]
    group: str = ""
    support: Support | None = None
    role_id: uuid.UUID | None = None

    def covers(self, account: AccountRef) -> bool:
        """Tell whether the grant reaches this account."""
        if self.account_id == account.id:
            return True
        return self.reach == "subtree" and self.account_id in account.path


@dataclass(frozen=True)
class Actor:
    """Whoever acts: a person with the grants in force, or the portal with permissions by name."""

    person_id: uuid.UUID | None
    label: str
    name: str = ""
    zone: str = "UTC"
    holdings: tuple[Holding, ...] = ()
    system: frozenset[Permission] = field(default_factory=frozenset)
    on_behalf_of: str = ""

    @cached_property
    def places(self) -> dict[int, list[tuple[int, Holding]]]:
        """Return the holdings, each with its number, by the key of the account they stand at."""
        found: dict[int, list[tuple[int, Holding]]] = {}
        for number, holding in enumerate(self.holdings):
            found.setdefault(holding.account_id.int, []).append((number, holding))
        return found

    @cached_property
    def decided(self) -> dict[tuple[Permission, int], "Decision"]:
        """Return what `can` worked out; each decision keeps its account, and so its id, alive."""
        return {}

    @property
    def is_staff(self) -> bool:
        """Tell whether a grant lets this person into the staff console."""
        return any(Permission.CONSOLE_VIEW in h.permissions for h in self.holdings)

    @property
    def support(self) -> Holding | None:
        """Return the support session the person has open now, or None."""
        return next((h for h in self.holdings if h.support is not None), None)

    @property
    def without_support(self) -> "Actor":
        """Return the actor with his grants alone: all that he can give on."""
        return replace(self, holdings=tuple(h for h in self.holdings if h.support is None))

    def at(self, account: AccountRef) -> "Actor":
        """Return the actor as the trail names him there: with both identities during support."""
        session = self.support
        if session is None or session.support is None or not session.covers(account):
            return self
        ticket = f"support session for {session.account_name} (ticket {session.support.ticket})"
        return replace(self, on_behalf_of=ticket[:BEHALF_LENGTH])

    def is_member(self, account: AccountRef) -> bool:
        """Tell whether any grant reaches the account: otherwise it does not exist for them."""
        return any(h.covers(account) for h in self.holdings)


@dataclass(frozen=True)
class Decision:
    """The answer, and why: `holding` allows it, through the roles in `through`.

    `halted` tells that it would be allowed if the account and all above it were open.
    """

    allowed: bool
    actor: Actor
    permission: Permission
    account: AccountRef
    holding: Holding | None = None
    through: tuple[str, ...] = ()
    halted: bool = False

    @property
    def sentence(self) -> str:
        """Return the proof in words."""
        if self.halted:
            return (
                f"{self.account.name} is suspended or closing: until it is open again, nobody can "
                f"“{self.permission.sentence}” there."
            )
        if not self.allowed:
            return (
                f"{self.actor.name or self.actor.label} lacks the right "
                f"“{self.permission.sentence}” ({self.permission}) at {self.account.name}."
            )
        if self.holding is None:
            return f"{self.actor.label} does this by itself."
        if self.holding.support is not None:
            return (
                f"{self.holding.role_name} at {self.holding.account_name}, ticket "
                f"{self.holding.support.ticket}, until {self.holding.until:%-d %B %Y, %H:%M} UTC."
            )
        until = f", until {self.holding.until:%-d %B %Y}" if self.holding.until else ""
        by = f" by {self.holding.given_by}" if self.holding.given_by else ""
        group = f" through the group {self.holding.group}" if self.holding.group else ""
        return (
            f"{self.holding.role_name} at {self.holding.account_name}{group}, "
            f"given on {self.holding.since:%-d %B %Y}{by}{until}."
        )


class Denied(Exception):
    """An action was refused. `decision` says which right is missing and where."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.sentence)
        self.decision = decision


def can(actor: Actor, permission: Permission, account: AccountRef) -> Decision:
    """Decide. Pure over what the actor holds: asks the database nothing.

    Looks only at grants on the account's own path, and names the first of them in `holdings`.
    Where an account is halted only the permissions of `WHILE_HALTED` count, whoever holds them.
    Actor and account never change, so the same question about them is worked out once.
    """
    question = (permission, id(account))
    known = actor.decided.get(question)
    if known is None:
        known = _decide(actor, permission, account)
        if actor.holdings:
            actor.decided[question] = known
    return known


def _decide(actor: Actor, permission: Permission, account: AccountRef) -> Decision:
    halted = account.halted and permission not in WHILE_HALTED
    if permission in actor.system:
        return Decision(not halted, actor, permission, account, halted=halted)
    places, keys = actor.places, account.keys
    found: tuple[int, Holding] | None = None
    for key in keys:
        for place in places.get(key, ()):
            holding = place[1]
            if permission in holding.permissions and (
                holding.reach == "subtree" or key == keys[-1]
            ):
                found = place if found is None or place[0] < found[0] else found
                break
    if found is None:
        return Decision(False, actor, permission, account)
    holding = found[1]
    through = holding.permissions[permission]
    return Decision(not halted, actor, permission, account, holding, through, halted=halted)


def can_any(actor: Actor, permissions: Iterable[Permission], account: AccountRef) -> Decision:
    """Decide for the first permission that is held; when none is, for the first one named."""
    decisions = [can(actor, permission, account) for permission in permissions]
    return next((d for d in decisions if d.allowed), decisions[0])


def authorize(by: Actor, permission: Permission, account: AccountRef) -> Decision:
    """Return the allowing decision, or raise Denied with the refusing one."""
    decision = can(by, permission, account)
    if not decision.allowed:
        raise Denied(decision)
    return decision


def permissions_at(actor: Actor, account: AccountRef) -> frozenset[Permission]:
    """Return everything the actor may do at an account."""
    held = {p for h in actor.holdings if h.covers(account) for p in h.permissions}
    found = frozenset(known(held)) | actor.system
    return found & WHILE_HALTED if account.halted else found


SYSTEM = Actor(
    person_id=None,
    label="Portal",
    name="Portal",
    system=frozenset({Permission.PAGE_PUBLISH, Permission.ACCOUNT_OPEN}),
)
"""The portal itself: keeps what people scheduled, opens the house. Nothing else."""
