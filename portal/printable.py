"""The characters that HTML and XML forbid."""

import re

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
    )
    + "]"
)


def without_unprintable(text: str) -> str:
    """Return a text without the characters that HTML and XML forbid."""
    if text.replace("\n", "").isprintable():  # all that is forbidden is not, and looking is quick
        return text
    return _UNPRINTABLE.sub("", text)
