"""Runs a decision; when it comes too late, the cards are drawn anew so that everybody sees what is true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.errors import NotFound, Stale
from bot.flows import previews
from bot.handlers._ask import Ask


async def decide(ask: Ask, flow: Callable[..., Any], post_id: int, *about: object) -> Any:
    """`flow(tx, actor, *about, now=…)` on a post. A Stale is raised on, after the post's cards were asked for anew."""
    try:
        return await ask.desk.write(flow, ask.scope, ask.actor, *about, now=ask.now)
    except (Stale, NotFound):
        await ask.desk.write(previews.draw_anew, ask.scope, post_id, now=ask.now)
        raise
