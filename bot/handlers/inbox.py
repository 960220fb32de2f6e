"""A customer's conversation in Slack: its card, who takes care of it, and why others should look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.blocks.inbox_forms import ASSIGN, ESCALATE, ask_person, ask_reason
from bot.errors import NotFound, Stale
from bot.flows import inbox, people
from bot.handlers._ask import OLD_BUTTON, Ask
from bot.handlers._on import On
from bot.handlers._reception import profile_of
from bot.rules.inbox import Act
from bot.slack import SlackError, told


def register(on: On) -> None:
    """The buttons of a conversation's card, but for Reply (`bot.handlers.replies`)."""
    on.action("take")(take)
    on.action("assign", ack_first=True)(ask_whom)
    on.view(ASSIGN)(assign)
    on.action("escalate", ack_first=True)(ask_why)
    on.view(ESCALATE)(escalate)
    on.action("close")(close)
    on.action("reopen")(reopen)


async def take(ask: Ask) -> None:
    """I take care of it."""
    await act(ask, inbox.take, ask.ticket[0])


async def close(ask: Ask) -> None:
    """Nothing is left to do."""
    await act(ask, inbox.close, ask.ticket[0])


async def reopen(ask: Ask) -> None:
    """It is not done after all."""
    await act(ask, inbox.reopen, ask.ticket[0])


async def ask_whom(ask: Ask) -> None:
    """The form that asks who takes care of it."""
    case = await ask.desk.read(inbox.look, ask.scope, ask.actor, ask.ticket[0], Act.ASSIGN)
    await ask.open(ask_person(case.conversation))


async def assign(ask: Ask) -> None:
    """Somebody was chosen."""
    person = ask.typed.choice("person")
    await _meet(ask, person)
    await act(ask, inbox.assign, carried(ask), person)


async def ask_why(ask: Ask) -> None:
    """The form that asks why others should look."""
    case = await ask.desk.read(inbox.look, ask.scope, ask.actor, ask.ticket[0], Act.ESCALATE)
    await ask.open(ask_reason(case.conversation))


async def escalate(ask: Ask) -> None:
    """The reason was given."""
    await act(ask, inbox.escalate, carried(ask), ask.typed.text("reason"))


async def act(ask: Ask, flow: Callable[..., Any], conversation_id: int, *about: object) -> Any:
    """`flow(tx, actor, conversation, *about, now=…)`. A Stale is raised on, after the cards were asked for anew."""
    try:
        return await ask.desk.write(flow, ask.scope, ask.actor, conversation_id, *about, now=ask.now)
    except (Stale, NotFound):
        await ask.desk.write(inbox.draw_anew, ask.scope, conversation_id, now=ask.now)
        raise


def carried(ask: Ask) -> int:
    """The conversation that a form was opened for."""
    number = ask.private.partition(".")[0]
    if not number.isdecimal():
        raise Stale(OLD_BUTTON)
    return int(number)


async def _meet(ask: Ask, person: str) -> None:
    """Know whether somebody is a full member before a customer is left to them; Slack's silence is no reason to wait."""
    known = await ask.desk.read(people.known, ask.scope, person)
    if known is not None or not person or ask.desk.slack is None:
        return
    try:
        answer = await told(ask.desk.slack.interactive.users_info(user=person, include_locale=True))
    except SlackError:
        return
    team = str((ask.body.get("team") or {}).get("id") or "")
    await ask.desk.write(people.meet, ask.scope, profile_of(answer.get("user") or {}, person, team, ""), ask.now)
