"""Looks at Slack: the tokens, what they may do, the clock, and the channels that are bound."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime

from bot.desk import Desk, Scope
from bot.errors import SetupFault
from bot.manifest import bot_scopes
from bot.opening import Met, meet
from bot.settings import Settings, Transport
from bot.settings.mends import MENDS
from bot.slack import Slack, SlackError, SlackRefused, told
from bot.store import workspaces as queries
from bot.store.tables import Client

MOST_SKEW_SECONDS = 30
"""Slack takes requests signed up to 5 minutes away, but posts go out by this clock, and people notice half a minute."""
REACH = "Check that this machine reaches Slack, and SLACK_API_URL."
INSTALL_AGAIN = "Give your Slack app the manifest of this version (`python -m bot manifest`) and install it again."
CHANNELS = {"review_channel": "review", "support_channel": "support", "digest_channel": "digest"}


async def slack_faults(slack: Slack | None, settings: Settings, now: datetime) -> tuple[Met | None, list[SetupFault]]:
    """What Slack says of the bot token (None if nothing), and what is wrong with tokens, scopes and clock."""
    if slack is None:
        return None, []
    try:
        met = await meet(slack)
    except SlackRefused as error:
        return None, [_refused("SLACK_BOT_TOKEN", error)]
    except SlackError as error:
        return None, [SetupFault("slack", str(error), REACH)]
    return met, [*_scopes(met), *_clock(met, now), *await _app_token(slack, settings)]


async def channel_faults(desk: Desk, scope: Scope) -> list[SetupFault]:
    """What is wrong with the clients' channels and reviewers: archived, shared, without Trellis, or not chosen."""
    clients = await desk.read(queries.clients, scope)
    faults = [fault for client in clients for fault in _not_chosen(client)]
    seen: set[str] = set()
    for client in clients:
        for field, use in CHANNELS.items():
            channel = getattr(client, field)
            if channel and channel not in seen and desk.slack:
                seen.add(channel)
                faults += await _channel(desk.slack, channel, f"{client.name}'s {use} channel")
    return faults


def _scopes(met: Met) -> Iterator[SetupFault]:
    for scope in sorted(bot_scopes() - met.scopes):
        yield SetupFault(f"scope {scope}", "The Slack app was not given this scope.", INSTALL_AGAIN)


def _clock(met: Met, now: datetime) -> Iterator[SetupFault]:
    try:
        theirs = parsedate_to_datetime(met.date)
    except ValueError:
        return  # no date, or none that can be read: nothing is known of Slack's clock
    behind = round((theirs - now).total_seconds())
    if abs(behind) > MOST_SKEW_SECONDS:
        wrong = f"This machine's clock is {abs(behind)} seconds {'behind' if behind > 0 else 'ahead of'} Slack's."
        yield SetupFault("clock", wrong, "Switch on time synchronisation (NTP), or set the clock.")


async def _app_token(slack: Slack, settings: Settings) -> list[SetupFault]:
    if settings.transport is not Transport.SOCKET or settings.slack_app_token is None:
        return []
    try:
        await told(slack.background.apps_connections_open(app_token=settings.slack_app_token.get_secret_value()))
    except SlackRefused as error:
        return [_refused("SLACK_APP_TOKEN", error)]
    except SlackError as error:
        return [SetupFault("slack", str(error), REACH)]
    return []


def _refused(name: str, error: SlackRefused) -> SetupFault:
    return SetupFault(name, f"Slack refuses it ({error.code}).", MENDS[name])


def _not_chosen(client: Client) -> Iterator[SetupFault]:
    change = f'in Trellis\'s Home tab, or with `python -m bot setup --name "{client.name}"'
    if not client.review_channel:
        yield SetupFault("review channel", f"{client.name} has none.", f"Choose one {change} --review-channel C…`.")
    if not client.reviewers:
        yield SetupFault("reviewers", f"{client.name} has none.", f"Choose somebody {change} --reviewer U…`.")


async def _channel(slack: Slack, channel: str, whose: str) -> list[SetupFault]:
    try:
        answer = await told(slack.background.conversations_info(channel=channel))
    except SlackRefused as error:
        if error.code == "missing_scope":
            return []  # named among the scopes
        wrong = f"{whose} ({channel}) is not there, or Trellis is not in it ({error.code})."
        return [
            SetupFault("channel", wrong, "Invite Trellis there with `/invite @trellis`, or choose another channel.")
        ]
    except SlackError as error:
        return [SetupFault("slack", str(error), REACH)]
    found = answer.get("channel")
    return list(_state(found, whose)) if isinstance(found, dict) else []


def _state(found: dict[str, object], whose: str) -> Iterator[SetupFault]:
    name = f"#{found.get('name') or found.get('id')}"
    if found.get("is_archived"):
        yield SetupFault(f"channel {name}", f"{whose} is archived.", "Choose another one, or unarchive it.")
    elif not found.get("is_member"):
        yield SetupFault(f"channel {name}", f"Trellis is not in {whose}.", "Type `/invite @trellis` there.")
    if found.get("is_ext_shared"):
        wrong = f"{whose} is shared with another company, and what Trellis says there is internal."
        yield SetupFault(f"channel {name}", wrong, "Choose a channel that only your own people are in.")
