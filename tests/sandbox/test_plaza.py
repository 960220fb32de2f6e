"""Plaza, spoken to over HTTP: what it keeps, what it refuses, and how it misbehaves when told to."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.plaza import PlazaServer, serve_plaza
from bot.sandbox.plaza.rules import Refusal, parse_content, parse_message
from tests.networks.lending import PIXEL, Clock


class Author:
    """One account's way to Plaza's API, and a visitor's."""

    def __init__(self, session: aiohttp.ClientSession, plaza: PlazaServer, handle: str = "harbour_bakery") -> None:
        self.session = session
        self.plaza = plaza
        self.token = plaza.tokens[handle]

    async def ask(self, method: str, path: str, **parts: Any) -> tuple[int, Any]:
        """The status and the JSON of an answer."""
        headers = {"Authorization": f"Bearer {self.token}", **parts.pop("headers", {})}
        async with self.session.request(method, self.plaza.url + path, headers=headers, **parts) as response:
            return response.status, await response.json() if response.status != 204 else None

    async def say(self, key: str, text: str = "Fresh rolls", **content: Any) -> tuple[int, Any]:
        """Publish."""
        return await self.ask("POST", f"/api/posts/{key}", json={"text": text, **content})

    async def fault(self, kind: str, **more: Any) -> None:
        """Queue a fault."""
        status, _ = await self.ask("POST", "/control/faults", json={"kind": kind, **more})
        assert status == 201

    async def texts(self, handle: str = "harbour_bakery") -> list[str]:
        """What an account's page shows, newest first."""
        _, page = await self.ask("GET", f"/api/accounts/{handle}/posts")
        return [one["text"] for one in page["posts"]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def ann(clock: Clock) -> AsyncIterator[Author]:
    plaza = await serve_plaza(now=clock)
    async with aiohttp.ClientSession() as session:
        yield Author(session, plaza)
    await plaza.close()


async def visitor(ann: Author, name: str = "Dee") -> Author:
    """A visitor of that name."""
    _, entered = await ann.ask("POST", "/visitors", json={"name": name})
    found = Author(ann.session, ann.plaza)
    found.token = entered["token"]
    return found


async def test_same_key_and_content_again_is_the_first_post(ann: Author) -> None:
    first_status, first = await ann.say("k1")
    again_status, again = await ann.say("k1")
    assert (first_status, again_status) == (201, 200)
    assert first == again
    assert await ann.texts() == ["Fresh rolls"]


async def test_a_put_is_the_same_as_a_post(ann: Author) -> None:
    _, first = await ann.say("k1")
    assert await ann.ask("PUT", "/api/posts/k1", json={"text": "Fresh rolls"}) == (200, first)


async def test_a_key_with_other_content_is_refused(ann: Author) -> None:
    await ann.say("k1")
    status, refused = await ann.say("k1", "Stale rolls")
    assert (status, refused["error"]["code"]) == (409, "key_taken")


async def test_two_accounts_may_use_the_same_key(ann: Author) -> None:
    other = Author(ann.session, ann.plaza, "northlight")
    assert [(await ann.say("k1", "one"))[0], (await other.say("k1", "two"))[0]] == [201, 201]


async def test_a_deleted_key_stays_taken(ann: Author) -> None:
    await ann.say("k1")
    assert (await ann.ask("DELETE", "/api/posts/k1"))[0] == 204
    assert [(await ann.say("k1"))[0], (await ann.ask("GET", "/api/posts/k1"))[0]] == [410, 410]
    assert await ann.texts() == []


async def test_what_was_never_said_is_not_found(ann: Author) -> None:
    assert (await ann.ask("GET", "/api/posts/k1"))[0] == 404


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        ({"text": ""}, 422, "empty"),
        ({"text": " \n"}, 422, "empty"),
        ({"text": "x" * 501}, 422, "text_too_long"),
        ({"text": 7}, 422, "bad_text"),
        ({"text": "a\x00b"}, 422, "bad_text"),
        ({"text": "a", "colour": "red"}, 422, "unknown_field"),
        ({"text": "a", "audience": "friends"}, 422, "bad_audience"),
        ({"text": "a", "audience": "direct"}, 422, "wrong_audience"),
        ({"text": "a", "in_reply_to": "99"}, 422, "bad_parent"),
        ({"text": "a", "in_reply_to": 1}, 422, "bad_parent"),
        ({"text": "a", "images": [{"sha256": "f" * 64, "alt": ""}]}, 422, "unknown_image"),
        ({"text": "a", "images": [{"sha256": "short"}]}, 422, "bad_images"),
        ({"text": "a", "images": [{"sha256": "f" * 64, "alt": "x" * 1_001}]}, 422, "alt_too_long"),
        ({"text": "a", "images": [{"sha256": "f" * 64}] * 5}, 422, "too_many_images"),
        ({"text": "x" * 70_000}, 413, "too_large"),
    ],
)
async def test_content_that_plaza_never_takes_is_refused(
    ann: Author, content: dict[str, Any], status: int, code: str
) -> None:
    answered, refused = await ann.ask("PUT", "/api/posts/k1", json=content)
    assert (answered, refused["error"]["code"]) == (status, code)


