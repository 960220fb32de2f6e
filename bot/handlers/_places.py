"""Tells who installed Trellis of a place that takes nothing from it."""

from __future__ import annotations

from bot.blocks.basics import section
from bot.blocks.surfaces import Message, message
from bot.desk import Desk
from bot.errors import Mrkdwn
from bot.flows.outbox import PLACE_DEAD, Letter
from bot.handlers._on import On
from bot.words import t


def register(on: On) -> None:
    """Put the courier's own news in words."""
    on.topic(PLACE_DEAD)(place_dead)


async def place_dead(desk: Desk, letter: Letter) -> Message:
    """Which channel or person could not be reached, why, and what to do."""
    place = str(letter.facts.get("place", ""))
    shown = Mrkdwn(f"<#{place}>" if place.startswith(("C", "G")) else f"<@{place}>")
    trouble = t(str(letter.facts.get("trouble", "")))
    return message([section(t("Trellis could not post to {place}. {trouble}", place=shown, trouble=trouble))])
