"""Who takes care of a customer: the first click wins, everybody concerned hears of it, and all of it is on record."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.errors import BadInput, NotAllowed, Stale
from bot.flows import inbox
from bot.rules.inbox import Act
from bot.rules.people import Actor
from bot.store import Store, Tx
from bot.store.tables import AuditEntry, Client, Conversation, Outbox, Person, Workspace
from tests.customers import SECOND, received, wrote_again
from tests.factories import ANN, BEN, CAS, DEE, EVE, NOW, House, build_house

ON_DUTY = "U0CAS"
"""Somebody's id as Slack makes them."""
GUEST = Actor(person="U_GUS", name="Gus", is_guest=True)


@pytest.fixture
def house(store: Store) -> House:
    return build_house(store)


@pytest.fixture
def case(house: House) -> int:
    """Mara's complaint, which nobody has yet."""
    return received(house).id or 0


def row_of(house: House, case: int) -> Conversation:
    return house.read(lambda tx: tx.require(Conversation, case))


def told(house: House, topic: str = "conversation_person") -> list[str]:
    """The places where something of this topic is said."""
    return [row.place for row in house.rows(Outbox) if row.topic == topic]


def test_who_takes_it_has_it(house: House, case: int) -> None:
    row = house.write(inbox.take, ANN, case, now=NOW)
    assert (row.status, row.owner, row.owned_at) == ("taken", ANN.person, NOW)


def test_the_second_to_take_it_is_told_who_was_first(house: House, case: int) -> None:
    house.write(inbox.take, ANN, case, now=NOW)
    with pytest.raises(Stale, match="<@U_ANN> took this conversation, <!date"):
        house.write(inbox.take, BEN, case, now=NOW + SECOND)
    assert row_of(house, case).owner == ANN.person


def test_of_eight_who_take_it_at_once_one_has_it(house: House, case: int) -> None:
    people = [Actor(person=f"U_{number}", name=str(number)) for number in range(8)]

    def try_it(by: Actor) -> str:
        try:
            return house.write(inbox.take, by, case, now=NOW).owner
        except Stale:
            return ""

    with ThreadPoolExecutor(8) as threads:
        winners = [owner for owner in threads.map(try_it, people) if owner]
    assert winners == [row_of(house, case).owner]


@pytest.mark.parametrize("by", [DEE, GUEST])
@pytest.mark.parametrize(
    ("flow", "about"),
    [
        (inbox.take, ()),
        (inbox.assign, (ON_DUTY,)),
        (inbox.escalate, ("why",)),
        (inbox.close, ()),
        (inbox.reopen, ()),
        (inbox.look, (Act.TAKE,)),
    ],
)
def test_only_members_take_care_of_customers(
    house: House, case: int, by: Actor, flow: Callable[..., Any], about: tuple[Any, ...]
) -> None:
    at = {} if flow is inbox.look else {"now": NOW}
    with pytest.raises(NotAllowed):
        house.write(flow, by, case, *about, **at)
    assert row_of(house, case).revision == 1


def test_who_is_given_it_has_it_and_is_told(house: House, case: int) -> None:
    house.write(inbox.assign, ANN, case, ON_DUTY, now=NOW)
    assert (row_of(house, case).owner, told(house)) == (ON_DUTY, [ON_DUTY])


def test_who_had_it_is_told_that_somebody_else_has_it(house: House, case: int) -> None:
    house.write(inbox.take, BEN, case, now=NOW)
    house.write(inbox.assign, ANN, case, ON_DUTY, now=NOW)
    assert sorted(told(house)) == sorted([BEN.person, ON_DUTY])


def test_who_takes_it_over_oneself_is_not_told(house: House, case: int) -> None:
    on_duty = Actor(person=ON_DUTY, name="Cas")
    house.write(inbox.assign, on_duty, case, ON_DUTY, now=NOW)
    assert (row_of(house, case).owner, told(house)) == (ON_DUTY, [])


def test_it_cannot_be_given_to_nobody(house: House, case: int) -> None:
    with pytest.raises(BadInput, match="Choose who"):
        house.write(inbox.assign, ANN, case, "", now=NOW)


