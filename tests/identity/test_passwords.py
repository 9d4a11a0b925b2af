"""What a password may be, and that it is verified exactly."""

from __future__ import annotations

import pytest

from portal.identity.passwords import MAXIMUM, MINIMUM, BadPassword, check, hash_password, verify

GOOD = "seven green bottles stand"


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "correct horse battery staple!",
        "48151623421048151623",
        "🦊🦔🐢🐙🦜🐝🦋🐌🐞🐠🦈🐬",
        "שלום עליכם רבותי",
        "é" * 3 + " über ärger",
        "x9 w4 kq zt " * 20,
        "my acme portal holds llamas",
    ],
)
def test_length_is_what_counts(password: str):
    check(password, "ada@acme.example", "Ada Admin")


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("x" * 3 + "abcdefgh", f"at least {MINIMUM}"),
        ("ab9 " * 65, f"at most {MAXIMUM}"),
        ("passwordpassword", "soon guessed"),
        ("PasswordPassword", "soon guessed"),
        ("aaaaaaaabbbb", "soon guessed"),
        ("admin@acme.example", "Leave your name"),
        ("Ada Admin Acme 1", "Leave your name"),
        ("p4ssw0rd2026", "soon guessed"),
        ("qwertyuiop12", "soon guessed"),
        ("123456789012", "soon guessed"),
        ("portalportal1!", "Leave your name"),
    ],
)
def test_what_is_guessed_first_is_refused(password: str, sentence: str):
    with pytest.raises(BadPassword, match=sentence):
        check(password, "admin@acme.example", "Ada Admin")


@pytest.mark.parametrize(
    "other",
    [GOOD + " ", GOOD.upper(), "seven green bottles", GOOD + "\0", GOOD + "x" * 300, "", "\ud800"],
)
def test_only_the_very_same_password_fits(other: str):
    stored = hash_password(GOOD)
    assert verify(GOOD, stored)
    assert not verify(other, stored)


def test_every_byte_of_a_long_password_counts():
    long = "long enough " * 10
    stored = hash_password(long + "a")
    assert not verify(long + "b", stored)
    assert not verify("e\u0301" * 12, hash_password("\u00e9" * 12))


def test_nothing_beyond_the_longest_password_fits():
    stored = hash_password("y" * MAXIMUM)
    assert not verify("y" * (MAXIMUM + 1), stored)


@pytest.mark.parametrize("stored", [None, "", "not a hash"])
def test_without_a_hash_nothing_fits(stored: str | None):
    assert not verify(GOOD, stored)


def test_the_parameters_are_owasp_s():
    assert hash_password(GOOD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
