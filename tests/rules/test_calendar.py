"""Spans, gaps, clashes and looks: what a page of the calendar covers, and that it is found again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.calendar import (
    CLASH,
    FIRST,
    LAST,
    STATES,
    Cursor,
    Look,
    Show,
    Slot,
    View,
    clashes,
    decode,
    encode,
    gaps,
    known_zone,
    page_zone,
    span,
    whole_weeks,
)
from bot.rules.posts import Post

MONDAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

days = st.dates(FIRST, LAST)
inner_days = st.dates(date(2001, 1, 1), date(2198, 12, 31))
views = st.sampled_from(View)
zones = st.sampled_from(["UTC", "Europe/Vilnius", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Africa/Cairo"])
cursors = st.builds(
    Cursor,
    st.none() | st.datetimes(datetime(1971, 1, 1), datetime(2190, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - they get a zone
    st.integers(0, 10**15),
    st.booleans(),
)
looks = st.builds(
    Look,
    views,
    days,
    st.integers(0, 10**9),
    st.integers(0, 10**9),
    st.sampled_from(Show),
    st.sampled_from(["", "U07ANN00001", "W123"]),
    st.none() | cursors,
)


@given(views, days)
def test_a_span_holds_its_day(view: View, day: date) -> None:
    assert day in span(view, day).days


@given(views, inner_days)
def test_spans_follow_each_other_without_a_hole(view: View, day: date) -> None:
    here = span(view, day)
    following = span(view, Look(view, day).turned(1, MONDAY).day)
    assert following.first == here.end
    assert span(view, Look(view, day).turned(-1, MONDAY).day).end == here.first


@given(views, inner_days)
def test_turning_on_and_back_leads_to_the_same_page(view: View, day: date) -> None:
    there = Look(view, day).turned(1, MONDAY).turned(-1, MONDAY)
    assert span(view, there.day) == span(view, day)


@given(views, days, st.integers(-3, 3))
def test_pages_never_leave_the_days_that_can_be_shown(view: View, day: date, pages: int) -> None:
    assert FIRST <= Look(view, day).turned(pages, MONDAY).day <= LAST


@given(views, inner_days, zones)
def test_pages_meet_at_one_moment_in_every_zone(view: View, day: date, zone: str) -> None:
    look = Look(view, day)
    start, end = span(view, day).bounds(zone)
    assert start < end
    assert span(view, look.turned(1, MONDAY).day).bounds(zone)[0] == end


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 7, 1), 24)],
)
def test_a_day_is_as_long_as_its_clocks_say(day: date, hours: int) -> None:
    start, end = span(View.DAY, day).bounds("Europe/Vilnius")
    assert end - start == timedelta(hours=hours)


def test_a_week_begins_on_monday() -> None:
    assert span(View.WEEK, date(2026, 11, 29)).first == MONDAY


@given(days, st.integers(0, 30))
def test_whole_weeks_hold_their_days(day: date, more: int) -> None:
    last = day + timedelta(days=more)
    weeks = whole_weeks(day, last)
    assert weeks.first.weekday() == 0
    assert weeks.end.weekday() == 0
    assert weeks.first <= day <= last < weeks.end


def test_an_empty_day_between_days_of_a_week_is_a_gap() -> None:
    busy = {MONDAY, MONDAY + timedelta(days=3)}
    assert gaps(busy) == {MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)}


def test_a_weekend_at_the_end_of_a_week_is_no_gap() -> None:
    friday, next_monday = MONDAY + timedelta(days=4), MONDAY + timedelta(days=7)
    assert gaps({friday, next_monday}) == frozenset()


@given(st.sets(st.dates(MONDAY, MONDAY + timedelta(days=20))))
def test_a_gap_is_empty_and_lies_between_posts_of_its_own_week(busy: set[date]) -> None:
    for gap in gaps(busy):
        week = set(span(View.WEEK, gap).days) & busy
        assert gap not in busy
        assert min(week) < gap < max(week)


slot_lists = st.lists(
    st.builds(
        lambda post, minutes, accounts: Slot(post, NOON + timedelta(minutes=minutes), tuple(accounts)),
        st.integers(1, 10**6),
        st.integers(0, 300),
        st.lists(st.integers(1, 3), max_size=3),
    ),
    max_size=12,
    unique_by=lambda slot: slot.post,
)


@given(slot_lists)
def test_clashes_are_the_pairs_on_one_account_less_than_an_hour_apart(slots: list[Slot]) -> None:
    expected: dict[int, set[int]] = {}
    for one in slots:
        for other in slots:
            if one.post != other.post and abs(one.at - other.at) < CLASH:
                for account in set(one.accounts) & set(other.accounts):
                    expected.setdefault(one.post, set()).add(account)
    assert clashes(slots) == expected


def test_an_hour_apart_is_no_clash() -> None:
    assert clashes([Slot(1, NOON, (1,)), Slot(2, NOON + CLASH, (1,))]) == {}


@given(looks)
def test_a_look_is_found_again(look: Look) -> None:
    assert decode(encode(look), MONDAY) == look


@given(looks)
def test_a_look_fits_the_id_of_a_block(look: Look) -> None:
    assert len(f"filter#{encode(look)}") <= 255


@given(
    st.text(max_size=80) | st.from_regex(r"week/\d{4}-\d\d-\d\d/\d+/\d+/all/(U1)?/([bf]\.-?\d*\.\d+)?", fullmatch=True)
)
def test_whatever_else_is_read_as_this_week(text: str) -> None:
    look = decode(text, MONDAY)
    assert look == Look(day=MONDAY) or encode(look) == encode(decode(encode(look), MONDAY))


def test_every_state_can_be_filtered_for() -> None:
    assert {state for show in Show for state in STATES[show]} == set(Post)


def test_only_what_was_called_off_is_left_out_at_first() -> None:
    assert set(Post) - STATES[Show.ALL] == STATES[Show.OFF]


def test_days_are_those_of_the_clients_where_they_agree() -> None:
    assert page_zone(["Europe/Vilnius", "Europe/Vilnius"], "UTC") == "Europe/Vilnius"
    assert page_zone(["Europe/Vilnius", "Asia/Tokyo"], "America/New_York") == "America/New_York"
    assert page_zone([], "America/New_York") == "America/New_York"


def test_a_zone_that_this_machine_does_not_know_is_utc() -> None:
    assert known_zone("Mars/Olympus") == "UTC"
    assert known_zone("Europe/Vilnius") == "Europe/Vilnius"
