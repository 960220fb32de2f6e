"""The tables of states, as whole products."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from bot.errors import Stale
from bot.rules import news
from bot.rules.posts import (
    ASKING,
    DELIVERY_STEPS,
    ENDED,
    POST_STEPS,
    TITLES,
    WORKING,
    Delivery,
    Post,
    Step,
    next_delivery,
    next_post,
    rollup,
    settled,
)

PEOPLE_LEAVE = {(Delivery.MISSED, Step.CANCEL), (Delivery.FAILED, Step.CANCEL)}
"""An edit takes these back: the post leaves for review, so they are not part of what deliveries add up to."""


@pytest.mark.parametrize(("status", "step"), list(itertools.product(Post, Step)))
def test_post_moves_exactly_as_its_table_says(status: Post, step: Step) -> None:
    if (status, step) in POST_STEPS:
        assert next_post(status, step) is POST_STEPS[status, step]
    else:
        with pytest.raises(Stale, match=TITLES[status].lower()):
            next_post(status, step)


@pytest.mark.parametrize(("status", "step"), list(itertools.product(Delivery, Step)))
def test_delivery_moves_exactly_as_its_table_says(status: Delivery, step: Step) -> None:
    if (status, step) in DELIVERY_STEPS:
        assert next_delivery(status, step) is DELIVERY_STEPS[status, step]
    else:
        with pytest.raises(Stale, match=TITLES[status].lower()):
            next_delivery(status, step)


def test_what_deliveries_make_possible_is_exactly_what_the_post_table_has() -> None:
    settling = {step for step in Step if _leads_somewhere(step)}
    table = {
        (start, step)
        for (start, step), target in POST_STEPS.items()
        if start in WORKING and step in settling and target is settled(step)
    }
    assert set(_reachable()) == table


def test_only_a_sending_delivery_can_become_doubtful() -> None:
    assert {start for (start, step) in DELIVERY_STEPS if step is Step.DOUBT} == {Delivery.SENDING}


def test_nothing_is_sent_but_from_a_claim() -> None:
    assert {start for (start, step) in DELIVERY_STEPS if step is Step.SEND} == {Delivery.CLAIMED}


def test_a_published_or_cancelled_delivery_never_moves_again() -> None:
    assert not {start for start, _ in DELIVERY_STEPS} & {Delivery.PUBLISHED, Delivery.CANCELLED}


def test_an_ended_post_never_moves_again() -> None:
    assert not {start for start, _ in POST_STEPS} & ENDED


def test_only_an_approval_makes_a_post_approved() -> None:
    into = {(start, step) for (start, step), target in POST_STEPS.items() if target is Post.APPROVED}
    assert into == {(Post.IN_REVIEW, Step.APPROVE)}


@pytest.mark.parametrize("status", list(Post))
def test_every_state_of_a_post_has_a_listener(status: Post) -> None:
    assert news.HEARS[status]


@pytest.mark.parametrize("status", ASKING)
def test_every_delivery_that_asks_has_a_listener(status: Delivery) -> None:
    assert news.ASKS[status]


@pytest.mark.parametrize("status", [*Post, *Delivery])
def test_every_state_has_a_name_for_people(status: Post | Delivery) -> None:
    assert TITLES[status]


def _leads_somewhere(step: Step) -> bool:
    try:
        settled(step)
    except KeyError:
        return False
    return True


def _reachable() -> Iterator[tuple[Post, Step]]:
    """Walk every combination of up to three deliveries, any number of which may move at once."""
    for count in (1, 2, 3):
        start = (Delivery.SCHEDULED,) * count
        todo, seen = [start], {start}
        while todo:
            here = todo.pop()
            standing = settled(rollup(here))
            if standing in ENDED:
                continue
            for there in itertools.product(*(_moves(status) for status in here)):
                if settled(rollup(there)) is not standing:
                    yield standing, rollup(there)
                if there not in seen:
                    seen.add(there)
                    todo.append(there)


def _moves(status: Delivery) -> list[Delivery]:
    steps = [target for key, target in DELIVERY_STEPS.items() if key[0] is status and key not in PEOPLE_LEAVE]
    return [status, *steps]
