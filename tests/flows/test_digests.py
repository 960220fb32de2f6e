"""Digests: due at their hour, decided once for each place and day, silent when empty, and true when they are sent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.flows import accounts, approvals, clients, digests, posts, publishing
from bot.flows.digests import Place
from bot.flows.outbox import Letter
from bot.flows.publishing import Outcome
from bot.rules.digests import CATCH_UP, Digest
from bot.rules.posts import Step
from bot.store import EVERYWHERE, Store, Tx
from bot.store.tables import Account, Client, DigestRun, Outbox, Person
from tests.factories import ANN, BEN, CAS, EVE, HOUR, NOW, House, build_house

DAY = date(2026, 11, 23)
NINE = datetime.fromisoformat("2026-11-23T07:00+00:00")
"""9:00 in Vilnius, the hour and zone of the house's client."""
EIGHT_IN_LONDON = datetime.fromisoformat("2026-11-23T08:00+00:00")


@pytest.fixture
def house(store: Store) -> House:
    return build_house(store)


def meet(house: House, slack_id: str, zone: str, hour: int | None, **other: Any) -> None:
    def write(tx: Tx) -> None:
        tx.add(
            Person(
                workspace_id=house.workspace_id,
                slack_id=slack_id,
                name=slack_id,
                zone=zone,
                digest_hour=hour,
                seen_at=NOW,
                **other,
            )
        )

    house.write(write)


def due(house: House, now: datetime = NINE) -> list[Place]:
    return house.store.read(digests.due, EVERYWHERE, now=now)


def decide(house: House, place: Place, now: datetime = NINE) -> bool:
    return house.store.write(digests.decide, place.scope, place, now=now)


def letters(house: House) -> list[Outbox]:
    return house.rows(Outbox, Outbox.topic == digests.TOPIC)


def told(house: House, place: Place, now: datetime = NINE) -> Digest | None:
    """What the digest of a place says, as its letter is worded."""
    letter = Letter(1, place.workspace_id, digests.TOPIC, place.client, place.place, {"day": place.day.isoformat()})
    return house.read(digests.current, letter, now=now)


def must(digest: Digest | None) -> Digest:
    assert digest is not None
    return digest


def channel(house: House) -> Place:
    return Place(house.workspace_id, "C_DIGEST", house.client_id, DAY)


def own(house: House, person: str) -> Place:
    return Place(house.workspace_id, person, 0, DAY)


def test_a_clients_digest_is_due_at_its_hour_in_its_zone(house: House) -> None:
    assert due(house, NINE - timedelta(seconds=1)) == []
    assert due(house, NINE) == [channel(house)]


def test_a_persons_digest_is_due_at_their_hour_in_their_zone(house: House) -> None:
    meet(house, BEN.person, "Europe/London", 8)
    assert own(house, BEN.person) in due(house, EIGHT_IN_LONDON)
    assert own(house, BEN.person) not in due(house, EIGHT_IN_LONDON - HOUR)


def test_who_wants_no_digest_or_may_not_see_one_gets_none(house: House) -> None:
    meet(house, ANN.person, "UTC", None)
    meet(house, "U_GUEST", "UTC", 7, is_guest=True)
    meet(house, "U_GONE", "UTC", 7, deleted=True)
    meet(house, "U_ELSEWHERE", "UTC", 7, is_external=True)
    assert due(house, NINE) == [channel(house)]


def test_a_client_without_a_channel_or_archived_has_no_digest(house: House) -> None:
    house.write(clients.change, EVE, house.client_id, digest_channel="", now=NOW)
    assert due(house) == []
    house.write(clients.change, EVE, house.client_id, digest_channel="C1DIGEST", now=NOW)
    house.write(lambda tx: setattr(tx.require(Client, house.client_id), "archived_at", NOW))
    assert due(house) == []


def test_a_digest_is_handed_over_once_however_often_it_is_decided(house: House) -> None:
    house.in_review(at=NOW + HOUR)
    assert decide(house, channel(house))
    assert not decide(house, channel(house), NINE + HOUR)
    assert due(house, NINE + HOUR) == []
    (letter,) = letters(house)
    assert (letter.place, letter.about, letter.facts) == ("C_DIGEST", house.client_id, {"day": "2026-11-23"})


def test_two_processes_at_once_hand_over_one(house: House) -> None:
    house.in_review(at=NOW + HOUR)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: decide(house, channel(house)), range(4)))
    assert sorted(answers) == [False, False, False, True]
    assert len(letters(house)) == 1


