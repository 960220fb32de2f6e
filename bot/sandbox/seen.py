"""What one person sees: their channels, the messages in them, the forms on their screen, and App Home."""

from __future__ import annotations

from bot.sandbox.acts import present, seen_channel
from bot.sandbox.answers import Json
from bot.sandbox.inputs import state_values
from bot.sandbox.records import Message
from bot.sandbox.screens import View
from bot.sandbox.slack import Slack


def people(slack: Slack) -> list[Json]:
    """Everybody one can be, on the page."""
    return [
        {
            "id": user.id,
            "name": user.name,
            "real_name": user.real_name,
            "role": user.role,
            "tz": user.tz,
            "team": user.team,
            "is_stranger": user.team != slack.workspace.team,
            "is_bot": user.is_bot,
            "deleted": user.deleted,
        }
        for user in slack.workspace.users.values()
    ]


def channels(slack: Slack, user: str) -> list[Json]:
    present(slack, user)
    team = slack.workspace.team
    return [
        channel.as_json(team, user)
        for channel in slack.workspace.channels.values()
        if slack.workspace.may_see(user, channel)
    ]


def messages(slack: Slack, user: str, channel_id: str) -> list[Json]:
    """A channel as this person sees it, oldest first: no ephemeral message of another person."""
    seen_channel(slack, user, channel_id)
    return [
        message_json(slack, user, message)
        for message in slack.workspace.in_channel(channel_id)
        if message.only_for in {"", user}
    ]


def message_json(slack: Slack, user: str, message: Message) -> Json:
    typed = slack.screens.typed.get((user, message.channel, message.ts), {})
    whole = message.as_json(with_metadata=True) | {"channel": message.channel}
    return whole | {"changed": message.changed, "values": state_values(message.blocks, typed)}


def views(slack: Slack, user: str) -> list[Json]:
    """The open forms, the top one last."""
    present(slack, user)
    return [view_json(slack, view) for view in slack.screens.stacks.get(user, [])]


def home(slack: Slack, user: str) -> Json | None:
    present(slack, user)
    view = slack.screens.homes.get(user)
    return view_json(slack, view) if view else None


def view_json(slack: Slack, view: View) -> Json:
    return view.as_json(slack.workspace) | {"changed": view.changed, "errors": view.errors, "problem": view.problem}
