"""Tags and categories in words: `News > Local [local-news]`, the slug only where it is another."""

from __future__ import annotations

import re
from dataclasses import replace

from portal.content.addresses import slug_of
from portal.content.exchange.model import TermName, Unfit

MOST, LONGEST, DEEPEST = 200, 200, 20
_SPECIAL = re.compile(r"([\\>;\[\]])")
_PIECE = re.compile(r"\\(.)|([>;\[\]])|([^\\>;\[\]]+)", re.DOTALL)


def term_to_text(term: TermName) -> str:
    """Return a term with those above it, as `terms_from` reads it."""
    return " > ".join(_said(each) for each in (*term.above, term))


def _said(term: TermName) -> str:
    name = _SPECIAL.sub(r"\\\1", term.name)
    return name if slug_of(term.name) == term.slug else f"{name} [{term.slug}]"


def terms_from(text: str, *, nested: bool) -> tuple[TermName, ...]:
    """Return the terms of a text, separated by `;`. Only categories are `nested`.

    Raises Unfit for too many of them, for too many above one, and for names that are too long.
    """
    found = [found for part in _split(text) if (found := _term(part, nested=nested))]
    if len(found) > MOST:
        raise Unfit(f"It names {len(found):,} tags or categories; {MOST} fit.")
    return tuple(dict.fromkeys(found))


def _split(text: str) -> list[list[tuple[str, str]]]:
    """Return for each term its pieces: a mark and nothing, or nothing and words."""
    parts: list[list[tuple[str, str]]] = [[]]
    for escaped, mark, words in _PIECE.findall(text):
        if mark == ";":
            parts.append([])
        else:
            parts[-1].append((mark, escaped or words))
    return parts


def _term(pieces: list[tuple[str, str]], *, nested: bool) -> TermName | None:
    names: list[list[str]] = [["", ""]]
    inside = False
    for mark, words in pieces:
        if mark == ">" and nested and not inside:
            names.append(["", ""])
        elif mark == "[" and not inside and names[-1][0].strip():
            inside = True
        elif mark == "]" and inside:
            inside = False
        else:
            names[-1][inside] += words or mark
    line = [_named(said, given) for said, given in names if said.strip()]
    if len(line) > DEEPEST:
        why = f"Its category “{line[-1].name[:40]}” stands below {len(line) - 1} others"
        raise Unfit(f"{why}; {DEEPEST - 1} are the most.")
    return replace(line[-1], above=tuple(line[:-1])) if line else None


def _named(said: str, given: str) -> TermName:
    name, slug = " ".join(said.split()), given.strip()
    if len(name) > LONGEST or "\x00" in name:
        raise Unfit(f"The tag or category “{name[:40]}…” is too long; {LONGEST} characters fit.")
    return TermName(name, slug_of(slug or name))
