"""Puts the web side together and serves it. Every page is bounded, carries strict headers, and fails with a reference."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from aiohttp import web

from bot.desk import Desk
from bot.errors import Faults, SetupFault
from bot.logs import begin_request
from bot.metrics import ERRORS
from bot.web import feed as feed_pages
from bot.web import health
from bot.web.feed import Feed
from bot.web.guard import LARGEST_BODY
from bot.web.health import SlackIsConnected

log = structlog.get_logger(__name__)

STOP_SECONDS = 3.0
"""What a stop waits for requests under way: Slack hangs up after 3 s anyway."""
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "Trellis",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
TRANSPORT_SECURITY = "max-age=31536000"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class WebServer:
    """The running web side. `url` is where it listens, without a trailing slash."""

    url: str
    _runner: web.AppRunner

    async def close(self) -> None:
        """Take no new request, and wait a little for those under way."""
        await self._runner.cleanup()


async def serve_web(
    desk: Desk,
    *,
    slack_is_connected: SlackIsConnected,
    slack_routes: Sequence[web.RouteDef] = (),
    feed: Feed | None = None,
) -> WebServer:
    """Listen on the settings' host and port. Raises Faults when the port is taken.

    `slack_routes` are `bot.web.slack_events.routes` where Slack comes over HTTP; without a `feed` there is none.
    """
    settings = desk.settings
    app = web.Application(middlewares=[_answer_kindly], client_max_size=LARGEST_BODY)
    app.on_response_prepare.append(_strict_headers(secure=settings.public_url.startswith("https://")))
    app.add_routes([*health.routes(desk, slack_is_connected), *slack_routes])
    if feed is not None:
        app.add_routes(feed_pages.routes(feed))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        await runner.cleanup()
        raise Faults([_cannot_listen(settings.host, settings.port, error)]) from None
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return WebServer(f"http://{host}:{runner.addresses[0][1]}", runner)


@web.middleware
async def _answer_kindly(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give each request its reference; what nobody foresaw is logged under it, and only it is shown."""
    reference = begin_request(door="web", page=_page(request))
    try:
        return await handler(request)
    except web.HTTPException as error:
        return web.Response(status=error.status, text=f"{error.reason}.\n", headers=_allowed(error))
    except Exception:
        log.exception("web_request_failed")
        ERRORS.labels("web").inc()
        return web.Response(status=500, text=f"Something went wrong. Tell your Trellis's operator: {reference}\n")


def _page(request: web.Request) -> str:
    """The address without what varies in it: a calendar's token is a secret."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "none"


def _allowed(error: web.HTTPException) -> dict[str, str]:
    return {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}


def _strict_headers(*, secure: bool) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    headers = HEADERS | ({"Strict-Transport-Security": TRANSPORT_SECURITY} if secure else {})

    async def add(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(headers)

    return add


def _cannot_listen(host: str, port: int, error: OSError) -> SetupFault:
    wrong = f"Trellis cannot listen on {host}, port {port}: {error.strerror or error}."
    return SetupFault("PORT", wrong, "Stop the other program, or set another PORT (or HOST).")
