"""conversations.* and reactions.*: channels, their members, and what was said in them."""

from __future__ import annotations

from bot.sandbox.answers import Json, Refusal
from bot.sandbox.methods.call import Call, Method
from bot.sandbox.records import Channel, Message

KINDS = frozenset({"public_channel", "private_channel", "mpim", "im"})
SCOPE = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}
READ = tuple(f"{prefix}:read" for prefix in SCOPE.values())
HISTORY = tuple(f"{prefix}:history" for prefix in SCOPE.values())
OPEN = ("im:write", "mpim:write", "channels:manage", "groups:write")


def info(call: Call) -> Json:
    channel = _allowed_channel(call, "read")
    workspace = call.slack.workspace
    return {"ok": True, "channel": channel.as_json(workspace.team, workspace.app.bot_user)}


def list_(call: Call) -> Json:
    kinds = set((call.text("types") or "public_channel").split(","))
    if not kinds <= KINDS:
        raise Refusal("invalid_types")
    for kind in sorted(kinds):
        call.require_scope(f"{SCOPE[kind]}:read")
    workspace = call.slack.workspace
    bot = workspace.app.bot_user
    wanted = [
        channel.as_json(workspace.team, bot)
        for channel in workspace.channels.values()
        if _kind(channel) in kinds
        and (_kind(channel) == "public_channel" or bot in channel.members)
        and not (channel.is_archived and call.flag("exclude_archived"))
    ]
    rows, metadata = call.page(wanted)
    return {"ok": True, "channels": rows, "response_metadata": metadata}


def open_(call: Call) -> Json:
    """The direct message with one person."""
    if call.text("channel"):
        channel = call.channel()
    else:
        asked = [user for user in call.text("users").split(",") if user]
        if not asked:
            raise Refusal("users_list_not_supplied")
        if len(asked) != 1:
            raise Refusal("too_many_users")
        user = call.slack.workspace.users.get(asked[0])
        if user is None:
            raise Refusal("user_not_found")
        if user.deleted:
            raise Refusal("user_disabled")
        channel = call.slack.workspace.direct(user.id)
    whole = channel.as_json(call.slack.workspace.team, call.slack.workspace.app.bot_user)
    return {"ok": True, "channel": whole if call.flag("return_im") else {"id": channel.id}}


def members(call: Call) -> Json:
    rows, metadata = call.page([{"id": user} for user in sorted(_allowed_channel(call, "read").members)])
    return {"ok": True, "members": [row["id"] for row in rows], "response_metadata": metadata}


def join(call: Call) -> Json:
    channel = call.channel()
    workspace = call.slack.workspace
    if channel.partner or channel.is_private:
        raise Refusal("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refusal("is_archived")
    channel.members.add(workspace.app.bot_user)
    call.slack.changes.add("channel", channel=channel.id)
    return {"ok": True, "channel": channel.as_json(workspace.team, workspace.app.bot_user)}


def history(call: Call) -> Json:
    """The newest first, without replies in threads and without what only one person sees."""
    rows = [message for message in _readable(call) if _in_channel(message)]
    return _messages(call, list(reversed(_between(call, rows))))


def replies(call: Call) -> Json:
    """A thread with its parent, oldest first."""
    ts = call.required("ts")
    thread = [message for message in _readable(call) if ts in {message.ts, message.thread_ts}]
    if not thread:
        raise Refusal("thread_not_found")
    return _messages(call, _between(call, thread))


def add_reaction(call: Call) -> Json:
    message, name, bot = _reaction(call)
    if bot in message.reactions.get(name, []):
        raise Refusal("already_reacted")
    message.reactions.setdefault(name, []).append(bot)
    call.slack.note_message("message_changed", message)
    return {"ok": True}


def remove_reaction(call: Call) -> Json:
    message, name, bot = _reaction(call)
    if bot not in message.reactions.get(name, []):
        raise Refusal("no_reaction")
    message.reactions[name].remove(bot)
    if not message.reactions[name]:
        del message.reactions[name]
    call.slack.note_message("message_changed", message)
    return {"ok": True}


def _reaction(call: Call) -> tuple[Message, str, str]:
    channel = call.channel()
    message = call.slack.workspace.message(channel.id, call.required("timestamp"))
    if message is None or message.only_for:
        raise Refusal("message_not_found")
    name = call.required("name").strip(":")
    if not name.replace("_", "").replace("-", "").replace("+", "").isalnum():
        raise Refusal("invalid_name")
    return message, name, call.slack.workspace.app.bot_user


def _kind(channel: Channel) -> str:
    if channel.partner:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


def _allowed_channel(call: Call, what: str) -> Channel:
    """A channel of a kind that the app has the scope for: `what` is read or history."""
    channel = call.channel()
    call.require_scope(f"{SCOPE[_kind(channel)]}:{what}")
    return channel


def _readable(call: Call) -> list[Message]:
    channel = _allowed_channel(call, "history")
    if call.slack.workspace.app.bot_user not in channel.members:
        raise Refusal("not_in_channel")
    return [message for message in call.slack.workspace.in_channel(channel.id) if not message.only_for]


def _between(call: Call, rows: list[Message]) -> list[Message]:
    oldest, latest = call.text("oldest", "0"), call.text("latest") or "9999999999.999999"
    try:
        low, high = float(oldest), float(latest)
    except ValueError:
        raise Refusal("invalid_ts_oldest") from None
    if call.flag("inclusive"):
        return [message for message in rows if low <= float(message.ts) <= high]
    return [message for message in rows if low < float(message.ts) < high]


def _in_channel(message: Message) -> bool:
    """Whether it stands in the channel itself: replies do not, unless they were broadcast."""
    return message.thread_ts in {"", message.ts} or message.subtype == "thread_broadcast"


def _messages(call: Call, rows: list[Message]) -> Json:
    with_metadata = call.flag("include_all_metadata")
    page, metadata = call.page([message.as_json(with_metadata=with_metadata) for message in rows])
    more = bool(metadata["next_cursor"])
    return {"ok": True, "messages": page, "has_more": more, "response_metadata": metadata if more else {}}


METHODS = {
    "conversations.info": Method(info, READ),
    "conversations.list": Method(list_, READ),
    "conversations.open": Method(open_, OPEN),
    "conversations.members": Method(members, READ),
    "conversations.join": Method(join, ("channels:join",)),
    "conversations.history": Method(history, HISTORY),
    "conversations.replies": Method(replies, HISTORY),
    "reactions.add": Method(add_reaction, ("reactions:write",)),
    "reactions.remove": Method(remove_reaction, ("reactions:write",)),
}
