"""A stand-in for an account's Bluesky server: as much of it as the adapter speaks to, in memory.

Its refusals (names and statuses) are those of the reference server 0.4.217; the live tests hold the adapter to that.
"""

from __future__ import annotations

import json
from base64 import b32encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.rules.counting import graphemes, utf8_bytes
from bot.rules.networks import Account
from tests.networks.contract import Stage
from tests.networks.wire import Match

DID = "did:plc:ann"
HANDLE = "ann.test"
PASSWORD = "abcd-efgh-ijkl-mnop"
PUT = "com.atproto.repo.putRecord"


class Refusal(Exception):
    """Answered as `{"error": name, "message": ...}`."""

    def __init__(self, name: str, message: str = "", status: int = 400) -> None:
        super().__init__(name)
        self.answer = web.json_response({"error": name, "message": message or name}, status=status)


class StandIn:
    """Ann's server: her records, her sessions, and the handles that it can resolve."""

    def __init__(self) -> None:
        self.url = ""
        self.records: dict[str, dict[str, object]] = {}
        self.blobs: set[str] = set()
        self.handles = {HANDLE: DID, "ben.test": "did:plc:ben"}
        self.access: set[str] = set()
        self.refresh: set[str] = set()
        self.password = PASSWORD
        self.active = True
        self.logins = 0
        self.refreshes = 0

    def app(self) -> web.Application:
        """The server's methods by their names."""
        app = web.Application(client_max_size=8 * 1024 * 1024, middlewares=[_refusals])
        app.add_routes(
            [
                web.post("/xrpc/com.atproto.server.createSession", self.create_session),
                web.post("/xrpc/com.atproto.server.refreshSession", self.refresh_session),
                web.get("/xrpc/com.atproto.server.getSession", self.get_session),
                web.get("/xrpc/com.atproto.identity.resolveHandle", self.resolve_handle),
                web.post("/xrpc/com.atproto.repo.uploadBlob", self.upload_blob),
                web.post(f"/xrpc/{PUT}", self.put_record),
                web.get("/xrpc/com.atproto.repo.getRecord", self.get_record),
                web.get("/xrpc/com.atproto.sync.getRepoStatus", self.repo_status),
            ]
        )
        return app

    def texts(self) -> list[str]:
        """What the posts say, in the order in which they were taken."""
        return [str(record["text"]) for record in self.records.values() if record["$type"] == "app.bsky.feed.post"]

    def expire_access(self) -> None:
        """Every access token has reached its end."""
        self.access.clear()

    async def create_session(self, request: web.Request) -> web.Response:
        given = await request.json()
        self.logins += 1
        if given["identifier"] not in {HANDLE, DID} or given["password"] != self.password:
            raise Refusal("AuthenticationRequired", "Invalid identifier or password", 401)
        return self._session()

    async def refresh_session(self, request: web.Request) -> web.Response:
        self.refreshes += 1
        if _token(request) not in self.refresh:
            raise Refusal("ExpiredToken", "Token has been revoked")
        return self._session()

    async def get_session(self, request: web.Request) -> web.Response:
        self._require_access(request)
        return web.json_response({"did": DID, "handle": HANDLE, "active": self.active})

    async def resolve_handle(self, request: web.Request) -> web.Response:
        did = self.handles.get(request.query["handle"])
        if did is None:
            raise Refusal("InvalidRequest", "Unable to resolve handle")
        return web.json_response({"did": did})

    async def upload_blob(self, request: web.Request) -> web.Response:
        self._require_access(request)
        content = await request.read()
        cid = _cid(content)
        self.blobs.add(cid)
        blob = {"$type": "blob", "ref": {"$link": cid}, "mimeType": request.content_type, "size": len(content)}
        return web.json_response({"blob": blob})

    async def put_record(self, request: web.Request) -> web.Response:
        self._require_access(request)
        given = await request.json()
        key, record = f"{given['collection']}/{given['rkey']}", given["record"]
        self._require_valid(record)
        if given.get("swapRecord", "") is None and self.records.get(key, record) != record:
            raise Refusal("InvalidSwap", "Record was at another version")
        self.records[key] = record
        return web.json_response({"uri": f"at://{given['repo']}/{key}", "cid": _cid(record)})

    async def get_record(self, request: web.Request) -> web.Response:
        key = f"{request.query['collection']}/{request.query['rkey']}"
        uri = f"at://{request.query['repo']}/{key}"
        if key not in self.records:
            raise Refusal("RecordNotFound", f"Could not locate record: {uri}")
        record = self.records[key]
        return web.json_response({"uri": uri, "cid": _cid(record), "value": record})

    async def repo_status(self, _: web.Request) -> web.Response:
        return web.json_response({"did": DID, "active": self.active})

    def _session(self) -> web.Response:
        number = self.logins * 100 + self.refreshes
        self.access.add(f"access-{number}")
        self.refresh = {f"refresh-{number}"}
        service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": self.url}
        told = {
            "did": DID,
            "handle": HANDLE,
            "accessJwt": f"access-{number}",
            "refreshJwt": f"refresh-{number}",
            "didDoc": {"id": DID, "service": [service]},
        }
        return web.json_response(told)

    def _require_access(self, request: web.Request) -> None:
        if _token(request) not in self.access:
            raise Refusal("ExpiredToken", "Token has expired")

    def _require_valid(self, record: dict[str, object]) -> None:
        text = str(record["text"])
        if graphemes(text) > 300 or utf8_bytes(text) > 3_000:
            raise Refusal("InvalidRequest", "Invalid app.bsky.feed.post record: Record/text is too big")
        embed = record.get("embed", {})
        images = embed.get("images", []) if isinstance(embed, dict) else []
        if any(image["image"]["ref"]["$link"] not in self.blobs for image in images):
            raise Refusal("BlobNotFound", "Could not find blob")


@asynccontextmanager
async def serving(stand_in: StandIn) -> AsyncIterator[StandIn]:
    """The stand-in, listening on loopback."""
    runner = web.AppRunner(stand_in.app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        stand_in.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield stand_in
    finally:
        await runner.cleanup()


def stage(stand_in: StandIn) -> Stage:
    """The stand-in as the contract takes it."""

    async def posts() -> list[str]:
        return stand_in.texts()

    return Stage(stand_in.url, account_at, posts, creates)


def account_at(url: str) -> Account:
    """Ann's account, with its server reached at `url`."""
    return Account(1, "bluesky", url, HANDLE, secret={"app_password": PASSWORD})


def creates(_: str, path: str) -> bool:
    """A post is created by putting its record."""
    return path.endswith(PUT)


def calls(method: str) -> Match:
    """Matches calls of one method, named by its end."""
    return lambda _, path: path.endswith(method)


def refused(name: str, message: str = "No.") -> bytes:
    """The body of a refusal."""
    return json.dumps({"error": name, "message": message}).encode()


@asynccontextmanager
async def open_stage() -> AsyncIterator[Stage]:
    """The stand-in, on stage."""
    async with serving(StandIn()) as stand_in:
        yield stage(stand_in)


def _token(request: web.Request) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")


def _cid(content: object) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content, sort_keys=True).encode()
    return "bafy" + b32encode(sha256(raw).digest()).decode().lower().rstrip("=")


@web.middleware
async def _refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        answer: web.StreamResponse = await handler(request)
        return answer
    except Refusal as refusal:
        return refusal.answer
