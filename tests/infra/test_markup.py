"""The look at every page: what is like a good page is not read again, what is wrong is found."""

from __future__ import annotations

import pytest

from tests.fixtures import markup
from tests.fixtures.markup import complaints

POLICY = {"Content-Security-Policy": "script-src 'self'"}
GOOD = (
    '<!doctype html><html lang="en"><head><title>One</title></head><body><h1 id="top">One</h1>'
    '<p class="lead">Words.</p><label for="name">Name</label><input id="name" value="Ada">'
    "<table><tbody><tr><td>1</td></tr></tbody></table></body></html>"
)
OTHER_WORDS = [("One", "Two"), ("Words.", "Other words, and more."), ("Ada", "Bo"), ("lead", "x y")]


def other(text: str) -> str:
    for old, new in OTHER_WORDS:
        text = text.replace(old, new)
    return text


@pytest.fixture(autouse=True)
def one_like_it_was_good() -> None:
    assert complaints(GOOD, POLICY) == []


def test_the_same_in_other_words_is_good() -> None:
    assert complaints(other(GOOD), POLICY) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Words.", "Words & <b>no end"),
        ("Words.", "Words &nosuch; here"),
        ("Words.", "Words\x0b"),
        ("Words.", "Words\x00"),
        ("<td>1</td>", "<p>1</p><td></td>"),
        ('value="Ada"', 'value="Ada" value="Ada"'),
        ('value="Ada"', 'value="A&nosuch;"'),
        ('value="Ada"', 'onclick="Ada"'),
        ('class="lead"', 'style="lead"'),
        ('class="lead"', 'id="top"'),
        ('for="name"', 'for="other"'),
        ("<title>One</title>", "<title> </title>"),
        ('lang="en"', 'lang=""'),
        ('lang="en"', 'lang="<hidden>"'),
        ("<h1", "<h1>More</h1><h1"),
        ("<table>", "<script>one()</script><table>"),
        ("<table>", "<style>one</style><table>"),
        ("</p>", "</p></p>"),
    ],
)
def test_what_is_wrong_is_found_in_what_is_else_alike(old: str, new: str) -> None:
    assert old in GOOD
    assert complaints(other(GOOD.replace(old, new, 1)), POLICY)


def test_what_another_process_found_good_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "_good", markup._Good())
    monkeypatch.setattr(markup, "_complaints", lambda *_: ["was read"])
    assert complaints(other(GOOD), POLICY) == []
    assert complaints(GOOD.replace("<h1", "<h1>More</h1><h1"), POLICY) == ["was read"]


def test_a_page_without_a_policy_is_another_page() -> None:
    assert complaints(GOOD, {}) == ["no Content-Security-Policy header"]
