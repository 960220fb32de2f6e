"""What is read of customers' messages, on both databases: each once, none skipped, and somebody hears of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy.exc import IntegrityError

from bot.errors import NotFound, Stale
from bot.flows import accounts, inbox, messages
from bot.flows.messages import Failure
from bot.rules.inbox import QUICK, SLOWEST
from bot.rules.networks import Batch, Incoming
from bot.store import EVERYWHERE, Scope, Store, Tx, audit
from bot.store.tables import Account, AuditEntry, Client, Conversation, Cursor, Message, Outbox
from tests.customers import HOSTILE, NETWORKS, incoming, keep, received, take, wrote_again
from tests.factories import ANN, CAS, EVE, HOUR, NOW, House, build_house


@pytest.fixture
def house(store: Store) -> House:
    return build_house(store)


def said(house: House) -> list[tuple[str, str]]:
    """The topic and place of everything that waits to be said."""
    return [(row.topic, row.place) for row in house.rows(Outbox)]


def cursor(house: House) -> Cursor:
    return house.read(lambda tx: tx.all(Cursor, Cursor.account_id == house.account_ids[0])[0])


def test_every_connected_account_of_a_network_that_can_be_read_is_read(house: House) -> None:
    assert take(house) == house.account_ids
    assert house.store.write(messages.take, EVERYWHERE, ("webhook",), worker="two", limit=10, now=NOW) == []


def test_an_account_that_is_not_connected_is_not_read(house: House) -> None:
    house.write(accounts.disconnect, EVE, house.account_ids[0], now=NOW)
    assert take(house) == house.account_ids[1:]


def test_an_account_is_read_by_one_reader_at_a_time(house: House) -> None:
    take(house, worker="one")
    assert take(house, worker="two") == []


def test_the_account_of_a_reader_that_died_is_read_by_another(house: House) -> None:
    take(house, worker="dead")
    assert take(house, worker="two", now=NOW + messages.LEASE) == house.account_ids


def test_a_reader_that_lost_its_lease_keeps_nothing(house: House) -> None:
    take(house, worker="slow")
    take(house, worker="two", now=NOW + messages.LEASE)
    assert keep(house, incoming(), worker="slow") == 0
    assert (house.rows(Message), cursor(house).position) == ([], "")


def test_the_first_read_is_from_now_on_and_the_next_from_where_it_ended(house: House) -> None:
    take(house)
    keep(house, cursor="41")
    assert (cursor(house).position, cursor(house).read_at) == ("41", NOW)


def test_a_new_message_is_alerted_in_the_support_channel(house: House) -> None:
    row = received(house)
    assert (row.status, row.owner, row.contact_name) == ("waiting", "", "Mara")
    assert said(house) == [("card:conversation", "C_SUPPORT")]


@pytest.mark.parametrize(("review", "place"), [("C_REVIEW", "C_REVIEW"), ("", EVE.person)])
def test_without_a_support_channel_somebody_is_alerted_all_the_same(house: House, review: str, place: str) -> None:
    def without(tx: Tx) -> None:
        client = tx.require(Client, house.client_id)
        client.support_channel, client.review_channel = "", review

    house.write(without)
    received(house)
    assert [where for _, where in said(house)] == [place]


def test_a_message_that_was_kept_is_never_kept_again(house: House) -> None:
    received(house)
    received(house, incoming(), incoming("again", remote_id="2"), now=NOW + HOUR)
    assert [row.text for row in house.rows(Message)] == ["My bread is stale", "again"]


def test_the_same_message_twice_in_one_answer_is_kept_once(house: House) -> None:
    received(house, incoming(), incoming())
    assert len(house.rows(Message)) == 1


def test_messages_and_cursor_are_kept_together_or_not_at_all(house: House) -> None:
    take(house)

    def breaks(tx: Tx) -> None:
        messages.keep(tx, house.account_ids[0], Batch((incoming(),), "1"), worker="one", chance=0.5, now=NOW)
        raise IntegrityError("", None, Exception())

    with pytest.raises(IntegrityError):
        house.store.write(breaks, EVERYWHERE)
    assert (house.rows(Message), house.rows(Conversation), cursor(house).position) == ([], [], "")


def test_what_the_account_itself_wrote_is_left_out(house: House) -> None:
    take(house)
    assert keep(house, incoming(author_id="id0")) == 0
    assert house.rows(Conversation) == []


def test_a_second_message_joins_the_conversation_and_is_told_in_its_thread(house: House) -> None:
    first = received(house)
    again = wrote_again(house)
    assert (again.id, again.revision) == (first.id, first.revision + 1)
    assert ("conversation_thread", "C_SUPPORT") in said(house)


def test_a_message_to_somebody_who_has_the_conversation_is_told_to_them(house: House) -> None:
    row = received(house)
    house.write(inbox.take, CAS, row.id or 0, now=NOW)
    assert wrote_again(house).owner == CAS.person
    assert ("conversation_person", CAS.person) in said(house)


def test_a_closed_conversation_is_open_again_when_the_customer_writes(house: House) -> None:
    row = received(house)
    house.write(inbox.take, CAS, row.id or 0, now=NOW)
    house.write(inbox.close, CAS, row.id or 0, now=NOW)
    again = wrote_again(house)
    assert (again.status, again.owner) == ("waiting", "")
    assert ("conversation_person", CAS.person) in said(house)


def test_two_customers_under_one_post_have_a_conversation_each(house: House) -> None:
    mara = incoming(conversation_id="7", kind="comment")
    received(house, mara, incoming(remote_id="2", conversation_id="7", kind="comment", author_id="jonas"))
    assert {row.contact_id for row in house.rows(Conversation)} == {"mara", "jonas"}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_a_customer_writes_is_kept_whole(house: House, text: str) -> None:
    received(house, incoming(text))
    (row,) = house.rows(Message)
    assert len(row.text) == len(text)


def test_a_lively_account_is_read_at_once_and_a_quiet_one_ever_more_slowly(house: House) -> None:
    received(house)
    assert cursor(house).next_at == NOW
    waits, now = [], NOW
    for _ in range(12):
        take(house, now=now)
        keep(house, now=now)
        waits.append(cursor(house).next_at - now)
        now = cursor(house).next_at
    assert waits == sorted(waits)
    assert QUICK <= waits[0] < waits[-1] <= SLOWEST


def test_an_account_that_cannot_be_read_is_tried_later_from_where_it_was(house: House) -> None:
    take(house)
    keep(house, cursor="41")
    later = NOW + HOUR
    take(house, now=later)
    failure = Failure("Plaza is busy.", until=later + HOUR)
    house.store.write(messages.fail, EVERYWHERE, house.account_ids[0], failure, worker="one", chance=0.5, now=later)
    assert (cursor(house).position, cursor(house).next_at) == ("41", later + HOUR)


def test_refused_credentials_ask_for_new_ones_and_reading_goes_on_with_them(house: House) -> None:
    take(house)
    account_id, refused = house.account_ids[0], Failure("Connect it again.", reconnect=True)
    house.store.write(messages.fail, EVERYWHERE, account_id, refused, worker="one", chance=0.5, now=NOW)
    row = house.read(lambda tx: tx.require(Account, account_id))
    assert (row.connected, row.trouble) == (False, "Connect it again.")
    assert ("account_broken", EVE.person) in said(house)
    house.write(lambda tx: setattr(tx.require(Account, account_id), "connected", True))
    assert account_id in take(house, now=NOW + HOUR)


def test_an_account_that_cannot_be_read_for_long_is_told_once_a_day(house: House) -> None:
    now = NOW
    for _ in range(3 * messages.TELL_AFTER):
        take(house, now=now)
        failure = Failure("Plaza does not answer.")
        house.store.write(messages.fail, EVERYWHERE, house.account_ids[0], failure, worker="one", chance=0.5, now=now)
        now = max(cursor(house).next_at, now)
    assert said(house) == [("account_unread", EVE.person)]


def test_the_reader_is_wanted_when_the_next_account_is_due(house: House) -> None:
    assert (house.store.read(messages.next_moment, EVERYWHERE, NETWORKS) or NOW) <= NOW
    take(house)
    keep(house)
    assert house.store.read(messages.next_moment, EVERYWHERE, NETWORKS) == cursor(house).next_at


def test_what_customers_wrote_is_on_record(house: House) -> None:
    received(house)
    wrote_again(house)
    entries = [(row.what, row.who, row.door) for row in house.rows(AuditEntry)]
    assert entries == [("write", "", "clock")] * 2
    assert house.read(lambda tx: audit.broken_link(tx, house.workspace_id)) is None


def test_ann_has_nothing_to_do_with_another_workspace_s_customers(house: House, store: Store) -> None:
    row = received(house)
    with pytest.raises(NotFound):
        store.write(inbox.take, Scope(house.workspace_id + 1), ANN, row.id or 0, now=NOW)


def test_reading_and_acting_on_the_same_conversations_at_once_never_lock_each_other_out(house: House) -> None:
    names = ("mara", "jonas", "ona", "tomas")
    received(house, *(_from(name, 0, number) for number, name in enumerate(names)))
    cases = [row.id or 0 for row in house.rows(Conversation)]

    def read() -> None:
        for turn in range(1, 11):
            take(house, now=NOW + turn * HOUR)
            told = [_from(name, turn, number) for number, name in enumerate(names)]
            keep(house, *(told if turn % 2 else told[::-1]), now=NOW + turn * HOUR)

    def act(order: list[int]) -> None:
        for case in order * 5:
            with suppress(Stale):
                house.write(inbox.take, ANN, case, now=NOW)
            with suppress(Stale):
                house.write(inbox.close, CAS, case, now=NOW)

    with ThreadPoolExecutor(3) as threads:
        for done in [threads.submit(read), threads.submit(act, cases), threads.submit(act, cases[::-1])]:
            done.result()
    assert len(house.rows(Message)) == 11 * len(names)
    assert house.read(lambda tx: audit.broken_link(tx, house.workspace_id)) is None


def _from(name: str, turn: int, number: int) -> Incoming:
    remote_id = f"{turn}-{number}"
    return incoming(remote_id=remote_id, conversation_id=f"direct:{name}", author_id=name, author_handle=name)
