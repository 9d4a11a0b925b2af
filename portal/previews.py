"""What a change would do to people's rights, as the person who asks may be told of it."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from tenants.accounts import AccountRef
from tenants.decisions import Actor
from tenants.effects import Effect, effects_of

SHOWN = 200
"""How many lines a page shows; the others are counted."""


@dataclass(frozen=True)
class Preview:
    """Who would gain and lose what. Whom the reader may not see is counted, not named.

    `lines` are those shown, at most SHOWN; `further` counts lines left out for length, and
    `unnamed` the people who are not named at all. `digest` stands for all of it: two previews
    with the same one tell the same.
    """

    lines: tuple[Effect, ...]
    further: int = 0
    unnamed: int = 0
    unnamed_gain: int = 0
    unnamed_lose: int = 0
    digest: str = ""

    @property
    def empty(self) -> bool:
        """Tell whether nobody would gain or lose anything."""
        return not self.lines and not self.unnamed


def preview(change: Callable[[], object], *accounts: AccountRef, to: Actor) -> Preview:
    """Try `change` out and return what it would do at `accounts` and all below, as told to `to`.

    Raises whatever the change raises; nothing is kept. Ends the transaction of the request: what
    is shown beside it is read afterwards.
    """
    return told(effects_of(change, *accounts), to, accounts)


def told(effects: Iterable[Effect], to: Actor, tops: Iterable[AccountRef]) -> Preview:
    """Return the effects as `to` may see them: people and accounts he cannot see are not named."""
    known = {account.id for account in tops}
    named: list[Effect] = []
    hidden: list[Effect] = []
    for effect in effects:
        placed = effect.account.id in known or to.is_member(effect.account)
        himself = effect.person_id == to.person_id
        apart = tuple(a for a in effect.apart_from if a.id in known or to.is_member(a))
        told_of = replace(effect, apart_from=apart)
        (named if placed and (himself or effect.seen_by(to)) else hidden).append(told_of)
    gaining = {effect.person_id for effect in hidden if effect.gained}
    losing = {effect.person_id for effect in hidden if effect.lost}
    return Preview(
        tuple(named[:SHOWN]), len(named[SHOWN:]),
        len(gaining | losing), len(gaining), len(losing), _digest([*named, *hidden]),
    )  # fmt: skip


def _digest(effects: Iterable[Effect]) -> str:
    told = sorted(f"{e.person_id} {e.account.id} {e.where} {e.gained} {e.lost}" for e in effects)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]
