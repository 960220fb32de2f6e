"""The doctor: looks at settings, Slack, the database and the accounts, and names each fault with its mend.

It changes nothing but what looking changes: an account's session may be refreshed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.desk import EVERYWHERE, Desk, system_clock
from bot.doctor.accounts import account_faults
from bot.doctor.database import database_faults
from bot.doctor.slack import channel_faults, slack_faults
from bot.errors import Faults, SetupFault
from bot.opening import Met, open_desk, slack_of
from bot.settings import Settings
from bot.store import Scope
from bot.store import workspaces as queries

FEEDS_ARE_OFF = "TRELLIS_PUBLIC_URL is not set, so these are off: calendar feeds, and pages for people without Slack."
NO_TOKENS = "There are no Slack tokens, so `run` starts the sandbox."
NOT_MET = "This workspace is not set up yet. Start Trellis once, or run `python -m bot setup`."


@dataclass(frozen=True)
class Report:
    """What the doctor found: faults, which must be mended, and notes on what is off."""

    faults: tuple[SetupFault, ...]
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """For people: a fault a paragraph, its mend below it."""
        told = [f"✗ {fault.name}: {fault.wrong}\n  {fault.mend}" for fault in self.faults]
        told += [f"• {note}" for note in self.notes]
        count = len(self.faults)
        told.append(f"{count} fault{'s' if count > 1 else ''} to mend." if count else "✓ No faults.")
        return "\n".join(told)


async def examine(read: Callable[[], Settings]) -> Report:
    """Look at everything that can be looked at; a fault that hides others is named first."""
    try:
        settings = read()
        return await _examine(settings)
    except Faults as faults:
        return Report(faults.faults, ("The rest can be looked at when this is mended.",))


async def _examine(settings: Settings) -> Report:
    in_database = database_faults(settings)
    if any(fault.hides for fault in in_database):
        in_slack = await _slack_alone(settings)
        return Report((*in_slack, *(found.fault for found in in_database)), tuple(_notes(settings)))
    async with open_desk(settings, await slack_of(settings)) as desk:
        met, in_slack = await slack_faults(desk.slack, settings, desk.now())
        scope = await _scope(desk, met)
        in_channels = await channel_faults(desk, scope) if scope and desk.slack else []
        in_accounts = await account_faults(desk, scope or EVERYWHERE)
    faults = (*in_slack, *(found.fault for found in in_database), *in_channels, *in_accounts)
    notes = [*_notes(settings), *([NOT_MET] if met and scope is None else [])]
    return Report(faults, tuple(notes))


async def _slack_alone(settings: Settings) -> Sequence[SetupFault]:
    slack = await slack_of(settings)
    if slack is None:
        return ()
    try:
        _, faults = await slack_faults(slack, settings, system_clock())
    finally:
        await slack.close()
    return faults


async def _scope(desk: Desk, met: Met | None) -> Scope | None:
    """The workspace of the tokens, if Trellis knows it."""
    if met is None:
        return None
    row = await desk.read(queries.workspace_of, EVERYWHERE, met.team_id, met.enterprise_id)
    return Scope(row.id) if row else None


def _notes(settings: Settings) -> Iterator[str]:
    if not settings.has_slack:
        yield NO_TOKENS
    if not settings.public_url:
        yield FEEDS_ARE_OFF