async def test_text_at_the_limit_is_taken(ann: Author) -> None:
    assert (await ann.say("k1", "x" * 500))[0] == 201


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"text": "\\ud800"}', b"[" * 60_000])
async def test_a_broken_body_is_refused_and_never_breaks_plaza(ann: Author, body: bytes) -> None:
    status, _ = await ann.ask("PUT", "/api/posts/k1", data=body, headers={"Content-Type": "application/json"})
    assert status == 422


async def test_a_wrong_token_is_refused(ann: Author) -> None:
    ann.token = "wrong"
    assert [(await ann.say("k1"))[0], (await ann.ask("GET", "/api/me"))[0]] == [401, 401]


@pytest.mark.parametrize(("state", "status"), [("revoke", 401), ("suspend", 403)])
async def test_an_account_can_be_shut_out_and_let_in_again(ann: Author, state: str, status: int) -> None:
    await ann.ask("POST", f"/control/accounts/harbour_bakery/{state}")
    shut_out = (await ann.say("k1"))[0]
    await ann.ask("POST", "/control/accounts/harbour_bakery/restore")
    assert (shut_out, (await ann.say("k1"))[0]) == (status, 201)


async def test_the_rate_is_told_kept_and_renewed_by_the_minute(ann: Author, clock: Clock) -> None:
    await ann.ask("POST", "/control/rate", json={"per_minute": 2})
    assert [(await ann.say(f"k{n}"))[0] for n in range(3)] == [201, 201, 429]
    clock.now += timedelta(seconds=60)
    assert (await ann.say("k2"))[0] == 201


async def test_too_many_requests_say_how_long_to_wait(ann: Author, clock: Clock) -> None:
    await ann.ask("POST", "/control/rate", json={"per_minute": 1})
    await ann.say("k0")
    clock.now += timedelta(seconds=20)
    headers = {"Authorization": f"Bearer {ann.token}"}
    async with ann.session.get(f"{ann.plaza.url}/api/me", headers=headers) as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "40")
        assert response.headers["RateLimit-Remaining"] == "0"


async def test_an_image_is_kept_under_its_hash_and_shown_with_its_alt_text(ann: Author) -> None:
    name = sha256(PIXEL).hexdigest()
    assert [(await ann.ask("PUT", f"/api/images/{name}", data=PIXEL))[0] for _ in range(2)] == [201, 200]
    _, post = await ann.say("k1", "", images=[{"sha256": name, "alt": "A grey dot"}])
    assert post["images"] == [{"sha256": name, "alt": "A grey dot"}]
    async with ann.session.get(f"{ann.plaza.url}/images/{name}") as response:
        assert (await response.read(), response.content_type) == (PIXEL, "image/png")


@pytest.mark.parametrize(
    ("content", "status"), [(b"<svg onload=alert(1)>", 422), (b"\x89PNG\r\n\x1a\n" + b"x" * 2_000_000, 413)]
)
async def test_what_is_no_image_or_too_large_is_refused(ann: Author, content: bytes, status: int) -> None:
    assert (await ann.ask("PUT", f"/api/images/{sha256(content).hexdigest()}", data=BytesIO(content)))[0] == status


async def test_an_image_under_another_hash_is_refused(ann: Author) -> None:
    assert (await ann.ask("PUT", f"/api/images/{'0' * 64}", data=PIXEL))[0] == 422


async def test_pages_reach_every_post_once(ann: Author) -> None:
    for number in range(7):
        await ann.say(f"k{number}", f"post {number}")
    seen, path = [], "/api/accounts/harbour_bakery/posts?limit=3"
    while path:
        _, page = await ann.ask("GET", path)
        seen += [one["text"] for one in page["posts"]]
        path = f"/api/accounts/harbour_bakery/posts?limit=3&before={page['next']}" if page["next"] else ""
    assert seen == [f"post {number}" for number in reversed(range(7))]


