"""`/slack/events`: what Slack sends over HTTP, checked on its bytes and then handed to Bolt."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.manifest import EVENTS_PATH
from bot.web.guard import LARGEST_BODY, Turned, require_slack

BODY_SECONDS = 5
"""Slack hangs up after 3 s; who sends a body more slowly is not Slack."""


def routes(app: AsyncApp, signing_secret: str, now: Callable[[], datetime]) -> list[web.RouteDef]:
    """The one address that Slack calls."""
    return [web.post(EVENTS_PATH, _receiver(app, signing_secret, now))]


def _receiver(
    app: AsyncApp, signing_secret: str, now: Callable[[], datetime]
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def receive(request: web.Request) -> web.Response:
        try:
            body = require_slack(request.headers, await _body(request), signing_secret, now())
        except Turned as turned:
            return web.Response(status=turned.status, text=turned.sentence)
        headers: dict[str, str | Sequence[str]] = dict(request.headers.items())
        return _answer(await app.async_dispatch(AsyncBoltRequest(body=body, query="", headers=headers)))

    return receive


async def _body(request: web.Request) -> bytes:
    if (request.content_length or 0) > LARGEST_BODY:
        raise Turned(413, "The request is too large.")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise Turned(413, "The request is too large.") from None
    except TimeoutError:
        raise Turned(408, "The request did not arrive whole.") from None


def _answer(answer: BoltResponse) -> web.Response:
    headers = {name: values[0] for name, values in answer.headers.items() if values and name.lower() != "set-cookie"}
    kind = headers.pop("content-type", "") or ("application/json" if answer.body.startswith("{") else "text/plain")
    return web.Response(
        status=answer.status,
        text=answer.body,
        headers=headers,
        content_type=kind.partition(";")[0].strip(),
        charset="utf-8",
    )
