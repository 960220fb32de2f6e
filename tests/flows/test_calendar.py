"""A page of the calendar as somebody sees it: their filters, their rights, and what is odd about its days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.errors import BadInput, NotAllowed
from bot.flows import calendar as flow
from bot.flows import clients, posts
from bot.rules.calendar import Look, Show, View
from bot.rules.calendar_pages import Board
from bot.rules.people import Actor
from bot.store import Store
from bot.store.tables import Client, Post
from tests.factories import ANN, BEN, CAS, DEE, EVE, HOUR, NOW, House, build_house

MONDAY = date(2026, 11, 23)
WEEK = Look(View.WEEK, MONDAY)
DAY = timedelta(days=1)


@pytest.fixture
def house(store: Store) -> House:
    return build_house(store)


def look(house: House, at: Look = WEEK, by: Actor = BEN, now: datetime = NOW) -> Board:
    return house.read(flow.board, by, at, now=now)


def titles(board: Board) -> list[str]:
    return [post.title for post in board.posts]


def test_a_week_shows_its_posts_in_order_of_time(house: House) -> None:
    house.in_review("Third", at=NOW + 2 * DAY)
    house.scheduled("First", at=NOW + HOUR)
    house.in_review("Second", at=NOW + DAY)
    house.in_review("Next week", at=NOW + 7 * DAY)
    assert titles(look(house)) == ["First", "Second", "Third"]


def test_a_post_at_the_edge_of_a_week_belongs_to_the_clients_day(house: House) -> None:
    # 22:30 UTC on Sunday is Monday in Vilnius.
    house.in_review("Early on Monday", at=datetime.fromisoformat("2026-11-29T22:30+00:00"))
    assert titles(look(house)) == []
    assert titles(look(house, WEEK.turned(1, MONDAY))) == ["Early on Monday"]


def test_posts_without_a_time_stand_apart_on_the_first_page(house: House) -> None:
    for number in range(7):
        house.in_review(f"Some day {number}", at=None)
    board = look(house)
    assert [post.title for post in board.untimed] == [f"Some day {number}" for number in range(5)]
    assert board.more_untimed
    alone = look(house, replace(WEEK, show=Show.UNTIMED))
    assert len(alone.untimed) == 7
    assert alone.posts == ()


def test_a_post_that_went_out_at_once_stands_at_its_moment(house: House) -> None:
    house.scheduled("As soon as approved", at=None)
    board = look(house)
    assert titles(board) == ["As soon as approved"]
    assert board.untimed == ()


def test_reviewers_are_offered_to_approve_what_they_did_not_write(house: House) -> None:
    anns = house.in_review("Ann's", at=NOW + HOUR).id
    draft = house.write(posts.save, BEN, house.draft("Ben's", at=NOW + HOUR), now=NOW)
    house.write(posts.submit, BEN, draft.id or 0, 1, {}, now=NOW)
    assert look(house, by=BEN).approvable == {anns}
    assert look(house, by=CAS).approvable == {anns, draft.id}
    assert look(house, by=ANN).approvable == frozenset()


def test_without_four_eyes_reviewers_are_offered_their_own(house: House) -> None:
    house.write(clients.change, EVE, house.client_id, four_eyes=False, now=NOW)
    draft = house.write(posts.save, BEN, house.draft("Ben's"), now=NOW)
    house.write(posts.submit, BEN, draft.id or 0, 1, {}, now=NOW)
    assert look(house, by=BEN).approvable == {draft.id}


def test_an_empty_day_between_posts_is_a_gap(house: House) -> None:
    house.in_review(at=NOW + HOUR)
    house.in_review(at=NOW + 3 * DAY)
    assert look(house).gaps == {MONDAY + DAY, MONDAY + 2 * DAY}


def test_a_day_that_is_over_is_no_gap_any_more(house: House) -> None:
    house.in_review(at=NOW + HOUR)
    house.in_review(at=NOW + 3 * DAY)
    assert look(house, now=NOW + 2 * DAY).gaps == {MONDAY + 2 * DAY}


def test_the_gaps_of_an_account_are_its_own(house: House) -> None:
    one, other = house.account_ids
    house.in_review("One", at=NOW + HOUR)
    house.in_review("Other", at=NOW + DAY, accounts=(other,))
    house.in_review("One again", at=NOW + 2 * DAY)
    assert look(house).gaps == frozenset()
    assert look(house, replace(WEEK, account=one)).gaps == {MONDAY + DAY}


def test_two_posts_within_an_hour_on_one_account_clash(house: House) -> None:
    one, other = house.account_ids
    first = house.in_review("First", at=NOW + HOUR).id or 0
    second = house.in_review("Second", at=NOW + HOUR + timedelta(minutes=59), accounts=(one, other)).id or 0
    house.in_review("Elsewhere", at=NOW + HOUR, accounts=(other,), now=NOW)
    board = look(house)
    assert board.clashes[first] == {one}
    assert board.clashes[second] == {one, other}


def test_a_clash_across_the_edge_of_the_week_is_seen(house: House) -> None:
    sunday = datetime.fromisoformat("2026-11-29T21:50+00:00")
    first = house.in_review("Sunday night", at=sunday).id or 0
    house.in_review("Monday morning", at=sunday + timedelta(minutes=20))
    assert first in look(house).clashes


def test_a_clash_with_a_post_that_the_filter_hides_is_seen(house: House) -> None:
    first = house.in_review("In review", at=NOW + HOUR).id or 0
    house.scheduled("Scheduled", at=NOW + HOUR)
    assert first in look(house, replace(WEEK, show=Show.REVIEW)).clashes


def test_what_was_called_off_clashes_with_nothing_and_is_hidden(house: House) -> None:
    off = house.in_review("Off", at=NOW + HOUR)
    house.in_review("On", at=NOW + HOUR)
    house.write(posts.cancel, ANN, off.id or 0, 1, now=NOW)
    board = look(house)
    assert titles(board) == ["On"]
    assert board.clashes == {}
    assert titles(look(house, replace(WEEK, show=Show.OFF))) == ["Off"]


def test_filters_for_what_is_no_longer_there_are_left_out(house: House) -> None:
    house.in_review("Here", at=NOW + HOUR)
    board = look(house, replace(WEEK, client=999, account=999))
    assert (board.look.client, board.look.account) == (0, 0)
    assert titles(board) == ["Here"]


def test_choosing_another_client_lets_go_of_the_account(house: House) -> None:
    other = house.write(clients.create, EVE, name="Other", zone="UTC", now=NOW)
    board = look(house, replace(WEEK, client=other.id or 0, account=house.account_ids[0]))
    assert (board.look.client, board.look.account) == (other.id, 0)


def test_days_are_the_clients_or_the_readers_where_clients_differ(house: House) -> None:
    assert look(house).zone == "Europe/Vilnius"
    house.write(clients.create, EVE, name="Tokyo", zone="Asia/Tokyo", now=NOW)
    assert look(house).zone == "Europe/London"
    assert look(house, replace(WEEK, client=house.client_id)).zone == "Europe/Vilnius"
    assert look(house, replace(WEEK, account=house.account_ids[0])).zone == "Europe/Vilnius"


def test_an_archived_client_is_gone_from_the_calendar(house: House) -> None:
    house.in_review(at=NOW + HOUR)
    house.write(lambda tx: setattr(tx.require(Client, house.client_id), "archived_at", NOW))
    board = look(house)
    assert board.clients == {}
    assert board.posts == ()


def test_long_weeks_are_paged_and_their_days_shown_once(house: House) -> None:
    for number in range(23):
        house.in_review(f"Post {number}", at=NOW + number * 6 * HOUR)
    first = look(house)
    second = look(house, replace(WEEK, cursor=first.later))
    third = look(house, replace(WEEK, cursor=second.later))
    assert titles(first) + titles(second) + titles(third) == [f"Post {number}" for number in range(23)]
    assert third.later is None
    assert (first.days[0], third.days[-1]) == (MONDAY, MONDAY + 6 * DAY)
    assert set(first.days) | set(second.days) | set(third.days) == set(first.span.days)


def test_words_open_the_page_they_ask_for(house: House) -> None:
    board = house.read(flow.opening, BEN, "next week", now=NOW)
    assert (board.look.view, board.span.first) == (View.WEEK, MONDAY + 7 * DAY)
    with pytest.raises(BadInput):
        house.read(flow.opening, BEN, "soonish", now=NOW)


def test_today_keeps_the_view_and_its_filters(house: House) -> None:
    far = replace(WEEK, view=View.MONTH, show=Show.REVIEW).turned(5, MONDAY)
    board = house.read(flow.today, BEN, far, now=NOW)
    assert (board.look.view, board.look.show, board.span.first) == (View.MONTH, Show.REVIEW, date(2026, 11, 1))


def test_somebody_from_another_company_sees_no_calendar(house: House) -> None:
    with pytest.raises(NotAllowed):
        look(house, by=DEE)


def test_an_edited_post_moves_to_its_new_time(house: House) -> None:
    post = house.in_review("Moved", at=NOW + HOUR)
    house.write(posts.edit, ANN, post.id or 0, 1, house.draft("Moved", at=NOW + 7 * DAY), now=NOW)
    assert titles(look(house)) == []
    (moved,) = look(house, WEEK.turned(1, MONDAY)).posts
    assert moved.version == 2
    assert house.rows(Post)[0].scheduled_at == NOW + 7 * DAY
