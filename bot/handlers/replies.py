"""Answering a customer from Slack: the form, which is the only way out, and what becomes of an answer that asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.blocks.inbox_forms import ANSWER, LINK, TYPED, ask_link
from bot.blocks.remarks import account_name
from bot.errors import NotFound, Stale
from bot.flows import inbox, replies
from bot.flows.replies import Seen
from bot.handlers._answering import Counting, faults_in, form_view
from bot.handlers._ask import OLD_BUTTON, Ask
from bot.handlers._on import On
from bot.handlers.inbox import carried
from bot.rules.inbox import Act
from bot.words import sentence


def register(on: On) -> None:
    """The Reply button, its form, and the answers to an answer that asks."""
    on.action("reply", ack_first=True)(open_form)
    on.action(TYPED, ack_first=True)(Counting().count)
    on.view(ANSWER)(answer)
    on.action("reply_live", ack_first=True)(ask_for_link)
    on.view(LINK)(it_is_live)
    on.action("reply_send")(send_it)
    on.action("reply_leave")(leave_it)


async def open_form(ask: Ask) -> None:
    """The form of an answer."""
    case = await ask.desk.read(inbox.look, ask.scope, ask.actor, ask.ticket[0], Act.ANSWER)
    await ask.open(form_view(ask, case))


async def answer(ask: Ask) -> None:
    """Send it once. Where somebody answered, or the customer wrote again, the form shows that and keeps the words."""
    conversation_id, seen = _opened_on(ask)
    text = ask.typed.text("text")
    case = await ask.desk.read(inbox.view, ask.scope, conversation_id)
    faults = faults_in(ask, case, text)
    try:
        await ask.desk.write(replies.write, ask.scope, ask.actor, conversation_id, seen, text, faults, now=ask.now)
    except Stale as stale:
        await ask.desk.write(inbox.draw_anew, ask.scope, conversation_id, now=ask.now)
        now_true = await ask.desk.read(inbox.view, ask.scope, conversation_id)
        await ask.ack_update(form_view(ask, now_true, text, sentence(stale)))


async def ask_for_link(ask: Ask) -> None:
    """Somebody looked and the answer is there: where?"""
    reply = await ask.desk.read(replies.require_asking, ask.scope, ask.actor, ask.ticket[0])
    case = await ask.desk.read(inbox.view, ask.scope, reply.conversation_id)
    await ask.open(ask_link(reply, account_name(case.account)))


async def it_is_live(ask: Ask) -> None:
    """The link was given."""
    await _settle(ask, replies.confirm, carried(ask), ask.typed.text("link"))


async def send_it(ask: Ask) -> None:
    """Send it after all, unless the customer wrote since."""
    reply_id, newest = ask.ticket
    await _settle(ask, replies.resend, reply_id, newest)


async def leave_it(ask: Ask) -> None:
    """It is never sent."""
    await _settle(ask, replies.drop, ask.ticket[0])


async def _settle(ask: Ask, flow: Callable[..., Any], reply_id: int, *about: object) -> None:
    try:
        await ask.desk.write(flow, ask.scope, ask.actor, reply_id, *about, now=ask.now)
    except (Stale, NotFound):
        await ask.desk.write(replies.draw_anew, ask.scope, reply_id, now=ask.now)
        raise


def _opened_on(ask: Ask) -> tuple[int, Seen]:
    """The conversation, and what stood in it, when the form was opened."""
    parts = ask.private.split(".")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        raise Stale(OLD_BUTTON)
    conversation_id, message_id, reply_id = map(int, parts)
    return conversation_id, Seen(message_id, reply_id)
