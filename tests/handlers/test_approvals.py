"""Deciding on a post from its card: who may, who was first, and what the card shows then."""

from __future__ import annotations

import pytest

from bot.handlers import On
from bot.sandbox.cast import BEN, CAS, CLIENT, REVIEW
from bot.sandbox.driver import Person
from bot.store import Tx
from bot.store.tables import Account, Client
from tests.handlers.desks import Desk, handlers


@pytest.fixture
def on() -> On:
    return handlers()


async def test_an_approved_post_is_scheduled_and_its_card_says_who_approved_it(
    desk: Desk, ann: Person, ben: Person
) -> None:
    await desk.in_review(ann)
    await ben.press(await ben.message(REVIEW), "approve")
    await desk.office.say_all()
    card = await ben.message(REVIEW, saying="Scheduled")
    assert f"<@{BEN}> approved it" in card.words
    assert "approve" not in card.actions
    (post,) = await desk.posts()
    assert post.status == "scheduled"


async def test_the_second_to_decide_is_told_who_was_first(desk: Desk, ann: Person, ben: Person, cas: Person) -> None:
    await desk.in_review(ann)
    card = await ben.message(REVIEW)
    await ben.press(card, "approve")
    await cas.press(card, "approve")
    told = await cas.ephemeral(REVIEW)
    assert f"<@{BEN}> approved this post" in told.words


async def test_an_author_may_not_approve_her_own_post(desk: Desk, ann: Person) -> None:
    await desk.in_review(ann)
    await ann.press(await ann.message(REVIEW), "approve")
    told = await ann.ephemeral(REVIEW)
    assert f"<@{BEN}> or <@{CAS}> can decide" in told.words
    (post,) = await desk.posts()
    assert post.status == "in_review"


@pytest.mark.parametrize(
    ("step", "status"),
    [("request_changes", "changes_requested"), ("hold", "on_hold"), ("reject", "rejected")],
)
async def test_turning_a_post_down_needs_a_reason_that_its_card_tells(
    desk: Desk, ann: Person, ben: Person, step: str, status: str
) -> None:
    await desk.in_review(ann)
    await ben.press(await ben.message(REVIEW), step)
    await ben.view(having="reason")
    await ben.fill({"reason": "The price is wrong"})
    await ben.submit()
    await desk.office.say_all()
    card = await ben.message(REVIEW, saying="The price is wrong")
    assert f"<@{BEN}>" in card.words
    (post,) = await desk.posts()
    assert post.status == status


async def test_a_reason_typed_too_late_stays_in_its_form(desk: Desk, ann: Person, ben: Person, cas: Person) -> None:
    await desk.in_review(ann)
    card = await ben.message(REVIEW)
    await ben.press(card, "reject")
    await ben.view(having="reason")
    await cas.press(card, "approve")
    await ben.fill({"reason": "The price is wrong"})
    await ben.submit()
    notice = await ben.view(titled="Not done")
    assert f"<@{CAS}> approved this post" in notice.words
    await ben.close_view()
    (form,) = await ben.views()
    assert "The price is wrong" in str(form.values)


async def test_somebody_from_another_workspace_may_not_decide(desk: Desk, ann: Person, dee: Person) -> None:
    await desk.office.desk.write(_review_in, desk.office.scope, CLIENT)
    await desk.in_review(ann)
    await dee.press(await dee.message(CLIENT, having="approve"), "approve")
    assert "Only people of this workspace" in (await dee.ephemeral(CLIENT)).words
    assert (await desk.posts())[0].status == "in_review"


async def test_an_account_that_was_disconnected_meanwhile_keeps_an_approved_post_waiting(
    desk: Desk, ann: Person, ben: Person
) -> None:
    await desk.in_review(ann)
    await desk.office.desk.write(_disconnect, desk.office.scope, desk.account_id)
    await ben.press(await ben.message(REVIEW), "approve")
    await desk.office.say_all()
    card = await ben.message(REVIEW, saying="Approved")
    assert "waits until bakery (Plaza) is connected again" in card.words


async def test_a_click_twice_decides_once(desk: Desk, ann: Person, ben: Person) -> None:
    await desk.in_review(ann)
    card = await ben.message(REVIEW)
    await ben.press(card, "approve")
    await ben.press(card, "approve")
    assert "approved this post" in (await ben.ephemeral(REVIEW)).words
    assert (await desk.posts())[0].status == "scheduled"


def _review_in(tx: Tx, channel: str) -> None:
    for client in tx.all(Client):
        client.review_channel = channel
        tx.session.add(client)


def _disconnect(tx: Tx, account_id: int) -> None:
    account = tx.require(Account, account_id)
    account.connected = False
    tx.session.add(account)
