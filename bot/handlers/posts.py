"""A post in Slack: its card, kept true, and what can be done with it from there."""

from __future__ import annotations

from bot.blocks.cards import card
from bot.blocks.surfaces import Message
from bot.desk import Desk
from bot.errors import NotFound
from bot.flows.outbox import Letter
from bot.handlers._on import On
from bot.handlers._previews import shown_post


def register(on: On) -> None:
    """The card of a post, and its menu."""
    on.card("post")(post_card)


async def post_card(desk: Desk, letter: Letter) -> Message | None:
    """The card as the post stands now; nothing once the post is gone."""
    try:
        return card(await shown_post(desk, letter.scope, letter.about))
    except NotFound:
        return None
