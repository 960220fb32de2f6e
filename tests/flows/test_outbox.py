"""Letters are written once, coalesced where only the newest state counts, and leased lane by lane."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from bot.flows import cards, outbox
from bot.flows.outbox import Letter
from bot.store import EVERYWHERE, Store
from bot.store.tables import Outbox
from tests.factories import EVE, NOW, House, build_house

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def house(store: Store) -> House:
    return build_house(store)


def tell(house: House, place: str = "C_REVIEW", **more: Any) -> bool:
    return house.write(outbox.tell, "news", 1, place, now=NOW, **more)


def show(house: House, about: int = 7, place: str = "C_REVIEW") -> None:
    house.write(outbox.show, "post", about, place, now=NOW)


def take(house: House, **more: Any) -> list[Letter]:
    return house.store.write(outbox.take, EVERYWHERE, NOW, **more)


def settle(house: House, flow: Any, *args: Any, **more: Any) -> None:
    house.store.write(flow, EVERYWHERE, *args, **more)


def states(house: House) -> list[str]:
    return [row.state for row in house.rows(Outbox)]


def test_what_is_told_once_is_written_once(house: House) -> None:
    assert tell(house, once="a")
    assert not tell(house, once="a")
    assert tell(house, once="b")
    assert len(states(house)) == 2


def test_a_card_that_waits_is_written_once(house: House) -> None:
    show(house)
    show(house)
    assert states(house) == ["waiting"]


def test_a_change_while_a_card_is_being_sent_is_written_again(house: House) -> None:
    show(house)
    take(house)
    show(house)
    assert len(states(house)) == 2


def test_cards_of_two_things_wait_side_by_side(house: House) -> None:
    show(house, 7)
    show(house, 8)
    assert [letter.about for letter in take(house)] == [7, 8]


def test_one_letter_of_a_place_is_under_way_at_a_time(house: House) -> None:
    tell(house)
    tell(house)
    tell(house, "C_OTHER")
    assert [letter.place for letter in take(house)] == ["C_REVIEW", "C_OTHER"]
    assert take(house) == []


def test_a_later_letter_of_a_place_waits_for_an_earlier_that_was_put_off(house: House) -> None:
    tell(house)
    (first,) = take(house)
    tell(house)
    settle(house, outbox.put_off, first, LATER, "Slack was busy.", counted=False)
    assert take(house) == []
    assert house.store.read(outbox.next_at, EVERYWHERE) == NOW


def test_what_is_said_in_a_thread_waits_for_its_card(house: House) -> None:
    show(house, about=1)
    tell(house)
    (card,) = take(house)
    assert card.is_card
    assert take(house) == []
    settle(house, outbox.sent, card)
    assert [letter.topic for letter in take(house)] == ["news"]


def test_what_is_said_in_a_place_does_not_wait_for_other_cards(house: House) -> None:
    show(house, about=2)
    tell(house)
    assert [letter.is_card for letter in take(house)] == [False, True]


def test_a_thousand_cards_do_not_hold_back_a_message(house: House) -> None:
    for about in range(30):
        show(house, about)
    tell(house, "C_OTHER")
    assert [letter.is_card for letter in take(house, most=4, most_cards=2)] == [False, True, True]


def test_a_backlog_of_one_place_does_not_hide_another(house: House) -> None:
    for _ in range(50):
        tell(house)
    tell(house, "C_OTHER")
    assert [letter.place for letter in take(house, most=4)] == ["C_REVIEW", "C_OTHER"]


def test_a_card_does_not_wait_for_what_is_said_in_its_place(house: House) -> None:
    tell(house)
    show(house, about=1)
    assert [letter.is_card for letter in take(house)] == [False, True]


def test_a_busy_lane_is_left_alone(house: House) -> None:
    tell(house)
    lane = f"{house.workspace_id}/C_REVIEW"
    assert take(house, busy=[lane]) == []


def test_couriers_side_by_side_never_take_the_same_letter(house: House) -> None:
    for number in range(40):
        tell(house, f"C_{number}")
    with ThreadPoolExecutor(4) as couriers:
        taken = list(couriers.map(lambda _: take(house, most=5), range(12)))
    ids = [letter.id for batch in taken for letter in batch]
    assert len(ids) == len(set(ids))
    assert len(ids) + len(take(house, most=40)) == 40


def test_a_lapsed_lease_is_taken_over(house: House) -> None:
    tell(house)
    (letter,) = take(house)
    again = house.store.write(outbox.take, EVERYWHERE, NOW + outbox.LEASE)
    assert [(one.id, one.perhaps_sent) for one in again] == [(letter.id, False)]


def test_a_letter_marked_as_sending_is_taken_over_with_doubt(house: House) -> None:
    tell(house)
    (letter,) = take(house)
    settle(house, outbox.mark_sending, letter, NOW)
    (again,) = house.store.write(outbox.take, EVERYWHERE, NOW + outbox.LEASE)
    assert again.perhaps_sent


def test_a_database_of_one_process_frees_what_a_dead_one_held(house: House) -> None:
    tell(house)
    take(house)
    settle(house, outbox.free_leases)
    assert len(take(house)) == 1


def test_waits_that_slack_asked_for_do_not_count_as_tries(house: House) -> None:
    tell(house)
    for _ in range(outbox.ATTEMPTS + 1):
        (letter,) = take(house)
        settle(house, outbox.put_off, letter, NOW, "Slack was busy.", counted=False)
    assert states(house) == ["waiting"]


@pytest.mark.parametrize(("doubt", "end"), [(False, "dead"), (True, "doubtful")])
def test_after_too_many_tries_a_letter_is_given_up_and_told_of(house: House, doubt: bool, end: str) -> None:
    tell(house)
    for _ in range(outbox.ATTEMPTS):
        (letter,) = take(house)
        settle(house, outbox.put_off, letter, NOW, "Slack did not answer.", counted=True, doubt=doubt)
    letters = [(row.topic, row.state, row.place) for row in house.rows(Outbox)]
    assert letters == [("news", end, "C_REVIEW"), (outbox.HOME, "waiting", EVE.person)]


def test_a_closed_place_is_told_of_once_a_day(house: House) -> None:
    for _ in range(2):
        tell(house)
        (letter,) = [one for one in take(house) if one.topic == "news"]
        settle(house, outbox.dead, letter, "It is archived.", NOW, place="C_REVIEW")
    told = [row for row in house.rows(Outbox) if row.topic == outbox.PLACE_DEAD]
    assert [(row.place, row.facts["place"]) for row in told] == [(EVE.person, "C_REVIEW")]


def test_what_was_said_is_forgotten_in_time(house: House) -> None:
    tell(house)
    (letter,) = take(house)
    settle(house, outbox.sent, letter)
    assert house.store.write(outbox.prune, EVERYWHERE, NOW) == 0
    assert house.store.write(outbox.prune, EVERYWHERE, LATER) == 1


def test_a_newer_card_takes_the_place_of_an_older_one(house: House) -> None:
    show(house)
    (letter,) = take(house)
    settle(house, cards.posted, letter, "C_REVIEW", "1.1", 1, NOW)
    settle(house, cards.posted, letter, "C_REVIEW", "2.2", 2, NOW)
    assert [card.ts for card in house.read(cards.cards, "post", 7)] == ["2.2"]


def test_a_thread_is_that_of_the_card_in_the_channel(house: House) -> None:
    show(house)
    (letter,) = take(house)
    settle(house, cards.posted, letter, "C_REVIEW", "1.1", 1, NOW)
    assert house.read(cards.thread, "post", 7, "C_REVIEW") == "1.1"
    assert house.read(cards.thread, "post", 7, "C_OTHER") == ""
