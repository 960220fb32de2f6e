"""Servers as no stand-in would be: a Slack whose clock is wrong, a PostgreSQL of another time."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from email.utils import format_datetime

from aiohttp import web


@asynccontextmanager
async def slack_at(there: datetime) -> AsyncIterator[str]:
    """A Slack whose clock stands elsewhere; its answers carry that time."""
    granted = "channels:read,chat:write,commands,files:read,groups:read,users:read"

    async def answer(_request: web.Request) -> web.Response:
        headers = {"Date": format_datetime(there, usegmt=True), "X-OAuth-Scopes": granted}
        return web.json_response(
            {"ok": True, "team_id": "T1", "user_id": "U1", "url": "ws://127.0.0.1:9"}, headers=headers
        )

    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    await runner.cleanup()


@asynccontextmanager
async def postgresql_of(version: str) -> AsyncIterator[str]:
    """A server that lets anybody in, says its version, and knows nothing else of PostgreSQL's protocol."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await _asks_for_encryption(reader):
            writer.write(b"N")
        settings = {"server_version": version, "client_encoding": "UTF8", "standard_conforming_strings": "on"}
        told = [_message(b"R", struct.pack("!i", 0))]
        told += [_message(b"S", f"{name}\0{value}\0".encode()) for name, value in settings.items()]
        told += [_message(b"K", struct.pack("!ii", 1, 1)), _message(b"Z", b"I")]
        writer.write(b"".join(told))
        await reader.read()
        writer.close()

    async with await _listen(serve) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"postgresql://ann@127.0.0.1:{port}/trellis"


async def _asks_for_encryption(reader: asyncio.StreamReader) -> bool:
    """Read the first message: a wish for TLS or GSSAPI, or the start itself."""
    (length,) = struct.unpack("!i", await reader.readexactly(4))
    body = await reader.readexactly(length - 4)
    return struct.unpack("!i", body[:4])[0] in {80877103, 80877104}


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


async def _listen(
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> asyncio.Server:
    return await asyncio.start_server(serve, "127.0.0.1", 0)
