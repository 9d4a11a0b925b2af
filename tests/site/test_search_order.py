"""What readers find: the best first, every page once however far they go, nothing of a draft."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.publishing import unpublish
from portal.content.site_ranking import rank_of
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS, make_page
from tests.site.scene import Said, live, page_titled, redraft, statements, writing

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)
TITLE = re.compile(r'<h2 dir="auto"><a [^>]*>([^<]*)</a>')
NEXT = re.compile(r'rel="next" href="([^"]*)"')


def window(client: FlaskClient, at: str) -> tuple[list[str], str]:
    """The titles there, and where it goes on."""
    answer = client.get(at)
    assert answer.status_code == 200
    further = NEXT.search(answer.text)
    return TITLE.findall(answer.text), html.unescape(further[1]) if further else ""


def all_found(client: FlaskClient, words: str) -> list[list[str]]:
    at, found = f"/s/acme/search/?q={words}", []
    while at:
        titles, at = window(client, at)
        found.append(titles)
    return found


@pytest.mark.parametrize(
    ("title", "asked", "rank"),
    [
        ("Winter coats", ["winter", "coats"], 4),
        ("WINTER, coats!", ["winter", "coats"], 4),
        ("All our coats for winter", ["winter", "coats"], 3),
        ("Winters and coatings", ["winter", "coat"], 2),
        ("Winter", ["winter", "coats"], 1),
        ("Midwinter", ["winter"], 0),
        ("", ["winter"], 0),
    ],
)
def test_how_well_a_title_fits(title: str, asked: list[str], rank: int):
    assert rank_of(title, asked) == rank


@both_databases
def test_the_best_match_comes_first_then_the_newer(app: Flask, client: FlaskClient, cast: Cast):
    with writing(app, cast.acme) as acme:
        told = "<p>We sell a coat, a coat and a coat.</p>"
        for days, title in enumerate((
            "In the text, newest", "Coatings", "A coat for winter", "In the text", "Coat",
            "The oldest coat",
        )):  # fmt: skip
            live(acme, title, Said(told), at=NOON - timedelta(days=days))
        quiet = live(acme, "Hats", Said(told), at=NOON - timedelta(days=9))
        redraft(acme, quiet, "Coat", told)
    assert all_found(client, "coat") == [[
        "Coat", "A coat for winter", "The oldest coat", "Coatings", "In the text, newest",
        "In the text", "Hats",
    ]], "of what is not published yet nothing counts"  # fmt: skip


@pytest.fixture
def crowd(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eleven hits by time, of which the newest six are ranked, two a window; odd titles fit."""
    monkeypatch.setattr("portal.content.site_search.WINDOW", 2)
    monkeypatch.setattr("portal.content.site_search.RANKED", 6)
    with writing(app, cast.acme) as acme:
        for number in range(11):
            title = f"Coat {number}" if number % 2 else f"Text {number}"
            live(acme, title, Said("<p>coat</p>"), at=NOON - timedelta(hours=number))


RANKED = [["Coat 1", "Coat 3"], ["Coat 5", "Text 0"], ["Text 2", "Text 4"]]
REST = [["Text 6", "Coat 7"], ["Text 8", "Coat 9"], ["Text 10"]]


@both_databases
def test_all_are_found_once_the_newest_ranked_the_rest_by_time(
    app: Flask, client: FlaskClient, crowd: None
):
    assert all_found(client, "coat") == [*RANKED, *REST]
    with statements(app) as first:
        _, at = window(client, "/s/acme/search/?q=coat")
    for _ in range(4):
        with statements(app) as sent:
            _, at = window(client, at)
        assert len(sent) == len(first)


@both_databases
def test_what_comes_and_goes_meanwhile_moves_nothing_else(
    app: Flask, client: FlaskClient, cast: Cast, crowd: None
):
    first, at = window(client, "/s/acme/search/?q=coat")
    with writing(app, cast.acme) as acme:
        unpublish(page_titled(acme, "Coat 1"), acme, by=TESTS)
        unpublish(page_titled(acme, "Text 4"), acme, by=TESTS)
        live(acme, "Coats, new", Said("<p>coat</p>"), at=NOON + timedelta(hours=1))
        live(acme, "Text, new", Said("<p>coat</p>"), at=NOON + timedelta(hours=2))
    found = [first]
    while at:
        titles, at = window(client, at)
        found.append(titles)
    assert found == [
        ["Coat 1", "Coat 3"], ["Coat 5", "Coats, new"], ["Text, new", "Text 0"], ["Text 2"], *REST,
    ]  # fmt: skip
    assert all_found(client, "coat")[0] == ["Coat 3", "Coat 5"]


