"""Puts the stand-in together and serves it on one port: Web API, Socket Mode, addresses, control API and page."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from bot.sandbox import addresses, client_api, control_api, first_page, web_api
from bot.sandbox.cast import default_workspace
from bot.sandbox.changes import Changes
from bot.sandbox.clock import Clock
from bot.sandbox.delivery import ACK_SECONDS, RETRY_DELAYS, Post
from bot.sandbox.faults import Faults
from bot.sandbox.http_mode import HttpMode
from bot.sandbox.ids import long_token
from bot.sandbox.keys import SLACK
from bot.sandbox.rates import Rates
from bot.sandbox.screens import Screens
from bot.sandbox.slack import Slack, Tokens
from bot.sandbox.socket_mode import SocketMode
from bot.sandbox.tickets import ResponseUrls, Triggers
from bot.sandbox.workspace import Workspace

LARGEST_BODY = 25_000_000  # bytes
STOP_SECONDS = 1.0


@dataclass(frozen=True)
class SlackServer:
    """A running stand-in. `slack` is its inside: for the process that started it, never for tests of the app."""

    url: str
    bot_token: str
    app_token: str
    signing_secret: str
    slack: Slack
    runner: web.AppRunner

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    def addresses(self) -> dict[str, str]:
        """What a program needs to use this as its Slack."""
        return {
            "url": self.url,
            "api_url": self.api_url,
            "bot_token": self.bot_token,
            "app_token": self.app_token,
            "signing_secret": self.signing_secret,
        }

    async def close(self) -> None:
        self.slack.closing = True
        self.slack.changes.add("closing")
        await self.slack.post.close()
        await self.slack.socket_mode.close()
        await self.runner.cleanup()


async def serve_slack(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    workspace: Workspace | None = None,
    events_url: str = "",
    plaza_url: str = "",
    rate_limits: bool = True,
    ack_seconds: float = ACK_SECONDS,
    retry_delays: tuple[float, ...] = RETRY_DELAYS,
) -> SlackServer:
    """Start the stand-in. With `events_url` it delivers over HTTP, else over Socket Mode. Port 0 picks a free one.

    `ack_seconds` and `retry_delays` are Slack's; a test about something else may shorten them.
    """
    slack = _assemble(workspace or default_workspace(), events_url, rate_limits, ack_seconds, retry_delays)
    slack.plaza = plaza_url
    runner = web.AppRunner(application(slack), shutdown_timeout=STOP_SECONDS, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    bound = runner.addresses[0][1]
    slack.base = slack.socket_mode.base = f"http://{host}:{bound}"
    tokens = slack.tokens
    return SlackServer(slack.base, tokens.bot, tokens.app, tokens.signing_secret, slack, runner)


def application(slack: Slack) -> web.Application:
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[first_page.only_from_here])
    app[SLACK] = slack
    app.router.add_route("GET", "/api/{method}", web_api.serve_call)
    app.router.add_post("/api/{method}", web_api.serve_call)
    app.router.add_get("/link/", slack.socket_mode.serve)
    app.router.add_post("/response/{secret}", addresses.serve_response_url)
    app.router.add_post("/upload/v1/{ticket}", addresses.serve_upload)
    app.router.add_get("/files-pri/{file}/{secret}", addresses.serve_download)
    app.router.add_get("/files-pri/{file}/{secret}/download", addresses.serve_download)
    app.router.add_get("/client/changes", client_api.serve_changes)
    app.router.add_get("/client/stream", first_page.serve_stream)
    app.router.add_post("/client/upload", client_api.serve_upload)
    app.router.add_post("/client/control/{deed}", control_api.serve_deed)
    app.router.add_get("/client/file/{file}", client_api.serve_file)
    app.router.add_get("/client/{what}", client_api.serve_seen)
    app.router.add_post("/client/{act}", client_api.serve_act)
    first_page.add_routes(app)
    return app


def _assemble(
    workspace: Workspace, events_url: str, rate_limits: bool, ack_seconds: float, retry_delays: tuple[float, ...]
) -> Slack:
    tokens = Tokens(f"xoxb-{long_token()}", f"xapp-1-{workspace.app.id}-{long_token()}", long_token())
    clock, faults = Clock(), Faults()
    socket_mode = SocketMode(workspace.app.id, ack_seconds)
    courier = HttpMode(events_url, tokens.signing_secret, ack_seconds) if events_url else socket_mode
    changes = Changes()
    socket_mode.on_change = lambda: changes.add("connection", quiet=True)
    return Slack(
        workspace=workspace,
        tokens=tokens,
        clock=clock,
        changes=changes,
        faults=faults,
        rates=Rates(clock, enforced=rate_limits),
        socket_mode=socket_mode,
        post=Post(courier, faults, retry_delays),
        screens=Screens(),
        triggers=Triggers(clock),
        response_urls=ResponseUrls(clock),
        ack_seconds=ack_seconds,
    )
