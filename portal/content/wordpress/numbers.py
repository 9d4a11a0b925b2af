"""Numbers of an export, which may hold anything."""

from __future__ import annotations

import re

_LARGEST = 2**63 - 1


def number(text: str) -> int | None:
    """A positive id that fits in 63 bits, or None."""
    text = text.strip()
    if not re.fullmatch(r"[0-9]{1,19}", text, re.ASCII):
        return None
    return int(text) if 0 < int(text) <= _LARGEST else None


def order(text: str) -> int:
    """A place in an order, within 32 bits; 0 for what is no number."""
    text = text.strip()
    if not re.fullmatch(r"-?[0-9]{1,19}", text, re.ASCII):
        return 0
    return max(-(2**31), min(int(text), 2**31 - 1))
