"""The addresses that payloads carry: response URLs, upload addresses and private downloads."""

from __future__ import annotations

import json
from mimetypes import guess_type

from aiohttp import web

from bot.sandbox.answers import Json, Refusal
from bot.sandbox.keys import SLACK
from bot.sandbox.methods.chat import app_message, checked_content
from bot.sandbox.records import File, Message
from bot.sandbox.slack import Slack
from bot.sandbox.tickets import ResponseUrl

SIGN_IN = "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body>Sign in</body></html>"


async def serve_response_url(request: web.Request) -> web.StreamResponse:
    """POST to a response_url: a message, a replacement, or a removal."""
    slack = request.app[SLACK]
    try:
        body = json.loads(await request.text())
    except ValueError:
        return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
    if not isinstance(body, dict):
        return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
    try:
        respond(slack, slack.response_urls.use(request.match_info["secret"]), body)
    except Refusal as refusal:
        status = refusal.status if refusal.status != 200 else 400
        return web.json_response(refusal.as_json(), status=status)
    return web.json_response({"ok": True})


def respond(slack: Slack, url: ResponseUrl, body: Json) -> None:
    """Do what an answer to an interaction asks: the ack of a command and a response_url mean the same."""
    source = slack.workspace.message(url.channel, url.message_ts) if url.message_ts else None
    if body.get("delete_original"):
        _delete(slack, source)
        return
    content = checked_content(str(body.get("text") or ""), body.get("blocks"), body.get("attachments"))
    if not content["text"] and not content["blocks"] and not content["attachments"]:
        raise Refusal("no_text")
    if body.get("replace_original") and source:
        source.text, source.blocks, source.attachments = content["text"], content["blocks"], content["attachments"]
        slack.note_message("message_changed", source)
        return
    message = app_message(slack, url.channel, content)
    message.thread_ts = str(body.get("thread_ts") or "")
    if body.get("response_type") != "in_channel":  # ephemeral by default, for the person who acted
        message.only_for = url.user
    slack.say(message)


def _delete(slack: Slack, source: Message | None) -> None:
    if source is None:
        raise Refusal("message_not_found", status=404)
    slack.workspace.drop(source)
    slack.note_message("message_deleted", source)


async def serve_upload(request: web.Request) -> web.StreamResponse:
    """The second step of an upload: the bytes, raw or as a form's file. Once per ticket."""
    slack = request.app[SLACK]
    announced = slack.uploads.get(request.match_info["ticket"])
    if announced is None:
        return web.Response(status=404, text="not found")
    content = await _bytes(request)
    if len(content) != announced["length"]:
        return web.Response(status=400, text=f"expected {announced['length']} bytes, got {len(content)}")
    del slack.uploads[request.match_info["ticket"]]
    keep_file(slack, announced["id"], announced["name"], content, slack.workspace.app.bot_user)
    return web.Response(text=f"OK - {len(content)}")


def keep_file(slack: Slack, id_: str, name: str, content: bytes, user: str) -> File:
    """Store a file. The kind of content is guessed from the name, as Slack guesses it."""
    kind = guess_type(name)[0] or "application/octet-stream"
    file = File(id_, name, name, user, kind, content, int(slack.clock.now()), secret=id_.lower())
    file.external = user in slack.workspace.users and slack.workspace.users[user].team != slack.workspace.team
    slack.workspace.files[id_] = file
    return file


async def serve_download(request: web.Request) -> web.StreamResponse:
    """A private file. Without the app's token Slack shows its sign-in page, with status 200: a trap for the careless."""
    slack = request.app[SLACK]
    file = slack.workspace.files.get(request.match_info["file"])
    if file is None or file.secret != request.match_info["secret"]:
        return web.Response(status=404, text="not found")
    token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    allowed = token == slack.tokens.bot and not slack.tokens.revoked and "files:read" in slack.workspace.app.scopes
    if not allowed:
        return web.Response(text=SIGN_IN, content_type="text/html")
    return web.Response(body=file.content, content_type=file.mimetype)


async def _bytes(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for value in (await request.post()).values():
        if isinstance(value, web.FileField):
            return value.file.read()
    return b""
