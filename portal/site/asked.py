"""The address a reader asked for, in the form addresses are kept in."""

import re
import unicodedata

from portal.content.addresses import DEPTH_LIMIT, SLUG_LENGTH

LONGEST = (DEPTH_LIMIT + 2) * (SLUG_LENGTH + 1)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def is_possible(path: str) -> bool:
    """Tell whether a path can be an address at all: no control, no `.` or `..`, not too long."""
    if len(path) > LONGEST or _CONTROL.search(path):
        return False
    return not {".", ".."} & set(path.split("/"))


def normal(path: str) -> str:
    """Return `/about/team/` for `about//Team`: the spelling under which a page may be found."""
    folded = unicodedata.normalize("NFKC", path).casefold()
    parts = [part for part in folded.split("/") if part]
    return "".join(f"/{part}" for part in parts) + "/"
