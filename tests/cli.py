"""Runs the command line as a process of its own, in a folder of its own, with no setting but those that are given."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.house import ROOT

LONGEST_SECONDS = 60


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


async def start(folder: Path, *arguments: str, **settings: str) -> asyncio.subprocess.Process:
    """The running command. Its data lie in `folder`, and so would its `.env`."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "COLUMNS": "120", "PYTHONUNBUFFERED": "1"}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=folder,
        env=environment | settings,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def run(folder: Path, *arguments: str, typed: str = "", **settings: str) -> Ran:
    """Run a command to its end; `typed` is what a person types."""
    process = await start(folder, *arguments, **settings)
    out, err = await asyncio.wait_for(process.communicate(typed.encode()), LONGEST_SECONDS)
    return Ran(process.returncode or 0, out.decode(), err.decode())
