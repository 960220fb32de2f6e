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
            shown: Ask | None = None
            while (newest := self.newest[form_id]) is not shown:
                await self._show(newest)
                shown = newest
                await asyncio.sleep(PACE_SECONDS)
        finally:
            del self.newest[form_id]

    async def _show(self, ask: Ask) -> None:
        with suppress(Stale, NotFound, SlackError):  # closed or handed in meanwhile: there is nothing to count
            change = typed_into(ask.typed)
            opened = await ask.desk.write(forms.keep, ask.scope, ask.actor, ask.private, change, now=ask.now)
            if opened.sheet.stage == WRITING:
                await ask.update(await form_view(ask, opened))
