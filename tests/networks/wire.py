"""A way to a server that can lose a request, lose an answer, answer in the server's place, or be cut."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import aiohttp
from aiohttp import web

Match = Callable[[str, str], bool]
"""Is it this request? Asked with its method and its path."""

HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host", "date", "server"})
MAX_BODY_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Fault:
    """What happens to the next request that `when` matches."""

    when: Match
    reaches_server: bool
    status: int | None = None
    """Answered in the server's place; None closes the connection without a word."""
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    repeat: bool = False
    """Befalls the transport's own repeat of a request that was already struck."""


class Wire:
    """Passes requests on to `upstream`; faults wait in a list, and each befalls one request."""

    def __init__(self, upstream: str, session: aiohttp.ClientSession) -> None:
        self.upstream = upstream
        self.url = ""
        self.seen: list[tuple[str, str]] = []
        self._session = session
        self._faults: list[Fault] = []
        self._stranger: Fault | None = None
        self._runner: web.AppRunner | None = None

    def lose_request(self, when: Match) -> None:
        """The next such request never reaches the server, and its sender is not told."""
        self._faults.append(Fault(when, reaches_server=False))

    def lose_answer(self, when: Match) -> None:
        """The server carries out the next such request, and its sender is not told."""
        self._faults.append(Fault(when, reaches_server=True))

    def answer(self, when: Match, status: int, body: bytes = b"", **headers: str) -> None:
        """Somebody else answers the next such request, and the server never hears of it."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        self._faults.append(Fault(when, reaches_server=False, status=status, body=body, headers=told))

    def let_a_stranger_answer(self, status: int, body: bytes) -> None:
        """From now on somebody else answers everything, until told otherwise."""
        self._stranger = Fault(lambda *_: True, reaches_server=False, status=status, body=body)

    def garble_answer(self, when: Match, status: int, body: bytes = b"") -> None:
        """The server carries out the next such request, and its sender is told something else."""
        self._faults.append(Fault(when, reaches_server=True, status=status, body=body))

    async def open(self) -> None:
        """Listen, on the same port as before if there was one."""
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.router.add_route("*", "/{path:.*}", self._pass)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        port = int(self.url.rsplit(":", 1)[-1]) if self.url else 0
        site = web.TCPSite(self._runner, "127.0.0.1", port, reuse_address=True)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def cut(self) -> None:
        """Stop listening: whoever connects is refused."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        self.seen.append((request.method, request.path))
        fault = self._fault_for(request)
        if fault is None:
            return await self._forwarded(request)
        if fault.reaches_server:
            await self._forwarded(request)
        if fault.status is None and request.transport:
            self._strike_repeat(fault, request)
            request.transport.abort()
        return web.Response(status=fault.status or 500, body=fault.body, headers=fault.headers)

    def _fault_for(self, request: web.Request) -> Fault | None:
        for fault in self._faults:
            if fault.when(request.method, request.path):
                self._faults.remove(fault)
                return fault
        return self._stranger

    def _strike_repeat(self, fault: Fault, request: web.Request) -> None:
        """aiohttp sends a GET, PUT or DELETE a second time when its connection drops (RFC 9112, 9.3.1)."""
        if request.method != "POST" and not fault.repeat:
            method, path = request.method, request.path
            self._faults.insert(0, replace(fault, when=lambda *again: again == (method, path), repeat=True))

    async def _forwarded(self, request: web.Request) -> web.Response:
        """The server's answer; where it names its own address, the wire's is put, so that nobody goes around."""
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP}
        url = self.upstream + request.rel_url.raw_path_qs
        body = await request.read()
        async with self._session.request(request.method, url, data=body or None, headers=headers) as told:
            kept = [(name, value) for name, value in told.headers.items() if name.lower() not in HOP_BY_HOP]
            content = (await told.read()).replace(self.upstream.encode(), self.url.encode())
            answer = web.Response(status=told.status, body=content)
            answer.headers.extend(kept)
            return answer


@asynccontextmanager
async def wired(upstream: str) -> AsyncIterator[Wire]:
    """An open wire to the server at `upstream`."""
    async with aiohttp.ClientSession(headers={"accept-encoding": "identity"}) as session:
        wire = Wire(upstream, session)
        await wire.open()
        try:
            yield wire
        finally:
            await wire.cut()
