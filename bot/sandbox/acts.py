"""What a person does outside of forms: commands, shortcuts, messages, App Home; and how a missing ack shows."""

from __future__ import annotations

import html
import re

from bot.sandbox import payloads
from bot.sandbox.addresses import respond
from bot.sandbox.answers import ClientError, Json, Refusal
from bot.sandbox.delivery import Answer
from bot.sandbox.records import Channel, Message, User
from bot.sandbox.slack import Slack

WAS_LATE = "{name} failed with the error “{code}”"


async def run_command(slack: Slack, user: str, channel_id: str, name: str, text: str) -> Json:
    """`/name text` typed into a channel. Raises ClientError when Slack itself would not send it."""
    person, channel = present(slack, user), seen_channel(slack, user, channel_id)
    known = slack.workspace.app.commands
    if person.team != slack.workspace.team:
        raise ClientError("not_for_strangers", f"{name} cannot be used by people from other companies.")
    if not name.startswith("/") or (known is not None and name not in known):
        raise ClientError("unknown_command", f"{name} is not a valid command.")
    escape = known is None or bool(known[name].get("should_escape"))
    sent = escaped(slack, text, with_names=True) if escape else text
    payload = payloads.command(slack, user, channel, name, sent)
    answer = await slack.post.interact("slash_commands", payload, accepts_response=True)
    require_ack(slack, user, answer, name)
    if isinstance(answer.payload, dict) and answer.payload:
        _show_reply(slack, user, channel.id, answer.payload, name)
    return {"ok": True}


async def run_shortcut(slack: Slack, user: str, callback_id: str, channel_id: str = "", ts: str = "") -> Json:
    """A shortcut from the menu (global) or from a message (with channel and ts)."""
    person = present(slack, user)
    known = slack.workspace.app.shortcuts
    kind = "message" if ts else "global"
    if person.team != slack.workspace.team:
        raise ClientError("not_for_strangers", "Shortcuts cannot be used by people from other companies.")
    if known is not None and known.get(callback_id, {}).get("type") != kind:
        raise ClientError("unknown_shortcut", f"There is no {kind} shortcut {callback_id}.")
    if ts:
        channel = seen_channel(slack, user, channel_id)
        message = seen_message(slack, user, channel_id, ts)
        payload = payloads.message_shortcut(slack, user, callback_id, channel, message)
    else:
        payload = payloads.shortcut(slack, user, callback_id)
    answer = await slack.post.interact("interactive", payload, accepts_response=False)
    require_ack(slack, user, answer, callback_id)
    return {"ok": True}


def send_message(
    slack: Slack, user: str, channel_id: str, text: str, thread_ts: str = "", files: list[str] | None = None
) -> Json:
    """A message typed by a person. The app hears of it as it subscribed: message.*, app_mention."""
    person, channel = present(slack, user), seen_channel(slack, user, channel_id)
    if channel.is_archived:
        raise ClientError("is_archived", "This channel is archived.")
    if channel.partner and not slack.workspace.app.messages_tab:
        raise ClientError("messages_tab_disabled", "Sending messages to this app has been turned off.")
    if user not in channel.members:
        raise ClientError("not_in_channel", "Join the channel first.")
    if not text.strip() and not files:
        raise ClientError("no_text", "There is nothing to send.")
    message = Message(
        slack.clock.stamp(), channel.id, user, escaped(slack, text), team=person.team, thread_ts=thread_ts
    )
    for file_id in files or []:
        file = slack.workspace.files.get(file_id)
        if file is None or file.user != user:
            raise ClientError("no_such_file", "That file is not yours or is gone.")
        file.channels.add(channel.id)
        message.files.append(file.as_json(slack.base))
    message.subtype = "file_share" if files else ""
    slack.say(message)
    return {"ok": True, "ts": message.ts}


def open_home(slack: Slack, user: str, tab: str = "home") -> Json:
    """The person clicks on a tab of the app: `home` or `messages`."""
    person = present(slack, user)
    if person.team != slack.workspace.team:
        raise ClientError("not_for_strangers", "Only people of this workspace see the app's pages.")
    if tab == "home" and not slack.workspace.app.home_tab:
        raise ClientError("no_home_tab", "The app has no Home tab.")
    channel = slack.workspace.direct(user)
    home = slack.screens.homes.get(user)
    event: Json = {"type": "app_home_opened", "user": user, "channel": channel.id, "tab": tab}
    if home and tab == "home":
        event["view"] = home.as_json(slack.workspace)
    slack.event(event, channel=channel.id)
    return {"ok": True, "channel": channel.id}


def present(slack: Slack, user: str) -> User:
    """The person who acts. Raises ClientError for one that is unknown or deactivated."""
    person = slack.workspace.users.get(user)
    if person is None or person.is_bot:
        raise ClientError("user_not_found", "There is no such person here.")
    if person.deleted:
        raise ClientError("account_inactive", "This account has been deactivated.")
    return person


def seen_channel(slack: Slack, user: str, channel_id: str) -> Channel:
    channel = slack.workspace.channels.get(channel_id)
    if channel is None or not slack.workspace.may_see(user, channel):
        raise ClientError("channel_not_found", "There is no such channel here.")
    return channel


def seen_message(slack: Slack, user: str, channel_id: str, ts: str) -> Message:
    """A message that this person has on the screen; another's ephemeral one is not."""
    seen_channel(slack, user, channel_id)
    message = slack.workspace.message(channel_id, ts)
    if message is None or (message.only_for and message.only_for != user):
        raise ClientError("message_not_found", "This message is gone.")
    return message


def require_ack(slack: Slack, user: str, answer: Answer, name: str) -> None:
    """Slack shows a person that the app did not answer. Raises ClientError with Slack's code."""
    if not answer.acked:
        slack.changes.add("problem", user=user, code=answer.failure)
        raise ClientError(answer.failure, WAS_LATE.format(name=name, code=answer.failure))


def escaped(slack: Slack, text: str, *, with_names: bool = False) -> str:
    """Typed text as Slack sends it: &, < and > escaped, @names and #channels as ids (in commands with the name)."""
    safe = html.escape(text, quote=False)
    people = {user.name: user.id for user in slack.workspace.users.values()}
    channels = {channel.name: channel.id for channel in slack.workspace.channels.values() if channel.name}

    def mention(found: re.Match[str]) -> str:
        sign, name = found[1], found[2]
        id_ = (people if sign == "@" else channels).get(name)
        if not id_:
            return found[0]
        return f"<{sign}{id_}|{name}>" if with_names else f"<{sign}{id_}>"

    return re.sub(r"(?<!\S)([@#])([a-z0-9_-]+)", mention, safe)


def _show_reply(slack: Slack, user: str, channel: str, reply: Json, name: str) -> None:
    url = slack.response_urls.issue(user, channel)
    try:
        respond(slack, url, reply)
    except Refusal as refusal:
        slack.changes.add("problem", user=user, code=refusal.code)
        raise ClientError("invalid_command_response", WAS_LATE.format(name=name, code=refusal.code)) from None
