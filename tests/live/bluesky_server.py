"""Runs the reference Bluesky server for the live tests, and makes accounts on it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(__file__).parent / "pds"
MODULES = ROOT / ".tools" / "pds" / "node_modules"
INSTALLED = ROOT / ".tools" / "pds" / "installed"

ANSWER_SECONDS = 30
STOP_SECONDS = 10


@dataclass(frozen=True)
class Person:
    """An account on the server: `app_password` is what Trellis is given, `access` a token of its own for reading."""

    handle: str
    did: str
    password: str
    app_password: str
    access: str


class Pds:
    """A running server, reached at `url`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._numbers = count(1)

    def person(self, name: str) -> Person:
        """A new account, with a handle of its own that begins with `name`, and an app password for it."""
        handle = f"{name}-{next(self._numbers)}.test"
        password = f"{name} signs up"
        told = self.call(
            "com.atproto.server.createAccount",
            {"handle": handle, "email": f"{handle}@example.com", "password": password},
        )
        access = str(told["accessJwt"])
        made = self.call("com.atproto.server.createAppPassword", {"name": "trellis"}, access)
        return Person(handle, str(told["did"]), password, str(made["password"]), access)

    def call(self, method: str, given: dict[str, object], access: str = "") -> dict[str, object]:
        """Call a procedure; a refusal fails the test."""
        headers = {"authorization": f"Bearer {access}"} if access else {}
        answer = httpx.post(f"{self.url}/xrpc/{method}", json=given, headers=headers, timeout=ANSWER_SECONDS)
        answer.raise_for_status()
        told: dict[str, object] = answer.json() if answer.content else {}
        return told

    def records(self, did: str, collection: str = "app.bsky.feed.post") -> list[dict[str, object]]:
        """All records of an account's collection, oldest first."""
        params = {"repo": did, "collection": collection, "reverse": "true", "limit": "100"}
        answer = httpx.get(f"{self.url}/xrpc/com.atproto.repo.listRecords", params=params, timeout=ANSWER_SECONDS)
        answer.raise_for_status()
        found: list[dict[str, object]] = answer.json()["records"]
        return found


@contextmanager
def serving(folder: Path, *, rate_limits: bool = False) -> Iterator[Pds]:
    """A server of its own with its records in `folder`, on loopback, until the block ends."""
    if not INSTALLED.exists():
        pytest.skip("The reference Bluesky server is not installed. Run tests/live/pds/install.sh first.")
    environment = {**os.environ, "NODE_PATH": str(MODULES), "PDS_RATE_LIMITS": "on" if rate_limits else "off"}
    command = ["node", "--require", str(SCRIPTS / "loopback.cjs"), str(SCRIPTS / "server.cjs")]
    ports = [str(port) for port in _free_ports(2)]
    with (
        (folder / "server.log").open("wb") as log,
        subprocess.Popen(
            [*command, str(folder), *ports],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**environment, "LOG_ENABLED": "false"},
        ) as node,
    ):
        try:
            yield Pds(_told_url(node, folder))
        finally:
            node.terminate()
            node.wait(STOP_SECONDS)


@pytest.fixture(scope="session")
def pds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pds]:
    """The server that the live tests share; each test makes its own accounts."""
    with serving(tmp_path_factory.mktemp("pds")) as server:
        yield server


def _told_url(node: subprocess.Popen[bytes], folder: Path) -> str:
    """The address that the server prints once it listens; it prints nothing when it cannot start, and ends."""
    assert node.stdout is not None
    line = node.stdout.readline()
    if not line:
        raise RuntimeError(f"The Bluesky server did not start: {(folder / 'server.log').read_text()[-2000:]}")
    return str(json.loads(line)["url"])


def _free_ports(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    try:
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()
