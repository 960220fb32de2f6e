"""The desk: everything an edge is lent - store, networks, clock, settings - and the two ways to run a flow.

It decides nothing and knows no flow. Edges `await desk.write(flow, scope, ...)` or `desk.read(...)`; the flow runs
on the store's threads, in one transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from bot.bells import Bells
from bot.locker import Locker
from bot.rules.networks import Network
from bot.settings import Settings
from bot.slack import Slack
from bot.store import EVERYWHERE, Scope, Store, Tx

__all__ = ["EVERYWHERE", "Desk", "Scope", "Slack", "Threads", "Tx", "system_clock"]

P = ParamSpec("P")
T = TypeVar("T")

READ_THREADS = 4


def system_clock() -> datetime:
    """The machine's time, aware UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Threads:
    """Where flows run: as many writers as the store can bear, and some readers beside them."""

    writers: ThreadPoolExecutor
    readers: ThreadPoolExecutor

    @classmethod
    def of(cls, store: Store) -> Threads:
        """Threads that suit the store."""
        return cls(
            writers=ThreadPoolExecutor(store.write_threads, thread_name_prefix="write"),
            readers=ThreadPoolExecutor(READ_THREADS, thread_name_prefix="read"),
        )


@dataclass(frozen=True)
class Desk:
    """What every edge works with. Built once by the command line; tests build one on a file of their own."""

    settings: Settings
    store: Store
    networks: Mapping[str, Network]
    locker: Locker
    bells: Bells
    threads: Threads
    now: Callable[[], datetime] = field(default=system_clock)
    slack: Slack | None = None
    """How to speak to Slack; None where nothing does (the command line's own flows)."""

    @property
    def media(self) -> Path:
        """The folder of pictures, each named by the hash of its bytes."""
        return self.settings.data / "media"

    def picture(self, sha256: str) -> Path:
        """Where the picture with this hash lies, or will lie."""
        return self.media / sha256[:2] / sha256

    async def write(self, flow: Callable[Concatenate[Tx, P], T], scope: Scope, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a flow in one transaction that is kept, off the event loop."""
        call = partial(self.store.write, flow, scope, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self.threads.writers, call)

    async def read(self, flow: Callable[Concatenate[Tx, P], T], scope: Scope, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a flow on a snapshot, off the event loop."""
        call = partial(self.store.read, flow, scope, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self.threads.readers, call)

    def close(self) -> None:
        """Wait for running flows, then let go of the database."""
        self.threads.writers.shutdown(wait=True)
        self.threads.readers.shutdown(wait=True)
        self.store.close()