def test_a_process_that_dies_before_its_commit_has_decided_nothing(house: House) -> None:
    house.in_review(at=NOW + HOUR)

    def decide_and_die(tx: Tx) -> None:
        digests.decide(tx, channel(house), now=NINE)
        raise SystemExit

    with pytest.raises(SystemExit):
        house.write(decide_and_die)
    assert (house.rows(DigestRun), letters(house)) == ([], [])
    assert decide(house, channel(house))


def test_an_empty_digest_is_decided_and_not_sent(house: House) -> None:
    assert not decide(house, channel(house))
    assert letters(house) == []
    assert [run.empty for run in house.rows(DigestRun)] == [True]
    house.in_review(at=NOW + HOUR)
    assert due(house, NINE + HOUR) == [], "what comes later the same day belongs to tomorrow's"
    assert not decide(house, channel(house), NINE + HOUR), "nor does a process that came second find it due"
    assert letters(house) == []


def test_the_next_day_has_a_digest_of_its_own(house: House) -> None:
    decide(house, channel(house))
    assert due(house, NINE + 24 * HOUR) == [replace(channel(house), day=date(2026, 11, 24))]


def test_a_changed_hour_brings_no_second_digest_that_day(house: House) -> None:
    decide(house, channel(house))
    house.write(clients.change, EVE, house.client_id, digest_hour=11, now=NOW)
    assert due(house, NINE + 2 * HOUR) == []


def test_after_downtime_a_digest_is_caught_up_for_a_few_hours(house: House) -> None:
    assert due(house, NINE + CATCH_UP - timedelta(seconds=1)) == [channel(house)]
    assert due(house, NINE + CATCH_UP) == []


def test_two_clients_that_share_a_channel_have_a_digest_each(house: House) -> None:
    other = house.write(
        clients.create, EVE, name="Other", zone="Europe/Vilnius", digest_channel="C1SHARED", digest_hour=9, now=NOW
    )
    house.write(clients.change, EVE, house.client_id, digest_channel="C1SHARED", now=NOW)
    for place in due(house):
        decide(house, place)
    assert {run.place for run in house.rows(DigestRun)} == {f"C1SHARED/{house.client_id}", f"C1SHARED/{other.id}"}


def test_decisions_are_forgotten_when_they_can_no_longer_come_up(house: House) -> None:
    decide(house, channel(house))
    assert house.store.write(digests.forget_old, EVERYWHERE, now=NINE + timedelta(days=7)) == 0
    assert house.store.write(digests.forget_old, EVERYWHERE, now=NINE + timedelta(days=9)) == 1


def test_todays_posts_are_those_of_the_clients_day(house: House) -> None:
    # 22:30 UTC is half past midnight in Vilnius.
    late = datetime.fromisoformat("2026-11-23T22:30+00:00")
    house.scheduled("Tomorrow there", at=late)
    house.scheduled("Today there", at=late - HOUR)
    assert [post.title for post in must(told(house, channel(house))).today] == ["Today there"]


def test_decisions_owed_name_who_owes_them(house: House) -> None:
    house.in_review("By Ann", at=NOW + 3 * 24 * HOUR)
    own_draft = house.write(posts.save, BEN, house.draft("By Ben"), now=NOW)
    house.write(posts.submit, BEN, own_draft.id or 0, 1, {}, now=NOW)
    found = {turn.post.title: turn.people for turn in must(told(house, channel(house))).turns}
    assert found == {"By Ann": (BEN.person, CAS.person), "By Ben": (CAS.person,)}


def test_a_post_sent_back_waits_for_its_author(house: House) -> None:
    post = house.in_review("Sent back")
    house.write(approvals.request_changes, BEN, post.id or 0, 1, "Shorter, please.", now=NOW)
    (turn,) = must(told(house, channel(house))).turns
    assert turn.people == (ANN.person,)


def test_a_reader_is_told_what_waits_on_them_alone(house: House) -> None:
    for person in (ANN, BEN, CAS):
        meet(house, person.person, "Europe/Vilnius", 9)
    house.in_review("In review", at=NOW + HOUR)
    back = house.in_review("Sent back", at=None)
    house.write(approvals.request_changes, BEN, back.id or 0, 1, "Shorter, please.", now=NOW)
    ann, ben = must(told(house, own(house, ANN.person))), must(told(house, own(house, BEN.person)))
    assert [turn.post.title for turn in ann.turns] == ["Sent back"]
    assert [post.title for post in ann.today] == ["In review"]
    assert [turn.post.title for turn in ben.turns] == ["In review"]
    assert ben.today == ()
    assert len(ben.approvable) == 1


