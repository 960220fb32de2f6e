"""The sandbox: a stand-in Slack and a stand-in network beside Trellis, set up so that a first draft works.

Everything is new at each start: the stand-ins keep nothing, so what Trellis remembered of them would be of no use.
"""

from __future__ import annotations

import asyncio
import fcntl
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer
from pydantic import SecretStr

from bot import manifest
from bot.commands.running import run_trellis, stop_signal
from bot.connecting import connect_account
from bot.desk import EVERYWHERE, Desk, Scope
from bot.errors import Faults, SetupFault
from bot.flows import clients, workspaces
from bot.locker import open_folder
from bot.rules.people import Actor
from bot.sandbox import SlackServer, serve_slack
from bot.sandbox.cast import BEN, DIGEST, REVIEW, SUPPORT, default_workspace
from bot.sandbox.plaza import PlazaServer, serve_plaza
from bot.settings import Settings, Transport

COMMAND_LINE = Actor(person="", name="the sandbox", door="cli")
CLIENT = "Harbour Bakery"
PLAZA_ACCOUNT = "harbour_bakery"
ZONE = "Europe/Vilnius"

WELCOME = """\
Trellis is in its sandbox. Open {slack}
  Ann writes /draft; Ben approves in #social-review; customers write at {plaza}
  Eve can connect Plaza's second account, {handle}, in Home: server {plaza}, token {token}
Nothing leaves this machine, and nothing is kept. Stop it with Ctrl-C."""


@dataclass(frozen=True)
class StandIns:
    """The two servers that stand in for the world."""

    slack: SlackServer
    plaza: PlazaServer


async def run_sandbox(settings: Settings) -> None:
    """Run Trellis against the stand-ins until the process is told to stop. Raises Faults where it cannot start."""
    with _own_folder(settings.data) as folder:
        async with _stand_ins(settings) as standing:
            await _run(settings, folder, standing)


async def _run(settings: Settings, folder: Path, standing: StandIns) -> None:
    inner = Settings(
        data=folder,
        host=settings.host,
        port=settings.port,
        slack_bot_token=SecretStr(standing.slack.bot_token),
        slack_app_token=SecretStr(standing.slack.app_token),
        slack_signing_secret=SecretStr(standing.slack.signing_secret),
        slack_api_url=standing.slack.api_url,
        slack=settings.slack,
        allow_http=True,
        public_url=f"http://127.0.0.1:{settings.port}" if settings.port else "",
        in_flight=settings.in_flight,
    )

    async def prepare(desk: Desk) -> None:
        await _set_up(desk, standing.plaza)

    await run_trellis(inner, prepare, _welcome(standing))


def _welcome(standing: StandIns) -> str:
    handle, token = next(item for item in standing.plaza.tokens.items() if item[0] != PLAZA_ACCOUNT)
    return WELCOME.format(slack=standing.slack.url, plaza=standing.plaza.url, handle=handle, token=token)


async def serve_stand_ins(settings: Settings) -> None:
    """Run the stand-ins alone, and print what a Trellis elsewhere needs to use them."""
    stop = stop_signal()
    async with _stand_ins(settings) as standing:
        given = {
            "SLACK_API_URL": standing.slack.api_url,
            "SLACK_BOT_TOKEN": standing.slack.bot_token,
            "SLACK_APP_TOKEN": standing.slack.app_token,
            "SLACK_SIGNING_SECRET": standing.slack.signing_secret,
            "TRELLIS_ALLOW_HTTP": "1",
        }
        typer.echo(f"# Slack's page: {standing.slack.url}  Plaza: {standing.plaza.url}")
        typer.echo("\n".join(f"{name}={value}" for name, value in given.items()))
        for handle, token in standing.plaza.tokens.items():
            typer.echo(f"# Plaza's account {handle}: TRELLIS_ACCOUNT_TOKEN={token}")
        await stop.wait()


@contextmanager
def _own_folder(data: Path) -> Iterator[Path]:
    """An empty folder that no other sandbox uses meanwhile; the kernel lets go of it, however this process ends."""
    open_folder(data)
    folder = data / "sandbox"
    with (data / "sandbox.lock").open("w") as lock:
        try:
            fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            wrong = f"Another sandbox is running in {data}."
            raise Faults([SetupFault("TRELLIS_DATA", wrong, "Stop it, or set another folder and PORT.")]) from None
        shutil.rmtree(folder, ignore_errors=True)
        yield folder


@asynccontextmanager
async def _stand_ins(settings: Settings) -> AsyncIterator[StandIns]:
    plaza = await serve_plaza(port=await _free(settings, 2))
    try:
        by_http = settings.slack is Transport.HTTP
        events_url = f"http://127.0.0.1:{settings.port}/slack/events" if by_http else ""
        slack = await serve_slack(
            port=await _free(settings, 1),
            workspace=default_workspace(manifest.app()),
            events_url=events_url,
            plaza_url=plaza.url,
        )
        try:
            yield StandIns(slack, plaza)
        finally:
            await slack.close()
    finally:
        await plaza.close()


async def _free(settings: Settings, beside: int) -> int:
    """The port next to the web side's, so that addresses stay the same from start to start; any one if it is taken."""
    if not 0 < settings.port <= 65_535 - beside:
        return 0
    try:
        probe = await asyncio.start_server(lambda *_: None, "127.0.0.1", settings.port + beside)
    except OSError:
        return 0
    probe.close()
    await probe.wait_closed()
    return settings.port + beside


async def _set_up(desk: Desk, plaza: PlazaServer) -> None:
    row = await desk.read(workspaces.only_workspace, EVERYWHERE)
    scope = Scope(row.id)
    client = await desk.write(
        clients.create,
        scope,
        COMMAND_LINE,
        now=desk.now(),
        name=CLIENT,
        zone=ZONE,
        review_channel=REVIEW,
        support_channel=SUPPORT,
        digest_channel=DIGEST,
        reviewers=[BEN],
    )
    await connect_account(
        desk,
        scope,
        COMMAND_LINE,
        client.id or 0,
        network="plaza",
        server=plaza.url,
        handle=PLAZA_ACCOUNT,
        secret={"token": plaza.tokens[PLAZA_ACCOUNT]},
    )
