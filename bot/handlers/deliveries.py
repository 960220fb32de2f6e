"""A person's answer to a delivery that asks: it is live, send it, leave it; and the card of all that was missed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.blocks.decisions import LINK, TIME_OF_ALL, ask_link, ask_time_of_all
from bot.blocks.missed import Late, missed_card
from bot.blocks.remarks import account_name
from bot.blocks.surfaces import Message
from bot.desk import Desk
from bot.errors import NotFound, Stale
from bot.flows import deliveries, missed, previews
from bot.flows.outbox import Letter
from bot.handlers._ask import OLD_BUTTON, Ask
from bot.handlers._on import On
from bot.handlers._previews import refresh


def register(on: On) -> None:
    """The buttons of deliveries that ask."""
    on.card(missed.SUBJECT)(card_of_missed)
    on.action("it_is_live", ack_first=True)(ask_for_link)
    on.view(LINK)(it_is_live)
    on.action("send_it")(send_it)
    on.action("leave_it")(leave_it)
    on.action("missed_send_all")(send_all)
    on.action("missed_reschedule_all", ack_first=True)(ask_time_for_all)
    on.view(TIME_OF_ALL)(reschedule_all)
    on.action("missed_drop_all")(drop_all)


async def card_of_missed(desk: Desk, letter: Letter) -> Message | None:
    """The card as things stand now; nothing once the client is gone."""
    try:
        view = await desk.read(missed.of_client, letter.scope, letter.about)
    except NotFound:
        return None
    return missed_card(view.client, [Late(one.delivery, one.post, one.account) for one in view.missed])


async def ask_for_link(ask: Ask) -> None:
    """Somebody looked and it is live: where?"""
    one = await ask.desk.read(missed.asking, ask.scope, ask.actor, ask.ticket[0])
    await ask.open(ask_link(one.delivery, account_name(one.account)))


async def it_is_live(ask: Ask) -> None:
    """The link was given."""
    number = ask.private.partition(".")[0]
    if not number.isdecimal():
        raise Stale(OLD_BUTTON)
    await _answer(ask, deliveries.confirm, int(number), ask.typed.text("link"))


async def send_it(ask: Ask) -> None:
    """Send it now, once."""
    await _answer(ask, deliveries.resend, ask.ticket[0])


async def leave_it(ask: Ask) -> None:
    """It is never sent."""
    await _answer(ask, deliveries.drop, ask.ticket[0])


async def send_all(ask: Ask) -> None:
    """Send all that the card showed."""
    await _all(ask, missed.send_all, *ask.ticket)


async def ask_time_for_all(ask: Ask) -> None:
    """One new time for all that the card showed: which?"""
    client_id, shown = ask.ticket
    client = await ask.desk.read(missed.answering_all, ask.scope, ask.actor, client_id, shown)
    await ask.open(ask_time_of_all(client, shown))


async def reschedule_all(ask: Ask) -> None:
    """The time was chosen."""
    client_id, _, shown = ask.private.partition(".")
    if not (client_id.isdecimal() and shown.isdecimal()):
        raise Stale(OLD_BUTTON)
    typed = ask.typed
    when = (typed.choice("when"), typed.choice("day"), typed.choice("clock"))
    await _all(ask, missed.reschedule_all, int(client_id), int(shown), *when)


async def drop_all(ask: Ask) -> None:
    """Leave all that the card showed."""
    await _all(ask, missed.drop_all, *ask.ticket)


async def _answer(ask: Ask, flow: Callable[..., Any], delivery_id: int, *about: str) -> None:
    """Run an answer; whatever becomes of it, the cards show what is true."""
    try:
        answered = await ask.desk.write(flow, ask.scope, ask.actor, delivery_id, *about, now=ask.now)
    finally:
        await ask.desk.write(previews.draw_delivery_anew, ask.scope, delivery_id, now=ask.now)
    await refresh(ask, answered.post_id)


async def _all(ask: Ask, flow: Callable[..., Any], client_id: int, *about: int | str) -> None:
    try:
        await ask.desk.write(flow, ask.scope, ask.actor, client_id, *about, now=ask.now)
    except Stale:
        await ask.desk.write(missed.draw_anew, ask.scope, client_id, now=ask.now)
        raise
