"""Adding, changing, ordering, removing and bringing back the fields of an account's types."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from portal.content.content_types import ContentField, ContentType, Definition
from portal.content.defining_types import (
    NAME_LENGTH,
    SENTENCE_LENGTH,
    CannotDefineType,
    fields_of,
    free_key,
    hold,
    tell_changed,
)
from portal.content.fields import KINDS, Field
from portal.content.html_policy import names
from portal.content.type_effects import is_live_somewhere
from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor
from tenants.permissions import Permission
from tenants.strength import authorize_below

FIELDS = 60
PARTS = 20
OPTIONS = 200
OPTION_LENGTH = 200
KEPT_BY_THE_PORTAL = names(
    "alt author block blocks body byline canonical description excerpt image language media meta "
    "noindex owner parent picture picture-alt review review-by robots seo slug social tags "
    "template terms title toc translation translations type"
)
"""Keys of `Revision.fields` that no defined field takes: other parts of the portal use such."""


@dataclass(frozen=True)
class FieldWords:
    """What a field is to be. `options` are a choice's, `of` the types a reference may lead to."""

    label: str
    kind: str
    hint: str = ""
    required: bool = False
    options: tuple[str, ...] = ()
    of: tuple[str, ...] = ()


def add_field(
    row: ContentType, account: AccountRef, words: FieldWords, *, by: Actor,
    group_id: uuid.UUID | None = None,
) -> ContentField:  # fmt: skip
    """Add a field at the end of a type of the account, or of one of its groups. Recorded.

    Raises Denied, TooWeak and CannotDefineType.
    """
    definition = hold(row, account, by=by)
    beside = _beside(definition, group_id)
    _check(words, beside, in_group=group_id is not None)
    most = PARTS if group_id else FIELDS
    if len([field for field in beside if not field.removed]) >= most:
        raise CannotDefineType(f"There are {most} fields already; remove one first.", "label")
    taken = {field.key for field in beside} | KEPT_BY_THE_PORTAL
    field = ContentField(
        tenant_id=row.tenant_id, account_id=row.account_id, type_id=row.id, group_id=group_id,
        key=free_key(words.label, taken, "field"), position=_end(row),
    )  # fmt: skip
    _write(field, words)
    db.session.add(field)
    tell_changed(row, f"added the field “{words.label}”", by=by, field=["", _told(words)])
    return field


def change_field(
    row: ContentType, account: AccountRef, field_id: uuid.UUID, words: FieldWords, *, by: Actor
) -> bool:
    """Make a field what is wanted; it keeps its key and its values. Recorded.

    Tells whether it changed. Raises Denied, TooWeak and CannotDefineType.
    """
    field, beside, group = _held(row, account, field_id, by=by)
    others = [each for each in beside if each.id != field_id]
    _check(words, others, in_group=group is not None)
    before = words_of(field)
    if before == words:
        return False
    if (before.label, before.kind) != (words.label, words.kind):
        _authorize_shown(row, account, by=by)
    if field.kind == "group" and words.kind != "group" and field.asked:
        raise CannotDefineType("This group has fields; remove them before it is no group.", "kind")
    _write(_row_of(row, field_id), words)
    pair = [_told(before), _told(words)]
    tell_changed(row, f"changed the field “{field.label}”", by=by, field=pair)
    return True


def remove_field(row: ContentType, account: AccountRef, field_id: uuid.UUID, *, by: Actor) -> None:
    """Ask for a field no more; what was typed into it stays in the revisions. Recorded.

    Raises Denied, TooWeak and CannotDefineType.
    """
    field, _, _ = _held(row, account, field_id, by=by)
    _authorize_shown(row, account, by=by)
    _row_of(row, field_id).removed_at = now()
    pair = [_told(words_of(field)), ""]
    tell_changed(row, f"removed the field “{field.label}”", by=by, field=pair)


def bring_back_field(
    row: ContentType, account: AccountRef, field_id: uuid.UUID, *, by: Actor
) -> None:
    """Ask for a removed field again, with all that was ever typed into it. Recorded.

    Raises Denied, TooWeak and CannotDefineType.
    """
    field, beside, group = _held(row, account, field_id, by=by, removed=True)
    _authorize_shown(row, account, by=by)
    words = words_of(field)
    _check(words, beside, in_group=group is not None)
    found = _row_of(row, field_id)
    found.removed_at, found.position = None, _end(row)
    tell_changed(row, f"brought the field “{field.label}” back", by=by, field=["", _told(words)])


