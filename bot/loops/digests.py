"""The round that decides daily digests: the clock calls it, the outbox sends what it decided."""

from __future__ import annotations

import structlog

from bot.desk import EVERYWHERE, Desk
from bot.flows import digests
from bot.flows.digests import Place

log = structlog.get_logger(__name__)

SECONDS = 30
"""Between two rounds: a digest comes within half a minute of its hour."""


async def turn(desk: Desk) -> None:
    """Decide every digest that is due, each in a transaction of its own (`scheduler.every(SECONDS, …)`)."""
    due = await desk.read(digests.due, EVERYWHERE, now=desk.now())
    for place in due:
        await _decide(desk, place)
    if due:
        await desk.write(digests.forget_old, EVERYWHERE, now=desk.now())


async def _decide(desk: Desk, place: Place) -> None:
    """What is wrong with one place must not keep the others from their digest; it is due again in the next round."""
    try:
        await desk.write(digests.decide, place.scope, place, now=desk.now())
    except Exception:
        log.exception("digest_failed", workspace=place.workspace_id, place=place.place)
