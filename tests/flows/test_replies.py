"""Answers to customers, on both databases: only to what was read, once, or a person is asked."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.errors import BadInput, NotAllowed, Stale
from bot.flows import accounts, answering, inbox, replies
from bot.flows.answering import LEASE, PATIENCE, Outcome
from bot.flows.replies import Seen
from bot.rules.inbox import Reply as State
from bot.rules.networks import Fault
from bot.rules.posts import Step
from bot.store import EVERYWHERE, Store, audit
from bot.store.tables import Account, AuditEntry, Conversation, Outbox, Reply
from tests.customers import SECOND, answered, begin, claim, received, seen, settle, states, wrote_again
from tests.factories import ANN, BEN, CAS, DEE, EVE, HOUR, NOW, House, build_house

LINK = "https://plaza.example/p/1"


@pytest.fixture
def house(store: Store) -> House:
    return build_house(store)


@pytest.fixture
def case(house: House) -> Conversation:
    """Mara's complaint, which nobody has yet."""
    return received(house)


def reply_of(house: House, reply_id: int) -> Reply:
    return house.read(lambda tx: tx.require(Reply, reply_id))


def asking(house: House, case: Conversation, step: Step = Step.DOUBT) -> int:
    """An answer of Ann's that ended in what `step` leads to; its id."""
    reply = answered(house, case)
    settle(house, reply.id or 0, step, trouble="why")
    return reply.id or 0


def told(house: House) -> set[tuple[str, str]]:
    return {(row.topic, row.place) for row in house.rows(Outbox) if row.topic == "conversation_reply"}


# Writing one


def test_an_answer_waits_to_be_sent_once(house: House, case: Conversation) -> None:
    reply = answered(house, case, text="Sorry!")
    assert (reply.text, reply.by, reply.status, len(reply.key)) == ("Sorry!", ANN.person, "due", 32)
    assert [one.reply.id for one in claim(house)] == [reply.id]
    assert claim(house, worker="two") == []


def test_who_answers_what_nobody_has_has_it(house: House, case: Conversation) -> None:
    answered(house, case)
    (row,) = house.rows(Conversation)
    assert (row.status, row.owner) == ("taken", ANN.person)


def test_who_answers_for_somebody_leaves_it_with_them(house: House, case: Conversation) -> None:
    house.write(inbox.take, CAS, case.id or 0, now=NOW)
    answered(house, case, ANN)
    assert house.rows(Conversation)[0].owner == CAS.person


def test_an_answer_to_what_somebody_answered_meanwhile_is_refused(house: House, case: Conversation) -> None:
    opened = seen(house, case.id or 0)
    answered(house, case, BEN)
    with pytest.raises(Stale, match="<@U_BEN> answered this"):
        house.write(replies.write, ANN, case.id or 0, opened, "Sorry!", (), now=NOW)
    assert len(house.rows(Reply)) == 1


def test_an_answer_is_refused_when_the_customer_wrote_again_meanwhile(house: House, case: Conversation) -> None:
    opened = seen(house, case.id or 0)
    wrote_again(house)
    with pytest.raises(Stale, match="wrote again"):
        house.write(replies.write, ANN, case.id or 0, opened, "Sorry!", (), now=NOW)
    assert house.rows(Reply) == []


def test_taking_or_assigning_it_meanwhile_does_not_stop_an_answer(house: House, case: Conversation) -> None:
    opened = seen(house, case.id or 0)
    house.write(inbox.take, CAS, case.id or 0, now=NOW)
    house.write(replies.write, ANN, case.id or 0, opened, "Sorry!", (), now=NOW)
    assert states(house) == [State.DUE]


def test_of_eight_who_answer_at_once_one_does(house: House, case: Conversation) -> None:
    opened = seen(house, case.id or 0)

    def try_it(number: int) -> bool:
        try:
            house.write(replies.write, ANN, case.id or 0, opened, f"answer {number}", (), now=NOW)
        except Stale:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(try_it, range(8)))
    assert (done.count(True), len(house.rows(Reply))) == (1, 1)


def test_a_closed_conversation_is_reopened_before_it_is_answered(house: House, case: Conversation) -> None:
    opened = seen(house, case.id or 0)
    house.write(inbox.close, BEN, case.id or 0, now=NOW)
    with pytest.raises(Stale, match="<@U_BEN> closed this conversation"):
        house.write(replies.write, ANN, case.id or 0, opened, "Sorry!", (), now=NOW)


