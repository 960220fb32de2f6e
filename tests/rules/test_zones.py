"""Zones: found by the names people give, and days that are 23, 24 or 25 hours long."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.rules.zones import local_day, local_day_bounds, require_zone

ZONES = st.sampled_from(sorted(available_timezones() - {"Factory", "localtime"}))
KNOWN = {part for zone in available_timezones() for part in (zone.lower(), zone.lower().rpartition("/")[2])}
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@given(ZONES)
def test_every_zone_is_found_by_its_own_name(name: str) -> None:
    assert require_zone(name).key == name


@given(ZONES)
def test_capital_letters_and_spaces_do_not_matter(name: str) -> None:
    assert require_zone(f" {name.upper().replace('_', ' ')} ").key == name


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Vilnius", "Europe/Vilnius"),
        ("new york", "America/New_York"),
        ("kathmandu", "Asia/Kathmandu"),
        ("Lord_Howe", "Australia/Lord_Howe"),
        ("casablanca", "Africa/Casablanca"),
        ("utc", "UTC"),
        ("Singapore", "Singapore"),
    ],
)
def test_a_city_is_enough(typed: str, zone: str) -> None:
    assert require_zone(typed).key == zone


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [("Europe/Vilnus", "Europe/Vilnius"), ("Vilnuis", "Europe/Vilnius"), ("America/NewYork", "America/New_York")],
)
def test_a_misspelled_zone_is_answered_with_the_nearest_names(typed: str, suggested: str) -> None:
    with pytest.raises(BadInput) as refused:
        require_zone(typed)
    assert refused.value.field == "zone"
    assert suggested in str(refused.value)
    assert typed in str(refused.value)


@pytest.mark.parametrize(
    "typed", ["", "?", "Zzzzzzzzz", "../../etc/passwd", "localtime", "Factory", "\x00", "x" * 10_000]
)
def test_a_name_of_no_zone_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(BadInput, match="I do not know the time zone") as refused:
        require_zone(typed)
    assert len(str(refused.value)) < 250


def test_a_city_of_two_zones_is_refused_with_both() -> None:
    with pytest.raises(BadInput, match="Canada/Pacific or US/Pacific"):
        require_zone("pacific")


@given(st.text().filter(lambda typed: typed.strip().lower() not in KNOWN))
def test_any_other_name_is_answered_with_a_sentence(typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        require_zone(typed)
    assert str(refused.value).endswith((".", "?"))


@pytest.mark.parametrize(
    ("zone", "day", "begins", "hours"),
    [
        ("Europe/Vilnius", date(2026, 11, 22), datetime(2026, 11, 21, 22, tzinfo=UTC), 24),
        ("Europe/Vilnius", date(2026, 3, 29), datetime(2026, 3, 28, 22, tzinfo=UTC), 23),
        ("Europe/Vilnius", date(2026, 10, 25), datetime(2026, 10, 24, 21, tzinfo=UTC), 25),
        ("America/New_York", date(2026, 3, 8), datetime(2026, 3, 8, 5, tzinfo=UTC), 23),
        ("America/New_York", date(2026, 11, 1), datetime(2026, 11, 1, 4, tzinfo=UTC), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), datetime(2026, 4, 4, 13, tzinfo=UTC), 24.5),
        ("Australia/Lord_Howe", date(2026, 10, 4), datetime(2026, 10, 3, 13, 30, tzinfo=UTC), 23.5),
        ("Asia/Kathmandu", date(2026, 11, 22), datetime(2026, 11, 21, 18, 15, tzinfo=UTC), 24),
        # The rest change at midnight: Beirut skips it, Havana has it twice.
        ("Asia/Beirut", date(2026, 3, 29), datetime(2026, 3, 28, 22, tzinfo=UTC), 23),
        ("America/Havana", date(2026, 11, 1), datetime(2026, 11, 1, 4, tzinfo=UTC), 25),
        ("Pacific/Apia", date(2011, 12, 30), datetime(2011, 12, 30, 10, tzinfo=UTC), 0),  # a day Samoa left out
    ],
)
def test_a_day_is_as_long_as_its_clocks_make_it(zone: str, day: date, begins: datetime, hours: float) -> None:
    assert local_day_bounds(day, zone) == (begins, begins + timedelta(hours=hours))


@pytest.mark.parametrize(("day", "change"), [(date(2021, 4, 11), 1), (date(2021, 5, 16), -1)])
def test_a_day_in_casablanca_follows_ramadan(day: date, change: int) -> None:
    begins, ends = local_day_bounds(day, "Africa/Casablanca")
    assert ends - begins == timedelta(hours=24 + change)


@given(DAYS, ZONES)
def test_days_follow_each_other_without_gap_or_overlap(day: date, zone: str) -> None:
    assert local_day_bounds(day, zone)[1] == local_day_bounds(day + timedelta(days=1), zone)[0]


@given(DAYS, ZONES, st.floats(0, 0.999_999))  # nearer to 1, a day's microseconds round up to the next day
def test_every_moment_within_a_days_bounds_is_on_that_day(day: date, zone: str, part: float) -> None:
    begins, ends = local_day_bounds(day, zone)
    assert local_day(begins + (ends - begins) * part, zone) == day


def test_an_unknown_zone_has_no_days() -> None:
    with pytest.raises(BadInput):
        local_day_bounds(date(2026, 11, 22), "Europe/Vilnus")
