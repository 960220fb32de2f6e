"""The Web API over HTTP: reads the arguments, checks token, scopes and rate, runs the method, plays the faults."""

from __future__ import annotations

import asyncio
import json

from aiohttp import web

from bot.sandbox.answers import Json, Refusal
from bot.sandbox.faults import WEB_API, Fault
from bot.sandbox.ids import long_token
from bot.sandbox.keys import SLACK
from bot.sandbox.methods import METHODS
from bot.sandbox.methods.call import Call, Method
from bot.sandbox.slack import Slack

FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


async def serve_call(request: web.Request) -> web.StreamResponse:
    """One call of `/api/{method}`, with whatever fault was armed for it."""
    slack = request.app[SLACK]
    name = request.match_info["method"]
    fault = slack.faults.take(name, WEB_API)
    if fault is None:
        return await _answer(request, slack, name)
    if fault.do == "slow":
        await asyncio.sleep(fault.seconds)
        return await _answer(request, slack, name)
    if fault.do in {"drop_after", "fail_after", "garbage"}:
        await _answer(request, slack, name)
    return _spoilt(request, fault)


def _spoilt(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.do in {"drop_after", "drop_before"}:
        if request.transport:
            request.transport.abort()
        return web.Response(status=500)  # never arrives
    if fault.do == "ratelimit":
        headers = {"Retry-After": str(max(1, round(fault.seconds)))}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
    if fault.do == "garbage":
        return web.Response(body=b"\xff\xfe<html>upstream", content_type="text/html")
    if fault.do == "refuse":
        return web.json_response({"ok": False, "error": fault.error})
    return web.Response(status=fault.status, text="upstream error")


async def _answer(request: web.Request, slack: Slack, name: str) -> web.Response:
    granted = ",".join(sorted(slack.workspace.app.scopes))
    headers = {"X-OAuth-Scopes": granted, "X-Slack-Req-Id": long_token()}
    try:
        body = await _run(request, slack, name)
    except Refusal as refusal:
        return web.json_response(refusal.as_json(), status=refusal.status, headers=headers | refusal.headers)
    return web.json_response(body, headers=headers)


async def _run(request: web.Request, slack: Slack, name: str) -> Json:
    method = METHODS.get(name)
    if method is None:
        raise Refusal("unknown_method", req_method=name)
    args = await _arguments(request)
    _require_token(request, slack, method, args)
    call = Call(slack, name, args)
    call.require_scope(*method.scopes)
    slack.rates.count(name)
    return method.run(call)


async def _arguments(request: web.Request) -> Json:
    """Query, form and JSON body together, as Slack takes them."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            raise Refusal("invalid_json") from None
        if not isinstance(body, dict):
            raise Refusal("json_not_object")
        return args | body
    if request.can_read_body and request.content_type not in FORMS:
        raise Refusal("invalid_post_type")
    form = await request.post()
    return args | {name: value for name, value in form.items() if isinstance(value, str)}


def _require_token(request: web.Request, slack: Slack, method: Method, args: Json) -> None:
    header = request.headers.get("Authorization", "")
    token = header.removeprefix("Bearer ").strip() or str(args.get("token", ""))
    if method.run is METHODS["api.test"].run:
        return
    if not token:
        raise Refusal("not_authed")
    if token not in {slack.tokens.bot, slack.tokens.app}:
        raise Refusal("invalid_auth")
    if slack.tokens.revoked:
        raise Refusal("token_revoked")
    if (token == slack.tokens.app) != method.app_token:
        raise Refusal("not_allowed_token_type")
