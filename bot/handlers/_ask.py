"""What a handler is given: who asks what, where, and the ways to answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.blocks.basics import Block, Element, section
from bot.blocks.surfaces import message
from bot.desk import Desk, Scope
from bot.errors import Mrkdwn, Stale
from bot.handlers._payload import Kind, Payload, at, channel_of, first, message_of, value_of, word
from bot.handlers._typed import Typed
from bot.handlers._way import Way
from bot.rules.escaping import from_mrkdwn
from bot.rules.people import Actor
from bot.rules.shortcodes import to_emoji

OLD_BUTTON = "That button belongs to an older version of this message. Look for the newest one, or use `/calendar`."


@dataclass(frozen=True)
class Ask:
    """One request from Slack, ready for a flow: `await ask.desk.write(flow, ask.scope, …, ask.actor, ask.now)`."""

    desk: Desk
    kind: Kind
    name: str
    actor: Actor
    scope: Scope
    now: datetime
    body: Payload
    """As Slack sent it; prefer the pieces below."""
    way: Way
    locale: str = "en"

    @property
    def text(self) -> str:
        """Plain text: what follows a command, or the message that a shortcut or an event is about."""
        typed = first(word(self.body, "text") if self.kind is Kind.COMMAND else "", word(self.event, "text"))
        return to_emoji(from_mrkdwn(typed or word(message_of(self.body), "text"))).strip()

    @property
    def value(self) -> str:
        """What the pressed button, or the chosen option, carries."""
        return value_of(self.body)

    @property
    def ticket(self) -> tuple[int, int]:
        """The id and the version that a button carries (`blocks.basics.ticket`). Raises Stale if it carries none."""
        row, _, version = self.value.partition(".")
        if not (row.isascii() and row.isdigit() and version.isascii() and version.isdigit()):
            raise Stale(OLD_BUTTON)
        return int(row), int(version)

    @property
    def typed(self) -> Typed:
        """The fields of the form, or of the message, as they stand."""
        return Typed.of(at(self.body, "view", "state") or at(self.body, "state"))

    @property
    def private(self) -> str:
        """The form's `private_metadata`: an id of ours."""
        return word(self.body, "view", "private_metadata")

    @property
    def view_id(self) -> str:
        """The form or Home tab it was asked from."""
        return self.way.view_id

    @property
    def view_hash(self) -> str:
        """Which state of that view the person saw."""
        return word(self.body, "view", "hash")

    @property
    def channel(self) -> str:
        """The channel it happened in; empty in forms and the Home tab."""
        return channel_of(self.body)

    @property
    def message_ts(self) -> str:
        """The message that the button stands in, or that the shortcut was used on."""
        return first(word(message_of(self.body), "ts"), word(self.body, "container", "message_ts"))

    @property
    def files(self) -> tuple[Mapping[str, Any], ...]:
        """The files of that message, as Slack describes them."""
        found = at(message_of(self.body), "files")
        return tuple(one for one in found if isinstance(one, Mapping)) if isinstance(found, list) else ()

    @property
    def event(self) -> Payload:
        """The inner event."""
        found = at(self.body, "event")
        return found if isinstance(found, Mapping) else {}

    async def ack(self) -> None:
        """All is well; a form closes."""
        await self.way.ack()

    async def ack_update(self, view: Block) -> None:
        """The form shows this view instead."""
        await self.way.ack(response_action="update", view=view)

    async def ack_options(self, options: Sequence[Element]) -> None:
        """The choices of a menu that asked for them, 100 at most."""
        await self.way.ack(options=list(options)[:100])

    async def open(self, view: Block) -> dict[str, Any]:
        """Open a form, on top of the form it was asked from; the view as Slack keeps it (`id`, `hash`).

        Raises SlackError, which the plumbing tells the person.
        """
        return await self.way.open(view)

    async def update(self, view: Block, view_id: str = "", seen: str = "") -> dict[str, Any]:
        """Show another view in place of `view_id` (the one it was asked from); `seen` is the hash that it must have."""
        return await self.way.update(view, view_id, seen)

    async def publish_home(self, view: Block) -> None:
        """Show the asker's Home tab, at once."""
        await self.way.publish_home(self.actor.person, view)

    async def say_privately(self, text: str = "", blocks: Sequence[Block] = ()) -> None:
        """Say something that only who asked can see; `text` (`words.t`) alone, or blocks that say it all."""
        shown = list(blocks) or [section(text)]
        await self.way.say_privately(message(shown, text if isinstance(text, Mrkdwn) else ""))
