"""Wall times made instants."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.content.moments import instants, moment_at, resolve
from portal.content.problems import BadTime

ZONES = sorted(n for n in available_timezones() if "/" in n and not n.startswith("Etc/"))
NAIVE = st.datetimes(datetime(1990, 1, 1), datetime(2036, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)


@pytest.mark.parametrize(
    ("wall", "zone", "sentence"),
    [
        (datetime(2026, 3, 29, 9), "Europe/Berlin",
         "Sunday 29 March 2026, 09:00 in Berlin (UTC+2)"),
        (datetime(2026, 1, 5, 9), "Europe/Berlin",
         "Monday 5 January 2026, 09:00 in Berlin (UTC+1)"),
        (datetime(2026, 7, 1, 23, 5, 9), "America/St_Johns",
         "Wednesday 1 July 2026, 23:05:09 in St Johns (UTC-2:30)"),
        (datetime(2026, 7, 1, 0), "UTC", "Wednesday 1 July 2026, 00:00 UTC"),
    ],
)  # fmt: skip
def test_a_moment_says_its_zone_and_offset(wall: datetime, zone: str, sentence: str) -> None:
    assert resolve(wall, zone).sentence == sentence


def test_a_skipped_time_offers_the_times_beside_it() -> None:
    with pytest.raises(BadTime, match="skip 02:30") as refusal:
        resolve(datetime(2026, 3, 29, 2, 30), "Europe/Berlin")
    assert [m.wall.hour for m in refusal.value.choices] == [1, 3]
    chosen = refusal.value.choices[1].at
    assert resolve(datetime(2026, 3, 29, 2, 30), "Europe/Berlin", chosen).at == chosen


def test_a_double_time_asks_which_one() -> None:
    with pytest.raises(BadTime, match="twice") as refusal:
        resolve(datetime(2026, 10, 25, 2, 30), "Europe/Berlin")
    first, second = refusal.value.choices
    assert second.at - first.at == timedelta(hours=1)
    assert resolve(datetime(2026, 10, 25, 2, 30), "Europe/Berlin", second.at).at == second.at


def test_a_choice_that_was_not_offered_is_not_taken() -> None:
    elsewhere = datetime(2026, 10, 25, 12, 30, tzinfo=UTC)
    with pytest.raises(BadTime):
        resolve(datetime(2026, 10, 25, 2, 30), "Europe/Berlin", elsewhere)


@given(NAIVE, st.sampled_from(ZONES))
def test_what_is_resolved_shows_that_wall_time(wall: datetime, zone: str) -> None:
    for instant in instants(wall, zone):
        assert moment_at(instant, zone).wall == wall
        assert instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) == wall


@given(NAIVE.map(lambda moment: moment.replace(tzinfo=UTC)), st.sampled_from(ZONES))
def test_every_instant_is_among_those_of_its_wall_time(instant: datetime, zone: str) -> None:
    assert instant in instants(moment_at(instant, zone).wall, zone)
