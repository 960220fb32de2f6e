"""The Socket Mode connection is checked before it is trusted, made anew when it is stuck, and drained when it ends."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import Faults
from bot.handlers import Ask, On
from bot.loops.socket import PATIENCE, SocketMode
from bot.sandbox.cast import ANN, GENERAL
from bot.sandbox.driver import Control, Person
from bot.slack import open_slack
from tests.office import Office, copy_of, open_office


@pytest.fixture
def on() -> On:
    async def hello(ask: Ask) -> None:
        await ask.say_privately("Hello.")

    on = On()
    on.command("/hello")(hello)
    return on


@pytest.fixture
async def office(sqlite_template: Path, tmp_path: Path, on: On) -> AsyncIterator[Office]:
    async with open_office(copy_of(sqlite_template, tmp_path), on) as office:
        yield office


@pytest.fixture
async def ann(office: Office) -> AsyncIterator[Person]:
    async with Person(office.slack.url, ANN) as person:
        yield person


@pytest.fixture
async def control(office: Office) -> AsyncIterator[Control]:
    async with Control(office.slack.url) as line:
        yield line


def another(office: Office, app_token: str) -> SocketMode:
    return SocketMode(office.socket.app, office.socket.slack, app_token)


async def test_a_wrong_app_token_is_named_at_once(office: Office) -> None:
    with pytest.raises(Faults, match="SLACK_APP_TOKEN"):
        await another(office, "xapp-1-wrong").start()


async def test_no_network_is_named_at_once(office: Office) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # a port that nobody listens on, kept until the end
        slack = await open_slack("xoxb-1", f"http://127.0.0.1:{taken.getsockname()[1]}/api/")
        with pytest.raises(Faults, match="reaches Slack"):
            await replace(another(office, office.slack.app_token), slack=slack).start()
        await slack.close()


async def test_a_connection_that_slack_refreshes_is_made_anew(office: Office, ann: Person, control: Control) -> None:
    await control.disconnect("refresh_requested")

    async def alone() -> bool | None:
        return (len(await control.connections()) == 1 and await office.socket.is_connected()) or None

    await ann.until(alone)
    await ann.command("/hello", channel=GENERAL)
    await ann.ephemeral(GENERAL, saying="Hello.")


async def test_a_connection_that_stays_away_is_made_anew(office: Office, ann: Person) -> None:
    assert office.socket.line is not None
    stuck = office.socket.line
    await stuck.close()
    for _ in range(PATIENCE):
        await office.socket.look()
    assert office.socket.line is not stuck
    await ann.command("/hello", channel=GENERAL)
    await ann.ephemeral(GENERAL, saying="Hello.")


async def test_after_a_stop_no_request_is_taken_and_running_ones_end(office: Office, on: On, ann: Person) -> None:
    begun, release, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(ask: Ask) -> None:
        begun.set()
        await release.wait()
        ended.set()

    on.command("/slow")(slow)
    await ann.command("/slow", channel=GENERAL)
    await begun.wait()
    await office.socket.stop()
    release.set()
    assert await office.dispatch.drain(1)
    assert ended.is_set()
