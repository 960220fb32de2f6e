"""The plain first page: one HTML, one script, one style sheet, and a stream that tells the page what changed."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from aiohttp import web

from bot.sandbox.keys import SLACK
from bot.sandbox.slack import Slack

FILES = Path(__file__).parent / "page"
KINDS = {"/": "index.html", "/page.js": "page.js", "/draw.js": "draw.js", "/page.css": "page.css"}
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: http://127.0.0.1:* http://localhost:*; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
BEAT_SECONDS = 15.0  # a stream without news says so, that the browser sees it is alive
HERE = frozenset({"127.0.0.1", "localhost", "[::1]"})

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add_routes(app: web.Application) -> None:
    for path in KINDS:
        app.router.add_get(path, serve_file)


async def serve_file(request: web.Request) -> web.StreamResponse:
    path = FILES / KINDS[request.path]
    headers = {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
    return web.Response(body=path.read_bytes(), content_type=TYPES[path.suffix], charset="utf-8", headers=headers)


async def serve_stream(request: web.Request) -> web.StreamResponse:
    """GET /client/stream: server-sent events, one for each change."""
    slack = request.app[SLACK]
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    seen = request.headers.get("Last-Event-ID", "")
    with suppress(ConnectionResetError):  # the page was closed
        await _stream(response, slack, int(seen) if seen.isdecimal() else slack.changes.last)
    return response


async def _stream(response: web.StreamResponse, slack: Slack, last: int) -> None:
    await response.write(b": open\n\n")
    while not slack.closing:
        news = await slack.changes.wait(last, BEAT_SECONDS)
        for change in news:
            last = change["n"]
            await response.write(f"id: {last}\ndata: {json.dumps(change)}\n\n".encode())
        if not news:
            await response.write(b": beat\n\n")


@web.middleware
async def only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse requests that another site's page makes: by a foreign Origin, or by a name that was bent to this address."""
    host = request.host.rsplit(":", maxsplit=1)[0] if not request.host.endswith("]") else request.host
    origin = request.headers.get("Origin", "")
    if host not in HERE or (origin and origin != f"http://{request.host}"):
        raise web.HTTPForbidden(text="This address is for this computer only.")
    return await handler(request)