async def test_a_brand_reads_each_message_once_from_its_cursor(ann: Author) -> None:
    dee = await visitor(ann)
    _, start = await ann.ask("GET", "/api/messages")
    _, post = await ann.say("k1")
    for kind, more in (("mention", {}), ("comment", {"post": post["id"]}), ("direct", {})):
        said = {"to": "harbour_bakery", "kind": kind, "text": f"A {kind}", **more}
        assert (await dee.ask("POST", "/visitors/messages", json=said))[0] == 201
    _, read = await ann.ask("GET", f"/api/messages?after={start['cursor']}")
    assert [one["kind"] for one in read["messages"]] == ["mention", "comment", "direct"]
    assert read["messages"][1]["conversation"] == post["id"]
    assert (await ann.ask("GET", f"/api/messages?after={read['cursor']}"))[1]["messages"] == []


async def test_a_direct_message_is_answered_directly_or_not_at_all(ann: Author) -> None:
    dee = await visitor(ann)
    said = {"to": "harbour_bakery", "kind": "direct", "text": "My order is lost"}
    _, message = await dee.ask("POST", "/visitors/messages", json=said)
    assert (await ann.say("k1", "Oh no", in_reply_to=message["id"]))[0] == 422
    assert (await ann.say("k1", "Oh no", in_reply_to=message["id"], audience="direct"))[0] == 201
    _, conversation = await dee.ask("GET", "/visitors/direct")
    assert [one["text"] for one in conversation] == ["My order is lost", "Oh no"]
    _, timeline = await ann.ask("GET", "/timeline")
    assert timeline["posts"] == []


async def test_another_visitor_cannot_read_or_answer_a_direct_message(ann: Author) -> None:
    dee, other = await visitor(ann), await visitor(ann, "Eve")
    said = {"to": "harbour_bakery", "kind": "direct", "text": "Secret"}
    _, message = await dee.ask("POST", "/visitors/messages", json=said)
    assert (await other.ask("GET", "/visitors/direct"))[1] == []
    comment = {"to": "harbour_bakery", "kind": "comment", "text": "?", "post": message["id"]}
    assert (await other.ask("POST", "/visitors/messages", json=comment))[0] == 422
    assert (await ann.ask("GET", f"/timeline/{message['id']}"))[0] == 404


async def test_another_sites_page_can_neither_read_nor_write(ann: Author) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}):
        status, refused = await ann.ask("POST", "/control/faults", json={"kind": "drop"}, headers=headers)
        assert (status, refused["error"]["code"]) == (403, "foreign")


async def test_open_pages_are_told_of_posts_as_they_are_said_and_removed(ann: Author) -> None:
    async with ann.session.get(f"{ann.plaza.url}/events") as stream:
        await stream.content.readuntil(b"\n\n")
        await ann.say("k1", "<script>alert(1)</script>")
        await ann.ask("DELETE", "/api/posts/k1")
        said = await stream.content.readuntil(b"\n\n")
        removed = await stream.content.readuntil(b"\n\n")
    event, shown = said.decode().split("\n")[:2]
    assert (event, json.loads(shown.removeprefix("data: "))["text"]) == ("event: post", "<script>alert(1)</script>")
    assert removed.startswith(b"event: removed")


async def test_direct_messages_are_told_to_their_visitor_only(ann: Author) -> None:
    dee = await visitor(ann)
    async with (
        ann.session.get(f"{ann.plaza.url}/events?visitor={dee.token}") as own,
        ann.session.get(f"{ann.plaza.url}/events") as others,
    ):
        await dee.ask("POST", "/visitors/messages", json={"to": "harbour_bakery", "kind": "direct", "text": "Psst"})
        await ann.say("k1", "Public")
        seen = [await _event(own), await _event(own), await _event(others)]
    assert seen == ["direct", "post", "post"]


async def _event(stream: aiohttp.ClientResponse) -> str:
    """The name of the stream's next event."""
    while not (line := (await stream.content.readline()).decode()).startswith("event: "):
        pass
    return line.removeprefix("event: ").strip()


async def test_the_page_runs_and_loads_nothing_but_its_own_files(ann: Author) -> None:
    async with ann.session.get(ann.plaza.url) as response:
        policy, page = response.headers["Content-Security-Policy"], await response.text()
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "<style" not in page
    async with ann.session.get(f"{ann.plaza.url}/static/plaza.js") as response:
        script = await response.text()
    assert "innerHTML" not in script
    assert "textContent" in script


async def test_a_path_out_of_the_static_folder_is_not_found(ann: Author) -> None:
    async with ann.session.get(f"{ann.plaza.url}/static/..%2f__init__.py") as response:
        assert response.status == 404


@pytest.mark.parametrize("kind", ["drop", "cut"])
async def test_an_answer_can_be_dropped_after_the_post_was_taken(ann: Author, kind: str) -> None:
    await ann.fault(kind)
    with pytest.raises(aiohttp.ClientError):
        await ann.say("k1")
    assert await ann.texts() == ["Fresh rolls"]


