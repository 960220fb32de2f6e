"""Debian's PostgreSQL 15, started for the session on a temporary folder and a free port of the loopback address."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.databases import Server, migrated

BINARIES = Path("/usr/lib/postgresql/15/bin")
HOST = "127.0.0.1"

# PostgreSQL refuses to run as root; this user comes with Debian's package.
USER = "postgres"

# initdb takes 1 s and a start 0.1 s on an idle machine; a minute is for a busy one.
PATIENCE_SECONDS = 60


@pytest.fixture(scope="session")
def postgres15() -> Iterator[Server]:
    """A running PostgreSQL 15 that asks for a password, over TCP, as a team's own server does."""
    if not (BINARIES / "initdb").exists():
        pytest.skip("Debian's postgresql-15 is not installed; `make live-tools` installs it.")
    with tempfile.TemporaryDirectory(prefix="trellis-postgres15-") as name, running(Path(name)) as server:
        yield server


@pytest.fixture
def empty_postgres15_url(postgres15: Server) -> Iterator[str]:
    """SQLAlchemy's URL of a database on PostgreSQL 15 without any table."""
    url = postgres15.create()
    yield url
    postgres15.drop(url)


@pytest.fixture
def postgres15_url(empty_postgres15_url: str) -> str:
    """SQLAlchemy's URL of a database on PostgreSQL 15 that holds the schema and no row."""
    return migrated(empty_postgres15_url)


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """A server whose files are in `folder`, for as long as the block lasts."""
    password = secrets.token_urlsafe()
    (folder / "password").write_text(password)
    if os.geteuid() == 0:
        shutil.chown(folder, USER)
        shutil.chown(folder / "password", USER)
    data, port = folder / "data", free_port()
    listening = f"-c listen_addresses={HOST} -c port={port} -c unix_socket_directories={folder}"
    _run("initdb", "--auth=scram-sha-256", f"--username={USER}", f"--pwfile={folder / 'password'}", "-D", str(data))
    _run("pg_ctl", "start", "--wait", "-D", str(data), "-l", str(folder / "log"), "-o", listening)
    try:
        yield Server(f"postgresql://{USER}:{password}@{HOST}:{port}/postgres")
    finally:
        _run("pg_ctl", "stop", "--wait", "--mode=immediate", "-D", str(data))


def free_port() -> int:
    """A port of the loopback address that nobody listens on at this moment."""
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _run(program: str, *arguments: str) -> None:
    as_user = ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []
    # Not captured by a pipe: the server inherits it and would keep it open for as long as it runs.
    subprocess.run(
        [*as_user, str(BINARIES / program), *arguments],
        check=True,
        cwd="/",
        stdout=subprocess.DEVNULL,
        timeout=PATIENCE_SECONDS,
    )
