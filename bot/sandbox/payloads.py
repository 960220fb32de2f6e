"""The payloads that Slack sends when a person acts, field by field as Slack words them."""

from __future__ import annotations

from typing import Any

from bot.sandbox.answers import Json
from bot.sandbox.inputs import STATE, Placed, state_values
from bot.sandbox.records import Channel, Message
from bot.sandbox.screens import View
from bot.sandbox.slack import Slack


def command(slack: Slack, user: str, channel: Channel, name: str, text: str) -> Json:
    """The form of a slash command; all values are strings, as a form has them."""
    workspace = slack.workspace
    url = slack.response_urls.issue(user, channel.id)
    return {
        "token": "unused",
        "team_id": workspace.team,
        "team_domain": workspace.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user,
        "user_name": workspace.users[user].name,
        "command": name,
        "text": text,
        "api_app_id": workspace.app.id,
        "is_enterprise_install": "false",
        "response_url": f"{slack.base}/response/{url.secret}",
        "trigger_id": slack.triggers.issue(user),
    }


def shortcut(slack: Slack, user: str, callback_id: str) -> Json:
    """A global shortcut: no channel and no response_url."""
    return common(slack, user, "shortcut") | {
        "action_ts": slack.clock.stamp(),
        "callback_id": callback_id,
        "trigger_id": slack.triggers.issue(user),
    }


def message_shortcut(slack: Slack, user: str, callback_id: str, channel: Channel, message: Message) -> Json:
    url = slack.response_urls.issue(user, channel.id, message.ts)
    return common(slack, user, "message_action") | {
        "action_ts": slack.clock.stamp(),
        "callback_id": callback_id,
        "trigger_id": slack.triggers.issue(user),
        "response_url": f"{slack.base}/response/{url.secret}",
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message_ts": message.ts,
        "message": message.as_json(),
    }


def block_actions_in_message(slack: Slack, user: str, message: Message, placed: Placed, entry: Json) -> Json:
    """A press in a message. Of an ephemeral one Slack tells the place but not the message."""
    channel = slack.workspace.channels[message.channel]
    url = slack.response_urls.issue(user, channel.id, message.ts)
    typed = slack.screens.typed.get((user, channel.id, message.ts), {})
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": bool(message.only_for),
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = common(slack, user, "block_actions") | {
        "container": container,
        "trigger_id": slack.triggers.issue(user),
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "state": {"values": state_values(message.blocks, typed)},
        "response_url": f"{slack.base}/response/{url.secret}",
        "actions": [action(slack, placed, entry)],
    }
    return payload if message.only_for else payload | {"message": message.as_json()}


def block_actions_in_view(slack: Slack, view: View, placed: Placed, entry: Json) -> Json:
    """A press in a form or in App Home: no channel and no response_url."""
    from_form = view.id if view.content["type"] == "modal" else ""
    whole = view.as_json(slack.workspace)
    return common(slack, view.user, "block_actions") | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": slack.triggers.issue(view.user, from_form),
        "view": whole,
        "state": whole["state"],
        "actions": [action(slack, placed, entry)],
    }


def suggestion(slack: Slack, user: str, placed: Placed, typed: str, within: View | Message) -> Json:
    """What an external select asks while the person types."""
    payload = common(slack, user, "block_suggestion") | {
        "action_id": placed.action_id,
        "block_id": placed.block_id,
        "value": typed,
    }
    if isinstance(within, View):
        return payload | {
            "view": within.as_json(slack.workspace),
            "container": {"type": "view", "view_id": within.id},
        }
    channel = slack.workspace.channels[within.channel]
    return payload | {
        "container": {"type": "message", "message_ts": within.ts, "channel_id": channel.id},
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message": within.as_json(),
    }


def view_submission(slack: Slack, view: View) -> Json:
    return common(slack, view.user, "view_submission") | {
        "trigger_id": slack.triggers.issue(view.user, view.id),
        "view": view.as_json(slack.workspace),
        "response_urls": _modal_response_urls(slack, view),
    }


def view_closed(slack: Slack, view: View, *, is_cleared: bool) -> Json:
    return common(slack, view.user, "view_closed") | {
        "view": view.as_json(slack.workspace),
        "is_cleared": is_cleared,
    }


def common(slack: Slack, user: str, kind: str) -> Json:
    """What every interaction carries. `team` is the app's; a stranger's own team is in `user`."""
    workspace = slack.workspace
    person = workspace.users[user]
    return {
        "type": kind,
        "token": "unused",
        "api_app_id": workspace.app.id,
        "team": {"id": workspace.team, "domain": workspace.domain},
        "user": {"id": user, "username": person.name, "name": person.name, "team_id": person.team},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def action(slack: Slack, placed: Placed, entry: Json) -> Json:
    """One entry of `actions`."""
    element = placed.element
    whole: Json = {"type": element["type"], "action_id": placed.action_id, "block_id": placed.block_id}
    copied = {name: element[name] for name in ("text", "value", "style", "placeholder") if name in element}
    if element["type"] not in {"button", "workflow_button", "icon_button"}:
        copied.pop("value", None)
        copied.pop("text", None)
    return copied | whole | entry | {"action_ts": slack.clock.stamp()}


def channel_name(channel: Channel) -> str:
    if channel.partner:
        return "directmessage"
    return "privategroup" if channel.is_private else channel.name


def _modal_response_urls(slack: Slack, view: View) -> list[Json]:
    """One for each channel that was chosen in a select with `response_url_enabled`."""
    urls: list[Json] = []
    values: dict[str, Any] = state_values(view.blocks, view.typed)
    for block in view.blocks:
        element = block.get("element", {})
        if block["type"] != "input" or not element.get("response_url_enabled"):
            continue
        chosen = values[block["block_id"]][element["action_id"]][STATE[element["type"]][0]]
        if chosen:
            url = slack.response_urls.issue(view.user, chosen)
            where = {"block_id": block["block_id"], "action_id": element["action_id"], "channel_id": chosen}
            urls.append(where | {"response_url": f"{slack.base}/response/{url.secret}"})
    return urls
