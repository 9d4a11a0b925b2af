"""Bodies that become longer than a page takes on their way: the trial says what comes of them."""

from __future__ import annotations

import pytest

from portal.content.drafting import BODY_LENGTH
from tests.content.import_scene import (
    bring,
    looking,
    page_called,
    post_item,
    revision_of,
    sentences,
)
from tests.content.wordpress.exports import wxr
from tests.fixtures.cast import Cast, as_actor

pytestmark = pytest.mark.usefixtures("inside")

LONG = {
    "too many words": ("<p>word word</p>" * 40_000, "It has 640,"),
    "signs that take more room": ("&" * 900_000, "characters; 500,000 fit"),
    "much too much": ("&" * 1_100_000, "more than 1000000 characters"),
}


@pytest.mark.parametrize("name", LONG)
def test_a_body_that_does_not_fit_comes_as_text_and_spoils_nothing(cast: Cast, name: str):
    content, why = LONG[name]
    data = wxr(post_item(1, "Long", content=content), post_item(2, "Short"))
    told = [
        sentences(bring(cast.acme, as_actor(cast.admin), data, dry_run=dry_run), "bodies", "Long")
        for dry_run in (True, False)
    ]
    assert told[0] == told[1]
    assert any(why in line and "plain text, its first " in line for line in told[0])
    with looking(cast.acme):
        assert 90_000 < len(revision_of(page_called(cast.acme, "Long")).body) <= BODY_LENGTH
        assert page_called(cast.acme, "Short")


def test_links_that_would_make_it_too_long_stay_as_they_are(cast: Cast):
    link = '<p><a href="https://old.example/?p=2">x</a></p>'
    content = link * (BODY_LENGTH // len(link) - 5)
    outcome = bring(
        cast.acme, as_actor(cast.admin),
        wxr(post_item(1, "Long", content=content), post_item(2, f"Far {'away ' * 20}")),
    )  # fmt: skip
    assert "Its links are left as they are" in sentences(outcome, "created", "Long")[0]
    with looking(cast.acme):
        assert "https://old.example/?p=2" in revision_of(page_called(cast.acme, "Long")).body
