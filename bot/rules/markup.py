"""The pieces of Slack markup that a sentence may carry: a person, a channel, a moment."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.errors import Mrkdwn


def mention(person: str) -> Mrkdwn:
    """A Slack user id as people see it; "Trellis" for the clock's own acts."""
    return Mrkdwn(f"<@{person}>" if person else "Trellis")


def channel_link(channel: str) -> Mrkdwn:
    """A Slack channel id as people see it."""
    return Mrkdwn(f"<#{channel}>")


def moment(at: datetime) -> Mrkdwn:
    """A moment in each reader's own zone (https://docs.slack.dev/messaging/formatting-message-text), UTC elsewhere."""
    fallback = f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return Mrkdwn(f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time}}|{fallback}>")
