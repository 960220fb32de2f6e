"""chat.*: messages, ephemeral ones too, stored as they were sent and refused as Slack refuses them."""

from __future__ import annotations

from typing import Any

from bot.sandbox.answers import Json, Refusal, invalid
from bot.sandbox.checks import blocks_faults
from bot.sandbox.methods.call import Call, Method
from bot.sandbox.records import Channel, Message
from bot.sandbox.slack import Slack, named

LONGEST_POST = 40_000  # characters; longer texts are cut. https://docs.slack.dev/reference/methods/chat.postMessage
LONGEST_UPDATE = 4_000  # characters; longer texts are refused. https://docs.slack.dev/reference/methods/chat.update
LONGEST_MARKDOWN = 12_000  # characters of markdown_text
MOST_ATTACHMENTS = 100


def post_message(call: Call) -> Json:
    channel = call.place_to_write()
    call.slack.rates.count_post(channel.id)
    message = _composed(call, channel)
    message.metadata = _metadata(call)
    message.unfurl = {name: call.flag(name) for name in ("unfurl_links", "unfurl_media") if name in call.args}
    call.slack.say(message)
    return {"ok": True, "channel": channel.id, "ts": message.ts, "message": message.as_json(with_metadata=True)}


def post_ephemeral(call: Call) -> Json:
    channel = call.place_to_write()
    user = call.user()
    if user.id not in channel.members:
        raise Refusal("user_not_in_channel")
    message = _composed(call, channel)
    message.only_for = user.id
    call.slack.say(message)
    return {"ok": True, "message_ts": message.ts}


def update(call: Call) -> Json:
    """New text and blocks. Text without blocks removes the blocks; only a change without blocks shows as edited."""
    slack, channel = call.slack, call.channel()
    message = call.own_message(channel, call.required("ts"), "cant_update_message")
    if channel.is_archived:
        raise Refusal("is_archived")
    content = _content(call)
    if len(content["text"]) > LONGEST_UPDATE:
        raise Refusal("msg_too_long")
    text_given = "text" in call.args or "markdown_text" in call.args
    message.text = content["text"] if text_given else message.text
    message.blocks = content["blocks"] if call.args.get("blocks") is not None or text_given else message.blocks
    message.attachments = content["attachments"] if text_given or content["attachments"] else message.attachments
    if "metadata" in call.args:
        message.metadata = _metadata(call)
    if not message.blocks:
        message.edited = {"user": slack.workspace.app.bot_user, "ts": slack.clock.stamp()}
    slack.note_message("message_changed", message)
    return {
        "ok": True,
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": message.as_json(with_metadata=True),
    }


def delete(call: Call) -> Json:
    channel = call.channel()
    message = call.own_message(channel, call.required("ts"), "cant_delete_message")
    call.slack.workspace.drop(message)
    call.slack.note_message("message_deleted", message)
    return {"ok": True, "channel": channel.id, "ts": message.ts}


def get_permalink(call: Call) -> Json:
    channel = call.channel()
    ts = call.required("message_ts")
    message = call.slack.workspace.message(channel.id, ts)
    if message is None or message.only_for:
        raise Refusal("message_not_found")
    address = f"{call.slack.base}/archives/{channel.id}/p{ts.replace('.', '')}"
    if message.thread_ts and message.thread_ts != ts:
        address += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"ok": True, "channel": channel.id, "permalink": address}


def app_message(slack: Slack, channel: str, content: Json) -> Message:
    """A message from the app, not yet said."""
    app = slack.workspace.app
    return Message(
        ts=slack.clock.stamp(),
        channel=channel,
        user=app.bot_user,
        text=content["text"][:LONGEST_POST],
        blocks=content["blocks"],
        attachments=content["attachments"],
        bot_id=app.bot_id,
        app_id=app.id,
        team=slack.workspace.team,
    )


def checked_content(text: str, blocks: Any, attachments: Any) -> Json:
    """Text, blocks and attachments ready to be kept. Raises Refusal for what Slack would not take."""
    attachments = attachments or []
    if not isinstance(attachments, list) or not all(isinstance(one, dict) for one in attachments):
        raise Refusal("invalid_attachments")
    if len(attachments) > MOST_ATTACHMENTS:
        raise Refusal("too_many_attachments")
    if blocks is not None:
        faults = blocks_faults(blocks, "message")
        if faults:
            raise invalid("invalid_blocks", faults)
    for at, attachment in enumerate(attachments):
        nested = attachment.get("blocks")
        faults = blocks_faults(nested, "message", f"/attachments/{at}/blocks") if nested is not None else []
        if faults:
            raise invalid("invalid_attachments", faults)
    return {"text": text, "blocks": named(blocks or []), "attachments": attachments}


def _composed(call: Call, channel: Channel) -> Message:
    content = _content(call)
    if not content["text"] and not content["blocks"] and not content["attachments"]:
        raise Refusal("no_text")
    message = app_message(call.slack, channel.id, content)
    thread = call.text("thread_ts")
    if thread:
        parent = call.slack.workspace.message(channel.id, thread)
        if parent is None:
            raise Refusal("thread_not_found")
        parent.thread_ts = parent.thread_ts or parent.ts
        message.thread_ts = parent.thread_ts
        message.subtype = "thread_broadcast" if call.flag("reply_broadcast") else ""
    return message


def _content(call: Call) -> Json:
    blocks = call.structure("blocks", "invalid_blocks_format")
    markdown = call.text("markdown_text")
    if markdown and (blocks or call.text("text")):
        raise Refusal("markdown_text_conflict")
    if len(markdown) > LONGEST_MARKDOWN:
        raise Refusal("msg_too_long")
    if blocks is not None and not isinstance(blocks, list):
        raise Refusal("invalid_blocks_format")
    return checked_content(call.text("text") or markdown, blocks, call.structure("attachments", "invalid_attachments"))


def _metadata(call: Call) -> Json | None:
    metadata = call.structure("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        raise Refusal("invalid_metadata_format")
    if metadata.get("entities"):
        return metadata
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise Refusal("invalid_metadata_format")
    return metadata


METHODS = {
    "chat.postMessage": Method(post_message, ("chat:write",)),
    "chat.postEphemeral": Method(post_ephemeral, ("chat:write",)),
    "chat.update": Method(update, ("chat:write",)),
    "chat.delete": Method(delete, ("chat:write",)),
    "chat.getPermalink": Method(get_permalink),
}
