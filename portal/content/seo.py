"""What search engines and social cards are told of a page, beside what it says.

It stands in `Revision.fields["seo"]`, so it is part of the digest, and only what was set is there.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from portal.content.html_policy import IMAGE_SCHEMES, address

KEY = "seo"
TITLE_LENGTH = 300
DESCRIPTION_LENGTH = 1000
ADDRESS_LENGTH = 2000
NAMES = {
    "title": "search title",
    "description": "search description",
    "canonical": "original address",
    "noindex": "hidden from search engines",
    "picture": "social picture",
}


@dataclass(frozen=True)
class Seo:
    """Empty and False mean: as the page itself says.

    `canonical` is a whole web address or one of the site (`/about/`); `picture` a whole web
    address or one of this host.
    """

    title: str = ""
    description: str = ""
    canonical: str = ""
    noindex: bool = False
    picture: str = ""


def seo_of(fields: Mapping[str, Any] | None) -> Seo:
    """Return what further fields say, without what could not have been saved."""
    said = (fields or {}).get(KEY)
    if not isinstance(said, Mapping):
        return Seo()
    texts = {name: str(said.get(name) or "") for name in NAMES if name != "noindex"}
    for name in ("canonical", "picture"):
        if not is_address(texts[name]):
            texts[name] = ""
    return Seo(noindex=said.get("noindex") is True, **texts)


def with_seo(fields: Mapping[str, Any], seo: Seo) -> dict[str, Any]:
    """Return further fields that say `seo`."""
    others = {name: value for name, value in fields.items() if name != KEY}
    said = {name: value for name, value in asdict(seo).items() if value}
    return {**others, KEY: said} if said else others


def is_address(value: str) -> bool:
    """Tell whether a value is empty, a web address, or an address on this host."""
    if not value:
        return True
    on_the_web = value.startswith(("http://", "https://", "/")) and not value.startswith("//")
    blank = any(mark.isspace() for mark in value)
    return on_the_web and not blank and address(value, IMAGE_SCHEMES) == value


def seo_changes(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> dict[str, list[str]]:
    """Return `{name: [before, after]}` of what differs, in words."""
    old, new = asdict(seo_of(before)), asdict(seo_of(after))
    return {
        NAMES[name]: [_in_words(old[name]), _in_words(new[name])]
        for name in NAMES
        if old[name] != new[name]
    }


def _in_words(value: str | bool) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else value