def move_field(
    row: ContentType, account: AccountRef, field_id: uuid.UUID, steps: int, *, by: Actor
) -> bool:
    """Move a field up (a negative number of steps) or down among its own; tell whether it moved.

    Recorded. Raises Denied, TooWeak and CannotDefineType.
    """
    field, beside, _ = _held(row, account, field_id, by=by)
    order = [each.id for each in beside if not each.removed]
    place = order.index(field_id)
    target = max(0, min(len(order) - 1, place + steps))
    if target == place:
        return False
    _authorize_shown(row, account, by=by)
    order.insert(target, order.pop(place))
    found = {each.id: each for each in fields_of(row)}
    spare = [each for each in found.values() if each.id not in order]
    for position, each in enumerate([*(found[key] for key in order), *spare]):
        each.position = position
    what = f"moved the field “{field.label}” {'up' if steps < 0 else 'down'}"
    tell_changed(row, what, by=by, place=[str(place + 1), str(target + 1)])
    return True


def words_of(field: Field) -> FieldWords:
    """Return what a field is, as it is asked for."""
    return FieldWords(field.label, field.kind, field.hint, field.required, field.options, field.of)


def changed(field: Field, words: FieldWords) -> Field:
    """Return the field as it would be with these words."""
    return replace(
        field, label=words.label, kind=words.kind, hint=words.hint, required=words.required,
        options=words.options, of=words.of,
    )  # fmt: skip


def _held(
    row: ContentType, account: AccountRef, field_id: uuid.UUID, *, by: Actor, removed: bool = False
) -> tuple[Field, Sequence[Field], Field | None]:
    """Lock the type; return the field, those it stands among, and its group."""
    definition = hold(row, account, by=by)
    try:
        field, group = definition.field(field_id)
    except LookupError:
        raise CannotDefineType("This type has no such field.", "label") from None
    if field.removed != removed:
        was = "is not removed" if removed else "was removed meanwhile; bring it back first"
        raise CannotDefineType(f"The field “{field.label}” {was}.", "label")
    return field, group.parts if group else definition.fields, group


def _authorize_shown(row: ContentType, account: AccountRef, *, by: Actor) -> None:
    """Let what live pages show of their fields be changed only by who may publish there.

    A label is shown with the values of all live pages of the type. Raises Denied and TooWeak.
    """
    if Permission.PAGE_PUBLISH in by.system or not is_live_somewhere(row.key, account.tenant_id):
        return
    authorize_below(by, Permission.PAGE_PUBLISH, account)


def _beside(definition: Definition, group_id: uuid.UUID | None) -> Sequence[Field]:
    if group_id is None:
        return definition.fields
    group = next((field for field in definition.asked if field.id == group_id), None)
    if group is None or group.kind != "group":
        raise CannotDefineType("This type has no such group.", "label")
    return group.parts


def _check(words: FieldWords, others: Sequence[Field], *, in_group: bool) -> None:
    if not words.label.strip() or len(words.label) > NAME_LENGTH:
        raise CannotDefineType(f"Give the field a name of 1 to {NAME_LENGTH} characters.", "label")
    if len(words.hint) > SENTENCE_LENGTH:
        raise CannotDefineType(f"Use at most {SENTENCE_LENGTH} characters.", "hint")
    labels = {field.label.casefold() for field in others if not field.removed}
    if words.label.casefold() in labels:
        raise CannotDefineType(f"There is a field {words.label} already.", "label")
    if words.kind not in KINDS:
        raise CannotDefineType("Choose what the field takes from the list.", "kind")
    if words.kind == "group" and in_group:
        raise CannotDefineType("A group cannot hold another group.", "kind")
    if words.kind == "choice" and not words.options:
        raise CannotDefineType("Write the choices, one on each line.", "options")
    if len(words.options) > OPTIONS or any(len(each) > OPTION_LENGTH for each in words.options):
        raise CannotDefineType(
            f"Use at most {OPTIONS} choices of at most {OPTION_LENGTH} characters.", "options"
        )


def _row_of(row: ContentType, field_id: uuid.UUID) -> ContentField:
    return next(each for each in fields_of(row) if each.id == field_id)


def _end(row: ContentType) -> int:
    return max((each.position for each in fields_of(row)), default=-1) + 1


def _write(field: ContentField, words: FieldWords) -> None:
    field.field_label, field.kind, field.hint = words.label, words.kind, words.hint
    field.required = words.required
    field.settings = {"options": list(words.options), "of": list(words.of)}
    db.session.flush()


def _told(words: FieldWords) -> str:
    told = [words.label, KINDS[words.kind].lower()]
    told += ["required"] if words.required else []
    told += [f"choices: {', '.join(words.options)}"[:300]] if words.options else []
    told += [f"types: {', '.join(words.of)}"] if words.of else []
    return "; ".join(told)
