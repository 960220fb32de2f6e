"""Asks Slack of the channels that were chosen: Trellis posts only where it is, and never where strangers read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot.errors import BadInput
from bot.handlers._ask import Ask
from bot.handlers._payload import at
from bot.slack import SlackRefused, told

NOT_IN_IT = "Trellis is not in that channel. Write /invite @Trellis in it, then press Save again."
ARCHIVED = "That channel is archived. Choose another one, or bring it back first."
SHARED = "People of another company read that channel. Choose one that is yours alone."
UNSEEN = "Slack does not let Trellis look at that channel ({code}). Choose another one."
HIDDEN = {"channel_not_found", "not_in_channel"}
"""Slack's word for a private channel that the bot is not in is that there is none."""


async def require_channels(ask: Ask, chosen: Mapping[str, str]) -> None:
    """Refuse, at its field, a channel that Trellis cannot or must not post in; an empty one was not chosen."""
    await asyncio.gather(*(_require(ask, field, channel) for field, channel in chosen.items() if channel))


async def _require(ask: Ask, field: str, channel: str) -> None:
    if ask.desk.slack is None:
        return
    try:
        answer = await told(ask.desk.slack.interactive.conversations_info(channel=channel))
    except SlackRefused as refused:
        raise BadInput(field, NOT_IN_IT if refused.code in HIDDEN else UNSEEN, code=refused.code) from None
    known = at(answer, "channel")
    if at(known, "is_archived"):
        raise BadInput(field, ARCHIVED)
    if at(known, "is_ext_shared") or at(known, "is_pending_ext_shared"):
        raise BadInput(field, SHARED)
    if not at(known, "is_member"):
        raise BadInput(field, NOT_IN_IT)
