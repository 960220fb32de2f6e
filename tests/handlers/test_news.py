"""What is told outside of cards: to authors, and to those who can connect an account again."""

from __future__ import annotations

import pytest

from bot.flows import accounts
from bot.handlers import On
from bot.sandbox.cast import BEN, EVE, REVIEW
from bot.sandbox.driver import Person
from bot.store import Tx
from bot.store.tables import Account
from tests.handlers.desks import TEXT, Desk, approved, handlers


@pytest.fixture
def on() -> On:
    return handlers()


def broken(tx: Tx, account_id: int, *, now: object) -> None:
    """The account's credentials stopped working."""
    account = tx.require(Account, account_id)
    account.connected, account.trouble = False, "The password was changed."
    tx.session.add(account)


async def test_an_author_is_told_what_is_wanted_and_can_edit_at_once(desk: Desk, ann: Person, ben: Person) -> None:
    await desk.in_review(ann)
    await ben.press(await ben.message(REVIEW), "request_changes")
    await ben.view(having="reason")
    await ben.fill({"reason": "The price is wrong"})
    await ben.submit()
    await ann.reset()
    await desk.office.say_all()
    told = await ann.direct(saying="The price is wrong")
    assert f"<@{BEN}> asks for changes" in told.words
    assert "|“Our shop opens”>" in told.words
    await ann.press(told, "edit_post")
    assert "Our shop opens" in str((await ann.view(having=TEXT)).values)


async def test_who_asked_for_changes_is_called_once_they_are_made(desk: Desk, ann: Person, ben: Person) -> None:
    await desk.in_review(ann)
    await ben.press(await ben.message(REVIEW), "request_changes")
    await ben.view(having="reason")
    await ben.fill({"reason": "The price is wrong"})
    await ben.submit()
    await desk.office.say_all()
    await ann.press(await ann.direct(saying="The price is wrong"), "edit_post")
    await ann.view(having=TEXT)
    await ann.fill({TEXT: "Our shop opens at ten"})
    await ann.submit()
    await ann.view(titled="Done")
    await desk.office.say_all()
    (called,) = [one for one in await ben.messages(REVIEW) if "was edited after your decision" in str(one)]
    assert f"<@{BEN}>" in str(called)


async def test_who_set_trellis_up_hears_of_an_account_that_an_approved_post_waits_for(
    desk: Desk, ann: Person, ben: Person, eve: Person
) -> None:
    await desk.in_review(ann)
    await desk.office.desk.write(broken, desk.office.scope, desk.account_id, now=None)
    await eve.reset()
    await ben.press(await ben.message(REVIEW), "approve")
    await desk.office.say_all()
    assert "waits until bakery (Plaza) is connected again" in (await eve.direct(saying="is approved")).words


async def test_a_broken_account_is_told_with_how_much_waits_for_it(
    desk: Desk, ann: Person, ben: Person, eve: Person
) -> None:
    await approved(desk, ann, ben)
    await eve.reset()
    lent = desk.office.desk
    why = "The password was changed."
    await lent.write(accounts.mark_broken, desk.office.scope, desk.account_id, why, now=lent.now())
    await desk.office.say_all()
    told = (await eve.direct(saying="must be connected again")).words
    assert why in told
    assert "Approved posts that wait for it: 1" in told


async def test_an_account_that_works_again_is_not_told_as_broken(desk: Desk, eve: Person) -> None:
    lent, scope = desk.office.desk, desk.office.scope
    await lent.write(accounts.mark_broken, scope, desk.account_id, "It is late.", now=lent.now())

    def connected(tx: Tx) -> None:
        account = tx.require(Account, desk.account_id)
        account.connected = True
        tx.session.add(account)

    await lent.write(connected, scope)
    await eve.reset()
    await desk.office.say_all()
    channels = (await eve.get("channels", user=EVE))["shown"]
    heard = [one for channel in channels if channel["is_im"] for one in await eve.messages(channel["id"])]
    assert [one.words for one in heard if "connected again" in one.words] == []
