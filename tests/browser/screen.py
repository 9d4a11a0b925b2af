"""What a screen is: who looks, where, and what has to be done to see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


@dataclass(frozen=True)
class Screen:
    """`address` may name ids of `content.Places`; `act` leads on to what is looked at.

    `before` is the status of a screen on the way there.
    """

    name: str
    who: str
    address: str
    status: int = 200
    act: Callable[[Page], None] | None = None
    before: int = 200