@pytest.mark.parametrize(
    ("fault", "status", "published"),
    [
        ({"kind": "refuse", "status": 401}, 401, 0),
        ({"kind": "refuse", "status": 403}, 403, 0),
        ({"kind": "refuse", "status": 422}, 422, 0),
        ({"kind": "refuse", "status": 429, "seconds": 7}, 429, 0),
        ({"kind": "refuse", "status": 500}, 500, 0),
        ({"kind": "fail_after"}, 500, 1),
        ({"kind": "twice"}, 201, 2),
        ({"kind": "lose"}, 201, 0),
        ({"kind": "slow", "seconds": 0.01}, 201, 1),
    ],
)
async def test_each_fault_does_what_it_says(ann: Author, fault: dict[str, Any], status: int, published: int) -> None:
    await ann.fault(**fault)
    assert (await ann.say("k1"))[0] == status
    assert len(await ann.texts()) == published


async def test_garbage_is_answered_after_the_post_was_taken(ann: Author) -> None:
    await ann.fault("garbage")
    with pytest.raises(ValueError):  # noqa: PT011 - whatever the bytes break first
        await ann.say("k1")
    assert await ann.texts() == ["Fresh rolls"]


async def test_a_vanished_request_did_nothing(ann: Author) -> None:
    await ann.fault("vanish")
    with pytest.raises(aiohttp.ClientError):
        await ann.say("k1")
    assert await ann.texts() == []


async def test_readers_see_a_lagging_post_later_but_its_key_holds_at_once(ann: Author, clock: Clock) -> None:
    await ann.fault("lag", seconds=5)
    await ann.say("k1")
    assert await ann.texts() == []
    assert [(await ann.ask("GET", "/api/posts/k1"))[0], (await ann.say("k1"))[0]] == [404, 200]
    clock.now += timedelta(seconds=5)
    assert await ann.texts() == ["Fresh rolls"]


async def test_a_fault_meets_only_so_many_requests(ann: Author) -> None:
    await ann.fault("refuse", status=500, count=2)
    assert [(await ann.say(f"k{n}"))[0] for n in range(3)] == [500, 500, 201]


async def test_cleared_faults_are_not_played(ann: Author) -> None:
    await ann.fault("refuse", status=500)
    await ann.ask("DELETE", "/control/faults")
    assert (await ann.say("k1"))[0] == 201


@pytest.mark.parametrize(
    "fault", [{"kind": "explode"}, {"kind": "drop", "count": 0}, {"kind": "refuse", "status": 418}, {"kind": ["drop"]}]
)
async def test_an_unknown_fault_is_refused(ann: Author, fault: dict[str, Any]) -> None:
    assert (await ann.ask("POST", "/control/faults", json=fault))[0] == 422


async def test_the_census_counts_what_was_said(ann: Author) -> None:
    dee = await visitor(ann)
    await ann.say("k1")
    await dee.ask("POST", "/visitors/messages", json={"to": "northlight", "kind": "mention", "text": "Hello"})
    _, census = await ann.ask("GET", "/control/census")
    assert census == {"posts": 1, "messages": 1, "accounts": {"harbour_bakery": 1, "northlight": 0}}


async def test_closing_does_not_wait_for_open_pages(clock: Clock) -> None:
    plaza = await serve_plaza(now=clock)
    async with aiohttp.ClientSession() as session, session.get(f"{plaza.url}/events") as stream:
        await stream.content.readuntil(b"\n\n")
        async with asyncio.timeout(5):
            await plaza.close()


def test_plaza_runs_as_a_process_that_tells_where_it_is() -> None:
    with subprocess.Popen([sys.executable, "-m", "bot.sandbox.plaza"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        process.terminate()
        assert process.wait(timeout=10) == 0
    assert told["url"].startswith("http://127.0.0.1:")
    assert set(told["tokens"]) == {"harbour_bakery", "northlight"}


ANYTHING = st.recursive(
    st.none() | st.text(max_size=20) | st.integers(), lambda inner: st.lists(inner, max_size=3), max_leaves=5
)
FIELDS = ("text", "images", "in_reply_to", "audience", "kind", "to", "post")
BODIES = st.binary(max_size=300) | st.dictionaries(st.sampled_from(FIELDS), ANYTHING).map(
    lambda v: json.dumps(v).encode()
)


@given(BODIES)
def test_any_body_is_read_or_refused(body: bytes) -> None:
    for parse in (parse_content, parse_message):
        assert _refused_with(parse, body) in {None, 413, 422}


def _refused_with(parse: Callable[[bytes], object], body: bytes) -> int | None:
    try:
        parse(body)
    except Refusal as refusal:
        return refusal.status
    return None
