"""What HTML and XML forbid goes, all else stays, whichever way a text is looked through."""

import sys

from portal.printable import without_unprintable


def allowed(number: int) -> bool:
    """XML 1.1's valid characters without the controls HTML forbids; WHATWG HTML 3.2.5.2."""
    if number in (0x09, 0x0A):
        return True
    control = number < 0x20 or 0x7F <= number <= 0x9F
    alone = 0xD800 <= number <= 0xDFFF
    none = 0xFDD0 <= number <= 0xFDEF or number & 0xFFFE == 0xFFFE
    return not (control or alone or none)


def test_every_character_is_judged_one_by_one() -> None:
    kept = {n for n in range(sys.maxunicode + 1) if without_unprintable(f"a{chr(n)}\n") != "a\n"}
    assert kept == {n for n in range(sys.maxunicode + 1) if allowed(n)}


def test_what_is_not_forbidden_beside_it_stays() -> None:
    assert without_unprintable("a\u00a0\u200d\t\x0bb\ufffe") == "a\u00a0\u200d\tb"
