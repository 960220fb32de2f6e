"""A publisher that kills its own process at one point of the way; run as a program by the tests beside it.

It is Trellis's publisher, unchanged, at a desk whose writes and requests are watched.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from bot.desk import Desk, system_clock
from bot.flows import publishing
from bot.loops.publisher import Publisher
from bot.opening import open_desk
from bot.settings import Settings
from bot.store.scope import EVERYWHERE, PUBLISHER, Scope

FLOW_POINTS = {
    "before_claim": ("before", "take", 1),
    "after_claim": ("after", "take", 1),
    "before_mark": ("before", "mark_sending", 1),
    "before_send": ("after", "mark_sending", 1),
    "in_thread": ("after", "record_part", 2),
    "before_record": ("before", "settle", 1),
    "after_record": ("after", "settle", 1),
}
"""Point to when, in which flow, at which of its calls."""
HTTP_POINTS = {
    "as_it_leaves": ("request", "/api/posts/"),
    "after_send": ("response", "/api/posts/"),
    "in_upload": ("response", "/api/images/"),
}
"""Point to the side of the request, and what its path begins with."""
POINTS = (*FLOW_POINTS, *HTTP_POINTS)


def die() -> None:
    """As a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Watched(Desk):
    """A desk that ends the process before or after a certain write."""

    point: str = ""
    ahead: timedelta = timedelta(0)

    async def write(self, flow: Callable[..., Any], scope: Scope, *args: Any, **kwargs: Any) -> Any:
        """Write, or die."""
        when, name, at_call = FLOW_POINTS.get(self.point, ("", "", 0))
        counted = getattr(flow, "func", flow).__name__ == name and self._count() == at_call
        if counted and when == "before":
            die()
        result = await super().write(flow, scope, *args, **kwargs)
        # A turn that found nothing has claimed nothing.
        if counted and when == "after" and (name != "take" or any(result)):
            die()
        return result

    def _count(self) -> int:
        calls: list[int] = _CALLS
        calls.append(1)
        return len(calls)


_CALLS: list[int] = []


async def main(url: str, data: Path, point: str, ahead: timedelta) -> None:
    """Publish until nothing is open, or until the point."""
    settings = Settings(data=data, database_url=url, secret_key=SecretStr("T" * 43 + "="), allow_http=True)
    async with open_desk(settings) as opened:
        values = {field.name: getattr(opened, field.name) for field in fields(Desk)} | {"now": later(ahead)}
        desk = Watched(**values, point=point)
        watch(desk, point)
        publisher = Publisher(desk, alarm=lambda _: None)
        if desk.store.is_sqlite:
            await desk.write(publishing.expire_leases, EVERYWHERE, now=desk.now())
        while await desk.read(publishing.next_moment, EVERYWHERE) is not None:
            await publisher.turn()
            await publisher.idle()
            await desk.bells.wait(PUBLISHER, 0.02)


def later(ahead: timedelta) -> Callable[[], datetime]:
    """The machine's clock, `ahead` of itself."""
    return lambda: system_clock() + ahead


def watch(desk: Desk, point: str) -> None:
    """Hang the point on the HTTP client, if it is one of its points."""
    side, path = HTTP_POINTS.get(point, ("", ""))
    if not side:
        return

    async def look(seen: httpx.Request | httpx.Response) -> None:
        request = seen if isinstance(seen, httpx.Request) else seen.request
        if request.method in {"POST", "PUT"} and request.url.path.startswith(path):
            die()

    lent: Any = desk.networks["plaza"]
    lent.lent.http.event_hooks[side].append(look)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("data", type=Path)
    parser.add_argument("--point", default="", choices=["", *POINTS])
    parser.add_argument("--ahead", type=float, default=0.0, help="seconds")
    chosen = parser.parse_args()
    asyncio.run(main(chosen.url, chosen.data, chosen.point, timedelta(seconds=chosen.ahead)))
