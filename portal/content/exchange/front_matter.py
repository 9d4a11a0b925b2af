"""YAML in front of a text, between two lines of `---`.

Read with suspicion: no tags, no anchors and no aliases, so nothing is made but texts, numbers,
lists and mappings, and nothing can grow; bounded in size and depth before anything is built.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from portal.content.exchange.model import Unfit

LONGEST = 1_300_000
MOST = 100_000
DEEPEST = 40
_FENCE = re.compile(r"---[ \t]*\n(?:(.*?)\n)??(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_LOADER, _PLAIN = yaml.CSafeLoader, yaml.CBaseLoader


class FrontMatter(Mapping[str, Any]):
    """The values of a front matter, and the same as they were typed: `2024` and `No` are texts."""

    def __init__(self, values: Mapping[str, Any], typed: Mapping[str, Any]) -> None:
        self._values, self._typed = values, typed

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __iter__(self) -> Any:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def typed(self, key: str) -> Any:
        """Return a value as it was typed; None when it is not there or empty."""
        return None if self._values.get(key) is None else self._typed.get(key)


def split(text: str) -> tuple[str, str]:
    """Return the front matter of a text, without its lines of `---`, and the rest.

    Raises Unfit when it does not end, or is in another language.
    """
    if text.startswith("+++"):
        raise Unfit("Its front matter is TOML (+++). Only YAML between two lines of --- is read.")
    if not re.match(r"---[ \t]*\n", text):
        return "", text
    found = _FENCE.match(text)
    if found is None:
        raise Unfit("Its front matter does not end: a second line of --- is missing.")
    return found[1] or "", text[found.end() :]


def read(text: str) -> FrontMatter:
    """Return what a front matter says. Raises Unfit with the line of what cannot be read."""
    if len(text) > LONGEST:
        raise Unfit(f"Its front matter has {len(text):,} characters; {LONGEST:,} are the most.")
    try:
        _check(text)
        values, typed = yaml.load(text, _LOADER), yaml.load(text, _PLAIN)  # noqa: S506 - safe ones
    except Unfit:
        raise
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as problem:
        raise Unfit(f"Its front matter is not YAML that can be read{_place(problem)}.") from problem
    if values is None:
        values, typed = {}, {}
    if not isinstance(values, dict):
        raise Unfit("Its front matter is not a list of names with values, like “title: About us”.")
    named = {str(key): value for key, value in values.items()}
    return FrontMatter(named, {str(key): value for key, value in typed.items()})


def write(values: Mapping[str, Any]) -> str:
    """Return values as YAML that `read` takes."""
    dumped: str = yaml.dump(
        dict(values), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000
    )
    return dumped


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the library asks
        return True


def _check(text: str) -> None:
    depth = 0
    for number, event in enumerate(yaml.parse(text, _LOADER)):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Unfit(f"Its front matter has an anchor or alias{_at(event)}; write it out.")
        if _tag(event) and not _is_plain_tag(event):
            raise Unfit(f"Its front matter has a tag, {_tag(event)}{_at(event)}; leave it out.")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST or number > MOST:
            raise Unfit(f"Its front matter is nested too deep or too long{_at(event)}.")


def _tag(event: Any) -> str:
    return getattr(event, "tag", None) or ""


def _is_plain_tag(event: Any) -> bool:
    return event.tag == "!" and isinstance(event, yaml.ScalarEvent)


def _at(event: Any) -> str:
    return f" in line {event.start_mark.line + 2}"


def _place(problem: Exception) -> str:
    mark = getattr(problem, "problem_mark", None)
    said = getattr(problem, "problem", None)
    return f" (line {mark.line + 2}: {said})" if mark is not None and said else ""
