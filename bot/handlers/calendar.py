"""`/calendar`: opens it, turns its pages, filters it, and hands out its private feed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from bot.blocks import calendar as blocks
from bot.blocks.decisions import ask_time
from bot.errors import Stale
from bot.flows import calendar as flow
from bot.flows import feeds, posts, schedules
from bot.flows.feeds import Owner
from bot.handlers._ask import OLD_BUTTON, Ask
from bot.handlers._deciding import decide
from bot.handlers._on import Handler, On
from bot.handlers._payload import word
from bot.handlers.approvals import approve
from bot.rules.calendar import FIRST, LAST, Look, Show, View, decode, known_zone
from bot.rules.feeds import token
from bot.rules.people import require_member
from bot.rules.zones import local_day

Change = Callable[[Ask, Look], Look]
"""What a button or menu makes of what somebody looks at."""


def register(on: On) -> None:
    """What the calendar listens to."""
    on.command("/calendar")(calendar)
    on.action("calendar_open", ack_first=True)(calendar)
    for name, change in CHANGES.items():
        on.action(name, ack_first=True)(_looking(change))
    on.action(blocks.TURN_TODAY, ack_first=True)(today)
    on.action(blocks.APPROVE)(approve_here)
    on.action(blocks.MOVE, ack_first=True)(ask_new_time)
    on.view(blocks.TIME)(reschedule_here)
    on.action(blocks.OPEN_FEED, ack_first=True)(feed)
    on.action(blocks.NEW_FEED, ack_first=True)(new_feed)
    on.closed(blocks.CALENDAR)(closed)
    on.closed(blocks.FEED)(closed)


async def calendar(ask: Ask) -> None:
    """`/calendar`, perhaps with a view or a day, or `help`; or a button that opens it."""
    words = ask.text if ask.name == "/calendar" else ""
    if words.lower() in {"help", "?"}:
        await ask.say_privately(blocks.usage())
        return
    board = await ask.desk.read(flow.opening, ask.scope, ask.actor, words, now=ask.now)
    await ask.open(blocks.calendar(board))


async def today(ask: Ask) -> None:
    """The page around today."""
    board = await ask.desk.read(flow.today, ask.scope, ask.actor, _look(ask), now=ask.now)
    await ask.update(blocks.calendar(board))


async def approve_here(ask: Ask) -> None:
    """Approve a post, and show the page as it then is; when somebody was first, that too."""
    try:
        await approve(ask)
        await ask.ack()
    except Stale:
        await _redraw(ask)
        raise
    await _redraw(ask)


async def ask_new_time(ask: Ask) -> None:
    """The form for another time, on top of the calendar."""
    require_member(ask.actor)
    view = await ask.desk.read(posts.view, ask.scope, ask.ticket[0])
    approved = view.post.approval_id is not None
    form = ask_time(view.post, view.version, view.client.zone, approved=approved)
    await ask.open(blocks.new_time(form, _look(ask)))


async def reschedule_here(ask: Ask) -> None:
    """Another time was chosen: the calendar below shows it."""
    carried, _, look = ask.private.partition(":")
    post_id, _, version = carried.partition(".")
    if not (post_id.isdecimal() and version.isdecimal()):
        raise Stale(OLD_BUTTON)
    when = (ask.typed.choice("when"), ask.typed.choice("day"), ask.typed.choice("clock"))
    await decide(ask, schedules.reschedule, int(post_id), int(post_id), int(version), *when)
    await ask.ack()
    board = await ask.desk.read(flow.board, ask.scope, ask.actor, _look(ask, look), now=ask.now)
    await ask.update(blocks.calendar(board), view_id=word(ask.body, "view", "previous_view_id"))


async def feed(ask: Ask) -> None:
    """The person's own address, on top of the calendar."""
    owner = await ask.desk.read(feeds.own, ask.scope, ask.actor)
    await ask.open(blocks.feed(_address(ask, owner)))


async def new_feed(ask: Ask) -> None:
    """Another address; the old one is dead."""
    owner = await ask.desk.write(feeds.renew, ask.scope, ask.actor, now=ask.now)
    await ask.update(blocks.feed(_address(ask, owner)))


async def closed(ask: Ask) -> None:
    """Nothing was typed, so nothing is kept."""


def _looking(change: Change) -> Handler:
    """A button or menu that shows another page, or the same one filtered."""

    async def look(ask: Ask) -> None:
        await _redraw(ask, change)

    return look


async def _redraw(ask: Ask, change: Change = lambda _, look: look) -> None:
    board = await ask.desk.read(flow.board, ask.scope, ask.actor, change(ask, _look(ask)), now=ask.now)
    await ask.update(blocks.calendar(board))


def _look(ask: Ask, text: str | None = None) -> Look:
    here = local_day(ask.now, known_zone(ask.actor.zone))
    return decode(ask.private if text is None else text, here)


def _turned(pages: int) -> Change:
    return lambda ask, look: look.turned(pages, look.day)


def _viewed(ask: Ask, look: Look) -> Look:
    return replace(look, view=View(ask.value), cursor=None) if ask.value in set(View) else look


def _on_day(ask: Ask, look: Look) -> Look:
    ordinal, _ = ask.ticket
    day = date.fromordinal(min(max(ordinal, FIRST.toordinal()), LAST.toordinal()))
    return replace(look, view=View.DAY, day=day, cursor=None)


def _shown(ask: Ask, look: Look) -> Look:
    return replace(look, show=Show(ask.value), cursor=None) if ask.value in set(Show) else look


def _number(ask: Ask) -> int:
    """The id that was chosen; 0 is all."""
    return int(ask.value) if ask.value.isascii() and ask.value.isdigit() else 0


def _address(ask: Ask, owner: Owner) -> str:
    """The feed's address; empty where Trellis has no public one."""
    public = ask.desk.settings.public_url
    return f"{public}/calendar/{token(owner.row, ask.desk.locker.sign(owner.claim))}.ics" if public else ""


CHANGES: Mapping[str, Change] = {
    blocks.TURN_BACK: _turned(-1),
    blocks.TURN_ON: _turned(1),
    blocks.EARLIER: lambda ask, _: _look(ask, ask.value),
    blocks.LATER: lambda ask, _: _look(ask, ask.value),
    blocks.VIEW: _viewed,
    blocks.DAY: _on_day,
    blocks.CLIENT: lambda ask, look: replace(look, client=_number(ask), cursor=None),
    blocks.ACCOUNT: lambda ask, look: replace(look, account=_number(ask), cursor=None),
    blocks.SHOW: _shown,
    blocks.PERSON: lambda ask, look: replace(look, person=ask.typed.choice("person"), cursor=None),
    blocks.ANYBODY: lambda ask, look: replace(look, person="", cursor=None),
}
