"""What a file says of a page, value by value, made an Item. Every door's values come this way."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from portal.content.content_types import KEY
from portal.content.drafting import BODY_LENGTH, TITLE_LENGTH
from portal.content.exchange.model import READERS, STATES, Item, Named, TermName, Unfit
from portal.content.exchange.terms_text import terms_from
from portal.content.languages import language_tag
from portal.content.moments import YEARS
from portal.content.problems import Problem
from portal.content.seo import NAMES, Seo, seo_of, with_seo
from tenants.people import EMAIL_LENGTH

_PLURALS = {"": "page", "pages": "page", "posts": "post"}
FIELDS_LENGTH, FIELDS_DEPTH = 1_000_000, 20
KEY_LENGTH = 400
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_NUMBERS = range(-(2**31), 2**31)
_STATES = {"published": "live", "publish": "live", "live": "live", "": "draft", "false": "draft"}


def item_of(
    where: str, path: str, key: str, values: Mapping[str, Any], body: str, *, typed: Any = None
) -> Item:
    """Return the page that these values say. `typed` gives a value as it was typed, if not so.

    Raises Unfit for what cannot be a page at all; what can be left away is told in `remarks`.
    """
    say = _Words(values, typed or values.get)
    kind = say.words("type").strip()
    kind = _PLURALS.get(kind, kind)
    if not KEY.fullmatch(kind):
        raise Unfit(f"Its type “{kind[:40]}” is none; page and post are always there.")
    if len(body) > BODY_LENGTH * 2:
        raise Unfit(f"Its text has {len(body):,} characters; {BODY_LENGTH:,} fit.")
    readers, remarks = _readers(say)
    state = _state(say, readers, remarks)
    return Item(
        where=where, path=path, key=say.words("id")[:KEY_LENGTH] or key, type=kind,
        title=say.words("title"), slug=say.words("slug"), body=body, excerpt=say.words("excerpt"),
        byline=say.words("byline")[:TITLE_LENGTH], author=say.person("author"),
        owner=say.person("owner"), review_by=say.day("review by", remarks), state=state,
        published_at=say.moment("published", remarks), created_at=say.moment("created", remarks),
        parent=say.words("parent"), categories=say.terms("categories", nested=True),
        language=_language(say, remarks), translates=say.words("translation of").strip(),
        up_to_date=say.flag("up to date"),
        tags=say.terms("tags", nested=False), position=say.number("position", remarks),
        fields=_fields(values, say, remarks), former=say.lines("former addresses"),
        readers=readers, remarks=tuple(remarks),
    )  # fmt: skip


class _Words:
    """Reads single values, whatever they were taken for."""

    def __init__(self, values: Mapping[str, Any], typed: Any) -> None:
        self._values, self._typed = values, typed

    def words(self, name: str) -> str:
        value = self._typed(name)
        if isinstance(value, list | tuple | Mapping):
            raise Unfit(f"Its “{name}” is not a text.")
        text = "" if value is None else str(value)
        if _UNSTORABLE.search(text):
            raise Unfit(f"Its “{name}” holds a character that cannot be kept; remove it.")
        return text

    def person(self, part: str) -> Named:
        return Named(
            self.words(f"{part} name").strip()[:TITLE_LENGTH],
            self.words(f"{part} email").strip()[:EMAIL_LENGTH],
        )

    def flag(self, name: str) -> bool:
        value = self._values.get(name)
        return value is True or str(value).strip().casefold() in {"true", "yes", "1"}

    def lines(self, name: str) -> tuple[str, ...]:
        value = self._typed(name)
        given = value if isinstance(value, list) else str(value or "").split("\n")
        return tuple(str(each) for each in given if str(each).startswith("/"))[:100]

    def terms(self, name: str, *, nested: bool) -> tuple[TermName, ...]:
        value = self._typed(name)
        if isinstance(value, Mapping):
            raise Unfit(f"Its “{name}” are not a list of names.")
        text = ";".join(map(str, value)) if isinstance(value, list) else str(value or "")
        return terms_from(text, nested=nested)

    def number(self, name: str, remarks: list[str]) -> int:
        text = self.words(name).strip()
        if not text:
            return 0
        if text.removeprefix("-").isascii() and text.removeprefix("-").isdigit():
            number = int(text[:12])
            if number in _NUMBERS:
                return number
        remarks.append(f"Its {name} “{text[:40]}” is no number and is left out.")
        return 0

    def moment(self, name: str, remarks: list[str]) -> datetime | None:
        value, text = self._values.get(name), self.words(name).strip()
        if not text:
            return None
        try:
            when: datetime | None = datetime.fromisoformat(text)
        except ValueError:
            when = _from_yaml(value)
        if when is None or not 1 < when.year < 9999:
            remarks.append(f"Its time “{text[:40]}” ({name}) is none, like 2026-03-29T09:00+02:00.")
            return None
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)

    def day(self, name: str, remarks: list[str]) -> date | None:
        """Return a day as it was typed, or an instant, of the years that are known."""
        text, count = self.words(name).strip(), len(remarks)
        when: date | None
        try:
            when = date.fromisoformat(text) if _DAY.fullmatch(text) else self.moment(name, remarks)
        except ValueError:
            when = None
        if when is not None and YEARS[0] <= when.year <= YEARS[1]:
            return when
        if text and len(remarks) == count:
            years = f"of the years {YEARS[0]} to {YEARS[1]}"
            remarks.append(f"Its {name} “{text[:40]}” is no day {years} and is left out.")
        return None


def _from_yaml(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time(), UTC) if isinstance(value, date) else None


def _language(say: _Words, remarks: list[str]) -> str:
    said = say.words("language").strip()
    try:
        return language_tag(said) if said else ""
    except Problem:
        remarks.append(f"Its language “{said[:40]}” is none, like de or pt-BR; it is left out.")
        return ""


def _readers(say: _Words) -> tuple[str, list[str]]:
    said = say.words("readers").strip().casefold()
    if said == "members":
        return said, ["Only people of the account read it, as there."]
    if said not in {"", *READERS}:
        why = f"Who reads it, “{said[:40]}”, means nothing here; say it before it goes live."
        return "password", [why]
    if said == "password" or say.flag("protected"):
        why = "It had a password there, which no file holds; give it one before it goes live."
        return "password", [why]
    return "everybody", []


def _state(say: _Words, readers: str, remarks: list[str]) -> str:
    said = say.words("state").strip().casefold()
    state = _STATES.get(said, said)
    if state not in STATES:
        remarks.append(f"Its state “{said[:40]}” means nothing here; it comes as a draft.")
    if state == "live+draft":
        why = "It was live there with changes that nobody published; it comes as a draft."
        remarks.append(why)
    if state == "unpublished":
        remarks.append("It was taken offline there; it comes as a draft.")
    return "live" if state == "live" and readers != "password" else "draft"


def _fields(values: Mapping[str, Any], say: _Words, remarks: list[str]) -> dict[str, Any]:
    given = values.get("fields")
    if isinstance(given, str):
        try:
            given = json.loads(given) if given.strip() else {}
        except (ValueError, RecursionError) as problem:
            raise Unfit("Its “fields” are not JSON that can be read.") from problem
    if given is not None and not isinstance(given, Mapping):
        raise Unfit("Its “fields” are not a list of names with values.")
    fields = _plain(given or {}, FIELDS_DEPTH)
    if len(json.dumps(fields)) > FIELDS_LENGTH:
        raise Unfit(f"Its “fields” hold more than {FIELDS_LENGTH:,} characters.")
    return with_seo(fields, _seo(values, say, remarks))


def _seo(values: Mapping[str, Any], say: _Words, remarks: list[str]) -> Seo:
    given = values.get("seo")
    if given is not None and not isinstance(given, Mapping):
        raise Unfit("Its “seo” is not a list of names with values.")
    said = dict(given or {})
    for name in NAMES:
        if say.words(f"seo {name}"):
            said[name] = say.flag("seo noindex") if name == "noindex" else say.words(f"seo {name}")
    found = seo_of({"seo": _plain(said, FIELDS_DEPTH)})
    lost = [n for n in ("canonical", "picture") if said.get(n) and not getattr(found, n)]
    remarks += [f"Its {NAMES[name]} is no address and is left out." for name in lost]
    return found


def _plain(value: Any, depth: int) -> Any:
    """Return a value as JSON takes it. Raises Unfit for what it cannot hold."""
    if depth == 0:
        raise Unfit("Its “fields” are nested too deep.")
    if isinstance(value, Mapping):
        return {_sound(str(key)): _plain(each, depth - 1) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each, depth - 1) for each in value]
    return value if value is None or isinstance(value, bool) else _number_or_words(value)


def _number_or_words(value: Any) -> Any:
    whole = isinstance(value, int) and abs(value) < 2**53
    if whole or (isinstance(value, float) and math.isfinite(value)):
        return value
    return _sound(value if isinstance(value, str) else str(value)[:1000])


def _sound(text: str) -> str:
    if _UNSTORABLE.search(text):
        raise Unfit("Its “fields” hold a character that cannot be kept; remove it.")
    return text
