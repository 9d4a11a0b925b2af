"""Writing a tree of HTML out in one spelling, with only what the policy allows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from portal.content import html_policy as policy
from portal.content.html_facts import Facts
from portal.content.html_tidy import tidy
from portal.content.html_tree import parse

_UNREADABLE = re.compile("[\x00-\x08\x0b\x0e-\x1f]")
_SPELLINGS = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;"}
_TEXT_SPELLINGS = {mark: way for mark, way in _SPELLINGS.items() if way != "&quot;"}


def readable(text: str) -> str:
    """The text without control characters and lone surrogates, line ends as LF."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = _UNREADABLE.sub("", text).replace("\r\n", "\n")
    return text.replace("\r", "\n").replace("\f", " ")


def escape(value: str) -> str:
    """An attribute's value as it is written between double quotes."""
    return value.translate(_SPELLINGS)


def rewrite(html: str, facts: Facts) -> str:
    """The allowed part of a fragment in canonical spelling; what goes is counted in facts.

    Raises TooDeep.
    """
    tree = parse(html)
    tidy(tree, html, facts)
    return Writer(facts).write(tree)


class Writer:
    """Writes one tree. A loop and not recursion, since depth is the writer's to choose."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.out: list[str] = []

    def write(self, root: Element) -> str:
        self._text(root.text)
        stack: list[tuple[Iterator[Element], str, str | None]] = [(iter(root), "", None)]
        while stack:
            children, closing, tail = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                self.out.append(closing)
                self._text(tail)
                continue
            written = self._open(child)
            if written is None:
                self._text(child.tail)
                continue
            self._text(child.text)
            stack.append((iter(child), written, child.tail))
        return "".join(self.out)

    def _open(self, element: Element) -> str | None:
        """Write the start tag. What closes it later, or None when nothing inside is kept."""
        if not isinstance(element.tag, str) or element.tag.startswith("<!"):
            self.facts["comment", "comment"] += 1
            return None
        namespace, _, local = element.tag.rpartition("}")
        if namespace or local in policy.DROPPED:
            self.facts["element", _short(local)] += 1
            return None
        tag = policy.RENAMED.get(local, local)
        if tag not in policy.TAGS:
            self.facts["tag", _short(local)] += 1
            return ""
        if tag != local:
            self.facts["renamed", local] += 1
        return self._start(tag, self._attributes(tag, element))

    def _start(self, tag: str, attributes: dict[str, str]) -> str | None:
        if not policy.is_useful(tag, attributes):
            if tag == "img":
                self.facts["element", tag] += 1
            return ""
        written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        self.out.append(f"<{tag}{written}>")
        return "" if tag in policy.VOID else f"</{tag}>"

    def _attributes(self, tag: str, element: Element) -> dict[str, str]:
        kept: dict[str, str] = {}
        for name, written in element.attrib.items():
            raw = readable(written)
            value = policy.judge(tag, name, raw)
            if value is not None:
                kept[name] = value
            elif (tag, name) in policy.ADDRESSES and raw.strip():
                scheme = policy.scheme_of(raw)
                self.facts["link", _short(f"{scheme}:" if scheme else raw[:12])] += 1
            else:
                self.facts["attribute", _short(name)] += 1
        return kept

    def _text(self, text: str | None) -> None:
        if not text:
            return
        text = readable(text)
        if self.out and self.out[-1].startswith("<pre"):
            text = text.lstrip("\n")  # the first line end in a pre is not part of its text
        if text:
            self.out.append(text.translate(_TEXT_SPELLINGS))


def _short(name: str) -> str:
    return re.sub(r"[^\x21-\x7e\xa1-\U0010ffff]+", " ", name).strip()[:40] or "?"
