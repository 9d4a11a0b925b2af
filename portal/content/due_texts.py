"""The texts of plain schedules, read a part at a time: what was scheduled, approved, and whole."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from portal.content.approvals import Gate, NotApproved, approved_by, gate_at
from portal.content.due_plain import Ready, is_plain_text, plain_address
from portal.content.due_rules import verdict_on_text
from portal.content.due_world import World
from portal.content.media_problems import media_problems
from portal.content.pages import SAID, Revision
from portal.content.reviews import Verdict, verdicts_on_each
from tenants.among import among
from tenants.db import db

CHUNK = 500
"""How many texts are in memory at a time."""
_TEXTS = select(
    Revision.id, Revision.page_id, Revision.number, Revision.digest,
    *(getattr(Revision, name) for name in SAID),
).where(among(Revision.id, "ids"))  # fmt: skip


def as_scheduled(plain: Sequence[Any], world: World) -> list[Ready]:
    """Return those whose text is the one scheduled, whole, approved as its workflow asks, plain.

    One statement for five hundred, two where approvals are asked for, and those of the workflows.
    """
    gates = {each: gate_at(world.accounts[each]) for each in {row.account_id for row in plain}}
    return [
        found
        for start in range(0, len(plain), CHUNK)
        for found in _some(plain[start : start + CHUNK], gates)
    ]


def _some(rows: Sequence[Any], gates: Mapping[uuid.UUID, Gate]) -> Iterator[Ready]:
    asked = [row.revision_id for row in rows if gates[row.account_id].required]
    verdicts = verdicts_on_each(asked) if asked else {}
    texts = {
        text.id: text
        for text in db.session.execute(_TEXTS, {"ids": [row.revision_id for row in rows]})
    }
    for row in rows:
        found = _ready(row, texts.get(row.revision_id), gates[row.account_id], verdicts)
        if found is not None:
            yield found


def _ready(
    row: Any, text: Any, gate: Gate, verdicts: Mapping[uuid.UUID, list[Verdict]]
) -> Ready | None:
    if verdict_on_text(row, text, row.live_number) is not None:
        return None
    if not is_plain_text(row, text) or media_problems(text):
        return None
    try:
        given = gate.approvals(text, verdicts.get(row.revision_id, []))
    except NotApproved:
        return None
    approvals = approved_by(given)
    return Ready(row, text.number, plain_address(row, text), approvals, text.term_ids)
