"""Socket Mode: one-time tickets, up to ten WebSocket connections, envelopes that must be acked within three seconds."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from bot.sandbox.answers import Json
from bot.sandbox.delivery import ACK_SECONDS, FAILED, TIMED_OUT, Answer, Envelope
from bot.sandbox.ids import long_token

MOST_CONNECTIONS = 10  # https://docs.slack.dev/apis/events-api/using-socket-mode
CONNECTION_SECONDS = 3600  # what hello announces; a refresh is sent only when a test or the page asks for it


@dataclass(eq=False)
class Connection:
    socket: web.WebSocketResponse
    sent: list[str] = field(default_factory=list)  # envelope ids, so that a test can see the spread


class SocketMode:
    """The courier for apps that connect to Slack. Any one connection gets each envelope; any may ack it."""

    def __init__(self, app_id: str, ack_seconds: float = ACK_SECONDS) -> None:
        self._app_id = app_id
        self._ack_seconds = ack_seconds
        self._tickets: set[str] = set()
        self._waiting: dict[str, asyncio.Future[object]] = {}
        self._turn = itertools.count()
        self._sockets: set[web.WebSocketResponse] = set()
        self.connections: list[Connection] = []
        self.on_change: Callable[[], object] = lambda: None  # told when a connection comes or goes
        self.base = ""

    def issue_address(self) -> str:
        """The address for one connection, as apps.connections.open answers it."""
        ticket = long_token()
        self._tickets.add(ticket)
        return f"{self.base.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={self._app_id}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection's life: hello, then acks until it closes."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403, text="invalid_ticket")
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        if len(self.connections) >= MOST_CONNECTIONS:
            await socket.send_json(_disconnect("too_many_websockets"))
            await socket.close()
            return socket
        connection = Connection(socket)
        self.connections.append(connection)
        self._sockets.add(socket)
        self.on_change()
        await socket.send_json(self._hello())
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._hear(message.data)
        finally:
            self._sockets.discard(socket)
            if connection in self.connections:
                self.connections.remove(connection)
            self.on_change()
        return socket

    async def send(self, envelope: Envelope) -> Answer:
        """Send to one connection and wait for its ack."""
        id_ = f"{long_token()[:8]}-{long_token()[:12]}"
        heard: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._waiting[id_] = heard
        try:
            if not await self._send_frame(id_, _frame(id_, envelope)):
                return Answer(failure=FAILED, reason="connection_failed")
            payload = await asyncio.wait_for(heard, self._ack_seconds)
        except TimeoutError:
            return Answer(failure=TIMED_OUT, reason="timeout")
        finally:
            self._waiting.pop(id_, None)
        return Answer(payload if envelope.accepts_response else None)

    async def disconnect(self, reason: str) -> int:
        """Send `disconnect` on every connection, as Slack does before a refresh. Returns how many there were."""
        for connection in list(self.connections):
            if reason != "warning":  # only a warning leaves the connection in use
                self.connections.remove(connection)
            await connection.socket.send_json(_disconnect(reason))
        return len(self.connections)

    async def cut(self) -> None:
        """Close every connection without a word."""
        cut, self.connections = self.connections, []
        for connection in cut:
            await connection.socket.close(code=1011)

    async def close(self) -> None:
        for socket in list(self._sockets):  # those that were told to refresh, too
            await socket.close()

    async def _send_frame(self, id_: str, frame: Json) -> bool:
        """Send over one connection; one that turns out to be closed is passed over. False when none is left."""
        while connection := self._next_connection():
            try:
                await connection.socket.send_json(frame)
            except ConnectionResetError:
                if connection in self.connections:
                    self.connections.remove(connection)
            else:
                connection.sent.append(id_)
                return True
        return False

    def _next_connection(self) -> Connection | None:
        live = [connection for connection in self.connections if not connection.socket.closed]
        return live[next(self._turn) % len(live)] if live else None

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "connection_info": {"app_id": self._app_id},
            "debug_info": {
                "host": "sandbox",
                "build_number": 1,
                "approximate_connection_time": CONNECTION_SECONDS,
            },
        }

    def _hear(self, text: str) -> None:
        try:
            frame = json.loads(text)
        except ValueError:
            return  # Slack ignores what it cannot read
        heard = self._waiting.get(frame.get("envelope_id", "")) if isinstance(frame, dict) else None
        if heard and not heard.done():
            heard.set_result(frame.get("payload"))


def _disconnect(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}


def _frame(id_: str, envelope: Envelope) -> Json:
    frame: Json = {
        "envelope_id": id_,
        "type": envelope.kind,
        "payload": envelope.payload,
        "accepts_response_payload": envelope.accepts_response,
    }
    if envelope.kind == "events_api":
        frame |= {"retry_attempt": envelope.attempt, "retry_reason": envelope.reason}
    return frame
