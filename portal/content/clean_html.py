"""The one place where HTML of people is cleaned, and the only one that makes Markup.

``clean`` is called when a body is written, ``safe`` when it is shown. Cleaning has two steps:
the text is read as a browser reads it and written out again with only what ``html_policy``
allows, in one canonical spelling; then bleach cleans that with the same policy and has the last
word. This repeats until bleach changes nothing, so cleaning a clean body changes nothing.

Canonical spelling makes the guard on render cheap and independent of what a stored row claims:
``is_clean`` walks the text once and accepts it only if each tag, attribute and link in it is
allowed today, written exactly as ``clean`` writes it, and closed in order. So an unchanged body
never pays for bleach, a row changed behind the application's back does, and a stricter policy
takes effect on old bodies at once. No digest has to be stored or trusted.
"""

from __future__ import annotations

import html as entities
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bleach.sanitizer import Cleaner
from markupsafe import Markup

from portal.content import html_policy as policy
from portal.content.html_blocks import blocks
from portal.content.html_facts import Facts
from portal.content.html_judge import is_clean
from portal.content.html_shown import linked, shown
from portal.content.html_text import joins, plain
from portal.content.html_tree import TooDeep, parser, walk
from portal.content.html_writer import escape, readable, rewrite
from portal.content.illustrating import AS_IT_IS, Shelf, illustrate

__all__ = [
    "Cleaned", "Removal", "TooDeep", "clean", "excerpt", "for_feeds", "for_readers", "is_clean",
    "proven", "safe", "text_of", "with_files",
]  # fmt: skip

MAX_LENGTH = 2_000_000
ROUNDS = 6

_SENTENCES = {
    "element": "Removed <{name}> with all inside it ({count}).",
    "tag": "Removed the tag <{name}>, its text is kept ({count}).",
    "renamed": "Changed <{name}> to another tag ({count}).",
    "attribute": "Removed the attribute {name} ({count}).",
    "link": "Removed an address that begins with {name} ({count}).",
    "embed": "Changed what {name} embeds to a link ({count}).",
    "looks": "Left out fonts, colours, spacing and marks of the word processor ({count}).",
    "comment": "Removed a comment that readers never see ({count}).",
    "markup": "Kept only the text: its tags can not be put in order ({count}).",
}


