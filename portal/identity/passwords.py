"""Passwords: argon2id at OWASP's parameters, behind a gate so that a flood starves nobody."""

import re
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from portal.identity.aside import Aside
from portal.identity.gate import Gate, TooBusy

__all__ = ["BadPassword", "TooBusy", "check", "hash_password", "verify"]

MINIMUM = 12
MAXIMUM = 256
SHORTEST_WORD = 3
OWN_CHARACTERS = 6
LAST_ASCII = 127
LOOKED_AT = 32  # more says little and may cost seconds
GOOD_ENOUGH = 3  # zxcvbn: more than 10^8 guesses, lists of leaked passwords and names included
PRODUCT = "portal"

# 19 MiB, two passes: 20 to 40 ms. One at a time serves 25 sign-ins a second; with two waiting, one
# of a web process's four threads is always free for pages.
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_gate = Gate(at_once=1, waiting=2, seconds=5)
_aside = Aside()
_decoy = _hasher.hash(secrets.token_hex(16))


class BadPassword(ValueError):
    """The password cannot be taken; the message says why."""


def check(password: str, *about: str) -> None:
    """Raise BadPassword when it is too short, too long, soon guessed, or made of words in `about`.

    Length and breached-list rules of NIST SP 800-63B and ASVS 5.0 V6.2; no composition rules.
    """
    if len(password) < MINIMUM:
        raise BadPassword(f"Use at least {MINIMUM} characters; three or four words do well.")
    if len(password) > MAXIMUM:
        raise BadPassword(f"Use at most {MAXIMUM} characters.")
    words = _words(PRODUCT, *about)
    rest = password.casefold()
    for word in words:
        rest = rest.replace(word, "")
    if sum(c.isalnum() or ord(c) > LAST_ASCII for c in rest) < OWN_CHARACTERS:
        raise BadPassword("Leave your name and e-mail address out of the password.")
    if zxcvbn(password[:LOOKED_AT], user_inputs=words)["score"] < GOOD_ENOUGH:
        raise BadPassword("This password is soon guessed. Three or four words do better.")


def hash_password(password: str) -> str:
    """Return the argon2id hash. Raises TooBusy."""
    with _gate.turn():
        return _aside.do(lambda: _hasher.hash(password))


def verify(password: str, stored: str | None) -> bool:
    """Tell whether the password fits. Takes the same time when there is nothing to fit.

    Raises TooBusy.
    """
    possible = len(password) <= MAXIMUM and _is_text(password)
    with _gate.turn():
        try:
            asked = password if possible else ""
            fits = _aside.do(lambda: _hasher.verify(stored or _decoy, asked))
        except (VerificationError, InvalidHashError):
            return False
    return fits and stored is not None and possible


def _is_text(password: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in password)


def _words(*texts: str) -> list[str]:
    found = {w for text in texts for w in re.split(r"[\W_]+", text.casefold())}
    return sorted((w for w in found if len(w) >= SHORTEST_WORD), key=len, reverse=True)
