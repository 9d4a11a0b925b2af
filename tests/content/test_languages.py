"""Language tags: which are taken, and how they are spelled."""

from __future__ import annotations

import pytest

from portal.content.languages import language_tag, name_of
from portal.content.problems import Problem


@pytest.mark.parametrize(
    ("typed", "spelled", "name"),
    [
        ("en", "en", "English"),
        (" DE-at ", "de-AT", "Deutsch (AT)"),
        ("PT-br", "pt-BR", "Português (BR)"),
        ("zh-hant-tw", "zh-Hant-TW", "中文 (Hant-TW)"),
        ("es-419", "es-419", "Español (419)"),
        ("sl-ROZAJ-1994", "sl-rozaj-1994", "Slovenščina (rozaj-1994)"),
        ("de-1996-u-CO-phonebk", "de-1996-u-co-phonebk", "Deutsch (1996-u-co-phonebk)"),
        ("gsw", "gsw", "gsw"),
        ("en-x-OURS", "en-x-ours", "English (x-ours)"),
    ],
)
def test_tags_are_spelled_as_usual(typed: str, spelled: str, name: str) -> None:
    assert language_tag(typed) == spelled
    assert name_of(spelled) == name


@pytest.mark.parametrize(
    "typed",
    ["", "e", "xx", "english", "de_AT", "de-", "-de", "de--at", "deé", "de\nat", "x-ours", "de-a",
     "１２", "ｄｅ", "de<script>", "a" * 40, "de-" + "abcde-" * 8 + "abcde"],
)  # fmt: skip
def test_what_is_no_language_is_refused(typed: str) -> None:
    with pytest.raises(Problem):
        language_tag(typed)
