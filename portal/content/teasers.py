"""The beginning of a body as plain text, read from its first few thousand characters only."""

import re

from portal.content import clean_html, html_policy

READ = 3000
LENGTH = 240

_NOTE = re.compile(r'<small class="footnote">.*?</small>', re.DOTALL)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*>")


def teaser(start: str) -> str:
    """Return at most `LENGTH` characters of plain text from the beginning of a clean body.

    `start` may end anywhere, inside a tag too. It is text: to be escaped where it is shown.
    """
    try:
        return clean_html.excerpt(_NOTE.sub("", _whole(start)), LENGTH)
    except clean_html.TooDeep:
        return ""


def _whole(start: str) -> str:
    """Return `start` without a tag or reference cut in two, and with what is open closed."""
    if start.rfind("<") > start.rfind(">"):
        start = start[: start.rfind("<")]
    if start.rfind("&") > start.rfind(";"):
        start = start[: start.rfind("&")]
    open_tags: list[str] = []
    for closing, name in _TAG.findall(start):
        if closing and open_tags:
            open_tags.pop()
        elif not closing and name not in html_policy.VOID:
            open_tags.append(name)
    return start + "".join(f"</{name}>" for name in reversed(open_tags))
