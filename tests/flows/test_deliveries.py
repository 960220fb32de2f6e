"""A person's answer to what asks: it is live, send it, leave it."""

from __future__ import annotations

import pytest

from bot.errors import BadInput, NotAllowed, Stale
from bot.flows import deliveries, posts, publishing
from bot.flows.publishing import Outcome
from bot.rules.posts import Step
from bot.store import EVERYWHERE, Store
from bot.store.tables import Account, Decision, Delivery
from tests.factories import ANN, BEN, CAS, HOUR, NOW, House, build_house

DUE = NOW + HOUR
LINK = "https://plaza.example/p/1"


@pytest.fixture
def house(store: Store) -> House:
    return build_house(store)


def asking(house: House, step: Step) -> Delivery:
    """A delivery that ended in what `step` leads to."""
    house.scheduled()
    (job,) = house.store.write(publishing.claim, EVERYWHERE, worker="w", limit=1, now=DUE)
    delivery_id = job.delivery.id or 0
    house.store.write(publishing.mark_sending, EVERYWHERE, [delivery_id], worker="w", now=DUE)
    house.store.write(publishing.settle, EVERYWHERE, [Outcome(delivery_id, step, trouble="why")], now=DUE)
    return house.deliveries()[0]


def test_it_is_live_makes_it_published_with_the_link(house: House) -> None:
    row = asking(house, Step.DOUBT)
    house.write(deliveries.confirm, BEN, row.id or 0, LINK, now=DUE)
    after = house.deliveries()[0]
    assert (after.status, after.url, house.post(row.post_id).status) == ("published", LINK, "published")


@pytest.mark.parametrize(
    "link", ["", "example", "javascript:alert(1)", "ftp://x.example", "https://", "https://" + "x" * 2_000]
)
def test_it_is_live_wants_a_link(house: House, link: str) -> None:
    row = asking(house, Step.DOUBT)
    with pytest.raises(BadInput, match="Paste the link"):
        house.write(deliveries.confirm, BEN, row.id or 0, link, now=DUE)


@pytest.mark.parametrize("step", [Step.DOUBT, Step.FAIL, Step.MISS])
def test_send_it_is_a_decision_on_record_for_one_sending(house: House, step: Step) -> None:
    row = asking(house, step)
    now = DUE + 3 * HOUR
    house.write(deliveries.resend, BEN, row.id or 0, now=now)
    after = house.deliveries()[0]
    assert (after.status, after.next_at, after.key) == ("scheduled", now, row.key)
    decision = house.rows(Decision)[-1]
    assert (decision.step, decision.by, decision.delivery_id) == ("resend", BEN.person, row.id)
    assert len(house.store.write(publishing.claim, EVERYWHERE, worker="w", limit=1, now=now)) == 1


@pytest.mark.parametrize("step", [Step.DOUBT, Step.FAIL, Step.MISS])
def test_leave_it_ends_it(house: House, step: Step) -> None:
    row = asking(house, step)
    house.write(deliveries.drop, BEN, row.id or 0, now=DUE)
    assert (house.deliveries()[0].status, house.post(row.post_id).status) == ("cancelled", "cancelled")


def test_the_second_to_answer_is_told_who_was_first(house: House) -> None:
    row = asking(house, Step.DOUBT)
    house.write(deliveries.drop, BEN, row.id or 0, now=DUE)
    with pytest.raises(Stale, match="<@U_BEN> settled this"):
        house.write(deliveries.resend, CAS, row.id or 0, now=DUE)


def test_only_a_reviewer_may_answer(house: House) -> None:
    row = asking(house, Step.DOUBT)
    with pytest.raises(NotAllowed, match="<@U_BEN> or <@U_CAS>"):
        house.write(deliveries.resend, ANN, row.id or 0, now=DUE)


def test_send_it_waits_for_the_account(house: House) -> None:
    row = asking(house, Step.FAIL)
    house.write(lambda tx: setattr(tx.require(Account, row.account_id), "connected", False))
    with pytest.raises(BadInput, match="connected again"):
        house.write(deliveries.resend, BEN, row.id or 0, now=DUE)


def test_only_what_is_unconfirmed_can_be_said_to_be_live(house: House) -> None:
    row = asking(house, Step.FAIL)
    with pytest.raises(Stale):
        house.write(deliveries.confirm, BEN, row.id or 0, LINK, now=DUE)


@pytest.mark.parametrize("step", [Step.FAIL, Step.MISS])
def test_a_post_of_which_nothing_is_out_can_be_edited_and_approved_anew(house: House, step: Step) -> None:
    row = asking(house, step)
    edited = house.write(posts.edit, ANN, row.post_id, 1, house.draft("again", at=DUE + HOUR), now=DUE)
    assert (edited.status, house.deliveries()[0].status) == ("in_review", "cancelled")


def test_a_post_of_which_a_part_is_out_cannot_be_edited(house: House) -> None:
    row = asking(house, Step.FAIL)
    house.store.write(publishing.record_part, EVERYWHERE, row.id or 0, "segment:0", {"id": "1"})
    with pytest.raises(Stale, match="already out"):
        house.write(posts.edit, ANN, row.post_id, 1, house.draft("again", at=DUE + HOUR), now=DUE)


def test_an_unconfirmed_post_cannot_be_edited(house: House) -> None:
    row = asking(house, Step.DOUBT)
    with pytest.raises(Stale):
        house.write(posts.edit, ANN, row.post_id, 1, house.draft("again"), now=DUE)
