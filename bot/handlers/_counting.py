"""Counts while somebody types: at most one new view in a while for each form, and the newest words win."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from bot.errors import NotFound, Stale
from bot.flows import forms
from bot.handlers._ask import Ask
from bot.handlers._sheets import form_view, typed_into
from bot.rules.sheets import WRITING
from bot.slack import SlackError

PACE_SECONDS = 0.7
"""Slack takes about 100 views.update a minute (tier 4), and nobody reads a counter more often."""


@dataclass(frozen=True)
class Counting:
    """The newest keystroke of each form whose counters are being shown."""

    newest: dict[str, Ask] = field(default_factory=dict)

    async def count(self, ask: Ask) -> None:
        """A key was pressed: show the counters, unless this form's are just being shown; then they follow."""
        form_id = ask.private
        is_shown = form_id in self.newest
        self.newest[form_id] = ask
        if is_shown:
            return
        try:
            await self._follow(form_id)
        finally:
            del self.newest[form_id]

    async def _follow(self, form_id: str) -> None:
        """Show the newest, as long as there is a newer one."""
        shown: Ask | None = None
        hashes: list[str] = []
        while (newest := self.newest[form_id]) is not shown:
            # A key that was pressed before our last view carries an older hash than the one that is there now.
            seen = hashes[-1] if newest.view_hash in hashes else newest.view_hash
            hashes += [seen, await _show(newest, seen) or seen]
            shown = newest
            await asyncio.sleep(PACE_SECONDS)


async def _show(ask: Ask, seen: str) -> str:
    """Show the counters in the view of this hash; its new hash, or empty where another view took its place.

    Whoever handed the form in meanwhile, or changed it with a button, has won.
    """
    with suppress(Stale, NotFound, SlackError):
        change = typed_into(ask.typed)
        opened = await ask.desk.write(forms.keep, ask.scope, ask.actor, ask.private, change, now=ask.now)
        if opened.sheet.stage == WRITING:
            answer = await ask.update(await form_view(ask, opened), seen=seen)
            return str(answer.get("hash") or "")
    return ""
