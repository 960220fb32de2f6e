"""Runs mastodon-mock, a Mastodon API written by others, for the live tests, and has it fail on demand."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

COMMAND = Path(sys.executable).parent / "mastodon_mock"
ANSWER_SECONDS = 30
STOP_SECONDS = 10
PEOPLE = 100


@dataclass(frozen=True)
class Person:
    """An account on the server, and the token that Trellis is given."""

    username: str
    token: str


class MastodonServer:
    """A running server, reached at `url`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._numbers = count(1)

    def person(self) -> Person:
        """An account that no other test has used."""
        number = next(self._numbers)
        return Person(f"ann{number}", f"token-{number}")

    def fail(
        self, effect: dict[str, Any], path: str = "/api/v1/statuses", method: str = "POST", times: int = 1
    ) -> None:
        """Play an effect of mastodon-mock's own (status, ratelimit, latency, malformed, timeout) at the next requests."""
        rule = {"match": {"methods": [method], "path": path}, "effect": effect, "count": times}
        httpx.post(f"{self.url}/api/v1/_mock/faults", json=rule, timeout=ANSWER_SECONDS).raise_for_status()

    def behave(self) -> None:
        """Drop the faults not yet played."""
        httpx.delete(f"{self.url}/api/v1/_mock/faults", timeout=ANSWER_SECONDS).raise_for_status()

    def statuses(self, person: Person) -> list[dict[str, Any]]:
        """All statuses of an account, oldest first, read without the adapter."""
        headers = {"authorization": f"Bearer {person.token}"}
        with httpx.Client(base_url=self.url, headers=headers, timeout=ANSWER_SECONDS) as http:
            me = http.get("/api/v1/accounts/verify_credentials").raise_for_status().json()
            told = http.get(f"/api/v1/accounts/{me['id']}/statuses", params={"limit": 40}).raise_for_status()
        found: list[dict[str, Any]] = told.json()
        return found[::-1]


@contextmanager
def serving(folder: Path) -> Iterator[MastodonServer]:
    """A server of its own, in memory and on loopback, until the block ends."""
    if shutil.which(COMMAND) is None:
        pytest.skip("mastodon-mock is not installed. Run `make live` or install requirements/live.txt.")
    config, port = folder / "mastodon.toml", _free_port()
    config.write_text("".join(_seed(number) for number in range(1, PEOPLE + 1)))
    place = ["--in-memory", "--host", "127.0.0.1", "--port", str(port)]
    command = [str(COMMAND), "serve", "--config", str(config), *place]
    with (
        (folder / "mastodon.log").open("wb") as log,
        subprocess.Popen(
            command, stdout=log, stderr=log, cwd=folder, env={**os.environ, "TMPDIR": str(folder)}
        ) as server,
    ):
        try:
            yield MastodonServer(_answering(f"http://127.0.0.1:{port}", server, folder))
        finally:
            server.kill()  # it keeps nothing, and a request it holds for the fault `timeout` would stop it from stopping
            server.wait(STOP_SECONDS)


@pytest.fixture(scope="session")
def mastodon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MastodonServer]:
    """The server that the live tests share; each test takes accounts of its own."""
    with serving(tmp_path_factory.mktemp("mastodon")) as server:
        yield server


def _seed(number: int) -> str:
    return f'[[seed.accounts]]\nusername = "ann{number}"\ndisplay_name = "Ann"\naccess_token = "token-{number}"\n\n'


def _answering(url: str, server: subprocess.Popen[bytes], folder: Path) -> str:
    """The URL, once the server answers there."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            httpx.get(f"{url}/api/v1/instance", timeout=ANSWER_SECONDS).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)  # a process that starts has no other way to tell
        else:
            return url
    pytest.fail("mastodon-mock did not start:\n" + (folder / "mastodon.log").read_text()[-2_000:])


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
