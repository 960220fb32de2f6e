"""The web side: health, metrics, Slack over HTTP and the feed, each with strict headers and kind errors."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.errors import Faults
from bot.web import serve_web
from bot.web.server import HEADERS
from tests.web.conftest import CALENDAR, SIGNING_SECRET, TOKEN, Site


async def get(site: Site, path: str, **headers: str) -> tuple[int, str]:
    async with site.http.get(f"{site.url}{path}", headers=headers) as response:
        return response.status, await response.text()


async def from_slack(
    site: Site, body: bytes, *, kind: str = "application/json", signed: bool = True
) -> tuple[int, str]:
    stamp = str(int(time.time()))
    digest = hmac.new(SIGNING_SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": kind}
    if signed:
        headers |= {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}
    async with site.http.post(f"{site.url}/slack/events", data=body, headers=headers) as response:
        return response.status, await response.text()


async def first_line(site: Site, header: bytes, body: bytes) -> bytes:
    """The first line of the answer to a request that is not sent to its end."""
    host, port = site.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + header)
    writer.write(b"\r\n\r\n" + body)
    line = await asyncio.wait_for(reader.readline(), 15)
    writer.close()
    return line


async def test_a_living_process_says_so(site: Site) -> None:
    assert await get(site, "/healthz") == (200, "ok\n")


async def test_it_is_ready_with_a_database_and_slack(site: Site) -> None:
    status, text = await get(site, "/readyz")
    assert (status, json.loads(text)) == (200, {"database": True, "slack": True})


async def test_it_is_not_ready_while_slack_is_away(site: Site) -> None:
    site.slack = False
    status, text = await get(site, "/readyz")
    assert (status, json.loads(text)["slack"]) == (503, False)


async def test_it_is_not_ready_while_the_database_is_away(site: Site) -> None:
    site.desk.threads.readers.shutdown()
    status, text = await get(site, "/readyz")
    assert (status, json.loads(text)["database"]) == (503, False)
    assert (await get(site, "/healthz"))[0] == 200


async def test_metrics_tell_what_waits(site: Site) -> None:
    status, text = await get(site, "/metrics")
    assert status == 200
    for what in ("outbox", "intake", "due", "unconfirmed", "missed"):
        assert f'trellis_waiting{{what="{what}"}} 0.0' in text


async def test_slacks_handshake_is_answered(site: Site) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1aBm"}).encode()
    status, text = await from_slack(site, body)
    assert status == 200
    assert "3eZbrw1aBm" in text


async def test_an_unsigned_request_reaches_nobody(site: Site) -> None:
    assert (await from_slack(site, b"not even json", signed=False))[0] == 401


async def test_a_huge_body_is_turned_away_unread(site: Site) -> None:
    assert b" 413 " in await first_line(site, b"Content-Length: 2000000", b"")


async def test_a_body_of_hidden_length_is_bounded_too(site: Site) -> None:
    chunk = b"f4240\r\n" + b"x" * 1_000_000 + b"\r\n"
    assert b" 413 " in await first_line(site, b"Transfer-Encoding: chunked", chunk * 2)


async def test_a_body_that_never_ends_is_given_up(site: Site) -> None:
    assert b" 408 " in await first_line(site, b"Content-Length: 9", b"{")


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"type": "event_callback"},
        {"type": "event_callback", "event": "not an object"},
        {"type": "event_callback", "event": {"type": 5}, "event_id": ["Ev1"], "team_id": {}},
        {"type": "event_callback", "team_id": "T1", "authorizations": "x", "event": {"type": "app_home_opened"}},
        {"type": "block_actions", "actions": 7, "user": "U1", "team": [], "view": 3},
        {"type": "view_submission", "view": None, "user": {"id": 1}},
        {"command": {"x": 1}, "user_id": 3},
        {"type": ["a"], "team": {"id": {"id": 1}}},
        {"\ud800": "\ud800"},
    ],
)
@pytest.mark.parametrize("as_form", [False, True])
async def test_a_signed_oddity_is_no_server_error(site: Site, payload: dict[str, Any], as_form: bool) -> None:
    text = json.dumps(payload)
    if not as_form:
        status, _ = await from_slack(site, text.encode())
    else:
        form = urlencode({"payload": text}).encode()
        status, _ = await from_slack(site, form, kind="application/x-www-form-urlencoded")
    assert status < 500


async def test_a_person_has_a_feed_at_their_secret_address(site: Site) -> None:
    async with site.http.get(f"{site.url}/calendar/{TOKEN}.ics") as response:
        assert (response.status, response.content_type, await response.read()) == (200, "text/calendar", CALENDAR)
        tag = response.headers["ETag"]
    assert (await get(site, f"/calendar/{TOKEN}.ics", **{"If-None-Match": tag}))[0] == 304


@pytest.mark.parametrize("token", ["b" * 32, "short", "../../etc/passwd", "x" * 2_000])
async def test_another_address_has_no_feed(site: Site, token: str) -> None:
    assert (await get(site, f"/calendar/{token}.ics"))[0] == 404


async def test_what_nobody_foresaw_is_told_by_a_reference_alone(site: Site) -> None:
    status, text = await get(site, f"/calendar/boom{'x' * 30}.ics")
    assert status == 500
    assert "swordfish" not in text
    assert "Traceback" not in text
    assert len(text.split()[-1]) == 6


@pytest.mark.parametrize("path", ["/healthz", "/nothing", f"/calendar/boom{'x' * 30}.ics", "/slack/events"])
async def test_every_answer_carries_strict_headers(site: Site, path: str) -> None:
    async with site.http.get(f"{site.url}{path}") as response:
        assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
        assert "Strict-Transport-Security" in response.headers


async def test_a_port_that_is_taken_is_told_with_its_mend(site: Site) -> None:
    port = int(site.url.rsplit(":", 1)[1])
    desk = site.desk
    taken = type(desk)(
        desk.settings.model_copy(update={"port": port}),
        desk.store,
        desk.networks,
        desk.locker,
        desk.bells,
        desk.threads,
    )

    async def connected() -> bool:
        return True

    with pytest.raises(Faults) as raised:
        await serve_web(taken, slack_is_connected=connected)
    assert [fault.name for fault in raised.value.faults] == ["PORT"]
