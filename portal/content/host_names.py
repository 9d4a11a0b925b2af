"""Names of hosts as people type them: taken in the form the DNS has, or refused with a sentence.

The refusals spare people a claim that cannot work. What keeps a name from strangers is the record
that only its owner can set.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Collection

import idna

from portal.content.problems import Problem

LONGEST = 230  # with the label of the record before it, within the DNS's 253
_NOT_ON_THE_WEB = {"localhost", "local", "internal", "invalid", "onion", "arpa", "alt"}
# Below these countries, who registers names does so one level down: `example.co.uk`.
_REGISTRIES = {
    "ac", "co", "com", "edu", "gob", "gov", "gouv", "govt", "gv", "ltd", "mil", "muni", "ne",
    "net", "nhs", "nom", "or", "org", "plc", "police", "sch",
}  # fmt: skip
_SHARED = {
    "appspot.com", "azurewebsites.net", "blogspot.com", "cloudfront.net", "co.com", "de.com",
    "eu.com", "fly.dev", "firebaseapp.com", "github.io", "gitlab.io", "herokuapp.com",
    "myshopify.com", "netlify.app", "onrender.com", "pages.dev", "uk.com", "us.com",
    "vercel.app", "web.app", "wordpress.com", "workers.dev",
}  # fmt: skip
_TOGETHER = (
    {"LATIN", "CJK", "HIRAGANA", "KATAKANA"}, {"LATIN", "CJK", "HANGUL"},
    {"LATIN", "CJK", "BOPOMOFO"},
)  # fmt: skip
# Cyrillic, Greek and Armenian letters that a reader takes for Latin ones.
_LIKE_LATIN = frozenset("асԁеһіјӏорԛѕԝхуҽгѵνουρικατհյոսցօքզ")
_LIKE_SLASH = re.compile("[a-z0-9][ノソ丿]|[ノソ丿][a-z0-9]")
# What people write today, of alphabets with many more letters that look like these (UTS 39).
_IN_USE = {
    "LATIN": re.compile("[a-zß-öø-ıĵ-ķĺ-ľł-ňŋ-žơưǎ-ǜǟ-ǣǧ-ǰǵǹ-țȟȧ-ȳəḁ-ẙạ-ỹ]"),
    "GREEK": re.compile("[ΐά-ώἀ-ῼ]"),
    "CYRILLIC": re.compile(r"[\u0430-\u045f\u048b-\u04ff\u0511-\u0529]"),
}
_ALSO_IN_USE = {
    "ARABIC", "ARMENIAN", "BENGALI", "BOPOMOFO", "CJK", "DEVANAGARI", "ETHIOPIC", "GEORGIAN",
    "GUJARATI", "GURMUKHI", "HANGUL", "HEBREW", "HIRAGANA", "KANNADA", "KATAKANA", "KHMER", "LAO",
    "MALAYALAM", "MYANMAR", "ORIYA", "SINHALA", "TAMIL", "TELUGU", "THAANA", "THAI", "TIBETAN",
}  # fmt: skip


def host_name(typed: str, ours: Collection[str]) -> str:
    """Return a host as the DNS writes it: lower case, `xn--` where needed, no final dot.

    `ours` are the portal's own names. Raises Problem with what is wrong and what to type.
    """
    text = typed.strip().rstrip(".")
    _refuse_other_things(text)
    try:
        host = idna.encode(text, uts46=True, std3_rules=True).decode().lower()
        shown = idna.decode(host)
    except (idna.IDNAError, UnicodeError):
        raise Problem(
            "This is no host name: use letters, digits and hyphens, with dots between the parts, "
            "such as www.example.org."
        ) from None
    if len(host) > LONGEST:
        raise Problem(f"A host name has at most {LONGEST} characters.")
    _refuse_places(host, ours)
    for label in shown.split("."):
        _refuse_look_alike(label, shown)
    return host


def readable(host: str) -> str:
    """Return a host as people write it: `müller.example` for `xn--mller-kva.example`."""
    try:
        return idna.decode(host)
    except (idna.IDNAError, UnicodeError):
        return host


def _refuse_other_things(text: str) -> None:
    """Refuse what is something else than a name. Raises Problem."""
    if not text:
        raise Problem("Give the host name, such as www.example.org.")
    if len(text) > LONGEST:
        raise Problem(f"A host name has at most {LONGEST} characters.")
    if _is_number(text):
        raise Problem("Give a name, not an IP address: only a name can be proved to be yours.")
    if "*" in text:
        raise Problem("A wildcard cannot be claimed: add each name by itself.")
    if "/" in text or "@" in text:
        raise Problem("Give the name alone, without https:// and without a path: www.example.org.")
    if ":" in text:
        raise Problem("Leave out the port: readers come by the usual one.")
    if "." not in text:
        raise Problem("This name has one part only; give a whole one, such as www.example.org.")


def _is_number(text: str) -> bool:
    """Tell whether browsers would read an address of a machine: `10.0.0.1`, `[::1]`, `127.0x1`."""
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        last = unicodedata.normalize("NFKC", text).rpartition(".")[2]
        return re.fullmatch(r"\d+|0[xX][0-9a-fA-F]*", last) is not None
    return True


def _refuse_places(host: str, ours: Collection[str]) -> None:
    """Refuse names that are nobody's or the portal's. Raises Problem."""
    labels = host.split(".")
    if any(host == own or host.endswith(f".{own}") for own in ours):
        raise Problem("This is a name of the portal itself; choose one of your own domain.")
    if labels[-1] in _NOT_ON_THE_WEB:
        raise Problem(f"Names that end in .{labels[-1]} lead nowhere on the web.")
    if _is_shared(labels):
        raise Problem(
            f"{host} is no domain of one owner: many register theirs below it. "
            f"Give yours, such as www.example.{host}."
        )


def _is_shared(labels: list[str]) -> bool:
    registry = len(labels) == 2 and labels[0] in _REGISTRIES and len(labels[1]) == 2
    return registry or ".".join(labels) in _SHARED


def _refuse_look_alike(label: str, whole: str) -> None:
    """Refuse a part that mixes scripts or imitates letters in use. Raises Problem."""
    if odd := next((sign for sign in label if not _is_in_use(sign)), ""):
        raise Problem(
            f"“{label}” has “{odd}” in it, which hardly anybody writes and many take for another "
            "sign. Names that look like others are not taken."
        )
    if _LIKE_SLASH.search(label):
        raise Problem(
            f"“{label}” has a sign beside a Latin letter that looks like a slash. Names that look "
            "like others are not taken."
        )
    scripts = {_script(sign) for sign in label} - {""}
    if len(scripts) > 1 and not any(scripts <= fine for fine in _TOGETHER):
        named = " and ".join(sorted(name.capitalize() for name in scripts))
        raise Problem(
            f"“{label}” mixes {named} letters. Names that look like others are not taken: use one "
            "script in each part."
        )
    top = whole.rpartition(".")[2]
    letters = {sign for sign in label if sign.isalpha()}
    imitates = letters and letters <= _LIKE_LATIN
    if imitates and _script(top[0]) == "LATIN":
        raise Problem(
            f"“{label}” is written in {min(scripts).capitalize()} letters that look like Latin "
            "ones. Names that look like others are not taken."
        )


def _is_in_use(sign: str) -> bool:
    if sign.isascii() or not (sign.isalpha() or sign.isdigit()):
        return not unicodedata.name(sign, "").startswith("COMBINING")
    script = _script(sign)
    letters = _IN_USE.get(script)
    return letters.match(sign) is not None if letters else script in _ALSO_IN_USE


def _script(sign: str) -> str:
    """Return the script of a sign by its Unicode name, empty for what has none of its own."""
    if (sign.isascii() and not sign.isalpha()) or not (sign.isalpha() or sign.isdigit()):
        return ""
    first = unicodedata.name(sign, "").split(" ")[0]
    return {"KATAKANA-HIRAGANA": "KATAKANA", "IDEOGRAPHIC": "CJK"}.get(first, first)
