"""The texts of plain schedules: read a part at a time, and of a crowd shortly before it is due.

A revision never changes: the database refuses it. So its digest, found to be right within the last
`HOLDS` seconds, is not worked out again in the second in which thousands are due.
"""

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select

from portal.content.addresses import RESERVED
from portal.content.approvals import Gate, NotApproved, approved_by, gates_at
from portal.content.due_plain import Ready, plain_address
from portal.content.due_rules import verdict_on_text
from portal.content.due_world import World
from portal.content.media_problems import media_problems
from portal.content.media_uses import named_in
from portal.content.pages import SAID, Revision, digest_now
from portal.content.reviews import Verdict, verdicts_on_each
from tenants.among import among
from tenants.db import db

CHUNK = 500
"""How many texts are in memory at a time. They are kept by their ids' integers, which are hashed
in no time, where a UUID is by a call."""
HOLDS = 120.0
"""For how many seconds what was read ahead is used."""
_TEXTS = select(
    Revision.id, Revision.page_id, Revision.number, Revision.digest,
    *(getattr(Revision, name) for name in SAID),
).where(among(Revision.id, "ids"))  # fmt: skip


class Text(NamedTuple):
    """What is asked of a revision's text when it is due; `digest` is of what it really says.

    `whole`: that is the digest it was saved with. `plain`: it needs nothing but itself.
    """

    page_id: uuid.UUID
    number: int
    digest: str
    whole: bool
    plain: bool
    slug: str
    term_ids: Sequence[str]


class Ahead:
    """Texts that were read before they are due, for `HOLDS` seconds. One for a process."""

    def __init__(self) -> None:
        self._texts: dict[int, tuple[float, Text]] = {}

    def read(self, revision_ids: Sequence[uuid.UUID]) -> None:
        """Read those that are not at hand yet, inside their tenant's scope."""
        held = self.at_hand(revision_ids)
        wanted = [each for each in revision_ids if each.int not in held]
        for start in range(0, len(wanted), CHUNK):
            read_at = time.monotonic()
            for number, text in _read(wanted[start : start + CHUNK]).items():
                self._texts[number] = read_at, text

    def at_hand(self, revision_ids: Sequence[uuid.UUID]) -> dict[int, Text]:
        """Return those of the texts that were read within `HOLDS` seconds, by the ids' integers."""
        oldest = time.monotonic() - HOLDS
        found = ((each.int, self._texts.get(each.int)) for each in revision_ids)
        return {each: kept[1] for each, kept in found if kept is not None and kept[0] >= oldest}

    def drop(self, revision_ids: Sequence[uuid.UUID]) -> None:
        """Let go of these."""
        for each in revision_ids:
            self._texts.pop(each.int, None)

    def forget(self) -> None:
        """Let go of all that is older than `HOLDS` seconds."""
        oldest = time.monotonic() - HOLDS
        for each in [each for each, (at, _) in list(self._texts.items()) if at < oldest]:
            self._texts.pop(each, None)

    def __len__(self) -> int:
        return len(self._texts)


AHEAD = Ahead()


def as_scheduled(plain: Sequence[Any], world: World) -> list[Ready]:
    """Return those whose text is the one scheduled, whole, approved as its workflow asks, plain.

    One statement for five hundred that were not read ahead, two where approvals are asked for, and
    those of the workflows.
    """
    ids = {row.account_id.int: row.account_id for row in plain}
    accounts = [world.accounts[each] for each in ids.values()]
    gates = {
        account.id.int: gate for account, gate in zip(accounts, gates_at(accounts), strict=True)
    }
    return [
        found
        for start in range(0, len(plain), CHUNK)
        for found in _some(plain[start : start + CHUNK], gates)
    ]


def _some(rows: Sequence[Any], gates: Mapping[int, Gate]) -> Iterator[Ready]:
    asked = [row.revision_id for row in rows if gates[row.account_id.int].required]
    verdicts = verdicts_on_each(asked) if asked else {}
    ids = [row.revision_id for row in rows]
    texts = AHEAD.at_hand(ids)
    if len(texts) < len(ids):
        texts |= _read([each for each in ids if each.int not in texts])
    for row in rows:
        found = _ready(row, texts.get(row.revision_id.int), gates[row.account_id.int], verdicts)
        if found is not None:
            yield found
    AHEAD.drop(ids)


def _read(ids: Sequence[uuid.UUID]) -> dict[int, Text]:
    return {row.id.int: _text(row) for row in db.session.execute(_TEXTS, {"ids": ids})}


def _text(row: Any) -> Text:
    digest = digest_now(row)
    by_itself = (
        row.parent_id is None
        and bool(row.title or row.body)
        and not named_in(row.body, row.fields)
        and not media_problems(row)
    )
    return Text(
        row.page_id, row.number, digest, digest == row.digest, by_itself, row.slug,
        row.term_ids or (),
    )  # fmt: skip


def _ready(
    row: Any, text: Text | None, gate: Gate, verdicts: Mapping[uuid.UUID, list[Verdict]]
) -> Ready | None:
    if text is None or verdict_on_text(row, text.digest, text.number, row.live_number) is not None:
        return None
    if not _stands_alone(row, text):
        return None
    try:
        said = verdicts.get(row.revision_id, []) if verdicts else []
        given = gate.approvals(text, text.whole, said)
    except NotApproved:
        return None
    return Ready(row, text.number, plain_address(row, text), approved_by(given), text.term_ids)


def _stands_alone(row: Any, text: Text) -> bool:
    """Tell whether the text can be put live by touching nothing but its page."""
    if not text.plain or text.page_id != row.page_id:
        return False
    if row.type != "post" and text.slug in RESERVED:
        return False
    return row.address in {None, plain_address(row, text)}
