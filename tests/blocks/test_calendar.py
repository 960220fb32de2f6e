"""The calendar's views: within Slack's limits whatever they hold, and saying in words what is odd."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.calendar import calendar, feed, usage
from bot.blocks.surfaces import said
from bot.rules.calendar import Cursor, Look, Show, View
from bot.rules.calendar_pages import AccountName, Board, ClientName, Planned
from bot.rules.posts import Post
from bot.sandbox.checks import view_faults

MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
VILNIUS = "Europe/Vilnius"


def post(number: int = 1, at: datetime | None = NOW + HOUR, **other: Any) -> Planned:
    values: dict[str, Any] = {
        "version": 1,
        "revision": 1,
        "client_id": 1,
        "status": "in_review",
        "title": "Our shop opens",
        "author": "U07ANN00001",
        "accounts": (1,),
        "changed_at": NOW,
    }
    return Planned(id=number, at=at, **{**values, **other})


def board(*posts: Planned, **other: Any) -> Board:
    values: dict[str, Any] = {
        "look": Look(View.WEEK, MONDAY),
        "zone": VILNIUS,
        "reader_zone": VILNIUS,
        "today": MONDAY,
        "now": NOW,
        "clients": {1: ClientName(1, "Harbour Bakery", VILNIUS)},
        "accounts": {1: AccountName(1, 1, "bakery (Plaza)"), 2: AccountName(2, 1, "cycles (Plaza)")},
    }
    return Board(**{**values, "posts": posts, **other})


def words(shown: Board) -> str:
    return said(calendar(shown)["blocks"])


def acts(shown: Board) -> list[str]:
    elements = [element for block in calendar(shown)["blocks"] for element in block.get("elements", [])]
    return [element["action_id"] for element in elements if "action_id" in element]


def test_a_post_shows_time_state_client_accounts_and_author() -> None:
    shown = words(board(post()))
    assert "*11:00*  Our shop opens" in shown
    assert "In review · Harbour Bakery · bakery (Plaza) · by <@U07ANN00001>" in shown


def test_a_reader_elsewhere_sees_their_own_time_too() -> None:
    shown = words(board(post(), reader_zone="Europe/London"))
    assert f"11:00 (<!date^{int((NOW + HOUR).timestamp())}^{{time}}|09:00> for you)" in shown
    assert "for you" not in words(board(post()))


def test_a_readers_time_on_another_day_names_the_day() -> None:
    late = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
    assert "^{date_short}, {time}|24 Nov, 03:00>" in words(board(post(at=late), reader_zone="Asia/Tokyo"))


def test_a_gap_and_an_empty_day_are_told_apart_in_words() -> None:
    shown = words(board(post(), post(2, NOW + 3 * 24 * HOUR), gaps=frozenset({date(2026, 11, 24)})))
    assert "Tue 24 Nov: *a gap.* Nothing is planned, between days of the same week that have posts." in shown
    assert "Wed 25 Nov: nothing planned." in shown


def test_a_clash_is_told_in_words_with_its_accounts() -> None:
    shown = words(board(post(), clashes={1: frozenset({1})}))
    assert "*Clash:* another post goes out on bakery (Plaza) less than an hour away." in shown


def test_a_clash_that_is_over_is_not_told() -> None:
    assert "Clash" not in words(board(post(at=NOW - HOUR), clashes={1: frozenset({1})}))


def test_a_month_names_its_days_and_their_clashes_in_short() -> None:
    shown = board(post(), post(2), look=Look(View.MONTH, MONDAY), clashes={1: frozenset({1})})
    assert "11:00  Our shop opens (in review) *Clash.*" in words(shown)
    assert "nothing planned" not in words(shown)


def test_posts_without_a_time_stand_apart() -> None:
    shown = words(board(untimed=(post(at=None),), more_untimed=True))
    assert "*No time yet*\n*Our shop opens*" in shown
    assert "There are more." in shown


def test_buttons_are_those_that_help() -> None:
    assert "calendar_approve" in acts(board(post(), approvable=frozenset({1})))
    assert "calendar_approve" not in acts(board(post()))
    assert "calendar_reschedule" in acts(board(post()))
    assert "calendar_reschedule" not in acts(board(post(status="published")))


def test_an_empty_page_says_what_to_do() -> None:
    assert "/draft" in words(board())
    assert "Home tab" in words(board(clients={}, accounts={}))


def test_too_many_posts_to_look_for_gaps_is_said() -> None:
    assert "too many posts" in words(board(post(), is_crowded=True))


def test_what_was_typed_cannot_act_as_markup() -> None:
    shown = words(board(post(title="<!channel> *bold* <@U1>")))
    assert "<!channel>" not in shown
    assert "&lt;!channel&gt;" in shown


def test_a_menu_of_many_clients_holds_the_chosen_one() -> None:
    clients = {number: ClientName(number, f"Client {number}", VILNIUS) for number in range(1, 150)}
    shown = board(clients=clients, look=Look(View.WEEK, MONDAY, client=140))
    assert view_faults(calendar(shown), "modal") == []
    assert '"initial_option": {"text": {"type": "plain_text", "text": "Client 140"' in json.dumps(calendar(shown))
    assert "first 99" in words(shown)


def test_the_feed_shows_its_address_or_says_that_it_is_off() -> None:
    assert "https://t.example/calendar/1-ab.ics" in said(feed("https://t.example/calendar/1-ab.ics")["blocks"])
    assert "TRELLIS_PUBLIC_URL" in said(feed("")["blocks"])
    assert view_faults(feed(""), "modal") == view_faults(feed("https://t.example/a.ics"), "modal") == []


def test_help_tells_what_can_be_written() -> None:
    assert "next week" in usage()


texts = st.text(max_size=120)
planned = st.builds(
    post,
    st.integers(1, 10**6),
    st.datetimes(datetime(2026, 11, 22, 22), datetime(2026, 11, 29, 21), timezones=st.just(UTC)),  # noqa: DTZ001
    title=texts,
    status=st.sampled_from([state.value for state in Post]),
    accounts=st.lists(st.integers(1, 40), max_size=20).map(tuple),
)
cursor = st.none() | st.just(Cursor(NOW, 10**9))


@given(
    view=st.sampled_from(View),
    show=st.sampled_from(Show),
    posts=st.lists(planned, max_size=60, unique_by=lambda one: one.id),
    names=st.lists(texts, min_size=1, max_size=40),
    reader=st.sampled_from([VILNIUS, "Asia/Tokyo", "America/New_York"]),
    gaps=st.frozensets(st.dates(MONDAY, date(2026, 12, 31))),
    earlier=cursor,
    later=cursor,
)
def test_a_page_is_within_slacks_limits_whatever_it_holds(
    view: View, show: Show, posts: list[Planned], names: list[str], reader: str, gaps: frozenset[date],
    earlier: Cursor | None, later: Cursor | None,
) -> None:  # fmt: skip
    posts.sort(key=lambda one: (one.at, one.id))
    size = 60 if view is View.MONTH else 10
    shown = board(
        *posts[:size],
        look=Look(view, MONDAY, show=show, person="U07ANN00001"),
        clients={1: ClientName(1, names[0], VILNIUS)},
        accounts={number: AccountName(number, 1, name) for number, name in enumerate(names, 1)},
        reader_zone=reader,
        gaps=gaps,
        earlier=earlier,
        later=later,
        untimed=tuple(replace(one, at=None) for one in posts[:10]),
        more_untimed=True,
        clashes={one.id: frozenset(one.accounts) for one in posts},
        approvable=frozenset(one.id for one in posts),
    )
    view_shown = calendar(shown)
    assert view_faults(view_shown, "modal") == []
    assert len(json.dumps(view_shown)) < 250_000
    assert "more than Slack can show" not in said(view_shown["blocks"])


@pytest.mark.parametrize("view", View)
def test_each_view_says_which_days_it_covers(view: View) -> None:
    heading = {
        View.DAY: "Monday 23 November 2026",
        View.WEEK: "Week of Monday 23 November to Sunday 29 November 2026",
        View.MONTH: "November 2026",
        View.LIST: "23 November 2026 to 21 February 2027",
    }
    assert words(board(look=Look(view, MONDAY))).startswith(heading[view])