@dataclass(frozen=True, slots=True)
class Removal:
    """One thing that cleaning took away or changed, for the person who wrote the text.

    ``kind`` is element, tag, renamed, attribute, link, embed, looks, comment or markup; ``name``
    the tag, attribute or scheme (plain text, to be escaped on show); ``sentence`` says it all.
    """

    kind: str
    name: str
    count: int

    @property
    def sentence(self) -> str:
        return _SENTENCES[self.kind].format(name=self.name, count=self.count)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A clean body and what had to go to make it so. Only this module makes one: it is a proof."""

    html: str
    removed: tuple[Removal, ...]


def clean(html: str, known: str = "") -> Cleaned:
    """The body as it may be stored and shown, and what was removed.

    ``known`` is a clean body, usually the one before: bleach reads only the blocks that are not
    in it, so that a small change to a long text is quickly kept.

    Raises TooDeep, with a sentence for the person, when the text is too long, too deeply
    nested or too tangled to be read in bounded time. Every other text gives a result.
    """
    if len(html) > MAX_LENGTH:
        raise TooDeep(f"The text has more than {MAX_LENGTH} characters. Split it into parts.")
    html = readable(html)
    if is_clean(html) and _stays(html, known):
        return Cleaned(html, ())
    facts: Facts = Counter()
    before = rewrite(html, facts)
    for _ in range(ROUNDS):
        if is_clean(before) and _stays(before, known):
            return Cleaned(before, _removals(facts))
        before = rewrite(_by_bleach(before), Counter())
    facts["markup", "html"] += 1
    return Cleaned(f"<p>{escape(plain(before))}</p>", _removals(facts))


def proven(html: str) -> Cleaned:
    """The proof for a body that should be clean already: read once, and cleaned if it is not.

    Raises TooDeep as ``clean`` does.
    """
    return Cleaned(html, ()) if is_clean(html) else clean(html)


def safe(html: str) -> Markup:
    """The body as Markup for a template: as it is when clean, cleaned again when not.

    Never raises for the sake of a page: what can not be cleaned is shown as plain text.
    """
    if is_clean(html):
        return Markup(html)  # noqa: S704 - clean by the line above
    try:
        return Markup(clean(html).html)  # noqa: S704 - cleaned
    except TooDeep:
        return Markup(escape(readable(html)))  # noqa: S704 - escaped


def for_readers(
    html: str, urls: Mapping[str, str] | None = None, files: Shelf = AS_IT_IS
) -> Markup:
    """`safe`, made ready for readers: links to own pages lead where those pages stand now.

    `urls` has the path of each own page that can be reached, by its id; a link to another one is
    left out and its words stay. The account's `files` stand at their public addresses. Footnotes
    move to the end, tables get a box that scrolls.
    """
    return Markup(shown(str(with_files(html, files)), urls or {}))  # noqa: S704 - clean, our tags


def for_feeds(html: str, urls: Mapping[str, str], files: Shelf = AS_IT_IS) -> Markup:
    """`safe`, with links and files as in `for_readers` and nothing else added."""
    return Markup(linked(str(with_files(html, files)), urls))  # noqa: S704 - clean, our own paths


def with_files(html: str, files: Shelf) -> Markup:
    """`safe`, with the account's files at their public addresses."""
    text = illustrate(str(safe(html)), files)
    return Markup(text)  # noqa: S704 - clean, with addresses and sizes that we wrote ourselves


def text_of(html: str) -> str:
    """The plain text of a body: one line per block, no tags, references decoded.

    Raises TooDeep as ``clean`` does, for a body that is not clean yet.
    """
    return plain(html if is_clean(html) else clean(html).html)


def excerpt(html: str, length: int = 200) -> str:
    """The beginning of a body as one line of at most ``length`` characters.

    It ends at a word where one ends near, never inside a written character, and with an
    ellipsis when text was left out. Raises TooDeep as ``clean`` does.
    """
    text = text_of(html).replace("\n", " ")
    if len(text) <= length:
        return text
    end = max(length - 1, 0)
    space = text.rfind(" ", 0, end + 1)
    if space >= end * 2 // 3:
        end = space
    while end > 0 and joins(text[end - 1], text[end]):
        end -= 1
    return text[:end].rstrip() + "…"


def _stays(html: str, known: str) -> bool:
    """Whether bleach has nothing to change in a text that ``is_clean``.

    A block is closed in order, so what it says does not depend on the blocks around it. Those that
    ``known`` has are spelled as the policy wants them, like all of ``html``.
    """
    if html == known:
        return True
    familiar = set(blocks(known))
    new = "".join(block for block in blocks(html) if block not in familiar)
    return _by_bleach(new) == new


def _by_bleach(html: str) -> str:
    cleaner = Cleaner(
        tags=policy.TAGS,
        attributes=_attribute_is_kept,
        protocols=policy.SCHEMES | {"page"},  # the judge above takes only ids
        strip=True,
        strip_comments=True,
    )
    cleaner.parser = parser(policy.TAGS, entities=False)
    cleaner.walker = walk
    cleaner.serializer.use_best_quote_char = False
    return str(cleaner.clean(html))


def _attribute_is_kept(tag: str, name: str, value: str) -> bool:
    value = entities.unescape(value)
    return policy.judge(tag, name, value) == value


def _removals(facts: Facts) -> tuple[Removal, ...]:
    order = list(_SENTENCES)
    found = sorted(facts.items(), key=lambda item: (order.index(item[0][0]), item[0][1]))
    return tuple(Removal(kind, name, count) for (kind, name), count in found)
