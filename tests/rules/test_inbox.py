"""The tables of conversations and answers as whole products; how often is read; what can be stored."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Stale
from bot.rules.inbox import (
    ASKING,
    CONVERSATION_HEARS,
    CONVERSATION_STEPS,
    JITTER,
    LONGEST_WAIT,
    QUICK,
    REPLY_HEARS,
    REPLY_STEPS,
    SLOWEST,
    TITLES,
    UNDER_WAY,
    Act,
    Conversation,
    Listener,
    Reply,
    may,
    next_conversation,
    next_reply,
    storable,
    wait_after,
    wait_after_failure,
)
from bot.rules.posts import Step
from tests.customers import incoming

CHANCE = st.floats(min_value=0, max_value=1)
READS = st.integers(min_value=0, max_value=10**6)


@pytest.mark.parametrize(("status", "act"), list(itertools.product(Conversation, Act)))
def test_a_conversation_moves_exactly_as_its_table_says(status: Conversation, act: Act) -> None:
    assert may(status, act) == ((status, act) in CONVERSATION_STEPS)
    if may(status, act):
        assert next_conversation(status, act) is CONVERSATION_STEPS[status, act]
    else:
        with pytest.raises(Stale, match=TITLES[status].lower()):
            next_conversation(status, act)


@pytest.mark.parametrize(("status", "step"), list(itertools.product(Reply, Step)))
def test_an_answer_moves_exactly_as_its_table_says(status: Reply, step: Step) -> None:
    if (status, step) in REPLY_STEPS:
        assert next_reply(status, step) is REPLY_STEPS[status, step]
    else:
        with pytest.raises(Stale, match=TITLES[status].lower()):
            next_reply(status, step)


def test_a_customer_can_always_write() -> None:
    assert {start for start, act in CONVERSATION_STEPS if act is Act.WRITE} == set(Conversation)


def test_what_a_customer_writes_is_never_left_closed() -> None:
    assert {CONVERSATION_STEPS[start, Act.WRITE] for start in Conversation} == {
        Conversation.WAITING,
        Conversation.TAKEN,
    }


def test_only_an_answer_that_is_being_sent_can_become_doubtful() -> None:
    assert {start for start, step in REPLY_STEPS if step is Step.DOUBT} == {Reply.SENDING}


def test_an_answer_is_sent_from_a_claim_alone() -> None:
    assert {start for start, step in REPLY_STEPS if step is Step.SEND} == {Reply.CLAIMED}


def test_a_sent_or_left_answer_never_moves_again() -> None:
    assert not {start for start, _ in REPLY_STEPS} & {Reply.SENT, Reply.LEFT}


def test_every_answer_is_under_way_or_asks_or_is_at_its_end() -> None:
    assert {*UNDER_WAY, *ASKING, Reply.SENT, Reply.LEFT} == set(Reply)


@pytest.mark.parametrize("status", list(Conversation))
def test_every_state_of_a_conversation_has_a_listener(status: Conversation) -> None:
    assert CONVERSATION_HEARS[status]


@pytest.mark.parametrize("status", list(Reply))
def test_every_state_of_an_answer_has_a_listener(status: Reply) -> None:
    assert REPLY_HEARS[status]


@pytest.mark.parametrize("status", ASKING)
def test_an_answer_that_asks_reaches_its_author_and_the_thread(status: Reply) -> None:
    assert {Listener.AUTHOR, Listener.THREAD} <= REPLY_HEARS[status]


@pytest.mark.parametrize("status", [*Conversation, *Reply])
def test_every_state_has_a_name_for_people(status: Conversation | Reply) -> None:
    assert TITLES[status]


@given(READS, CHANCE)
def test_a_quiet_account_is_read_neither_too_often_nor_too_rarely(quiet: int, chance: float) -> None:
    assert QUICK * (1 - JITTER) <= wait_after(quiet, chance) <= SLOWEST * (1 + JITTER)


@given(READS, CHANCE)
def test_an_account_that_fails_is_tried_ever_more_rarely_but_never_given_up(failures: int, chance: float) -> None:
    assert QUICK * (1 - JITTER) <= wait_after_failure(failures, chance) <= LONGEST_WAIT * (1 + JITTER)
    assert wait_after_failure(failures, chance) <= wait_after_failure(failures + 1, chance)


@given(st.text(st.characters()))
def test_what_a_customer_wrote_is_kept_whole_but_for_what_no_database_holds(text: str) -> None:
    kept = storable(incoming(text)).text
    assert len(kept) == len(text)
    assert "\x00" not in kept
    assert kept.encode("utf-8").decode() == kept


def test_an_address_that_is_too_long_to_be_one_is_left_out() -> None:
    assert storable(incoming(url="https://a.example/" + "x" * 5_000)).url == ""


def test_names_and_ids_are_kept_within_bounds() -> None:
    kept = storable(replace(incoming(), author_name="n" * 10_000, remote_id="r" * 10_000, refs={"post": "p" * 10_000}))
    assert max(len(kept.author_name), len(kept.remote_id)) <= 255
    assert len(kept.refs["post"]) <= 2_000
