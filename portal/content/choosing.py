"""What can be referred to from a page: for choosers, limited to what its editor may read."""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Select, or_, select

from portal.content.content_types import Definition
from portal.content.field_kinds import ID
from portal.content.field_values import references
from portal.content.fields import REFERRING, Field, as_id
from portal.content.media import Media
from portal.content.media_folders import visible_media
from portal.content.media_uses import address_of
from portal.content.pages import Page
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor

OFFERED = 300


@dataclass(frozen=True)
class Candidate:
    """A page that can be chosen."""

    id: str
    title: str
    type: str


@dataclass(frozen=True)
class Candidates:
    """The pages of an account that were changed last, and those chosen already.

    `files` are those of its library. `cut` and `files_cut` say that there are more: `found` looks
    for those that a field takes, by words or by an address in the portal, OFFERED and one at most.
    """

    pages: tuple[Candidate, ...] = ()
    cut: bool = False
    files: tuple[Candidate, ...] = ()
    files_cut: bool = False
    found: Callable[[Field, str], tuple[Candidate, ...]] = field(
        default=lambda _field, _words: (), compare=False
    )

    def is_cut(self, field: Field) -> bool:
        """Tell whether there is more that the field takes than is offered."""
        return self.files_cut if field.kind == "media" else self.cut and field.kind in REFERRING

    def of(self, field: Field, held: Collection[object]) -> list[Candidate]:
        """Return those a field takes, and those it holds, whatever they are."""
        if field.kind == "media":
            return list(self.files)
        wanted = ("block",) if field.kind == "block" else field.of
        return [p for p in self.pages if not wanted or p.type in wanted or p.id in held]


NONE = Candidates()


def candidates(
    account_id: uuid.UUID, definition: Definition, values: Mapping[str, Any],
    page_id: uuid.UUID | None, also: Collection[uuid.UUID] = (),
) -> Candidates:  # fmt: skip
    """Return what the fields of a type can refer to, `also` these.

    Two statements, none without such fields.
    The caller's scope and his right to read the account's drafts say what he may see.
    """
    fields = definition.every
    if not any(field.kind in REFERRING for field in fields):
        return NONE
    chosen = {known for _, value in references(definition.asked, values) if (known := as_id(value))}
    chosen |= set(also)
    page = select(Page.id, Page.title, Page.type).where(
        Page.account_id == account_id, Page.id != page_id
    )
    recent = page.where(*_narrowed(fields)).order_by(Page.changed_at.desc(), Page.id.desc())
    newest = db.session.execute(recent.limit(OFFERED + 1)).all()
    held = db.session.execute(page.where(Page.id.in_(chosen))).all()
    found = {Candidate(str(row[0]), row[1] or "(untitled)", row[2]) for row in [*newest, *held]}
    ordered = sorted(found, key=lambda each: (each.title.casefold(), each.id))
    return Candidates(tuple(ordered), cut=len(newest) > OFFERED)


def pages_found(
    account_id: uuid.UUID, field: Field, words: str, page_id: uuid.UUID | None
) -> tuple[Candidate, ...]:
    """Return the pages a field takes whose title or address has the words, or that they name.

    The latest changed first, OFFERED and one at most. One statement.
    """
    hits = [c.icontains(words, autoescape=True) for c in (Page.title, Page.address)]
    query = select(Page.id, Page.title, Page.type).where(
        Page.account_id == account_id, Page.id != page_id, *_narrowed((field,)),
        or_(*hits, Page.id.in_(ids_named(words))),
    )  # fmt: skip
    query = query.order_by(Page.changed_at.desc(), Page.id.desc()).limit(OFFERED + 1)
    rows = db.session.execute(query).all()
    return tuple(Candidate(str(row[0]), row[1] or "(untitled)", row[2]) for row in rows)


def files_found(account: AccountRef, words: str, *, by: Actor) -> tuple[Candidate, ...]:
    """Return the files that `by` sees with the words in their name, or that they name.

    The newest first, OFFERED and one at most. One statement.
    """
    hit = Media.name.icontains(words, autoescape=True)
    query = _files(account, by).where(or_(hit, Media.id.in_(ids_named(words))))
    return _as_files(account, db.session.execute(query.limit(OFFERED + 1)).all())


def ids_named(text: str) -> list[uuid.UUID]:
    """Return the id that a text is or holds, the last one: an address in the portal ends in it."""
    return [uuid.UUID(each) for each in ID.findall(text)[-1:]]


def _files(account: AccountRef, by: Actor) -> Select[uuid.UUID, str, str]:
    return (
        select(Media.id, Media.name, Media.kind)
        .where(visible_media(by, account), Media.trashed_at.is_(None))
        .order_by(Media.id.desc())
    )


def _as_files(account: AccountRef, rows: Iterable[Any]) -> tuple[Candidate, ...]:
    return tuple(Candidate(address_of(account.handle, row[0]), row[1], row[2]) for row in rows)


def with_files(
    offered: Candidates, account: AccountRef, definition: Definition, *, by: Actor,
    also: Collection[uuid.UUID] = (),
) -> Candidates:  # fmt: skip
    """Return the same with the newest files that `by` sees, `also` these if he does.

    One statement, two when some of these are none of the newest, or none.
    """
    fields = definition.every
    if not any(field.kind == "media" for field in fields):
        return offered
    query = _files(account, by)
    rows = list(db.session.execute(query.limit(OFFERED + 1)).all())
    cut, missing = len(rows) > OFFERED, set(also) - {row[0] for row in rows[:OFFERED]}
    rows = rows[:OFFERED]
    if cut and missing:
        rows += db.session.execute(query.where(Media.id.in_(missing))).all()
    return replace(offered, files=_as_files(account, rows), files_cut=cut)


def _narrowed(fields: tuple[Field, ...]) -> list[Any]:
    """Return the condition that a page is of a type that one of the fields takes."""
    if any(field.kind == "reference" and not field.of for field in fields):
        return []
    wanted = {kind for field in fields if field.kind == "reference" for kind in field.of}
    wanted |= {"block" for field in fields if field.kind == "block"}
    return [Page.type.in_(wanted)]
