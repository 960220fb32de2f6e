"""The Home tab: shown when somebody opens it, when something on it changed, and after its own buttons."""

from __future__ import annotations

from typing import Any

from bot.blocks import home as blocks
from bot.desk import Desk
from bot.errors import NotFound, Stale
from bot.flows import home as flow
from bot.flows import people
from bot.flows.outbox import Letter
from bot.handlers._ask import OLD_BUTTON, Ask
from bot.handlers._on import Handler, On
from bot.handlers.approvals import approve
from bot.handlers.drafts import discard
from bot.rules.people import Actor
from bot.words import read_by


def register(on: On) -> None:
    """What the Home tab listens to."""
    on.event("app_home_opened")(opened)
    on.action(blocks.APPROVE)(_here(approve))
    on.action(blocks.THROW_AWAY)(_here(discard))
    on.action(blocks.DIGEST_HOUR)(digest_hour)
    on.home(render)


async def opened(ask: Ask) -> None:
    """Somebody looks at the tab."""
    if ask.event.get("tab") == "home":
        await show(ask)


async def digest_hour(ask: Ask) -> None:
    """The hour of the person's own digest, or none."""
    if ask.value != blocks.NO_DIGEST and not ask.value.isdecimal():
        raise Stale(OLD_BUTTON)
    hour = None if ask.value == blocks.NO_DIGEST else int(ask.value)
    await ask.desk.write(flow.choose_digest_hour, ask.scope, ask.actor, hour, now=ask.now)
    await ask.ack()
    await show(ask)


async def show(ask: Ask) -> None:
    """Show the asker's tab as it is now."""
    page = await ask.desk.read(flow.home, ask.scope, ask.actor, now=ask.now)
    await ask.publish_home(blocks.home(page))


async def render(desk: Desk, letter: Letter) -> dict[str, Any]:
    """The tab of the person in the letter, in their own language."""
    known = await desk.read(people.known, letter.scope, letter.place)
    actor = known.actor if known else Actor(person=letter.place, name="")
    with read_by(known.locale if known else "en", actor.zone):
        page = await desk.read(flow.home, letter.scope, actor, now=desk.now())
        return blocks.home(page)


def _here(act: Handler) -> Handler:
    """An act that shows the tab as it is afterwards; when somebody was first, that too."""

    async def acted(ask: Ask) -> None:
        try:
            await act(ask)
            await ask.ack()
        except (Stale, NotFound):
            await show(ask)
            raise
        await show(ask)

    return acted
