"""What a body may hold: the list of tags, attributes, classes and link schemes.

This module only states the policy and judges single values; ``clean_html`` applies it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from urllib.parse import urlsplit


def names(text: str) -> frozenset[str]:
    """The names in a list that is written with spaces."""
    return frozenset(text.split())


Judge = Callable[[str], str | None]

VOID = frozenset({"br", "hr", "img", "col"})
TABLE = frozenset({"table", "caption", "colgroup", "thead", "tbody", "tfoot", "tr", "th", "td"})
HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
LISTS = frozenset({"ul", "ol", "li", "dl", "dt", "dd"})
BLOCKS = (
    TABLE
    | HEADINGS
    | LISTS
    | frozenset({"p", "hr", "pre", "blockquote", "address", "figure", "figcaption", "div"})
    | frozenset({"details", "summary"})
)
INLINE = names(
    "a abbr b br cite code del dfn em i img ins kbd mark q s samp small span strong sub sup u var"
)
TAGS = BLOCKS | INLINE | VOID

RENAMED = {
    "h1": "h2",
    "acronym": "abbr",
    "strike": "s",
    "tt": "code",
    "dir": "ul",
    "menu": "ul",
    "xmp": "pre",
    "listing": "pre",
    "plaintext": "pre",
} | dict.fromkeys(
    names("article aside center dialog fieldset footer form header hgroup main nav search section"),
    "div",
)
"""Tags that become another one: their meaning, or at least their line break, survives."""

DROPPED = names(
    "script style template noscript noembed noframes iframe embed frame frameset svg math "
    "head title base link meta input select datalist param source track area "
    "bgsound keygen"
)
"""Tags that go together with all that is inside them. Any other tag goes alone."""

SCHEMES = frozenset({"http", "https", "mailto", "tel"})
OWN_PAGE = re.compile(r"page:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""A link to a page of the same account, by its id: where that page stands is looked up when the
text is shown, so the link stays right when the page moves."""
IMAGE_SCHEMES = frozenset({"http", "https"})

CLASSES = {
    f"{before}{side}": f"align-{side}"
    for before in ("align-", "align", "has-text-align-")
    for side in ("left", "right", "center", "wide", "full")
}
"""Class as written (here or by WordPress) -> class as kept."""

RELATIONS = names(
    "author bookmark external help license me next nofollow noopener noreferrer prev "
    "sponsored tag ugc"
)

_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,6}")
_CODE_LANGUAGE = re.compile(r"language-[a-z0-9+#.-]{1,30}")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_C0_OR_SPACE = "".join(map(chr, range(0x21)))
_IGNORED_IN_ADDRESS = {9: None, 10: None, 13: None}


def trim_address(value: str) -> str:
    """A link address as a browser reads it: ends trimmed, TAB, LF and CR taken out."""
    return value.strip(_C0_OR_SPACE).translate(_IGNORED_IN_ADDRESS)


def scheme_of(value: str) -> str:
    """The scheme of an address as a browser reads it, in small letters; "" if relative."""
    found = _SCHEME.match(trim_address(value))
    return found[1].lower() if found else ""


def address(value: str, schemes: frozenset[str]) -> str | None:
    """The address to keep, or None. Relative addresses and fragments are kept.

    ``//host`` takes its scheme from the page around it, so the same body would mean two
    things; it is written out as ``https://host``. Browsers read ``\\`` as ``/`` there, and an
    address that begins so only ever means to hide a host: it is refused.
    """
    value = trim_address(value)
    if value[:2] == "//":
        value = f"https:{value}"
    if not value or "\\" in value[:2] or any(ord(mark) < 0x20 for mark in value):
        return None
    scheme = scheme_of(value)
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    if scheme in IMAGE_SCHEMES and not parts.netloc:
        return None
    if not scheme and ":" in re.split(r"[/?#]", value, maxsplit=1)[0]:
        return None
    return value if not scheme or scheme in schemes else None


def _number(low: int, high: int) -> Judge:
    def judge(value: str) -> str | None:
        value = value.strip(" \t\n")
        if not re.fullmatch(r"-?[0-9]{1,9}", value):
            return None
        return str(int(value)) if low <= int(value) <= high else None

    return judge


def _one_of(*allowed: str) -> Judge:
    def judge(value: str) -> str | None:
        return value if value in allowed else value.lower() if value.lower() in allowed else None

    return judge


def _link(value: str) -> str | None:
    own = trim_address(value).lower()
    return own if OWN_PAGE.fullmatch(own) else address(value, SCHEMES)


def _language(value: str) -> str | None:
    return value if _LANGUAGE.fullmatch(value) else None


def _words(value: str) -> str | None:
    return re.sub(r"[\x00-\x20]+", " ", value).strip(" ")


def _relations(value: str) -> str | None:
    kept = [word for word in value.lower().split() if word in RELATIONS]
    return " ".join(dict.fromkeys(kept)) or None


def _classes(value: str, *more: str) -> str | None:
    known = CLASSES | {name: name for name in more}
    return " ".join(dict.fromkeys(known[word] for word in value.split() if word in known)) or None


def _code_classes(value: str) -> str | None:
    kept = [word for word in value.split() if _CODE_LANGUAGE.fullmatch(word)]
    return " ".join(dict.fromkeys(kept)) or None


_PIXELS = _number(1, 20_000)
_SPAN = _number(1, 1000)
_EVERY: dict[str, Judge] = {
    "lang": _language,
    "dir": _one_of("ltr", "rtl", "auto"),
    "class": _classes,
}
_CELL: dict[str, Judge] = {"colspan": _SPAN, "rowspan": _SPAN}
ATTRIBUTES: dict[str, dict[str, Judge]] = {
    "a": {
        "href": _link,
        "title": _words,
        "rel": _relations,
        "hreflang": _language,
    },
    "img": {
        "src": lambda value: address(value, IMAGE_SCHEMES),
        "alt": _words,
        "title": _words,
        "width": _PIXELS,
        "height": _PIXELS,
        "loading": _one_of("lazy", "eager"),
    },
    "abbr": {"title": _words},
    "dfn": {"title": _words},
    "ol": {
        "start": _number(-(10**9), 10**9),
        "reversed": lambda _: "",
        "type": _one_of("1", "a", "A", "i", "I"),
    },
    "th": {**_CELL, "scope": _one_of("row", "col", "rowgroup", "colgroup")},
    "td": _CELL,
    "col": {"span": _SPAN},
    "colgroup": {"span": _SPAN},
    "code": {"class": _code_classes},
    "pre": {"class": lambda value: _code_classes(value) or _classes(value)},
    "p": {"class": lambda value: _classes(value, "embed")},
    "small": {"class": lambda value: _classes(value, "footnote")},
}
ADDRESSES = frozenset({("a", "href"), ("img", "src")})


def is_useful(tag: str, names: Collection[str]) -> bool:
    """Whether a tag with these attributes does anything: a link leads, an image shows."""
    if tag == "span":
        return bool(names)
    return {"a": "href", "img": "src"}.get(tag) in (None, *names)


def judge(tag: str, name: str, value: str) -> str | None:
    """The value to keep for an attribute of an allowed tag, or None to take it off.

    Judging a kept value again keeps it unchanged.
    """
    check = ATTRIBUTES.get(tag, {}).get(name) or _EVERY.get(name)
    return check(value) if check else None
