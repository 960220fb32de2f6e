"""files.*: the three steps of an upload, what is known of a file, and who may download it."""

from __future__ import annotations

from bot.sandbox.answers import Json, Refusal
from bot.sandbox.ids import long_token, new_id
from bot.sandbox.methods.call import Call, Method, invalid_argument
from bot.sandbox.methods.chat import app_message
from bot.sandbox.records import File

LARGEST_FILE = 1_000_000_000  # bytes; Slack's own limit on one upload
MOST_CHANNELS = 100  # https://docs.slack.dev/reference/methods/files.completeUploadExternal


def get_upload_url(call: Call) -> Json:
    name, length = call.required("filename"), call.required("length")
    if not length.isdecimal() or int(length) < 1:
        raise invalid_argument("must be a valid length [json-pointer:/length]")
    if int(length) > LARGEST_FILE:
        raise Refusal("file_upload_size_restricted")
    file_id, ticket = new_id("F"), long_token()
    call.slack.uploads[ticket] = {"id": file_id, "name": name, "length": int(length)}
    return {"ok": True, "upload_url": f"{call.slack.base}/upload/v1/{ticket}", "file_id": file_id}


def complete_upload(call: Call) -> Json:
    """Make uploaded files visible; with a channel, as one message there."""
    listed = call.structure("files")
    if not isinstance(listed, list) or not listed:
        raise invalid_argument("missing required field: files")
    files = [_completed(call, entry) for entry in listed]
    for channel_id in _channels(call):
        _share(call, channel_id, files)
    return {"ok": True, "files": [file.as_json(call.slack.base) for file in files]}


def info(call: Call) -> Json:
    file = call.slack.workspace.files.get(call.required("file"))
    if file is None:
        raise Refusal("file_not_found")
    whole = File(**{**vars(file), "external": False})
    return {"ok": True, "file": whole.as_json(call.slack.base), "comments": [], "response_metadata": {}}


def _completed(call: Call, entry: object) -> File:
    if not isinstance(entry, dict) or entry.get("id") not in call.slack.workspace.files:
        raise Refusal("file_not_found")
    file = call.slack.workspace.files[entry["id"]]
    if file.user != call.slack.workspace.app.bot_user or file.channels:
        raise Refusal("file_not_found")
    file.title = entry.get("title") or file.name
    return file


def _channels(call: Call) -> list[str]:
    one, several = call.text("channel_id"), call.text("channels")
    asked = [part for part in (several or one).split(",") if part]
    if len(asked) > MOST_CHANNELS:
        raise Refusal("invalid_channel")
    return asked


def _share(call: Call, channel_id: str, files: list[File]) -> None:
    slack = call.slack
    channel = slack.workspace.channels.get(channel_id)
    if channel is None or slack.workspace.app.bot_user not in channel.members:
        raise Refusal("channel_not_found")
    if channel.is_archived:
        raise Refusal("is_archived")
    for file in files:
        file.channels.add(channel_id)
    content = {"text": call.text("initial_comment"), "blocks": [], "attachments": []}
    message = app_message(slack, channel_id, content)
    message.thread_ts = call.text("thread_ts")
    message.files = [file.as_json(slack.base) for file in files]
    slack.say(message)


METHODS = {
    "files.getUploadURLExternal": Method(get_upload_url, ("files:write",)),
    "files.completeUploadExternal": Method(complete_upload, ("files:write",)),
    "files.info": Method(info, ("files:read",)),
}
