"""The stand-in as a process of its own: it tells where it is, serves, and stops when told."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.cast import GENERAL
from bot.sandbox.driver import Person, Refused

MANIFEST = {
    "display_information": {"name": "Small"},
    "features": {"slash_commands": [{"command": "/small", "description": "x"}]},
    "oauth_config": {"scopes": {"bot": ["commands"]}},
}


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(MANIFEST), encoding="utf-8")
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.sandbox", "--manifest", str(manifest), stdout=asyncio.subprocess.PIPE
    )
    yield started
    if started.returncode is None:
        started.kill()
    await started.wait()


async def test_it_prints_its_addresses_serves_and_stops(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    told = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
    client = AsyncWebClient(token=told["bot_token"], base_url=told["api_url"])
    assert (await client.auth_test())["user"] == "small"
    async with Person(told["url"], "U07ANN00001") as ann:
        with pytest.raises(Refused, match="unknown_command"):
            await ann.command("/large", channel=GENERAL)
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 5) == 0