@pytest.mark.parametrize(("text", "faults"), [("", ()), (" \n ", ()), ("long", (Fault(0, "text", "Too long."),))])
def test_what_cannot_be_said_is_refused_at_its_field(
    house: House, case: Conversation, text: str, faults: tuple[Fault, ...]
) -> None:
    with pytest.raises(BadInput) as refused:
        house.write(replies.write, ANN, case.id or 0, seen(house, case.id or 0), text, faults, now=NOW)
    assert (refused.value.field, house.rows(Reply)) == ("text", [])


def test_an_account_that_was_disconnected_under_the_form_answers_nobody(house: House, case: Conversation) -> None:
    opened = seen(house, case.id or 0)
    house.write(accounts.disconnect, EVE, house.account_ids[0], now=NOW)
    with pytest.raises(BadInput, match="connected again"):
        house.write(replies.write, ANN, case.id or 0, opened, "Sorry!", (), now=NOW)


def test_a_stranger_answers_nobody(house: House, case: Conversation) -> None:
    with pytest.raises(NotAllowed):
        house.write(replies.write, DEE, case.id or 0, Seen(1, 0), "Sorry!", (), now=NOW)


# Sending it


def test_nothing_is_sent_without_its_mark(house: House, case: Conversation) -> None:
    reply = answered(house, case)
    claim(house)
    begun = begin(house, reply.id or 0)
    assert begun is not None
    row = reply_of(house, reply.id or 0)
    assert (row.status, row.sent_at, row.stamp, row.attempts) == ("sending", NOW, NOW, 1)


def test_an_answer_that_another_worker_took_over_is_not_begun(house: House, case: Conversation) -> None:
    reply = answered(house, case)
    claim(house, worker="slow")
    later = NOW + LEASE + SECOND
    assert [one.reply.id for one in claim(house, worker="two", now=later)] == [reply.id]
    assert begin(house, reply.id or 0, worker="slow", now=later) is None


def test_an_answer_is_never_sent_against_a_newer_message(house: House, case: Conversation) -> None:
    reply = answered(house, case)
    claim(house)
    wrote_again(house)
    assert begin(house, reply.id or 0) is None
    row = reply_of(house, reply.id or 0)
    assert (row.status, row.sent_at, "wrote again" in row.trouble) == ("failed", None, True)
    assert told(house) == {("conversation_reply", "C_SUPPORT"), ("conversation_reply", ANN.person)}


def test_an_answer_of_which_nothing_was_sent_waits_for_its_account(house: House, case: Conversation) -> None:
    reply = answered(house, case)
    house.write(accounts.disconnect, EVE, house.account_ids[0], now=NOW)
    claim(house)
    assert begin(house, reply.id or 0) is None
    assert "connected again" in reply_of(house, reply.id or 0).trouble


def test_the_answers_in_a_conversation_keep_their_order(house: House, case: Conversation) -> None:
    first = answered(house, case, text="first")
    second = answered(house, case, text="second")
    assert [one.reply.id for one in claim(house)] == [first.id]
    begin(house, first.id or 0)
    house.store.write(answering.settle, EVERYWHERE, Outcome(first.id or 0, Step.PUBLISH, url=LINK), now=NOW)
    assert [one.reply.id for one in claim(house)] == [second.id]


def test_an_account_that_must_wait_answers_later(house: House, case: Conversation) -> None:
    reply = answered(house, case)
    settle(house, reply.id or 0, Step.RETRY, next_at=NOW + HOUR, quota_until=NOW + HOUR)
    assert claim(house, now=NOW + HOUR - SECOND) == []
    assert [one.reply.id for one in claim(house, now=NOW + HOUR)] == [reply.id]


def test_an_answer_that_was_sent_has_its_link_and_is_on_the_card(house: House, case: Conversation) -> None:
    reply = answered(house, case)
    before = house.rows(Conversation)[0].revision
    row = settle(house, reply.id or 0, Step.PUBLISH, remote_id="7", url=LINK)
    assert (row.status, row.url, row.settled_at) == ("sent", LINK, NOW + SECOND)
    assert house.rows(Conversation)[0].revision > before


def test_an_outcome_counts_once(house: House, case: Conversation) -> None:
    reply = answered(house, case)
    settle(house, reply.id or 0, Step.PUBLISH, url=LINK)
    late = Outcome(reply.id or 0, Step.FAIL, trouble="late")
    assert house.store.write(answering.settle, EVERYWHERE, late, now=NOW) is False
    assert reply_of(house, reply.id or 0).status == "sent"


def test_what_a_dead_worker_was_sending_is_asked_about(house: House, case: Conversation) -> None:
    reply = answered(house, case)
    claim(house, worker="dead")
    begin(house, reply.id or 0, worker="dead")
    later = NOW + LEASE
    taken = house.store.write(answering.take_over, EVERYWHERE, worker="two", limit=5, now=later)
    assert [one.reply.id for one in taken] == [reply.id]
    assert claim(house, worker="two", now=later) == []


