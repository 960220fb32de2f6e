"""When a digest is due: once a local day, whatever the clocks do, and not long after its hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.digests import CATCH_UP, day_due, due_at, is_over

VILNIUS = "Europe/Vilnius"
DAY = date(2026, 11, 23)
MINUTE = timedelta(minutes=1)

zones = st.sampled_from(
    ["UTC", VILNIUS, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Africa/Cairo"]
)
hours = st.integers(0, 23)
moments = st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - they get a zone


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_digest_is_due_from_its_hour_on() -> None:
    assert day_due(utc("2026-11-23T06:59:59"), 9, VILNIUS) is None
    assert day_due(utc("2026-11-23T07:00"), 9, VILNIUS) == DAY


def test_after_downtime_it_is_caught_up_within_four_hours() -> None:
    assert day_due(utc("2026-11-23T10:59"), 9, VILNIUS) == DAY
    assert day_due(utc("2026-11-23T11:00"), 9, VILNIUS) is None


def test_a_late_evening_is_caught_up_after_midnight() -> None:
    assert day_due(utc("2026-11-23T22:30"), 23, VILNIUS) == DAY


@pytest.mark.parametrize(
    ("day", "hour", "moment"),
    [
        (date(2026, 3, 29), 3, "2026-03-29T01:00"),  # 3:00 does not exist: the clocks go on to 4:00
        (date(2026, 3, 29), 4, "2026-03-29T01:00"),
        (date(2026, 10, 25), 3, "2026-10-25T00:00"),  # 3:00 comes twice: the first
        (date(2026, 10, 25), 4, "2026-10-25T02:00"),
    ],
)
def test_the_hours_that_summer_time_skips_or_repeats_are_met_once(day: date, hour: int, moment: str) -> None:
    assert due_at(day, hour, VILNIUS) == utc(moment)
    assert day_due(utc(moment), hour, VILNIUS) == day
    assert day_due(utc(moment) - MINUTE, hour, VILNIUS) is None


@given(moments, hours, zones)
def test_what_is_due_came_due_within_the_time_to_catch_up(now: datetime, hour: int, zone: str) -> None:
    day = day_due(now, hour, zone)
    if day is not None:
        assert due_at(day, hour, zone) <= now < due_at(day, hour, zone) + CATCH_UP


@given(st.dates(date(2012, 1, 1), date(2034, 12, 31)), hours, zones)
def test_every_day_comes_due(day: date, hour: int, zone: str) -> None:
    assert day_due(due_at(day, hour, zone), hour, zone) == day


@given(st.dates(date(2012, 1, 1), date(2034, 12, 31)), hours, zones)
def test_days_come_due_one_after_the_other(day: date, hour: int, zone: str) -> None:
    between = due_at(day + timedelta(days=1), hour, zone) - due_at(day, hour, zone)
    assert timedelta(hours=22) <= between <= timedelta(hours=26)


def test_the_day_that_samoa_never_had_brings_no_second_digest() -> None:
    # 30 December 2011 was skipped there: https://en.wikipedia.org/wiki/Time_in_Samoa
    moment = due_at(date(2011, 12, 31), 9, "Pacific/Apia")
    found = {day_due(moment + timedelta(minutes=minutes), 9, "Pacific/Apia") for minutes in range(0, 300, 10)}
    assert found == {date(2011, 12, 31), None}


def test_in_an_unknown_zone_the_hour_is_utc() -> None:
    assert day_due(utc("2026-11-23T09:00"), 9, "Mars/Olympus") == DAY


def test_a_digest_that_waited_is_dropped_once_its_day_is_over() -> None:
    assert not is_over(DAY, VILNIUS, utc("2026-11-23T22:00"))
    assert is_over(DAY, VILNIUS, utc("2026-11-24T02:00"))