ENDS = {
    "failed": (Step.FAIL, Step.FAIL),
    "partly_published": (Step.PUBLISH, Step.FAIL),
    "unconfirmed": (Step.DOUBT, Step.PUBLISH),
    "missed": (Step.MISS, Step.FAIL),
}


def end(house: House, status: str, title: str = "Went wrong") -> None:
    """Have a post on two accounts end in a state, as the publisher would write it."""
    house.scheduled(title, at=NOW + timedelta(minutes=1), accounts=tuple(house.account_ids))
    soon = NOW + timedelta(minutes=2)
    jobs = house.store.write(publishing.claim, EVERYWHERE, worker="one", limit=9, now=soon)
    ids = [job.delivery.id or 0 for job in jobs]
    house.store.write(publishing.mark_sending, EVERYWHERE, ids, worker="one", now=soon)
    outcomes = [Outcome(number, step) for number, step in zip(ids, ENDS[status], strict=True)]
    house.store.write(publishing.settle, EVERYWHERE, outcomes, now=soon)


@pytest.mark.parametrize("status", ENDS)
def test_what_went_wrong_is_told_to_the_channel_its_author_and_its_reviewers(house: House, status: str) -> None:
    for person in (ANN, BEN, EVE):
        meet(house, person.person, "Europe/Vilnius", 9)
    end(house, status)
    for place in (channel(house), own(house, ANN.person), own(house, BEN.person)):
        assert [post.status for post in must(told(house, place)).trouble] == [status]
    assert told(house, own(house, EVE.person)) is None


def test_an_old_failure_is_not_told_for_ever_and_an_old_question_is(house: House) -> None:
    end(house, "failed", "Failed")
    end(house, "unconfirmed", "Unconfirmed")
    later = replace(channel(house), day=date(2026, 12, 3))
    found = must(told(house, later, NINE + timedelta(days=10)))
    assert [post.title for post in found.trouble] == ["Unconfirmed"]


def test_a_post_that_waits_for_its_account_is_told(house: House) -> None:
    house.write(lambda tx: setattr(tx.require(Account, house.account_ids[0]), "connected", False))
    house.scheduled("Waits", at=NOW + 9 * 24 * HOUR)
    assert [post.title for post in must(told(house, channel(house))).trouble] == ["Waits"]


def test_a_broken_account_is_told_to_the_channel_and_to_who_can_mend_it(house: House) -> None:
    meet(house, EVE.person, "Europe/Vilnius", 9)
    meet(house, BEN.person, "Europe/Vilnius", 9)
    house.write(lambda tx: setattr(tx.require(Account, house.account_ids[0]), "secret", "locked"))
    house.write(accounts.mark_broken, house.account_ids[0], "The password was refused.", now=NOW)
    for place in (channel(house), own(house, EVE.person)):
        (broken,) = must(told(house, place)).broken
        assert (broken.name, broken.why) == ("bakery0 (Plaza)", "The password was refused.")
    assert told(house, own(house, BEN.person)) is None


def test_an_account_that_was_disconnected_on_purpose_is_not_told(house: House) -> None:
    house.write(accounts.disconnect, EVE, house.account_ids[0], now=NOW)
    assert told(house, channel(house)) is None


def test_a_digest_that_has_become_empty_is_not_sent(house: House) -> None:
    post = house.in_review(at=NOW + 3 * 24 * HOUR)
    assert decide(house, channel(house))
    house.write(posts.cancel, ANN, post.id or 0, 1, now=NOW)
    assert told(house, channel(house)) is None


def test_a_digest_whose_day_is_over_is_not_sent(house: House) -> None:
    house.in_review(at=NOW + 3 * 24 * HOUR)
    assert told(house, channel(house), NINE + 20 * HOUR) is None


def test_another_workspaces_posts_are_in_no_digest(house: House) -> None:
    house.in_review(at=NOW + HOUR)
    place = replace(channel(house), workspace_id=house.workspace_id + 1)
    letter = Letter(1, place.workspace_id, digests.TOPIC, place.client, place.place, {"day": "2026-11-23"})
    assert house.store.read(digests.current, place.scope, letter, now=NINE) is None
