"""`/healthz`: the process lives. `/readyz`: it can work. `/metrics`: how it is doing, for Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from bot.desk import EVERYWHERE, Desk
from bot.flows import health
from bot.metrics import CONTENT_TYPE, WAITING, exposition

log = structlog.get_logger(__name__)

LOOK_SECONDS = 2.0
"""A database that does not answer by then is not ready; whoever asks gives up after a few seconds."""

SlackIsConnected = Callable[[], Awaitable[bool]]


def routes(desk: Desk, slack_is_connected: SlackIsConnected) -> list[web.RouteDef]:
    """What a supervisor and Prometheus ask."""

    async def readyz(_request: web.Request) -> web.Response:
        found = {"database": await _database_answers(desk), "slack": await slack_is_connected()}
        return web.json_response(found, status=200 if all(found.values()) else 503)

    async def metrics(_request: web.Request) -> web.Response:
        await _count_waiting(desk)
        return web.Response(body=exposition(), headers={"Content-Type": CONTENT_TYPE})

    return [web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics)]


async def healthz(_request: web.Request) -> web.Response:
    """The event loop turns: there is no more to say without asking anybody else."""
    return web.Response(text="ok\n")


async def _database_answers(desk: Desk) -> bool:
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            return await desk.read(health.ping, EVERYWHERE)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the database, the answer is no
        log.warning("database_unready", error=str(error))
        return False


async def _count_waiting(desk: Desk) -> None:
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            found = await desk.read(health.waiting, EVERYWHERE, now=desk.now())
    except Exception as error:  # noqa: BLE001 - the other figures are worth having without these
        log.warning("waiting_uncounted", error=str(error))
        return
    for what in ("outbox", "intake", "due", "unconfirmed", "missed"):
        WAITING.labels(what).set(getattr(found, what))
