"""What changed between two revisions, short enough for the trail."""

from collections.abc import Mapping
from typing import Any

from portal.content import clean_html
from portal.content import fields as further
from portal.content.html_text import plain
from portal.content.pages import Revision
from portal.content.seo import KEY, seo_changes

SNIPPET = 160


def differences(before: Revision | None, after: Revision) -> dict[str, list[str]]:
    """Return `{field: [before, after]}` for the trail, long texts cut around the first change."""
    found = {}
    for name in ("title", "slug", "excerpt", "byline", "body"):
        old, new = getattr(before, name, "") or "", getattr(after, name)
        if old == new:
            continue
        if name == "body":
            texts = plain(old), plain(new)
            old, new = texts if texts[0] != texts[1] else (old, new)
        found[name] = _around_change(old, new)
    places = [str(side.parent_id or "") if side else "" for side in (before, after)]
    if places[0] != places[1]:
        found["parent"] = places
    return found | _of_fields(before.fields or {} if before else {}, after.fields or {})


def _of_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what changed in further fields, by their keys, rich text as the words it shows."""
    found = seo_changes(before, after)
    for key in sorted((before.keys() | after.keys()) - {KEY}):
        sides = [further.plain(side.get(key)) for side in (before, after)]
        if sides[0] != sides[1]:
            words = [clean_html.text_of(s) if clean_html.is_clean(s) else s for s in sides]
            old, new = words if words[0] != words[1] else sides
            found[key] = _around_change(old, new)
    return found


def _around_change(old: str, new: str) -> list[str]:
    if max(len(old), len(new)) <= SNIPPET:
        return [old, new]
    start = max(0, _alike(old, new) - 40)
    return [_cut(text, start) for text in (old, new)]


def _alike(old: str, new: str) -> int:
    """Return how many characters two texts begin with together."""
    least, most = 0, min(len(old), len(new))
    while least < most:
        middle = (least + most + 1) // 2
        if old[least:middle] == new[least:middle]:
            least = middle
        else:
            most = middle - 1
    return least


def _cut(text: str, start: int) -> str:
    end = start + SNIPPET
    return ("…" if start else "") + text[start:end] + ("…" if len(text) > end else "")
