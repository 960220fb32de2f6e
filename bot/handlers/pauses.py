"""Stopping publishing in a crisis, and starting it again with a look at what waits."""

from __future__ import annotations

from bot.blocks.basics import Block
from bot.blocks.pauses import FORM, Held, pause_form
from bot.flows import outbox, pauses
from bot.handlers._ask import Ask
from bot.handlers._on import On
from bot.handlers._payload import word
from bot.words import t

HELP = (
    "*/pause* stops publishing: everything, a client, a network or an account. It shows what is paused, what waits "
    "behind it, and lets you resume. What is already being sent is not called back."
)


def register(on: On) -> None:
    """The command and its form."""
    on.command("/pause")(pause)
    on.action("pause_open", ack_first=True)(pause)
    on.action("resume")(resume)
    on.view(FORM)(stop)


async def pause(ask: Ask) -> None:
    """`/pause`, or `/pause help`."""
    if ask.text.lower() in {"help", "?"}:
        await ask.say_privately(t(HELP))
        return
    await ask.open(await _form(ask))


async def stop(ask: Ask) -> None:
    """The form was handed in."""
    scope, _, target = ask.typed.choice("what").partition(":")
    reason = ask.typed.text("reason")
    await ask.desk.write(pauses.pause, ask.scope, ask.actor, scope, target, reason, now=ask.now)
    await ask.ack_update(await _form(ask))


async def resume(ask: Ask) -> None:
    """Let go what a pause holds."""
    await ask.desk.write(pauses.resume, ask.scope, ask.actor, ask.ticket[0], now=ask.now)
    await ask.ack()
    if word(ask.body, "view", "callback_id") == FORM:
        await ask.update(await _form(ask))
    elif ask.view_id:
        await ask.desk.write(outbox.home, ask.scope, ask.actor.person, now=ask.now)


async def _form(ask: Ask) -> Block:
    found = await ask.desk.read(pauses.overview, ask.scope, ask.actor)
    held = [
        Held(one.pause, one.holds, [(row.post, row.account, row.delivery) for row in one.waiting], one.more)
        for one in found.running
    ]
    return pause_form(held, found.clients, found.accounts)