def test_it_cannot_be_given_to_a_stranger(house: House, case: int) -> None:
    stranger = Person(
        workspace_id=house.workspace_id, slack_id="U0DEE", name="Dee", is_external=True, seen_at=NOW, feed_version=1
    )
    house.write(lambda tx: tx.add(stranger))
    with pytest.raises(BadInput, match="not a full member"):
        house.write(inbox.assign, ANN, case, "U0DEE", now=NOW)


def test_an_escalation_reaches_everybody_else_who_decides_for_the_client(house: House, case: int) -> None:
    row = house.write(inbox.escalate, BEN, case, "She will sue", now=NOW)
    assert (row.escalated_by, row.escalation, row.status) == (BEN.person, "She will sue", "waiting")
    assert told(house, "conversation_escalated") == sorted([CAS.person, EVE.person])
    assert told(house, "conversation_thread") == ["C_SUPPORT"]


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 2_001])
def test_an_escalation_needs_a_reason_that_can_be_read(house: House, case: int, reason: str) -> None:
    with pytest.raises(BadInput) as refused:
        house.write(inbox.escalate, ANN, case, reason, now=NOW)
    assert refused.value.field == "reason"


def test_the_second_to_escalate_is_told_who_was_first(house: House, case: int) -> None:
    house.write(inbox.escalate, ANN, case, "She will sue", now=NOW)
    with pytest.raises(Stale, match="<@U_ANN> escalated this"):
        house.write(inbox.escalate, BEN, case, "Me too", now=NOW)


def test_an_escalation_that_reaches_nobody_is_refused(house: House, case: int) -> None:
    def alone(tx: Tx) -> None:
        tx.require(Client, house.client_id).reviewers = []
        tx.require(Workspace, house.workspace_id).managers = [EVE.person]

    house.write(alone)
    with pytest.raises(NotAllowed, match="nobody to escalate"):
        house.write(inbox.escalate, EVE, case, "Help", now=NOW)


def test_a_closed_conversation_says_who_closed_it(house: House, case: int) -> None:
    row = house.write(inbox.close, ANN, case, now=NOW)
    assert (row.status, row.closed_by) == ("closed", ANN.person)
    with pytest.raises(Stale, match="<@U_ANN> closed this conversation"):
        house.write(inbox.take, BEN, case, now=NOW)


def test_a_reopened_conversation_is_everybody_s_again(house: House, case: int) -> None:
    house.write(inbox.take, BEN, case, now=NOW)
    house.write(inbox.close, BEN, case, now=NOW)
    row = house.write(inbox.reopen, ANN, case, now=NOW)
    assert (row.status, row.owner, row.closed_by) == ("waiting", "", "")
    assert told(house) == [BEN.person]


def test_every_act_is_on_record_with_who_and_from_where(house: House, case: int) -> None:
    house.write(inbox.take, ANN, case, now=NOW)
    house.write(inbox.assign, ANN, case, ON_DUTY, now=NOW)
    house.write(inbox.escalate, CAS, case, "She will sue", now=NOW)
    house.write(inbox.close, CAS, case, now=NOW)
    house.write(inbox.reopen, BEN, case, now=NOW)
    entries = [(row.what, row.who, row.new) for row in house.rows(AuditEntry) if row.door == "slack"]
    assert entries == [
        ("take", ANN.person, "taken"),
        ("assign", ANN.person, "taken"),
        ("escalate", CAS.person, "taken"),
        ("close", CAS.person, "closed"),
        ("reopen", BEN.person, "waiting"),
    ]


def test_every_act_draws_the_card_anew(house: House, case: int) -> None:
    before = row_of(house, case).revision
    house.write(inbox.take, ANN, case, now=NOW)
    house.write(inbox.escalate, ANN, case, "She will sue", now=NOW)
    assert row_of(house, case).revision == before + 2
    assert told(house, "card:conversation") == ["C_SUPPORT"]


def test_a_case_shows_what_was_written_last_and_counts_the_rest(house: House, case: int) -> None:
    for number in range(2, 12):
        wrote_again(house, f"message {number}", number)
    shown = house.read(inbox.view, case)
    assert (shown.newest.text, len(shown.messages), shown.written) == ("message 11", inbox.SHOWN, 11)
