"""What every request to Plaza passes: other sites are turned away, faults are played, refusals become JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox.plaza.faults import FaultQueue, PlayedFault
from bot.sandbox.plaza.rules import IMAGE_BYTES, PAGE, PAGE_MOST, Refusal
from bot.sandbox.plaza.square import Square

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SQUARE: web.AppKey[Square] = web.AppKey("square", Square)
FAULTS: web.AppKey[FaultQueue] = web.AppKey("faults", FaultQueue)
CLOSING: web.AppKey[asyncio.Event] = web.AppKey("closing", asyncio.Event)
FAULT: web.RequestKey[PlayedFault] = web.RequestKey("fault", PlayedFault)
"""Where a request keeps the fault that its handler must play."""

BODY_BYTES = IMAGE_BYTES + 1_024
ID_DIGITS = 9

# Nothing but Plaza's own files runs or loads; text is set as text. The sandbox's page may show it in a frame.
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self' http://127.0.0.1:* http://localhost:*"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def answer(found: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A JSON answer."""
    return web.Response(
        body=json.dumps(found).encode(),
        status=status,
        content_type="application/json",
        headers={"X-Content-Type-Options": "nosniff", **(headers or {})},
    )


@web.middleware
async def refuse_in_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn each refusal into Plaza's error body."""
    try:
        _require_own_page(request)
        return await handler(request)
    except Refusal as refusal:
        return _refused(refusal)
    except web.HTTPException as error:
        if error.status == 413:
            return _refused(Refusal(413, "too_large", f"A body may have {IMAGE_BYTES} bytes at most."))
        return _refused(Refusal(error.status, "http", error.reason or "No."))


@web.middleware
async def play_faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Misbehave as asked by the control API; see `faults`."""
    fault = request.app[FAULTS].take(request.method, request.path)
    if fault is None:
        return await handler(request)
    await _before(request, fault)
    request[FAULT] = fault
    return _after(request, fault, await handler(request))


async def _before(request: web.Request, fault: PlayedFault) -> None:
    if fault.kind == "refuse":
        raise fault.refusal()
    if fault.kind == "vanish":
        _cut_off(request)
        raise Refusal(503, "gone", "The connection is closed.")
    if fault.kind == "slow":
        try:
            await asyncio.wait_for(request.app[CLOSING].wait(), fault.seconds)
        except TimeoutError:
            return


def _after(request: web.Request, fault: PlayedFault, done: web.StreamResponse) -> web.StreamResponse:
    if fault.kind == "fail_after":
        return _refused(Refusal(500, "broken", "Something went wrong here."))
    if fault.kind == "garbage":
        return web.Response(body=b"<html>\xff not what you asked for", content_type="application/json")
    if fault.kind == "cut" and request.transport is not None:
        request.transport.write(
            b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"
        )
        request.transport.close()
    if fault.kind == "drop":
        _cut_off(request)
    return done


def _cut_off(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _refused(refusal: Refusal) -> web.Response:
    body = {"error": {"code": refusal.code, "message": refusal.message}}
    return answer(body, refusal.status, refusal.headers)


def _require_own_page(request: web.Request) -> None:
    """Another site's page in the same browser must neither read nor write here (403).

    The Host check stops names that were pointed at loopback (DNS rebinding), the Origin check forged requests.
    """
    if not _is_local(request.host):
        raise Refusal(403, "foreign", "Plaza is reached under its own address only.")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise Refusal(403, "foreign", "Other sites may not speak to Plaza.")


def _is_local(host: str) -> bool:
    """An address, which no name service can point elsewhere, or `localhost`."""
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return bool(ip_address(name))
    except ValueError:
        return name == "localhost"


def bearer(request: web.Request) -> str:
    """The token of the request, or an empty text."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def json_body(request: web.Request) -> bytes:
    """The body, which must say that it is JSON. Raises Refusal (415)."""
    if request.content_type != "application/json":
        raise Refusal(415, "not_json", "Send JSON, and say so in Content-Type.")
    return await request.read()


def asked_limit(request: web.Request) -> int:
    """`?limit=`, from 1 to the most a page may hold. Raises Refusal (422)."""
    return min(PAGE_MOST, max(1, asked_number(request, "limit") or PAGE))


def asked_number(request: web.Request, name: str) -> int | None:
    """A number of the query, None where it is not given. Raises Refusal (422)."""
    given = request.query.get(name)
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= ID_DIGITS):
        raise Refusal(422, f"bad_{name}", f"`{name}` must be a number.")
    return int(given)


def fields(found: Any, *names: str) -> dict[str, str]:
    """These values of a parsed form, all of them texts. Raises Refusal (422)."""
    for name in names:
        if not isinstance(found.get(name), str):
            raise Refusal(422, f"bad_{name}", f"`{name}` must be a text.")
    return {name: found[name] for name in names}
