"""Whatever is sent to the stand-in is answered: never a crash, never a 5xx that no fault asked for."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.sandbox import SlackServer, serve_slack
from bot.sandbox.cast import ANN, BEN, SUPPORT
from bot.sandbox.client_api import ACTS
from bot.sandbox.control_api import DEEDS
from bot.sandbox.methods import METHODS
from tests.sandbox.kit import home, modal, section

SCALARS = st.none() | st.booleans() | st.integers(-5, 10**12) | st.text(max_size=6)
VALUES = (
    st.sampled_from([SUPPORT, ANN])
    | SCALARS
    | st.sampled_from([ANN, BEN, SUPPORT, "1.000001", "F0NONE", "[", "{}", '[{"type":"section"}]'])
    | st.lists(SCALARS, max_size=2)
    | st.dictionaries(st.sampled_from(["type", "blocks", "id", "event_type"]), SCALARS, max_size=2)
    | st.sampled_from([[section()], modal(), home()])
)
ARGUMENTS = [
    "channel", "text", "blocks", "attachments", "metadata", "thread_ts", "ts", "user", "users", "view", "view_id",
    "user_id", "hash", "trigger_id", "external_id", "limit", "cursor", "oldest", "latest", "types", "filename",
    "length", "files", "file", "name", "timestamp", "message_ts", "markdown_text", "channels", "usergroup", "bot",
]  # fmt: skip
TOLD = [
    "channel", "command", "text", "ts", "view", "action_id", "block_id", "value", "values", "query", "callback_id",
    "thread_ts", "files", "tab", "all", "do", "on", "seconds", "reason", "archived", "join", "event", "without",
]  # fmt: skip


async def statuses(path: str, bodies: list[tuple[str, dict[str, Any]]]) -> list[int]:
    """Send each body to a fresh stand-in and give the statuses."""
    server = await serve_slack(rate_limits=False, ack_seconds=0.05, retry_delays=())
    try:
        headers = {"Authorization": f"Bearer {server.bot_token}"}
        async with aiohttp.ClientSession(server.url, headers=headers) as session:
            return [await _status(session, f"{path}{name}", body) for name, body in bodies]
    finally:
        await server.close()


async def _status(session: aiohttp.ClientSession, address: str, body: dict[str, Any]) -> int:
    async with session.post(address, json=body) as response:
        await response.read()
        return response.status


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(METHODS)), st.dictionaries(st.sampled_from(ARGUMENTS), VALUES, max_size=6)),
        min_size=5,
        max_size=20,
    )
)
def test_no_argument_breaks_a_method(calls: list[tuple[str, dict[str, Any]]]) -> None:
    assert set(asyncio.run(statuses("/api/", calls))) == {200}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(ACTS)), st.dictionaries(st.sampled_from(TOLD), VALUES, max_size=6)),
        min_size=3,
        max_size=10,
    )
)
def test_nothing_told_breaks_the_control_api(acts: list[tuple[str, dict[str, Any]]]) -> None:
    told = [(name, {"user": ANN, **body}) for name, body in acts]
    assert set(asyncio.run(statuses("/client/", told))) <= {200, 400}


@pytest.mark.parametrize("deed", sorted(DEEDS))
@pytest.mark.parametrize("body", [{}, {"seconds": "x"}, {"channel": 7}, {"user": None}, {"event": 3}, {"do": []}])
async def test_a_wrong_deed_is_a_400(slack: SlackServer, deed: str, body: dict[str, Any]) -> None:
    async with aiohttp.ClientSession(slack.url) as session, session.post(f"/client/control/{deed}", json=body) as told:
        assert told.status in {200, 400}


async def test_a_huge_body_is_refused(slack: SlackServer) -> None:
    async with aiohttp.ClientSession(slack.url) as session:
        body, kind = io.BytesIO(b"x" * 26_000_000), {"Content-Type": "application/json"}
        async with session.post("/client/message", data=body, headers=kind) as response:
            assert response.status == 413
        async with session.post("/api/chat.postMessage", data=json.dumps({"x": 1})) as response:
            assert response.status == 200, "the next request is served as ever"


@pytest.mark.parametrize("query", ["after=x", "after=-1", "after=²", "wait=nan", "wait=-1", "wait=inf"])
async def test_wrong_numbers_in_the_query_are_a_400(slack: SlackServer, query: str) -> None:
    async with aiohttp.ClientSession(slack.url) as session, session.get(f"/client/changes?{query}") as response:
        assert response.status == 400


@pytest.mark.parametrize("path", ["/response/none", "/upload/v1/none", "/nothing"])
async def test_addresses_that_were_never_issued_are_not_found(slack: SlackServer, path: str) -> None:
    async with aiohttp.ClientSession(slack.url) as session, session.post(path, json={"text": "x"}) as response:
        assert response.status == 404


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'{"text": ""}', b'{"text": "x", "blocks": [1]}'])
async def test_a_response_url_refuses_what_it_cannot_read(slack: SlackServer, body: bytes) -> None:
    secret = slack.slack.response_urls.issue(ANN, SUPPORT).secret
    async with aiohttp.ClientSession(slack.url) as session, session.post(f"/response/{secret}", data=body) as response:
        assert response.status == 400


WRONG_ACTS: dict[str, tuple[str, dict[str, Any]]] = {
    "a command that is no text": ("command", {"channel": SUPPORT, "command": 7}),
    "a message in no channel": ("message", {"channel": ["x"], "text": "x"}),
    "files that are no list": ("message", {"channel": SUPPORT, "text": "x", "files": 7}),
    "a tab that is no text": ("open-home", {"tab": 7}),
}


@pytest.mark.parametrize("name", WRONG_ACTS)
async def test_a_wrong_kind_of_word_is_a_400(slack: SlackServer, name: str) -> None:
    act, told = WRONG_ACTS[name]
    body = {"user": ANN, **told}
    async with aiohttp.ClientSession(slack.url) as session, session.post(f"/client/{act}", json=body) as response:
        assert response.status == 400
