"""What a writer would want to know of a text before others read it. Nothing here stops a save."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Literal

from portal.content import clean_html
from portal.content.html_embeds import service_of

WORDS_A_MINUTE = 220
LONGEST_ALT = 250
_VAGUE = frozenset(
    {"here", "click here", "more", "read more", "this", "link", "this link", "learn more"}
)
_FILE = re.compile(
    r"\S+\.(?:jpe?g|png|gif|webp|svg|avif)|(?:img|dsc|image)[-_ ]?\d+", re.IGNORECASE
)
_EMBED = re.compile(r'<p class="embed"><a [^<>]*?href="([^"<>]*)"')

Level = Literal["bad", "warn"]


@dataclass(frozen=True)
class Finding:
    """`where` is the text it is about, to be looked for."""

    level: Level
    sentence: str
    where: str = ""


@dataclass(frozen=True)
class Report:
    """What would be kept of a body, what would go, and what is worth a second look."""

    html: str
    removed: tuple[str, ...]
    findings: tuple[Finding, ...]
    words: int
    minutes: int


def report(body: str) -> Report:
    """Look a body over as it would be kept. A body that cannot be kept has that as its finding."""
    try:
        cleaned = clean_html.clean(body)
    except clean_html.TooDeep as problem:
        return Report("", (), (Finding("bad", f"This cannot be kept. {problem}"),), 0, 0)
    words = len(clean_html.text_of(cleaned.html).split())
    removed = tuple(removal.sentence for removal in cleaned.removed)
    minutes = max(1, round(words / WORDS_A_MINUTE)) if words else 0
    return Report(cleaned.html, removed, tuple(findings(cleaned.html)), words, minutes)


def findings(html: str) -> Iterator[Finding]:
    """What is worth a second look in a clean body, embeds last."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    yield from reader.found
    for url in _EMBED.findall(html):
        if service_of(url) is None:
            yield Finding(
                "warn", "An embed is of a service that is not on the list: a plain link.", url
            )


@dataclass
class _Open:
    tag: str
    attributes: dict[str, str | None]
    words: list[str] = field(default_factory=list)
    images: int = 0
    headers: int = 0

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


class _Reader(HTMLParser):
    """Walks a clean body once. Every element it knows of hears the words inside."""

    WATCHED = frozenset({"h2", "h3", "h4", "h5", "h6", "a", "table", "small"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Finding] = []
        self.open: list[_Open] = []
        self.level = 1

    def say(self, level: Level, sentence: str, where: str = "") -> None:
        self.found.append(Finding(level, sentence, where[:80]))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "img":
            self._image(attributes)
        elif tag == "th":
            for each in self.open:
                each.headers += 1
        elif tag in self.WATCHED:
            self.open.append(_Open(tag, attributes))

    def handle_data(self, data: str) -> None:
        for each in self.open:
            each.words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.WATCHED and self.open and self.open[-1].tag == tag:
            done = self.open.pop()
            judges = {"a": self._link, "table": self._table, "small": self._note}
            judges.get(tag, self._heading)(done)

    def _image(self, attributes: dict[str, str | None]) -> None:
        alt, name = attributes.get("alt"), (attributes.get("src") or "").rpartition("/")[2]
        in_link = any(each.tag == "a" for each in self.open)
        for each in self.open:
            each.images += 1 if alt else 0
        if alt is None:
            self.say("bad", f"The image “{name[:60]}” has no text for those who cannot see it.")
        elif not alt and in_link:
            self.say("bad", f"The image “{name[:60]}” is a link and does not say where it leads.")
        elif alt and _FILE.fullmatch(alt.strip()):
            self.say("warn", f"The text of an image is the name of a file: “{alt[:60]}”.")
        elif alt and len(alt) > LONGEST_ALT:
            self.say("warn", "The text of an image is long: say it in the caption.", alt)

    def _heading(self, done: _Open) -> None:
        level = int(done.tag[1])
        if not done.text and not done.images:
            self.say("bad", f"A heading of level {level} is empty.")
        elif level > self.level + 1:
            self.say(
                "warn",
                f"“{done.text[:60]}” is a heading of level {level} right below level {self.level}. "
                f"Level {self.level + 1} comes next.",
                done.text,
            )
        self.level = level

    def _link(self, done: _Open) -> None:
        text = done.text
        if not text and not done.images:
            self.say("bad", "A link has no words to choose.", done.attributes.get("href") or "")
        elif text.lower().strip(" .…»→") in _VAGUE:
            self.say("warn", f"“{text}” does not say where the link leads.", text)

    def _table(self, done: _Open) -> None:
        if not done.headers:
            self.say("warn", "A table has no header row.", done.text)

    def _note(self, done: _Open) -> None:
        if done.attributes.get("class") == "footnote" and not done.text:
            self.say("bad", "A footnote is empty.")
