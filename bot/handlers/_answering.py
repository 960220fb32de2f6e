"""The form of an answer, gathered at the edge: rows from the store, length and faults from the network; and counting
while it is typed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from bot.blocks.basics import Block
from bot.blocks.inbox import Shown
from bot.blocks.inbox_forms import Draft, reply_form
from bot.errors import NotFound, Stale
from bot.flows import checks, inbox
from bot.flows.inbox import Case
from bot.handlers._ask import Ask
from bot.rules.content import Content, Segment
from bot.rules.networks import Fault
from bot.slack import SlackError

PACE_SECONDS = 0.7
"""Slack takes about 100 views.update a minute (tier 4), and nobody reads a counter more often."""


def shown_case(case: Case) -> Shown:
    """The rows as blocks want them."""
    return Shown(case.conversation, case.account, case.client, case.messages, case.replies, case.written)


def form_view(ask: Ask, case: Case, text: str = "", problem: str = "") -> Block:
    """The form of an answer to the newest message, with what was typed."""
    weights = checks.weights_of(ask.desk.networks, case.account, (Segment(text),))
    return reply_form(shown_case(case), Draft(text, weights[0] if weights else None, problem))


def faults_in(ask: Ask, case: Case, text: str) -> Sequence[Fault]:
    """What the network would refuse of an answer."""
    found = checks.faults_of(ask.desk.networks, [case.account], Content((Segment(text),)))
    return found.get(case.account.id or 0, ())


@dataclass(frozen=True)
class Counting:
    """The newest keystroke of each form of an answer whose counter and preview are being shown."""

    newest: dict[str, Ask] = field(default_factory=dict)

    async def count(self, ask: Ask) -> None:
        """A key was pressed: show how long it is and what will be sent, at most once in a while; the newest wins."""
        is_shown = ask.view_id in self.newest
        self.newest[ask.view_id] = ask
        if is_shown:
            return
        try:
            shown: Ask | None = None
            while (newest := self.newest[ask.view_id]) is not shown:
                await _show(newest)
                shown = newest
                await asyncio.sleep(PACE_SECONDS)
        finally:
            del self.newest[ask.view_id]


async def _show(ask: Ask) -> None:
    """The same form with its counter; it stays bound to what it was opened on."""
    number = ask.private.partition(".")[0]
    with suppress(Stale, NotFound, SlackError):  # closed or handed in meanwhile: there is nothing to count
        case = await ask.desk.read(inbox.view, ask.scope, int(number) if number.isdecimal() else 0)
        view = form_view(ask, case, ask.typed.text("text"))
        await ask.update({**view, "private_metadata": ask.private})
