"""The control API under /client/: what the page and the tests use to be a person, and to play faults.

POST bodies and answers are JSON. A refusal by Slack's client has status 200 and `ok: false`, as a person meets it:
`error` is a code, `sentence` what the person reads, `fields` the words beside each input.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.sandbox import acts, pressing, seen, submitting
from bot.sandbox.addresses import keep_file
from bot.sandbox.answers import ClientError, Json
from bot.sandbox.ids import new_id
from bot.sandbox.keys import SLACK
from bot.sandbox.slack import Slack

LONGEST_WAIT = 30.0  # seconds that one request for changes may hang
LARGEST_UPLOAD = 20_000_000  # bytes

SHOWN_TYPES = frozenset({"image/jpeg", "image/png", "image/gif"})
"""Files that Slack shows in blocks (https://docs.slack.dev/reference/block-kit/composition-objects/slack-file-object)."""

Act = Callable[[Slack, str, Json], Awaitable[Json]]


async def _command(slack: Slack, user: str, told: Json) -> Json:
    return await acts.run_command(slack, user, word(told, "channel"), word(told, "command"), word(told, "text", ""))


async def _shortcut(slack: Slack, user: str, told: Json) -> Json:
    channel, ts = word(told, "channel", ""), word(told, "ts", "")
    return await acts.run_shortcut(slack, user, word(told, "callback_id"), channel, ts)


async def _message(slack: Slack, user: str, told: Json) -> Json:
    files = told.get("files") or []
    if not isinstance(files, list):
        raise KeyError("files")
    text, thread = word(told, "text", ""), word(told, "thread_ts", "")
    return acts.send_message(slack, user, word(told, "channel"), text, thread, [str(file) for file in files])


async def _home(slack: Slack, user: str, told: Json) -> Json:
    return acts.open_home(slack, user, word(told, "tab", "home"))


async def _fill(slack: Slack, user: str, told: Json) -> Json:
    return pressing.fill(slack, user, told)


ACTS: dict[str, Act] = {
    "command": _command,
    "shortcut": _shortcut,
    "message": _message,
    "open-home": _home,
    "act": pressing.act,
    "fill": _fill,
    "suggest": pressing.suggest,
    "submit": submitting.submit,
    "close": submitting.close,
}


async def serve_act(request: web.Request) -> web.StreamResponse:
    """POST /client/{act}: do one thing as `user`."""
    act = ACTS.get(request.match_info["act"])
    if act is None:
        return web.json_response({"ok": False, "error": "unknown_act"}, status=404)
    told = await request_body(request)
    try:
        done = await act(request.app[SLACK], str(told.get("user")), told)
    except ClientError as problem:
        return web.json_response(problem.as_json())
    except KeyError as missing:
        return web.json_response({"ok": False, "error": "missing", "sentence": f"Missing: {missing}."}, status=400)
    return web.json_response(done)


async def serve_upload(request: web.Request) -> web.StreamResponse:
    """POST /client/upload?user=…&name=…: the raw bytes of a file that a person chose."""
    slack = request.app[SLACK]
    try:
        person = acts.present(slack, request.query.get("user", ""))
    except ClientError as problem:
        return web.json_response(problem.as_json())
    content = await request.read()
    file = keep_file(slack, new_id("F"), request.query.get("name") or "file", content, person.id)
    return web.json_response({"ok": True, "file": file.id})


async def serve_file(request: web.Request) -> web.StreamResponse:
    """GET /client/file/{file}: a picture as Slack's own client shows it; whatever is no picture is not served."""
    file = request.app[SLACK].workspace.files.get(request.match_info["file"])
    if file is None or file.mimetype not in SHOWN_TYPES:
        return web.Response(status=404, text="not found")
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'"}
    return web.Response(body=file.content, content_type=file.mimetype, headers=headers)


async def serve_seen(request: web.Request) -> web.StreamResponse:
    """GET /client/{people,channels,messages,views,home}?user=…&channel=…"""
    slack, user = request.app[SLACK], request.query.get("user", "")
    shows: dict[str, Callable[[], Any]] = {
        "people": lambda: seen.people(slack),
        "channels": lambda: seen.channels(slack, user),
        "messages": lambda: seen.messages(slack, user, request.query.get("channel", "")),
        "views": lambda: seen.views(slack, user),
        "home": lambda: seen.home(slack, user),
        "about": lambda: {"team": slack.workspace.name, "app": slack.workspace.app.name, "plaza": slack.plaza},
        "commands": lambda: list((slack.workspace.app.commands or {}).values()),
        "shortcuts": lambda: list((slack.workspace.app.shortcuts or {}).values()),
    }
    show = shows.get(request.match_info["what"])
    if show is None:
        return web.json_response({"ok": False, "error": "not_found"}, status=404)
    try:
        shown = show()
    except ClientError as problem:
        return web.json_response(problem.as_json())
    return web.json_response({"ok": True, "last": slack.changes.last, "shown": shown})


async def serve_changes(request: web.Request) -> web.StreamResponse:
    """GET /client/changes?after=N&wait=S: the changes after number N, as soon as there is one."""
    slack = request.app[SLACK]
    after, seconds = _number(request, "after"), min(_number(request, "wait"), LONGEST_WAIT)
    news = await slack.changes.wait(after, seconds)
    return web.json_response({"ok": True, "last": slack.changes.last, "changes": news})


def word(told: Json, name: str, otherwise: str | None = None) -> str:
    """A text that was sent. Raises KeyError when it is missing and nothing is said otherwise, or is no text."""
    value = told.get(name, otherwise)
    if not isinstance(value, str):
        raise KeyError(name)
    return value


def _number(request: web.Request, name: str) -> float:
    try:
        value = float(request.query.get(name, "0"))
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e15:
        raise web.HTTPBadRequest(text=f"{name} must be a number.")
    return value


async def request_body(request: web.Request) -> Json:
    """The JSON object that was sent. Raises 400 or 415; another site's plain form never gets here."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Send JSON.")
    try:
        body = json.loads(await request.text() or "{}")
    except ValueError:
        raise web.HTTPBadRequest(text="This is no JSON.") from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="Send a JSON object.")
    return body
