"""What the publisher writes, on both databases: once, in order, in time, or a person is asked."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.flows import approvals, pauses, posts, publishing
from bot.flows.jobs import Job
from bot.flows.publishing import Outcome
from bot.rules.content import Content, Segment
from bot.rules.posts import Step
from bot.store import EVERYWHERE, Store, audit
from bot.store.tables import Account, AuditEntry, Outbox, Post
from tests.factories import ANN, BEN, EVE, HOUR, NOW, House, build_house

DUE = NOW + HOUR
SECOND = timedelta(seconds=1)


@pytest.fixture
def house(store: Store) -> House:
    return build_house(store)


def claim(house: House, *, now: datetime = DUE, worker: str = "one", limit: int = 100) -> list[Job]:
    return house.store.write(publishing.claim, EVERYWHERE, worker=worker, limit=limit, now=now)


def mark(house: House, *ids: int, now: datetime = DUE, worker: str = "one") -> dict[int, datetime]:
    return house.store.write(publishing.mark_sending, EVERYWHERE, ids, worker=worker, now=now)


def settle(house: House, *outcomes: Outcome, now: datetime = DUE + SECOND) -> list[int]:
    return house.store.write(publishing.settle, EVERYWHERE, outcomes, now=now)


def statuses(house: House) -> list[str]:
    return [row.status for row in house.deliveries()]


def test_nothing_is_claimed_before_its_time(house: House) -> None:
    house.scheduled()
    assert claim(house, now=DUE - SECOND) == []
    assert [job.segments[0].text for job in claim(house, now=DUE)] == ["Our shop opens"]


def test_nothing_is_claimed_that_was_not_approved(house: House) -> None:
    house.in_review()
    assert claim(house) == []


def test_a_delivery_is_claimed_by_one_worker_alone(house: House) -> None:
    house.scheduled()
    assert len(claim(house, worker="one")) == 1
    assert claim(house, worker="two") == []


def test_an_account_s_posts_are_claimed_one_at_a_time_in_the_order_they_are_due(house: House) -> None:
    second = house.scheduled("second", at=DUE + SECOND)
    first = house.scheduled("first", at=DUE)
    late = DUE + timedelta(minutes=1)
    (job,) = claim(house, now=late)
    assert job.delivery.post_id == first.id
    assert claim(house, now=late) == []
    mark(house, job.delivery.id or 0, now=late)
    assert claim(house, now=late) == []
    settle(house, Outcome(job.delivery.id or 0, Step.PUBLISH, remote_id="1", url="https://x.example/1"), now=late)
    assert [job.delivery.post_id for job in claim(house, now=late)] == [second.id]


@pytest.mark.parametrize("step", [Step.FAIL, Step.DOUBT, Step.MISS])
def test_a_delivery_that_asks_a_person_does_not_hold_up_the_account(house: House, step: Step) -> None:
    house.scheduled("first", at=DUE)
    house.scheduled("second", at=DUE + SECOND)
    now = DUE + SECOND
    (job,) = claim(house, now=now)
    mark(house, job.delivery.id or 0, now=now)
    settle(house, Outcome(job.delivery.id or 0, step, trouble="why"), now=now)
    assert len(claim(house, now=now)) == 1


def test_only_the_worker_that_holds_the_lease_may_mark_it_as_sending(house: House) -> None:
    house.scheduled()
    (job,) = claim(house)
    assert mark(house, job.delivery.id or 0, worker="two") == {}
    assert set(mark(house, job.delivery.id or 0)) == {job.delivery.id}


def test_what_was_cancelled_after_the_claim_is_not_sent(house: House) -> None:
    post = house.scheduled()
    (job,) = claim(house)
    house.write(posts.cancel, ANN, post.id or 0, 1, now=DUE)
    assert mark(house, job.delivery.id or 0) == {}
    assert house.post(post.id or 0).status == "cancelled"


def test_a_claim_whose_worker_died_is_due_again(house: House) -> None:
    house.scheduled()
    (first,) = claim(house, worker="dead")
    later = DUE + publishing.CLAIM_LEASE + SECOND
    (second,) = claim(house, worker="two", now=later)
    assert second.delivery.id == first.delivery.id
    assert mark(house, first.delivery.id or 0, worker="dead", now=later) == {}


def test_what_was_being_sent_when_its_worker_died_is_asked_about_and_never_claimed(house: House) -> None:
    house.scheduled()
    (job,) = claim(house, worker="dead")
    mark(house, job.delivery.id or 0, worker="dead")
    later = DUE + publishing.SEND_LEASE + SECOND
    assert claim(house, worker="two", now=later) == []
    doubtful = house.store.write(publishing.take_over, EVERYWHERE, worker="two", limit=10, now=later)
    assert [one.delivery.id for one in doubtful] == [job.delivery.id]


def test_a_worker_that_lives_keeps_what_it_sends(house: House) -> None:
    house.scheduled()
    (job,) = claim(house)
    mark(house, job.delivery.id or 0)
    later = DUE + publishing.SEND_LEASE - SECOND
    house.store.write(publishing.keep_leases, EVERYWHERE, worker="one", now=later)
    after = DUE + publishing.SEND_LEASE + SECOND
    assert house.store.write(publishing.take_over, EVERYWHERE, worker="two", limit=10, now=after) == []


def test_the_stamp_of_the_first_try_stays_for_every_other(house: House) -> None:
    house.scheduled()
    (job,) = claim(house)
    first = mark(house, job.delivery.id or 0)
    settle(house, Outcome(job.delivery.id or 0, Step.RETRY, next_at=DUE + 5 * SECOND))
    later = DUE + 6 * SECOND
    claim(house, now=later)
    assert mark(house, job.delivery.id or 0, now=later) == first


def test_beyond_its_limit_a_delivery_is_missed_and_one_card_asks(house: House) -> None:
    for number in range(3):
        house.scheduled(f"post {number}")
    assert claim(house, now=DUE + 2 * HOUR) == []
    assert statuses(house) == ["missed"] * 3
    asking = [row for row in house.rows(Outbox) if row.topic == "card:missed"]
    assert [row.about for row in asking] == [house.client_id]


def test_within_its_limit_a_late_delivery_still_goes_out(house: House) -> None:
    house.scheduled()
    assert len(claim(house, now=DUE + HOUR)) == 1


def test_a_post_that_came_too_late_between_claim_and_send_is_not_sent(house: House) -> None:
    house.scheduled()
    (job,) = claim(house, now=DUE + HOUR)
    assert mark(house, job.delivery.id or 0, now=DUE + HOUR + SECOND) == {}


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ((Step.PUBLISH, Step.PUBLISH), "published"),
        ((Step.PUBLISH, Step.FAIL), "partly_published"),
        ((Step.FAIL, Step.FAIL), "failed"),
        ((Step.PUBLISH, Step.DOUBT), "unconfirmed"),
        ((Step.FAIL, Step.MISS), "missed"),
        ((Step.PUBLISH, Step.RETRY), "publishing"),
        ((Step.RETRY, Step.RETRY), "scheduled"),
    ],
)
def test_a_post_is_the_sum_of_its_deliveries(house: House, steps: tuple[Step, Step], status: str) -> None:
    post = house.scheduled(accounts=tuple(house.account_ids))
    jobs = claim(house)
    mark(house, *(job.delivery.id or 0 for job in jobs))
    assert house.post(post.id or 0).status == "publishing"
    settle(house, *(Outcome(job.delivery.id or 0, step) for job, step in zip(jobs, steps, strict=True)))
    assert house.post(post.id or 0).status == status


def test_what_is_not_what_was_approved_any_more_is_refused(house: House) -> None:
    house.scheduled()
    house.write(lambda tx: setattr(tx.require(Account, house.account_ids[0]), "remote_id", "somebody else"))
    (job,) = claim(house)
    assert "approve it again" in job.refusal


def test_a_disconnected_account_is_a_question_to_a_person_at_the_post_s_time(house: House) -> None:
    house.scheduled()
    house.write(lambda tx: setattr(tx.require(Account, house.account_ids[0]), "connected", False))
    (job,) = claim(house)
    house.store.write(publishing.refuse, EVERYWHERE, {job.delivery.id or 0: job.refusal}, now=DUE)
    (row,) = house.deliveries()
    assert row.status == "failed"
    assert "connected again" in row.trouble


def test_refused_credentials_mark_the_account_and_tell_who_can_mend_it(house: House) -> None:
    house.scheduled()
    (job,) = claim(house)
    mark(house, job.delivery.id or 0)
    settle(house, Outcome(job.delivery.id or 0, Step.FAIL, trouble="no", account_trouble="no"))
    account = house.rows(Account)[0]
    assert (account.connected, account.trouble) == (False, "no")
    assert EVE.person in [row.place for row in house.rows(Outbox) if row.topic == "account_broken"]


def test_a_quota_holds_the_account_until_the_network_s_own_moment(house: House) -> None:
    house.scheduled("first")
    house.scheduled("second", at=DUE + SECOND)
    (job,) = claim(house)
    mark(house, job.delivery.id or 0)
    until = DUE + timedelta(minutes=10)
    settle(house, Outcome(job.delivery.id or 0, Step.RETRY, next_at=until, quota_until=until))
    assert claim(house, now=until - SECOND) == []
    assert len(claim(house, now=until)) == 1


@pytest.mark.parametrize("scope", ["all", "client", "network", "account"])
def test_a_pause_holds_what_it_names_and_resuming_lets_it_go(house: House, scope: str) -> None:
    house.scheduled()
    targets = {"all": "", "client": str(house.client_id), "network": "plaza", "account": str(house.account_ids[0])}
    pause = house.write(pauses.pause, EVE, scope, targets[scope], "storm", now=NOW)
    assert claim(house) == []
    (shown,) = house.read(pauses.running)
    assert [one.post.title for one in shown.waiting] == ["Our shop opens"]
    house.write(pauses.resume, EVE, pause.id or 0, now=DUE)
    assert len(claim(house)) == 1


def test_a_pause_of_one_account_leaves_the_others(house: House) -> None:
    house.scheduled(accounts=tuple(house.account_ids))
    house.write(pauses.pause, EVE, "account", str(house.account_ids[0]), "", now=NOW)
    assert [job.account.id for job in claim(house)] == [house.account_ids[1]]


def test_the_publisher_is_woken_at_the_next_due_moment(house: House) -> None:
    assert house.store.read(publishing.next_moment, EVERYWHERE) is None
    house.scheduled("later", at=DUE + HOUR)
    house.scheduled("sooner")
    assert house.store.read(publishing.next_moment, EVERYWHERE) == DUE


def test_an_outcome_is_written_once(house: House) -> None:
    house.scheduled()
    (job,) = claim(house)
    mark(house, job.delivery.id or 0)
    published = Outcome(job.delivery.id or 0, Step.PUBLISH, remote_id="1", url="https://x.example/1")
    assert settle(house, published) == [job.delivery.id]
    assert settle(house, Outcome(job.delivery.id or 0, Step.FAIL)) == []
    assert statuses(house) == ["published"]


def test_a_part_that_exists_is_remembered(house: House) -> None:
    house.scheduled(content=Content((Segment("one"), Segment("two"))))
    (job,) = claim(house)
    mark(house, job.delivery.id or 0)
    house.store.write(publishing.record_part, EVERYWHERE, job.delivery.id or 0, "segment:0", {"id": "7"})
    assert house.deliveries()[0].progress == {"segment:0": {"id": "7"}}


def test_an_approved_post_waits_for_its_account_and_goes_on_when_it_is_back(house: House) -> None:
    house.write(lambda tx: setattr(tx.require(Account, house.account_ids[0]), "connected", False))
    post = house.in_review()
    house.write(approvals.approve, BEN, post.id or 0, 1, {}, now=NOW)
    assert house.post(post.id or 0).status == "approved"
    house.write(lambda tx: setattr(tx.require(Account, house.account_ids[0]), "connected", True))
    assert house.write(publishing.schedule_waiting, now=NOW) == [post.id]
    assert house.post(post.id or 0).status == "scheduled"


def test_every_move_is_on_a_record_that_cannot_be_altered_unseen(house: House) -> None:
    post = house.scheduled()
    (job,) = claim(house)
    mark(house, job.delivery.id or 0)
    settle(house, Outcome(job.delivery.id or 0, Step.PUBLISH, url="https://x.example/1"))
    done = [row.what for row in house.rows(AuditEntry)]
    assert done == ["draft", "submit", "approve", "published"]
    assert house.read(lambda tx: audit.broken_link(tx, house.workspace_id)) is None
    house.write(lambda tx: setattr(house_entry(tx), "who", "somebody else"))
    assert house.read(lambda tx: audit.broken_link(tx, house.workspace_id)) == 3
    assert isinstance(post, Post)


def house_entry(tx: object) -> AuditEntry:
    row = tx.first(AuditEntry, AuditEntry.what == "approve")  # type: ignore[attr-defined]
    assert isinstance(row, AuditEntry)
    return row