def test_refused_credentials_mark_the_account(house: House, case: Conversation) -> None:
    reply = answered(house, case)
    settle(house, reply.id or 0, Step.FAIL, trouble="Connect it again.", reconnect=True)
    row = house.read(lambda tx: tx.require(Account, house.account_ids[0]))
    assert (row.connected, row.trouble) == (False, "Connect it again.")


# Deciding on one that asks


@pytest.mark.parametrize("step", [Step.DOUBT, Step.FAIL])
def test_doubt_and_failure_reach_the_thread_and_the_author(house: House, case: Conversation, step: Step) -> None:
    asking(house, case, step)
    assert told(house) == {("conversation_reply", "C_SUPPORT"), ("conversation_reply", ANN.person)}


def test_it_is_live_settles_a_doubt_with_its_link(house: House, case: Conversation) -> None:
    row = house.write(replies.confirm, BEN, asking(house, case), LINK, now=NOW)
    assert (row.status, row.url, row.trouble) == ("sent", LINK, "")


@pytest.mark.parametrize("link", ["", "plaza.example/1", "javascript:alert(1)", "https://" + "x" * 3_000])
def test_it_is_live_needs_a_link(house: House, case: Conversation, link: str) -> None:
    with pytest.raises(BadInput):
        house.write(replies.confirm, BEN, asking(house, case), link, now=NOW)


@pytest.mark.parametrize("step", [Step.DOUBT, Step.FAIL])
def test_send_it_sends_the_same_once_more(house: House, case: Conversation, step: Step) -> None:
    reply_id = asking(house, case, step)
    before = reply_of(house, reply_id)
    row = house.write(replies.resend, BEN, reply_id, before.seen_id, now=NOW + HOUR)
    assert (row.status, row.key, row.message_id, row.stamp) == ("due", before.key, before.message_id, before.stamp)
    assert row.give_up_at == NOW + HOUR + PATIENCE


def test_send_it_is_refused_when_the_customer_wrote_since_the_question(house: House, case: Conversation) -> None:
    reply_id = asking(house, case)
    question = reply_of(house, reply_id).seen_id
    wrote_again(house)
    with pytest.raises(Stale, match="wrote again"):
        house.write(replies.resend, BEN, reply_id, question, now=NOW)


def test_send_it_after_reading_the_newer_message_is_meant(house: House, case: Conversation) -> None:
    reply_id = asking(house, case)
    newer = seen(house, wrote_again(house).id or 0).message_id
    house.write(replies.resend, BEN, reply_id, newer, now=NOW)
    claim(house)
    assert begin(house, reply_id) is not None


def test_send_it_waits_for_the_account(house: House, case: Conversation) -> None:
    reply_id = asking(house, case)
    house.write(accounts.disconnect, EVE, house.account_ids[0], now=NOW)
    with pytest.raises(BadInput, match="connected again"):
        house.write(replies.resend, BEN, reply_id, reply_of(house, reply_id).seen_id, now=NOW)


def test_what_is_left_is_never_sent(house: House, case: Conversation) -> None:
    reply_id = asking(house, case)
    assert house.write(replies.drop, BEN, reply_id, now=NOW).status == "left"
    assert claim(house, now=NOW + HOUR) == []


@pytest.mark.parametrize("flow", [replies.drop, lambda tx, by, one, **at: replies.confirm(tx, by, one, LINK, **at)])
def test_a_question_is_settled_once(house: House, case: Conversation, flow: Callable[..., Any]) -> None:
    reply_id = asking(house, case)
    house.write(flow, BEN, reply_id, now=NOW)
    with pytest.raises(Stale, match="settled meanwhile"):
        house.write(replies.drop, CAS, reply_id, now=NOW)


def test_a_stranger_settles_nothing(house: House, case: Conversation) -> None:
    with pytest.raises(NotAllowed):
        house.write(replies.drop, DEE, asking(house, case), now=NOW)


def test_the_whole_story_of_an_answer_is_on_record(house: House, case: Conversation) -> None:
    reply_id = asking(house, case)
    house.write(replies.drop, BEN, reply_id, now=NOW)
    entries = [(row.what, row.who, row.subject.partition(":")[0]) for row in house.rows(AuditEntry)]
    assert entries == [
        ("write", "", "conversation"),
        ("answer", ANN.person, "conversation"),
        ("sending", "", "reply"),
        ("unconfirmed", "", "reply"),
        ("drop", BEN.person, "reply"),
    ]
    assert house.read(lambda tx: audit.broken_link(tx, house.workspace_id)) is None