@both_databases
def test_when_all_that_was_left_of_the_ranked_is_gone_the_rest_follows(
    app: Flask, client: FlaskClient, cast: Cast, crowd: None
):
    _, second = window(client, "/s/acme/search/?q=coat")
    _, third = window(client, second)
    with writing(app, cast.acme) as acme:
        for title in ("Text 2", "Text 4"):
            unpublish(page_titled(acme, title), acme, by=TESTS)
    assert window(client, third)[0] == REST[0]


@both_databases
def test_of_hits_without_end_those_made_last_are_meant(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    """What a draft says that is not live, or another account of the tenant, takes no place."""
    monkeypatch.setattr("portal.content.live_words.MOST", 3)
    with writing(app, cast.acme) as acme:
        for number in range(5):
            page = live(acme, f"Coat {number}", at=NOON - timedelta(hours=number))
            if number % 2:
                redraft(acme, page, f"Coat {number}, soon", "<p>Coat</p>")
        make_page(acme, "Coat, a draft", "<p>x</p>", kind="post")
    with writing(app, cast.berlin) as berlin:
        for number in range(5):
            live(berlin, f"Coat {number} of Berlin")
    assert all_found(client, "coat") == [["Coat 0", "Coat 1", "Coat 2", "Coat 3", "Coat 4"]]
    monkeypatch.setattr("portal.content.live_words.MOST", 2)
    assert all_found(client, "coat") == [["Coat 1", "Coat 2", "Coat 3", "Coat 4"]]


@both_databases
def test_what_asks_something_of_readers_takes_no_place(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("portal.content.live_words.MOST", 2)
    with writing(app, cast.acme) as acme:
        live(acme, "Coat for all")
        for number in range(3):
            live(acme, f"Coat {number}", password="four brown bears dance")
    assert all_found(client, "coat") == [["Coat for all"]]


def test_a_place_that_is_none_is_not_found(client: FlaskClient, cast: Cast):
    zero = "1-" + "0" * 32
    for good in (zero, f"r4.{zero}", f"r0.{zero}.{zero}"):
        assert client.get(f"/s/acme/search/?q=coat&before={good}").status_code == 200, good
    for bad in ("x", "r", "r4", "r4.", f"r5.{zero}", f"r-1.{zero}", f"r4.{zero}.", f"4.{zero}",
                f"r4.{zero}.{zero}.{zero}", f"r４.{zero}", "r4.-99999999999999999-" + "0" * 32,
                "%00", "r%00." + zero):  # fmt: skip
        assert client.get(f"/s/acme/search/?q=coat&before={bad}").status_code == 404, bad


ODD = {
    "5e1f": "5e1f", "00E0A-3e8b": "3e8b", "Ο οδος": "οδοσ", "ΟΔΟΣΤΡΩΜΑ": "οδος", "Straße": "straße",
    "cafe\u0301": "café", "日本語": "日本", "שלום": "שלום", "𐄇x": "𐄇", "a" * 700: "a" * 90,
}  # fmt: skip


@both_databases
@pytest.mark.parametrize("text", ODD)
def test_a_word_is_found_whole_whatever_it_is_made_of(
    app: Flask, client: FlaskClient, cast: Cast, text: str
):
    """Numbers with an e in them, both sigmas, numerals of old scripts, words without end."""
    with writing(app, cast.acme) as acme:
        live(acme, "In the text", Said(f"<p>Some {text} more.</p>"))
        page = live(acme, "Another draft", Said(f"<p>{text}</p>"))
        redraft(acme, page, "Another draft", "<p>x</p>")
    assert sorted(all_found(client, ODD[text])[0]) == ["Another draft", "In the text"]
