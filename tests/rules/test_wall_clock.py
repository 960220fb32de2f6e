"""Wall clocks: the moment that clocks in a zone show, with hours that are skipped or come twice refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.rules.when import FARTHEST, require_future, wall_clock

NOW = datetime(2026, 11, 18, 8, 20, 30, tzinfo=UTC)
ZONE = st.sampled_from(
    ["Europe/Vilnius", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"]
)
CLOCK = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
MOMENT = st.integers(1_609_459_200, 2_051_222_400).map(lambda second: datetime.fromtimestamp(second, UTC))


@given(MOMENT, ZONE)
def test_a_wall_clock_that_clocks_show_once_is_the_moment_they_show_it(moment: datetime, zone: str) -> None:
    local = moment.replace(second=0, microsecond=0).astimezone(ZoneInfo(zone))
    assume(local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset())
    at = wall_clock(local.date(), local.time(), zone)
    assert (at, at.tzinfo) == (local, UTC)


@given(st.dates(date(2021, 1, 1), date(2034, 12, 31)), CLOCK, ZONE)
def test_a_wall_clock_is_shown_back_by_the_zones_clocks_or_refused(day: date, clock: time, zone: str) -> None:
    try:
        shown = wall_clock(day, clock, zone).astimezone(ZoneInfo(zone))
    except BadInput as refused:
        told = refused.template
    else:
        assert shown.replace(tzinfo=None) == datetime.combine(day, clock)
        told = ""
    assert ("clocks in {zone} go" in told) == bool(told)


@pytest.mark.parametrize(
    ("zone", "day", "stands", "jumps"),
    [
        ("Europe/Vilnius", date(2027, 3, 28), "03:00", "04:00"),
        ("America/New_York", date(2027, 3, 14), "02:00", "03:00"),
        ("Australia/Lord_Howe", date(2026, 10, 4), "02:00", "02:30"),
        ("Africa/Casablanca", date(2021, 5, 16), "02:00", "03:00"),
        ("Antarctica/Troll", date(2026, 3, 29), "01:00", "03:00"),
    ],
)
def test_an_hour_that_the_clocks_skip_is_refused_with_what_happened(
    zone: str, day: date, stands: str, jumps: str
) -> None:
    edge = datetime.combine(day, time.fromisoformat(jumps))
    with pytest.raises(BadInput) as refused:
        wall_clock(day, (edge - timedelta(minutes=1)).time(), zone)
    assert f"in {zone} go forward from {stands} to {jumps}" in str(refused.value)
    assert f"Choose a time before {stands}, or {jumps} or later." in str(refused.value)
    last = datetime.combine(day, time.fromisoformat(stands)) - timedelta(minutes=1)
    assert wall_clock(day, edge.time(), zone) - wall_clock(day, last.time(), zone) == timedelta(minutes=1)


@pytest.mark.parametrize(
    ("zone", "day", "stands", "jumps"),
    [
        ("Europe/Vilnius", date(2027, 10, 31), "04:00", "03:00"),
        ("America/New_York", date(2027, 11, 7), "02:00", "01:00"),
        ("Australia/Lord_Howe", date(2027, 4, 4), "02:00", "01:30"),
        ("Africa/Casablanca", date(2021, 4, 11), "03:00", "02:00"),
        ("Antarctica/Troll", date(2026, 10, 25), "03:00", "01:00"),
    ],
)
def test_an_hour_that_comes_twice_is_refused_with_what_happened(zone: str, day: date, stands: str, jumps: str) -> None:
    edge = datetime.combine(day, time.fromisoformat(stands))
    for twice in (time.fromisoformat(jumps), (edge - timedelta(minutes=1)).time()):
        with pytest.raises(BadInput) as refused:
            wall_clock(day, twice, zone)
        assert f"in {zone} go back from {stands} to {jumps}, so {twice:%H:%M} comes twice" in str(refused.value)
    assert wall_clock(day, edge.time(), zone) < wall_clock(day, (edge + timedelta(minutes=1)).time(), zone)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 7, 1)])
def test_kathmandu_never_changes_its_clocks(day: date) -> None:
    assert wall_clock(day, time(3, 30), "Asia/Kathmandu") == datetime.combine(day, time(3, 30), UTC) - timedelta(
        hours=5, minutes=45
    )


@pytest.mark.parametrize("day", [date.min, date.max, date(1970, 12, 31), date(9999, 1, 1)])
def test_a_year_that_cannot_be_reckoned_with_is_refused(day: date) -> None:
    with pytest.raises(BadInput, match="out of reach"):
        wall_clock(day, time(23, 59), "America/New_York")


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(seconds=-1), FARTHEST + timedelta(seconds=1)])
def test_a_moment_past_or_too_far_ahead_is_refused(ahead: timedelta) -> None:
    with pytest.raises(BadInput):
        require_future(NOW + ahead, NOW)


@given(st.timedeltas(timedelta(microseconds=1), FARTHEST))
def test_a_moment_to_come_is_taken(ahead: timedelta) -> None:
    require_future(NOW + ahead, NOW)
