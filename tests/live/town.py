"""A whole Trellis from the outside: its processes, the stand-in Slack's process, and the people at their screens.

Nothing here reaches into either program: settings go in by environment, everything else by Slack and by HTTP.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot import manifest
from bot.locker import Locker
from bot.sandbox import cast
from tests.live.postgres import free_port

START_SECONDS = 60.0
STOP_SECONDS = 15.0
CLIENT = "Harbour Bakery"


@dataclass
class Program:
    """A running process; its output is kept in a file."""

    process: asyncio.subprocess.Process
    log: Path

    async def stop(self) -> int:
        """Ask it to stop, as a supervisor does; its exit code."""
        if self.process.returncode is None:
            self.process.terminate()
        async with asyncio.timeout(STOP_SECONDS):
            return await self.process.wait()

    async def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        await self.process.wait()


@dataclass
class Town:
    """A workspace with its Trellis. `environment` is what every command of Trellis is run with."""

    slack: Mapping[str, str]
    environment: dict[str, str]
    folder: Path
    programs: dict[str, Program] = field(default_factory=dict)

    async def start(self, role: str) -> Program:
        """Start Trellis in a role and wait until it says so."""
        process, log = await _start(
            ["bot", "run"], {**self.environment, "TRELLIS_ROLE": role}, self.folder / f"{role}.log"
        )
        await _said(process, log, '"event": "started"')
        self.programs[role] = Program(process, log)
        return self.programs[role]

    async def command(self, *words: str, **secrets: str) -> str:
        """Run one command of Trellis to its end; what it printed. A failure fails the test."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *words),
            env={**self.environment, **secrets},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await process.communicate()
        assert process.returncode == 0, printed.decode()
        return printed.decode()

    async def furnish(self, *, network: str, server: str, handle: str, **secrets: str) -> None:
        """What the first steps in App Home do: a client with its channels and reviewer, and an account."""
        await self.command(
            *("setup", "--name", CLIENT, "--zone", "Europe/Vilnius", "--reviewer", cast.BEN),
            *("--review-channel", cast.REVIEW, "--support-channel", cast.SUPPORT, "--digest-channel", cast.DIGEST),
        )
        await self.command("connect", "--network", network, "--server", server, "--handle", handle, **secrets)

    def logs(self) -> str:
        """Everything that Trellis's processes logged."""
        return "\n".join(program.log.read_text() for program in self.programs.values())

    def levels(self) -> set[str]:
        """The levels of all that was logged."""
        lines = [line for line in self.logs().splitlines() if line.startswith("{")]
        return {str(json.loads(line).get("level")) for line in lines}


@asynccontextmanager
async def town(folder: Path, *, transport: str, database_url: str = "") -> AsyncIterator[Town]:
    """A stand-in Slack and the environment of a Trellis for it; every process is stopped at the end."""
    port = free_port()
    events = [f"--events-url=http://127.0.0.1:{port}/slack/events"] if transport == "http" else []
    async with AsyncExitStack() as stack:
        (folder / "manifest.json").write_text(json.dumps(manifest.app()))
        asked = [f"--manifest={folder / 'manifest.json'}", *events]
        process, log = await _start(["bot.sandbox", *asked], dict(os.environ), folder / "slack.log")
        slack = json.loads(await _said(process, log, "api_url"))
        stack.push_async_callback(Program(process, log).stop)
        built = Town(slack, _environment(slack, folder, transport, database_url, port), folder)
        try:
            yield built
        finally:
            for program in built.programs.values():
                await program.stop()


def _environment(
    slack: Mapping[str, str], folder: Path, transport: str, database_url: str, port: int
) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "TRELLIS_"))}
    database = {"DATABASE_URL": database_url} if database_url else {}
    app_token = {"SLACK_APP_TOKEN": slack["app_token"]} if transport == "socket" else {}
    return {
        **kept,
        **database,
        **app_token,
        "SLACK_BOT_TOKEN": slack["bot_token"],
        "SLACK_SIGNING_SECRET": slack["signing_secret"],
        "SLACK_API_URL": slack["api_url"],
        "TRELLIS_SLACK": transport,
        "TRELLIS_DATA": str(folder / "data"),
        "TRELLIS_SECRET_KEY": Locker.new_key(),
        "TRELLIS_ALLOW_HTTP": "true",
        "TRELLIS_LOG_FORMAT": "json",
        "HOST": "127.0.0.1",
        "PORT": str(port),
    }


async def _start(
    words: list[str], environment: Mapping[str, str], log: Path
) -> tuple[asyncio.subprocess.Process, Path]:
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-u", "-m", *words), env=environment, stdout=output, stderr=asyncio.subprocess.STDOUT
        )
    return process, log


async def _said(process: asyncio.subprocess.Process, log: Path, word: str) -> str:
    """The first line of its output with `word` in it; fails when it ends before."""
    async with asyncio.timeout(START_SECONDS):
        while True:
            for line in log.read_text().splitlines():
                if word in line:
                    return line
            assert process.returncode is None, log.read_text()
            await asyncio.sleep(0.05)  # a file tells nobody that it grew
