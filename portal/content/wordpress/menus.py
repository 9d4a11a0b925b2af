"""Menus of an export with their entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from portal.content.wordpress.documents import Menu, MenuItem, TargetKind, Term
from portal.content.wordpress.items import Item
from portal.content.wordpress.losses import Losses
from portal.content.wordpress.names import plain_text
from portal.content.wordpress.numbers import number, order
from portal.content.wordpress.terms import MENU, used_by

_TARGETS: dict[str, TargetKind] = {
    "post_type": "document",
    "taxonomy": "term",
    "post_type_archive": "archive",
    "custom": "custom",
}


@dataclass(frozen=True, slots=True)
class Targets:
    """What an entry can point to: titles of documents by id, terms by id."""

    titles: Mapping[int, str]
    terms: Mapping[int, Term]


def menus(
    terms: Iterable[Term], items: Sequence[Item], targets: Targets, losses: Losses
) -> tuple[Menu, ...]:
    """All menus, empty ones too, with their entries in order."""
    names = {term.nicename: term.name for term in terms if term.taxonomy == MENU}
    entries: dict[str, list[MenuItem]] = {nicename: [] for nicename in names}
    for item in items:
        uses = [term for term in used_by(item.node) if term.taxonomy == MENU]
        if not uses:
            losses.add("menu", "entry", "A menu entry belongs to no menu and is left out")
        for term in uses:
            known = {entry.source_id for entry in entries.get(term.nicename, ())}
            if item.source_id in known:
                losses.add("menu", "entry", "A menu holds an entry twice; the first is kept")
                continue
            names.setdefault(term.nicename, term.name)
            entries.setdefault(term.nicename, []).append(_entry(item, targets))
    return tuple(
        Menu(nicename, names[nicename], _ordered(listed, losses))
        for nicename, listed in entries.items()
    )


def _entry(item: Item, targets: Targets) -> MenuItem:
    kind = _TARGETS.get(item.meta.get("_menu_item_type", ""), "custom")
    target_id = number(item.meta.get("_menu_item_object_id", "")) if kind != "custom" else None
    term = targets.terms.get(target_id or 0) if kind == "term" else None
    title = targets.titles.get(target_id or 0) if kind == "document" else None
    label = plain_text(item.node.value("", "title"))
    return MenuItem(
        source_id=item.source_id,
        label=label or title or (term.name if term else "") or item.meta.get("_menu_item_url", ""),
        order=order(item.value("menu_order")),
        parent=number(item.meta.get("_menu_item_menu_item_parent", "")),
        target=kind,
        target_id=target_id,
        target_type=item.meta.get("_menu_item_object", ""),
        target_nicename=term.nicename if term else "",
        url=item.meta.get("_menu_item_url", "").strip(),
        new_window=item.meta.get("_menu_item_target", "") == "_blank",
        found=kind in ("custom", "archive") or title is not None or term is not None,
    )


def _ordered(entries: list[MenuItem], losses: Losses) -> tuple[MenuItem, ...]:
    """Sorted by place; an entry whose parent is missing or below it moves to the top level."""
    parents = {entry.source_id: entry.parent for entry in entries}
    sound: list[MenuItem] = []
    for entry in sorted(entries, key=lambda entry: (entry.order, entry.source_id)):
        if not entry.found:
            losses.add("menu", "entry", "A menu entry points to what the file does not hold")
        if not leads_to_top(entry.source_id, parents):
            losses.add("menu", "entry", "A menu entry's parent is missing; it moves to the top")
            sound.append(replace(entry, parent=None))
        else:
            sound.append(entry)
    return tuple(sound)


def leads_to_top(source_id: int, parents: Mapping[int, int | None]) -> bool:
    """Whether the way up from an id ends without a gap and without a loop."""
    seen = {source_id}
    above = parents.get(source_id)
    while above is not None:
        if above in seen or above not in parents:
            return False
        seen.add(above)
        above = parents[above]
    return True
