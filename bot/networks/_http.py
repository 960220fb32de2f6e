"""The only door to the networks: one client, one function that sends, and what its failures prove.

It knows no network: what a status or a body means is each adapter's business.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Iterator, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TypedDict, Unpack

import aiohttp
import httpx
from aiohttp.http_exceptions import HttpProcessingError
from httpx_aiohttp import AiohttpTransport

from bot import __version__
from bot.errors import Ambiguous, Misconfigured, NetworkError, Retryable
from bot.networks._answers import Answer

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
POOL_SECONDS = 30.0
"""Waiting for a free connection and making it, together (aiohttp's `connect`); nothing has been sent then."""
IDLE_SECONDS = 4.0
"""A connection unused for longer is not used again: a server that closes it just as we send leaves us in doubt, and the
common default is 5 s (Node)."""
DEADLINE_SECONDS = 90.0
"""From the first byte out to the last byte in, so that a server that drips cannot hold a worker."""
MAX_ANSWER_BYTES = 4 * 1024 * 1024
"""Far above any answer that an adapter reads; a bigger one is a fault or an attack."""
MAX_URL_CHARACTERS = 2_000
MAX_HEADER_BYTES = 16_384
"""Of one answer's header line."""
HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
"""A host in its ASCII form (RFC 1123; DNS takes 253 characters)."""

TRANSPORT_ERRORS = (httpx.HTTPError, httpx.StreamError, aiohttp.ClientError, HttpProcessingError, OSError, ValueError)
"""All that a request can end in: the transport lets some of aiohttp's own errors through (a garbled answer)."""

SENT_TWICE = frozenset({"PUT", "DELETE"})
"""aiohttp repeats these by itself when a kept-alive connection drops (RFC 9112, 9.3.1)."""


class Parts(TypedDict, total=False):
    """What a request may carry, as httpx names it."""

    headers: Mapping[str, str]
    params: Mapping[str, str | int | list[str]]
    json: object
    content: bytes
    data: Mapping[str, str]
    files: Mapping[str, tuple[str, bytes, str]]


def open_client(
    *,
    max_connections: int = 400,
    max_per_host: int = 100,
    connect_seconds: float = CONNECT_SECONDS,
    read_seconds: float = READ_SECONDS,
    pool_seconds: float = POOL_SECONDS,
) -> httpx.AsyncClient:
    """The one client for all networks and accounts. It keeps no cookies, follows no redirect, reads no environment."""
    tls = httpx.create_ssl_context(trust_env=False)

    def session() -> aiohttp.ClientSession:  # made at the first request: a connector needs the running loop
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=max_connections, limit_per_host=max_per_host, keepalive_timeout=IDLE_SECONDS, ssl=tls
            ),
            cookie_jar=aiohttp.DummyCookieJar(),  # or one account's cookies would reach another
            trust_env=False,
            max_line_size=MAX_HEADER_BYTES,
            max_field_size=MAX_HEADER_BYTES,
        )

    return httpx.AsyncClient(
        transport=AiohttpTransport(client=session),
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
        timeout=httpx.Timeout(read_seconds, connect=connect_seconds, pool=pool_seconds),
        headers={"user-agent": f"Trellis/{__version__}", "accept-encoding": "identity"},
        follow_redirects=False,
        trust_env=False,
    )


async def send(
    http: httpx.AsyncClient,
    method: str,
    url: str,
    *,
    mutates: bool,
    twice_is_harmless: bool = False,
    max_bytes: int = MAX_ANSWER_BYTES,
    deadline: float = DEADLINE_SECONDS,
    **parts: Unpack[Parts],
) -> Answer:
    """Send one request, once, and read its whole answer, whatever its status.

    `mutates`: the request may create or change something. A PUT or DELETE must say `twice_is_harmless`.
    Raises Retryable where nothing was sent (or nothing mutates), Ambiguous where it may have been carried out,
    Misconfigured where no request can be made of `url` and `parts`.
    """
    if method in SENT_TWICE and not twice_is_harmless:
        raise ValueError(f"{method} may be sent twice by the transport; say that this is harmless, or use POST")
    request = await _request(http, method, url, parts)
    try:
        async with asyncio.timeout(deadline):
            return await _exchange(http, request, max_bytes)
    except TRANSPORT_ERRORS as error:
        raise _told(error, request.url.host, mutates) from error


def require_server(address: str, allow_http: bool) -> str:
    """The base URL of a network's server, without a trailing slash; https is assumed where no scheme is given.

    Plain http is taken only with `allow_http` and only to loopback. Raises Misconfigured with a sentence.
    """
    url = _parsed(address)
    if url.userinfo or url.query or url.fragment:
        raise Misconfigured("The server's address must not hold a user name, a question mark or a hash sign.")
    if url.scheme == "http" and not (allow_http and _is_loopback(url.host)):
        raise Misconfigured(f"{url.host} must be reached over https. Write its address with https:// in front.")
    return f"{url.scheme}://{url.netloc.decode()}{url.path.rstrip('/')}"


async def _request(http: httpx.AsyncClient, method: str, url: str, parts: Parts) -> httpx.Request:
    try:
        request = http.build_request(method, url, **parts)
        await request.aread()
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise Misconfigured("The network was to be asked at an address that is none. Connect the account again.") from (
            error
        )
    return request


async def _exchange(http: httpx.AsyncClient, request: httpx.Request, max_bytes: int) -> Answer:
    response = await http.send(request, stream=True)
    try:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > max_bytes:
                raise httpx.ReadError(f"The answer is over {max_bytes} bytes.")
        return Answer(response.status_code, response.headers, bytes(body))
    finally:
        await response.aclose()


def _told(error: Exception, host: str, mutates: bool) -> NetworkError:
    """What a failed request proves. The transport's own types prove nothing, so the causes are asked.

    A dropped answer and a refused port both arrive as httpx.ConnectTimeout; only these two of aiohttp's errors are
    raised before a byte of the request has left.
    """
    causes = tuple(_causes(error))
    if any(isinstance(cause, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError) for cause in causes):
        return Retryable(f"{host} could not be reached: {_reason(causes)}.")
    if mutates:
        return Ambiguous(f"The connection to {host} broke before it answered, so it may or may not have done it.")
    return Retryable(f"{host} did not give a whole answer.")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _reason(causes: tuple[BaseException, ...]) -> str:
    if any(isinstance(cause, aiohttp.ClientConnectorDNSError) for cause in causes):
        return "no server of that name was found"
    if any(isinstance(cause, aiohttp.ClientSSLError) for cause in causes):
        return "its certificate was not accepted"
    if any(isinstance(cause, aiohttp.ConnectionTimeoutError) for cause in causes):
        return "it took too long to connect"
    return "it refused the connection"


def _parsed(address: str) -> httpx.URL:
    spelled = address.strip()
    spelled = spelled if "://" in spelled else f"https://{spelled}"
    try:
        url = httpx.URL(spelled[: MAX_URL_CHARACTERS + 1])
    except httpx.InvalidURL as error:
        raise Misconfigured("That is not a server's address. Write one like https://example.social.") from error
    if url.scheme not in {"http", "https"} or not _is_host(url) or len(spelled) > MAX_URL_CHARACTERS:
        raise Misconfigured("That is not a server's address. Write one like https://example.social.")
    return url


def _is_host(url: httpx.URL) -> bool:
    """A name or an address, spelled so that every library reads the same host from it."""
    try:
        return bool(ipaddress.ip_address(url.host))
    except ValueError:
        return HOST_NAME.fullmatch(url.raw_host.decode()) is not None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
