"""Languages as tags (BCP 47): which are taken, how they are spelled, what they are called."""

import re

from sqlalchemy import select

from portal.content.problems import Problem
from portal.content.sites import Site
from tenants.db import db

USUAL = "en"
LENGTH = 35
_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*"
    r"(?:-x(?:-[a-z0-9]{1,8})+)?",
    re.ASCII | re.IGNORECASE,
)
_TWO_LETTERS = frozenset(
    re.findall(r"\w+",
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy "
    "da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu "
    "hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb "
    "lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om "
    "or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv "
    "sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh "
    "zu")
)  # fmt: skip
NAMES = {
    "ar": "العربية", "bg": "Български", "bn": "বাংলা", "bs": "Bosanski", "ca": "Català",
    "cs": "Čeština", "cy": "Cymraeg", "da": "Dansk", "de": "Deutsch", "el": "Ελληνικά",
    "en": "English", "eo": "Esperanto", "es": "Español", "et": "Eesti", "eu": "Euskara",
    "fa": "فارسی", "fi": "Suomi", "fr": "Français", "ga": "Gaeilge", "gl": "Galego", "he": "עברית",
    "hi": "हिन्दी", "hr": "Hrvatski", "hu": "Magyar", "hy": "Հայերեն", "id": "Bahasa Indonesia",
    "is": "Íslenska", "it": "Italiano", "ja": "日本語", "ka": "ქართული", "ko": "한국어",
    "lb": "Lëtzebuergesch", "lt": "Lietuvių", "lv": "Latviešu", "mk": "Македонски", "mt": "Malti",
    "nb": "Norsk bokmål", "nl": "Nederlands", "nn": "Nynorsk", "no": "Norsk", "pl": "Polski",
    "pt": "Português", "ro": "Română", "ru": "Русский", "sk": "Slovenčina", "sl": "Slovenščina",
    "sq": "Shqip", "sr": "Српски", "sv": "Svenska", "sw": "Kiswahili", "ta": "தமிழ்", "th": "ไทย",
    "tr": "Türkçe", "uk": "Українська", "ur": "اردو", "vi": "Tiếng Việt", "zh": "中文",
}  # fmt: skip
"""Common languages by what their speakers call them; others go by their tag."""


def language_tag(text: str) -> str:
    """Return a language tag as it is usually spelled: `pt-BR` for `PT-br`. Raises Problem.

    Well formed by RFC 5646, and of two letters only those that ISO 639-1 knows.
    """
    found = _TAG.fullmatch(text.strip())
    language = found["language"].lower() if found else ""
    if not language or len(text.strip()) > LENGTH:
        raise Problem("Use a language tag like “en”, “de” or “pt-BR”.")
    if len(language) == 2 and language not in _TWO_LETTERS:
        raise Problem(f"There is no language “{language}”. Use a tag like “en”, “de” or “pt-BR”.")
    first, *rest = text.strip().lower().split("-")
    singles = [i for i, part in enumerate(rest) if len(part) == 1]
    plain = singles[0] if singles else len(rest)
    return "-".join([first, *(_spelled(part) for part in rest[:plain]), *rest[plain:]])


def _spelled(part: str) -> str:
    if not part.isalpha():
        return part
    return {2: str.upper, 4: str.title}.get(len(part), str.lower)(part)


def name_of(tag: str) -> str:
    """Return what speakers of a language call it, with the rest of its tag: `Português (BR)`."""
    language, _, rest = tag.partition("-")
    name = NAMES.get(language)
    if name is None:
        return tag
    return f"{name} ({rest})" if rest else name


def account_language(account_id: object) -> str:
    """Return the language of an account's pages where a page says nothing: its site's."""
    found = db.session.scalar(select(Site.language).where(Site.account_id == account_id))
    return found or USUAL
