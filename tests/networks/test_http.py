"""What each way a request can end proves, shown on real sockets; and what the one client never does."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bot.errors import Ambiguous, Misconfigured, NetworkError, Retryable
from bot.networks._http import open_client, require_server, send

Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

SHORT = 0.3
"""Seconds of patience in these tests."""


@asynccontextmanager
async def listening(peer: Peer) -> AsyncIterator[str]:
    """A server on loopback that treats each connection as `peer` does; gives its base URL."""

    async def treat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await peer(reader, writer)
        except ConnectionError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(treat, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with open_client(connect_seconds=SHORT, read_seconds=SHORT, pool_seconds=SHORT) as client:
        yield client


async def head_of(reader: asyncio.StreamReader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


def answering(raw: bytes) -> Peer:
    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(raw)
        await writer.drain()

    return peer


async def closes_at_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def closes_unanswered(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await head_of(reader)


async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await head_of(reader)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def stays_silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await head_of(reader)
    await reader.read()


async def stalls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await head_of(reader)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n.")
    await reader.read()


SENT: dict[str, Peer] = {
    "closes at once": closes_at_once,
    "closes before the answer": closes_unanswered,
    "resets": resets,
    "half an answer": answering(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this"),
    "half a head": answering(b"HTTP/1.1 200 OK\r\ncontent-le"),
    "broken chunks": answering(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n"),
    "garbage": answering(b"\x00\x01\x02 this is no HTTP \xff\r\n\r\n"),
    "a head without end": answering(b"HTTP/1.1 200 OK\r\nx: " + b"a" * 100_000 + b"\r\n\r\n"),
    "compression that is none": answering(
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd"
    ),
    "silence": stays_silent,
    "too big a body": answering(b"HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\n" + b"a" * 2000),
}


@pytest.mark.parametrize("fault", SENT)
async def test_a_change_that_broke_after_connecting_is_ambiguous(http: httpx.AsyncClient, fault: str) -> None:
    async with listening(SENT[fault]) as url:
        with pytest.raises(Ambiguous):
            await send(http, "POST", url, mutates=True, json={}, max_bytes=1000)


@pytest.mark.parametrize("fault", SENT)
async def test_a_question_that_broke_may_be_asked_again(http: httpx.AsyncClient, fault: str) -> None:
    async with listening(SENT[fault]) as url:
        with pytest.raises(Retryable):
            await send(http, "GET", url, mutates=False, max_bytes=1000)


async def test_an_answer_that_does_not_end_is_cut_off_at_the_deadline() -> None:
    async with listening(stalls) as url, open_client() as patient, asyncio.timeout(30 * SHORT):
        with pytest.raises(Ambiguous):
            await send(patient, "POST", url, mutates=True, deadline=SHORT)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_a_refused_connection_proves_that_nothing_was_sent(http: httpx.AsyncClient) -> None:
    with pytest.raises(Retryable, match="refused the connection"):
        await send(http, "POST", f"http://127.0.0.1:{free_port()}", mutates=True)


async def test_an_unknown_name_proves_that_nothing_was_sent(http: httpx.AsyncClient) -> None:
    with pytest.raises(Retryable, match=r"nobody\.invalid could not be reached"):
        await send(http, "POST", "https://nobody.invalid/", mutates=True)


async def test_a_failed_tls_handshake_proves_that_nothing_was_sent(http: httpx.AsyncClient) -> None:
    async with listening(answering(b"HTTP/1.1 200 OK\r\n\r\n")) as url:
        with pytest.raises(Retryable, match="could not be reached"):
            await send(http, "POST", url.replace("http:", "https:"), mutates=True)


async def test_a_certificate_of_nobody_known_is_not_accepted(http: httpx.AsyncClient, tmp_path: Path) -> None:
    server = await asyncio.start_server(closes_unanswered, "127.0.0.1", 0, ssl=self_signed(tmp_path))
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Retryable, match="certificate was not accepted"):
            await send(http, "POST", f"https://127.0.0.1:{port}", mutates=True)


def self_signed(folder: Path) -> ssl.SSLContext:
    """TLS for a server whose certificate nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    (folder / "server.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


async def test_a_connection_that_never_opens_proves_that_nothing_was_sent(http: httpx.AsyncClient) -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for queued in (first, second):  # a full backlog: the kernel drops further attempts without a word
            queued.setblocking(False)
            queued.connect_ex(full.getsockname())
        with pytest.raises(Retryable, match="too long to connect"):
            await send(http, "POST", f"http://127.0.0.1:{full.getsockname()[1]}", mutates=True)


async def test_an_answer_is_returned_whatever_its_status(http: httpx.AsyncClient) -> None:
    raw = b'HTTP/1.1 503 Busy\r\nretry-after: 7\r\ncontent-length: 13\r\n\r\n{"error":"x"}'
    async with listening(answering(raw)) as url:
        answer = await send(http, "POST", url, mutates=True)
    assert (answer.status, answer.headers["retry-after"], answer.json) == (503, "7", {"error": "x"})


async def test_cookies_do_not_travel(http: httpx.AsyncClient) -> None:
    heads: list[bytes] = []

    async def bakes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            heads.append(await head_of(reader))
            writer.write(b"HTTP/1.1 200 OK\r\nset-cookie: session=ann; Path=/\r\ncontent-length: 0\r\n\r\n")
            await writer.drain()

    async with listening(bakes) as url:
        named = url.replace("127.0.0.1", "localhost")  # a bare address is given no cookies anyway
        await send(http, "GET", named, mutates=False)
        await send(http, "GET", named, mutates=False)
    assert len(heads) == 2
    assert b"cookie" not in heads[1].lower()


async def test_a_redirect_is_not_followed(http: httpx.AsyncClient) -> None:
    raw = b"HTTP/1.1 307 Away\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
    async with listening(answering(raw)) as url:
        assert (await send(http, "POST", url, mutates=True)).status == 307


async def test_the_environment_names_no_proxy(http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    async with (
        listening(answering(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")) as url,
        open_client(read_seconds=SHORT) as fresh,
    ):
        assert (await send(fresh, "GET", url, mutates=False)).ok


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_a_method_that_the_transport_repeats_needs_a_word(http: httpx.AsyncClient, method: str) -> None:
    with pytest.raises(ValueError, match="may be sent twice"):
        await send(http, method, "https://example.social", mutates=True)


async def test_no_request_is_made_of_a_broken_address(http: httpx.AsyncClient) -> None:
    with pytest.raises(Misconfigured):
        await send(http, "GET", "https://example.social:port", mutates=False)


async def test_a_failure_tells_nothing_of_what_was_sent(http: httpx.AsyncClient) -> None:
    async with listening(closes_unanswered) as url:
        with pytest.raises(NetworkError) as raised:
            await send(http, "POST", f"{url}/hidden-path", mutates=True, headers={"authorization": "Bearer s3cret"})
    assert "s3cret" not in str(raised.value)
    assert "hidden-path" not in str(raised.value)


@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("bsky.social", "https://bsky.social"),
        ("https://example.social/", "https://example.social"),
        (" https://Example.Social:8443/path/ ", "https://example.social:8443/path"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://localhost:3000/", "http://localhost:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_a_server_address_is_made_plain(typed: str, base: str) -> None:
    assert require_server(typed, allow_http=True) == base


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "https://",
        "ftp://example.social",
        "file:///etc/passwd",
        "javascript://example.social",
        "http://example.social",
        "http://192.168.0.10",
        "http://127.0.0.1.example.social",
        "https://ann:secret@example.social",
        "https://example.social?x=1",
        "https://example.social#x",
        "https://exa mple.social",
        "https://example.social\\@other.example",
        "https://example.social\n.other",
        "https://[broken",
        "https://" + "a" * 3000,
    ],
)
def test_an_unsafe_server_address_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(Misconfigured, match=r"^[A-Z0-9a-z].*\.$"):
        require_server(typed, allow_http=True)


def test_plain_http_to_loopback_needs_the_setting() -> None:
    with pytest.raises(Misconfigured, match="https"):
        require_server("http://127.0.0.1:3000", allow_http=False)
