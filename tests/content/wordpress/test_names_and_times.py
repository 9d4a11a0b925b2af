"""Slugs, old addresses, plain titles, and times with the zone to schedule them in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.content import addresses
from portal.content.wordpress.names import decoded, path_of, plain_text, slug_of
from portal.content.wordpress.times import moment, zone_for


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Title <em>With</em> <b>Mark<sup>up</sup></b>", "Title With Markup"),
        ("A &amp; B &#8211; C", "A & B – C"),
        ("1 < 2 & 3 <3", "1 < 2 & 3 <3"),
        ("~`!@#$%^&*()-_=+{}[]/\\;:'\"?,.>", "~`!@#$%^&*()-_=+{}[]/\\;:'\"?,.>"),
        (" a\n\t b ", "a b"),
        ("\u202eRTL\u202c \u200b🌲 e\u0301", "\u202eRTL\u202c \u200b🌲 e\u0301"),
        ("a\x00b\ud800", "ab\ufffd"),
        ("a<!-- b -->c<script>d</script>", "ac"),
        ("<i>" * 400 + "deep", "<i>" * 400 + "deep"),
    ],
)
def test_plain_text(written: str, text: str):
    assert plain_text(written) == text


@pytest.mark.parametrize(
    ("source", "slug"),
    [
        ("hello-world", "hello-world"),
        ("επίπεδο-2", "επίπεδο-2"),
        ("hello-w\u202eorld\u202c-utf8-💫-test", "hello-world-utf8-test"),
        ("../../etc/passwd", "etc-passwd"),
        ("a b?c#d%e", "a-b-c-d-e"),
        ("💫", "stand-in"),
        ("", "stand-in"),
        ("x" * 500, "x" * 120),
    ],
)
def test_slugs(source: str, slug: str):
    assert slug_of(source, "", "Stand in") == slug


@given(st.text(max_size=150))
def test_a_slug_is_what_the_portal_would_make_of_it(source: str):
    slug = slug_of(source)
    assert addresses.slug_of(slug) == slug
    assert slug


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("https://old.example/a/b/", "/a/b/"),
        ("https://old.example//a//%CE%B5/", "/a/%CE%B5/"),
        ("https://old.example/ε x/", "/%CE%B5%20x/"),
        ("https://old.example/?p=1&q=💫", "/?p=1&q=%F0%9F%92%AB"),
        ("https://old.example", "/"),
        ("javascript:alert(1)", ""),
        ("//x/y", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_old_paths(link: str, path: str):
    assert path_of(link) == path


def test_slugs_are_decoded_when_they_can_be():
    assert decoded("%ce%b5") == "ε"
    assert decoded("100%") == "100%"
    assert decoded("%ff") == "%ff"


def test_a_scheduled_moment_has_wall_time_instant_and_offset():
    when = moment("2030-01-01 12:00:18", "2030-01-01 19:00:18")
    assert when is not None
    assert when.wall.isoformat() == "2030-01-01T12:00:18"
    assert when.utc == datetime(2030, 1, 1, 19, 0, 18, tzinfo=UTC)
    assert when.offset == timedelta(hours=-7)
    assert zone_for(when, "America/Denver") == "America/Denver"
    assert zone_for(when, "Europe/Berlin") == "Etc/GMT+7"
    assert zone_for(when, "No/Zone") == "Etc/GMT+7"


@pytest.mark.parametrize("minutes", [*range(-12 * 60, 14 * 60 + 1, 60), 330, 345, 570, -570, 765])
def test_every_usual_offset_has_a_zone_that_gives_the_wall_time_back(minutes: int):
    utc = datetime(2030, 7, 1, 10, 30, tzinfo=UTC)
    wall = (utc + timedelta(minutes=minutes)).replace(tzinfo=None)
    when = moment(f"{wall:%Y-%m-%d %H:%M:%S}", f"{utc:%Y-%m-%d %H:%M:%S}")
    assert when is not None
    zone = zone_for(when, "Antarctica/Troll")
    assert when.utc.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall


@pytest.mark.parametrize(
    ("wall", "gmt", "published", "utc", "exact"),
    [
        ("0000-00-00 00:00:00", "0000-00-00 00:00:00", "", None, False),
        ("", "", "nonsense", None, False),
        ("2024-06-05 10:00:00", "0000-00-00 00:00:00", "", "2024-06-05T10:00:00", False),
        ("2024-06-05 10:00:00", "", "Wed, 05 Jun 2024 08:00:00 +0000", "2024-06-05T08:00:00", True),
        ("0000-00-00 00:00:00", "2024-06-05 10:00:00", "", "2024-06-05T10:00:00", True),
        (
            "2024-06-05 10:00:00",
            "",
            "Wed, 05 Jun 2019 08:00:00 +0000",
            "2024-06-05T10:00:00",
            False,
        ),
        ("2024-06-05 10:00:00", "1999-06-05 10:00:00", "", "1999-06-05T10:00:00", True),
        (
            "2024-06-05 10:00:00",
            "",
            "Mon, 30 Nov -0001 00:00:00 +0000",
            "2024-06-05T10:00:00",
            False,
        ),
    ],
)
def test_missing_and_odd_times(wall: str, gmt: str, published: str, utc: str | None, exact: bool):
    when = moment(wall, gmt, published)
    assert (when.utc.replace(tzinfo=None).isoformat() if when else None) == utc
    assert (when.exact if when else False) == exact
