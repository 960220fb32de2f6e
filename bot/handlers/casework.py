"""Puts customers' conversations in words: the card, its thread, and what those who take care of one are told."""

from __future__ import annotations

from bot.blocks import inbox_news
from bot.blocks.inbox import card
from bot.blocks.surfaces import Message
from bot.desk import Desk
from bot.errors import NotFound
from bot.flows import casework, inbox
from bot.flows.inbox import Case
from bot.flows.outbox import Letter
from bot.handlers._answering import shown_case
from bot.handlers._on import On
from bot.handlers.news import permalink
from bot.rules.inbox import Act


def register(on: On) -> None:
    """The card of a conversation, and the topics that `bot.flows.casework` writes."""
    on.card(casework.SUBJECT)(conversation_card)
    on.topic(casework.ALERT)(conversation_card)
    on.topic(casework.THREAD)(in_thread)
    on.topic(casework.PERSON)(to_person)
    on.topic(casework.ESCALATED)(to_asked)
    on.topic(casework.REPLY)(of_reply)
    on.topic(casework.UNREAD)(unread)


async def conversation_card(desk: Desk, letter: Letter) -> Message | None:
    """The card as the conversation stands now; nothing once it is gone."""
    case = await _case(desk, letter)
    return card(shown_case(case)) if case else None


async def in_thread(desk: Desk, letter: Letter) -> Message | None:
    """A line in the thread of the card: the customer wrote again, or somebody asks others to look."""
    case = await _case(desk, letter)
    if case is None:
        return None
    if letter.facts.get("what") == Act.ESCALATE:
        return inbox_news.escalated_line(shown_case(case), _thread_of(case, letter))
    return await _wrote(desk, letter, case)


async def to_person(desk: Desk, letter: Letter) -> Message | None:
    """A direct message to who has, or had, the conversation."""
    case = await _case(desk, letter)
    if case is None:
        return None
    if letter.facts.get("what") == Act.WRITE:
        return await _wrote(desk, letter, case)
    return inbox_news.to_person(shown_case(case), letter.facts, await permalink(desk, case.channel, case.card_ts))


async def to_asked(desk: Desk, letter: Letter) -> Message | None:
    """A direct message to who is asked to look."""
    case = await _case(desk, letter)
    if case is None:
        return None
    return inbox_news.escalation(shown_case(case), await permalink(desk, case.channel, case.card_ts))


async def of_reply(desk: Desk, letter: Letter) -> Message | None:
    """An answer asks what becomes of it: in the thread of the card, and to who wrote it."""
    case = await _case(desk, letter)
    reply = next((one for one in case.replies if one.id == letter.facts.get("reply")), None) if case else None
    if case is None or reply is None:
        return None
    link = await permalink(desk, case.channel, case.card_ts)
    return inbox_news.reply_asks(shown_case(case), reply, link, _thread_of(case, letter))


async def unread(desk: Desk, letter: Letter) -> Message | None:
    """A direct message to those who set Trellis up: an account cannot be read."""
    try:
        account = await desk.read(inbox.account, letter.scope, letter.about)
    except NotFound:
        return None
    return inbox_news.unread(account, str(letter.facts.get("why", "")))


async def _wrote(desk: Desk, letter: Letter, case: Case) -> Message | None:
    try:
        written = await desk.read(inbox.message, letter.scope, int(letter.facts.get("message", 0)))
    except NotFound:
        return None
    return inbox_news.wrote_again(shown_case(case), written, letter.facts, _thread_of(case, letter))


def _thread_of(case: Case, letter: Letter) -> str:
    """The card's `ts` where the letter goes to the card's channel."""
    return case.card_ts if letter.place == case.channel else ""


async def _case(desk: Desk, letter: Letter) -> Case | None:
    try:
        return await desk.read(inbox.view, letter.scope, letter.about)
    except NotFound:
        return None
