"""Whether HTML is clean already: read in one pass, without a tree."""

from __future__ import annotations

import html as entities
import re
from functools import lru_cache

from portal.content import html_policy as policy
from portal.content.html_writer import escape

_TOKEN = re.compile(
    r"[^<>&\x00-\x08\x0b-\x1f\ud800-\udfff]+|&(?:amp|lt|gt);"
    r"|</(?P<end>[a-z][a-z0-9]*)>|<(?P<start>[a-z][a-z0-9]*)(?P<rest>(?: [a-z]+=\"[^\"<>]*\")*)>"
)
_BARE = "|".join(sorted(tag for tag in policy.TAGS - policy.VOID if policy.is_useful(tag, ())))
_TEXT = r"(?:[^<>&\x00-\x08\x0b-\x1f\ud800-\udfff]++|&(?:amp|lt|gt);)"
_WITHIN = rf"(?:{_TEXT}|<(?P<inner>{_BARE})>{_TEXT}*+</(?P=inner)>)*+"
_PLAIN_BLOCK = re.compile(rf"<(?P<outer>{_BARE})>{_WITHIN}</(?P=outer)>[ \t\n]*+")
_ATTRIBUTE = re.compile(r" ([a-z]+)=\"([^\"]*)\"")


@lru_cache(maxsize=4)
def is_clean(html: str) -> bool:
    """Whether the text holds only what the policy allows, spelled as ``clean`` spells it."""
    position, open_tags = 0, list[str]()
    while position < len(html):
        if plain_block := _PLAIN_BLOCK.match(html, position):
            position = plain_block.end()
            continue
        token = _TOKEN.match(html, position)
        if token is None or not _is_allowed(token, open_tags):
            return False
        position = token.end()
    return not open_tags


def _is_allowed(token: re.Match[str], open_tags: list[str]) -> bool:
    start, end = token["start"], token["end"]
    if end is not None:
        return bool(open_tags) and open_tags.pop() == end
    if start is None:
        return True
    if start not in policy.TAGS:
        return False
    if start not in policy.VOID:
        open_tags.append(start)
    if not token["rest"]:
        return policy.is_useful(start, [])
    attributes = _ATTRIBUTE.findall(token["rest"])
    spelled = all(_is_spelled(start, name, value) for name, value in attributes)
    return spelled and policy.is_useful(start, [name for name, _ in attributes])


def _is_spelled(tag: str, name: str, written: str) -> bool:
    value = entities.unescape(written)
    return escape(value) == written and policy.judge(tag, name, value) == value
