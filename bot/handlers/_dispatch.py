"""Brings each request to its handler: one dictionary look-up, one task, and one place where errors are caught."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.request.internals import extract_enterprise_id, extract_team_id

from bot.desk import EVERYWHERE, Desk
from bot.errors import NotFound, Refused, Stale
from bot.flows import intake
from bot.flows.intake import OpenEvent
from bot.handlers import _refusals
from bot.handlers._ask import OLD_BUTTON, Ask
from bot.handlers._on import Entry, On
from bot.handlers._payload import Kind, Payload, name_of, pressed, word
from bot.handlers._reception import Reception
from bot.handlers._way import Way, finished
from bot.logs import begin_request
from bot.metrics import ACKS
from bot.words import read_by

LINK = "link"
"""The action of buttons that only open an address: Slack tells of those too, without the address."""
UNKNOWN = {
    Kind.COMMAND: "Trellis does not know this command. Ask the person who runs Trellis to bring its Slack app up to date.",
    Kind.SHORTCUT: "Trellis does not know this shortcut any more. Use `/draft` instead.",
    Kind.VIEW: "This form belongs to an older version of Trellis. Copy what you typed, close it, and open it again.",
}


@dataclass(frozen=True)
class Origin:
    """The workspace that Slack says a request comes from."""

    enterprise: str
    team: str


@dataclass(frozen=True)
class Dispatch:
    """Runs handlers. `running` are those that have not ended."""

    desk: Desk
    on: On
    reception: Reception
    running: set[asyncio.Task[Any]] = field(default_factory=set)

    async def take(
        self, kind: Kind, body: Payload, origin: Origin, ack: AsyncAck, event_row: int | None = None
    ) -> None:
        """Start the handler of a request; returns as soon as it has acked or ended, whichever is first."""
        clock = asyncio.get_running_loop().time
        arrived = clock()
        done, settle = finished()
        way = Way(self.desk.slack, body, ack, on_ack=settle)
        work = self._event(way, origin, event_row) if event_row is not None else self._run(kind, way, origin)
        task = self._track(work)  # a connection that is dropped meanwhile does not end it
        task.add_done_callback(lambda _: settle())
        await done
        ACKS.labels(kind.value).observe(clock() - arrived)

    async def again(self, event: OpenEvent) -> None:
        """Run the handler of an event once more, after its ack was given long ago."""
        body = dict(event.body)
        origin = Origin(extract_enterprise_id(body) or "", extract_team_id(body) or "")
        await self._event(Way(self.desk.slack, body, acked=True), origin, event.id)

    def handles(self, kind: Kind, name: str) -> bool:
        """Whether there is a handler of this name."""
        return self.on.find(kind, name) is not None

    async def drain(self, seconds: float) -> bool:
        """Wait for the running handlers; whether all ended in time. What did not is journalled or lost to its person."""
        if not self.running:
            return True
        _, late = await asyncio.wait(set(self.running), timeout=seconds)
        for task in late:
            task.cancel()
        return not late

    def _track(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work)
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        return task

    async def _event(self, way: Way, origin: Origin, row: int) -> None:
        """Run an event's handler; its row is closed once it has ended, whatever it told the person."""
        if await self._run(Kind.EVENT, way, origin):
            await self.desk.write(intake.close, EVERYWHERE, row, self.desk.now())

    async def _run(self, kind: Kind, way: Way, origin: Origin) -> bool:
        """Run a handler to its end; false if it failed for a reason that may pass."""
        name = name_of(kind, way.body)
        begin_request(slack=kind.value, name=name)
        entry = self.on.find(kind, name)
        if entry is None and not _is_missed(kind, way.body):
            await way.ack()
            return True
        with ExitStack() as reading:
            try:
                if entry is None:
                    raise _unknown(kind)
                await self._handle(entry, kind, way, origin, reading)
                await way.ack()
            except Exception as error:  # noqa: BLE001 - the one place: whatever fails, the person hears of it
                await _refusals.show(way, kind, error)
                return isinstance(error, Refused)
        return True

    async def _handle(self, entry: Entry, kind: Kind, way: Way, origin: Origin, reading: ExitStack) -> None:
        if entry.ack_first:
            await way.ack()
        now = self.desk.now()
        visitor = await self.reception.visitor(way.body, origin.enterprise, origin.team, now)
        reading.enter_context(read_by(visitor.locale, visitor.actor.zone))
        ask = Ask(
            desk=self.desk,
            kind=kind,
            name=name_of(kind, way.body),
            actor=visitor.actor,
            scope=visitor.scope,
            now=now,
            body=way.body,
            way=way,
            locale=visitor.locale,
        )
        await entry.handler(ask)


def open_dispatch(desk: Desk, on: On) -> Dispatch:
    """A dispatch of these handlers, with a reception of its own."""
    return Dispatch(desk, on, Reception(desk))


def _is_missed(kind: Kind, body: Payload) -> bool:
    """Whether somebody waits for an act that nobody handles: not who opens a link, closes a view, or still chooses."""
    if kind is Kind.ACTION:
        act = pressed(body)
        return word(act, "type") in {"button", "overflow"} and not word(act, "url") and name_of(kind, body) != LINK
    return kind in UNKNOWN


def _unknown(kind: Kind) -> Refused:
    return NotFound(UNKNOWN[kind]) if kind in UNKNOWN else Stale(OLD_BUTTON)
