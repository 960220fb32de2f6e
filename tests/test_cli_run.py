"""`run` as a person or a supervisor meets it: it starts, says where, stops in order, and refuses what cannot work."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.locker import Locker
from bot.sandbox import SlackServer, serve_slack
from bot.sandbox.cast import ANN, BEN, GENERAL, REVIEW
from bot.sandbox.driver import Person
from bot.sandbox.plaza import serve_plaza
from bot.store.migrations import migrate
from tests.cli import LONGEST_SECONDS, run, start
from tests.databases import Server

STOP_SECONDS = 10
"""What a supervisor waits before it kills."""


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    server = await serve_slack()
    yield server
    await server.close()


def tokens(slack: SlackServer) -> dict[str, str]:
    return {
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "PORT": "0",
    }


async def said(process: asyncio.subprocess.Process, words: str) -> str:
    """The first line with these words that the process writes."""
    assert process.stdout
    async with asyncio.timeout(LONGEST_SECONDS):
        while line := (await process.stdout.readline()).decode():
            if words in line:
                return line
    assert process.stderr
    raise AssertionError(f"it ended without saying “{words}”: {(await process.stderr.read()).decode()}")


async def stopped(process: asyncio.subprocess.Process, number: signal.Signals) -> tuple[int | None, float, str]:
    """Exit code, seconds, and what it wrote to standard error, after a signal."""
    begun = time.monotonic()
    process.send_signal(number)
    _, err = await asyncio.wait_for(process.communicate(), STOP_SECONDS)
    return process.returncode, time.monotonic() - begun, err.decode()


@asynccontextmanager
async def running(folder: Path, *arguments: str, **settings: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await start(folder, *arguments, **settings)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def text(url: str) -> str:
    async with aiohttp.ClientSession() as http, http.get(url) as response:
        return await response.text()


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


async def status(url: str) -> int:
    async with aiohttp.ClientSession() as http, http.get(url) as response:
        return response.status


def address(line: str) -> str:
    found = re.search(r"http://[0-9.:]+[0-9]", line)
    assert found, line
    return found[0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_migrates_starts_and_stops_in_order(
    tmp_path: Path, slack: SlackServer, number: signal.Signals
) -> None:
    async with running(tmp_path, "run", **tokens(slack)) as process:
        url = address(await said(process, "listens at"))
        await said(process, "is running")
        assert await status(f"{url}/readyz") == 200
        code, seconds, err = await stopped(process, number)
    assert (code, "Traceback" in err) == (0, False), err
    assert seconds < STOP_SECONDS
    assert slack.bot_token not in err
    assert "warning" not in err


async def test_without_tokens_it_says_so_and_starts_the_sandbox(tmp_path: Path) -> None:
    async with running(tmp_path, "run", PORT="0") as process:
        await said(process, "no Slack tokens")
        url = address(await said(process, "Open http"))
        await said(process, "Ctrl-C")
        assert await status(url) == 200
        code, _, err = await stopped(process, signal.SIGTERM)
    assert (code, "Traceback" in err) == (0, False), err


async def test_a_second_sandbox_does_not_take_the_first_ones_folder(tmp_path: Path) -> None:
    async with running(tmp_path, "sandbox", PORT="0") as process:
        url = address(await said(process, "listens at"))
        await said(process, "Ctrl-C")
        second = await run(tmp_path, "sandbox", PORT="0")
        assert (second.code, "Another sandbox" in second.err) == (1, True)
        assert await status(f"{url}/readyz") == 200
        await stopped(process, signal.SIGTERM)


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_in_the_sandbox_a_first_draft_is_approved_and_published(tmp_path: Path, transport: str) -> None:
    async with running(tmp_path, "run", PORT=str(free_port()), TRELLIS_SLACK=transport) as process:
        web_url = address(await said(process, "listens at"))
        slack_url = address(await said(process, "Open http"))
        plaza_url = address(await said(process, "customers write at"))
        await said(process, "Ctrl-C")
        async with Person(slack_url, ANN) as ann, Person(slack_url, BEN) as ben:
            await draft_and_approve(ann, ben)
            await ben.message(REVIEW, saying="Published")
        async with aiohttp.ClientSession() as http, http.get(f"{plaza_url}/timeline") as response:
            assert "Our shop opens" in await response.text()
            metrics = await text(f"{web_url}/metrics")
        assert 'trellis_publishes_total{network="plaza",outcome="published"} 1.0' in metrics
        assert 'trellis_lateness_seconds_count{network="plaza"} 1.0' in metrics


async def test_a_request_under_way_is_journalled_at_a_stop_and_asked_about_at_the_next_start(
    tmp_path: Path, slack: SlackServer
) -> None:
    plaza = await serve_plaza()
    given = tokens(slack) | {"TRELLIS_ALLOW_HTTP": "1"}
    client = ("--name", "Bakery", "--zone", "UTC", "--review-channel", REVIEW, "--reviewer", BEN)
    account = ("--network", "plaza", "--server", plaza.url)
    await run(tmp_path, "setup", *client, **given)
    await run(tmp_path, "connect", *account, **given, TRELLIS_ACCOUNT_TOKEN=plaza.tokens["harbour_bakery"])
    async with aiohttp.ClientSession() as http:
        async with http.post(f"{plaza.url}/control/faults", json={"kind": "slow", "seconds": 30}) as response:
            assert response.ok
        async with running(tmp_path, "run", **given) as process, Person(slack.url, ANN) as ann:
            await said(process, "is running")
            async with Person(slack.url, BEN) as ben:
                await draft_and_approve(ann, ben)
                await until_met(http, plaza.url)
            code, seconds, err = await stopped(process, signal.SIGTERM)
        assert (code, "Traceback" in err) == (0, False), err
        assert seconds < STOP_SECONDS
        async with running(tmp_path, "run", **given) as process, Person(slack.url, BEN) as ben:
            await said(process, "is running")
            await ben.message(REVIEW, saying="Published")
        census = await asked(http, f"{plaza.url}/control/census")
    assert census["accounts"]["harbour_bakery"] == 1
    await plaza.close()


async def until_met(http: aiohttp.ClientSession, plaza_url: str) -> None:
    """Until a request has met the fault that was queued: it is under way, and its answer will be late."""
    async with asyncio.timeout(10):
        while await asked(http, f"{plaza_url}/control/faults"):
            pass


async def asked(http: aiohttp.ClientSession, url: str) -> Any:
    async with http.get(url) as response:
        return await response.json()


async def draft_and_approve(ann: Person, ben: Person) -> None:
    await ann.command("/draft", "Our shop opens", channel=GENERAL)
    await ann.view(having="draft_when")
    await ann.fill({"draft_when": "approved"})
    await ann.submit()
    await ben.press(await ben.message(REVIEW, saying="Our shop opens"), "approve")


async def test_the_stand_ins_can_be_served_alone(tmp_path: Path) -> None:
    async with running(tmp_path, "sandbox", "--serve", PORT="0") as process:
        lines = [await said(process, name) for name in ("SLACK_API_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")]
        given = dict(line.strip().split("=", 1) for line in lines)
        ran = await run(tmp_path, "setup", "--name", "Bakery", "--zone", "Vilnius", **given)
        assert (ran.code, ran.out) == (0, "Bakery is set up.\n")


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
async def test_a_token_that_slack_refuses_stops_the_start(tmp_path: Path, slack: SlackServer, name: str) -> None:
    wrong = {name: "xoxb-wrong" if name == "SLACK_BOT_TOKEN" else "xapp-wrong"}
    ran = await run(tmp_path, "run", **(tokens(slack) | wrong))
    assert ran.code == 1
    assert name in ran.err
    assert "Traceback" not in ran.err


async def test_a_port_that_is_taken_stops_the_start(tmp_path: Path, slack: SlackServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = await run(tmp_path, "run", **(tokens(slack) | {"PORT": str(taken.getsockname()[1])}))
    assert ran.code == 1
    assert "PORT" in ran.err
    assert "Traceback" not in ran.err


async def test_it_runs_while_slack_is_away_since_posts_are_due(tmp_path: Path, slack: SlackServer) -> None:
    async with running(tmp_path, "run", **(tokens(slack) | {"SLACK_API_URL": "http://127.0.0.1:9/api/"})) as process:
        url = address(await said(process, "listens at"))
        await said(process, "is running")
        assert (await status(f"{url}/healthz"), await status(f"{url}/readyz")) == (200, 503)
        code, _, _ = await stopped(process, signal.SIGTERM)
    assert code == 0


async def test_a_database_that_was_not_migrated_is_refused_on_postgresql(
    tmp_path: Path, slack: SlackServer, postgres: Server
) -> None:
    url = postgres.create()
    given = tokens(slack) | {"DATABASE_URL": url, "TRELLIS_SECRET_KEY": Locker.new_key()}
    ran = await run(tmp_path, "run", "--role", "worker", **given)
    assert ran.code == 1
    assert "python -m bot migrate" in ran.err
    postgres.drop(url)


async def test_web_and_worker_run_apart_on_postgresql(tmp_path: Path, slack: SlackServer, postgres: Server) -> None:
    url = postgres.create()
    migrate(url)
    given = tokens(slack) | {"DATABASE_URL": url, "TRELLIS_SECRET_KEY": Locker.new_key()}
    async with (
        running(tmp_path, "run", "--role", "worker", **given) as worker,
        running(tmp_path, "run", "--role", "web", **given) as web,
    ):
        assert await status(f"{address(await said(web, 'listens at'))}/readyz") == 200
        await said(worker, "is running")
        for process in (web, worker):
            code, _, err = await stopped(process, signal.SIGTERM)
            assert code == 0, err
    postgres.drop(url)
