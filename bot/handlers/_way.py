"""The way back to whoever asked: the ack, the form, and a private word, whichever Slack still offers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.blocks.basics import Block
from bot.blocks.surfaces import Message
from bot.handlers._payload import Payload, channel_of, first, person_of, word
from bot.slack import Slack, SlackError, told


@dataclass
class Way:
    """The way back of one request. It lives as long as the request does."""

    slack: Slack | None
    body: Payload
    bolt_ack: AsyncAck | None = None
    """None for an event that is run again, long after its ack."""
    on_ack: Callable[[], None] = field(default=lambda: None)
    acked: bool = False

    @property
    def is_form(self) -> bool:
        """Whether it was asked from within a form."""
        return word(self.body, "view", "type") == "modal"

    @property
    def view_id(self) -> str:
        """The view it was asked from."""
        return word(self.body, "view", "id")

    @property
    def trigger(self) -> str:
        """What opens a form, once, within 3 s of the click."""
        return first(word(self.body, "trigger_id"), word(self.body, "interactivity", "pointer"))

    async def ack(self, **said: Any) -> None:
        """Tell Slack that all is well; only the first ack counts."""
        if self.acked:
            return
        self.acked = True
        if self.bolt_ack is not None:
            await self.bolt_ack(**said)
        self.on_ack()

    async def open(self, view: Block) -> dict[str, Any]:
        """Open a form, on top of the form it was asked from; the view as Slack keeps it (`id`, `hash`)."""
        client = self._lent().interactive
        opening = client.views_push if self.is_form else client.views_open
        answer = await told(opening(trigger_id=self.trigger, view=view))
        return dict(answer.get("view") or {})

    async def update(self, view: Block, view_id: str = "", seen: str = "") -> dict[str, Any]:
        """Show another view in place of `view_id` (the one it was asked from); `seen` is the hash that it must have."""
        known = {"hash": seen} if seen else {}
        client = self._lent().interactive
        answer = await told(client.views_update(view_id=view_id or self.view_id, view=view, **known))
        return dict(answer.get("view") or {})

    async def publish_home(self, person: str, view: Block) -> None:
        """Show somebody's Home tab."""
        await told(self._lent().interactive.views_publish(user_id=person, view=view))

    async def say_privately(self, message: Message) -> None:
        """Say something that only who asked can see: by the response URL, in the channel, or as a direct message."""
        slack, url = self._lent(), word(self.body, "response_url")
        body = {"response_type": "ephemeral", "replace_original": False, **_shown(message)}
        if url and await slack.respond(url, body):
            return
        person, channel = person_of(self.body), channel_of(self.body)
        if channel and not channel.startswith("D"):
            try:
                await told(slack.interactive.chat_postEphemeral(channel=channel, user=person, **_shown(message)))
            except SlackError:
                pass  # the bot may not be in that channel
            else:
                return
        if person:
            await told(slack.interactive.chat_postMessage(channel=person, unfurl_links=False, **_shown(message)))

    def _lent(self) -> Slack:
        if self.slack is None:
            raise LookupError("the desk was not lent a way to Slack")
        return self.slack


def _shown(message: Message) -> Mapping[str, Any]:
    blocks: Sequence[Block] = message.blocks
    return {"text": message.text, "blocks": list(blocks)} if blocks else {"text": message.text}


def finished() -> tuple[asyncio.Future[None], Callable[[], None]]:
    """A future, and what settles it however often it is called."""
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def settle() -> None:
        if not future.done():
            future.set_result(None)

    return future, settle
