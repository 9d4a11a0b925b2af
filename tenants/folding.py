"""Names without case and accents, the same in Python and in each database: Łódź is lodz."""

import unicodedata
from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

SQLITE_NAME = "portal_fold"
_SINGLE = ("øłđðħı\u03c2", "olddhi\u03c3")  # the last: a final sigma is a sigma
_DOUBLE = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
_AS_ONE = str.maketrans(dict(zip(*_SINGLE, strict=True)) | _DOUBLE)


def fold(text: str) -> str:
    """Return a text as it is compared: lower case, without marks above and below letters."""
    apart = unicodedata.normalize("NFKD", text).lower()
    return "".join(c for c in apart if not "\u0300" <= c <= "\u036f").translate(_AS_ONE)


class folded(GenericFunction[str]):  # noqa: N801 - written as functions of SQL are
    """A column as `fold` gives it, for conditions.

    Letters beyond ASCII need a database whose locale knows them, as C.UTF-8 and en_US.UTF-8 do.
    """

    type = String()
    inherit_cache = True


@compiles(folded, "sqlite")
def _sqlite(element: Any, compiler: Any, **words: Any) -> str:
    return f"{SQLITE_NAME}({compiler.process(element.clauses, **words)})"


@compiles(folded, "postgresql")
def _postgresql(element: Any, compiler: Any, **words: Any) -> str:
    text = compiler.process(element.clauses, **words)
    text = f"lower(normalize({text}, NFKD))"
    text = f"regexp_replace({text}, '[\u0300-\u036f]', '', 'g')"
    text = f"translate({text}, '{_SINGLE[0]}', '{_SINGLE[1]}')"
    for letter, letters in _DOUBLE.items():
        text = f"replace({text}, '{letter}', '{letters}')"
    return text
