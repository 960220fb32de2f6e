"""The Plaza adapter against a running Plaza that misbehaves: published once, or the right error."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.errors import Ambiguous, BadContent, Misconfigured, NetworkError, Quota, Reconnect, Retryable
from bot.networks import Lent
from bot.networks.plaza import Plaza, build
from bot.rules.networks import Absent, Account, Found, Network, Outgoing, OutgoingSegment, ReadsMessages, Unknown
from bot.sandbox.plaza import PlazaServer, serve_plaza
from tests.networks.lending import KEY, NOW, PIXEL, Clock, Notebook, image_file, lend, post


@dataclass
class Bakery:
    """The harbour bakery's account, the adapter, and a view of Plaza that does not pass through either."""

    adapter: Plaza
    account: Account
    server: PlazaServer
    http: httpx.AsyncClient

    async def misbehave(self, kind: str, **more: Any) -> None:
        """Queue a fault; by default for publishing a post."""
        answer = await self.http.post(f"{self.server.url}/control/faults", json={"kind": kind, **more})
        assert answer.status_code == 201

    async def timeline(self) -> list[dict[str, Any]]:
        """Everything public, oldest first."""
        answer = await self.http.get(f"{self.server.url}/timeline")
        found: list[dict[str, Any]] = answer.json()["posts"]
        return found[::-1]

    async def write(self, kind: str, text: str) -> None:
        """Dee writes to the bakery."""
        entered = (await self.http.post(f"{self.server.url}/visitors", json={"name": "Dee"})).json()
        await self.http.post(
            f"{self.server.url}/visitors/messages",
            json={"to": "harbour_bakery", "kind": kind, "text": text},
            headers={"Authorization": f"Bearer {entered['token']}"},
        )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def bakery(clock: Clock) -> AsyncIterator[Bakery]:
    server = await serve_plaza(now=clock)
    account = Account(1, "plaza", server.url, "harbour_bakery", secret={"token": server.tokens["harbour_bakery"]})
    async with lend(clock, read_seconds=0.5) as lent, httpx.AsyncClient() as http:
        yield Bakery(build(lent), account, server, http)
    await server.close()


async def test_the_adapter_is_a_network_that_reads_messages(bakery: Bakery) -> None:
    network: Network = bakery.adapter
    assert isinstance(network, ReadsMessages)
    assert network.keyed


async def test_connecting_shows_whose_token_it_is(bakery: Bakery) -> None:
    profile = await bakery.adapter.verify(bakery.account)
    assert (profile.remote_id, profile.handle, profile.name) == ("harbour_bakery", "harbour_bakery", "Harbour Bakery")


async def test_a_wrong_token_must_be_connected_again(bakery: Bakery) -> None:
    with pytest.raises(Reconnect):
        await bakery.adapter.verify(replace(bakery.account, secret={"token": "wrong"}))


async def test_an_address_without_plaza_is_misconfigured(bakery: Bakery) -> None:
    with pytest.raises(Misconfigured):
        await bakery.adapter.verify(replace(bakery.account, server="http://plaza.example"))


async def test_limits_are_the_servers_own(bakery: Bakery) -> None:
    limits = await bakery.adapter.limits(bakery.account)
    assert (limits.characters, limits.images, limits.alt_characters) == (500, 4, 1_000)
    assert "image/webp" in limits.image_types


async def test_a_thread_with_an_image_is_published_in_order(bakery: Bakery, tmp_path: Path) -> None:
    images = (image_file(tmp_path, "A grey dot"),)
    published = await bakery.adapter.publish(bakery.account, post("One", "Two", "Three", images=images), Notebook())
    said = await bakery.timeline()
    assert [one["text"] for one in said] == ["One", "Two", "Three"]
    assert [one["in_reply_to"] for one in said] == [None, said[0]["id"], said[1]["id"]]
    assert said[0]["images"] == [{"sha256": images[0].sha256, "alt": "A grey dot"}]
    assert (published.remote_id, published.url) == (said[0]["id"], said[0]["url"])


@pytest.mark.parametrize("kind", ["drop", "cut", "fail_after", "garbage"])
async def test_a_doubtful_send_is_found_and_repeating_it_adds_nothing(bakery: Bakery, kind: str) -> None:
    await bakery.misbehave(kind)
    with pytest.raises(Ambiguous):
        await bakery.adapter.publish(bakery.account, post("Fresh rolls"), Notebook())
    await bakery.adapter.publish(bakery.account, post("Fresh rolls"), Notebook())
    found = await bakery.adapter.find(bakery.account, post("Fresh rolls"), NOW, Notebook())
    assert isinstance(found, Found)
    assert [one["id"] for one in await bakery.timeline()] == [found.published.remote_id]


async def test_a_slow_answer_is_doubtful(bakery: Bakery) -> None:
    await bakery.misbehave("slow", seconds=30)
    with pytest.raises(Ambiguous):
        await bakery.adapter.publish(bakery.account, post("Fresh rolls"), Notebook())


async def test_a_lost_request_is_absent_and_can_be_sent(bakery: Bakery) -> None:
    await bakery.misbehave("vanish")
    with pytest.raises(Ambiguous):
        await bakery.adapter.publish(bakery.account, post("Fresh rolls"), Notebook())
    assert await bakery.adapter.find(bakery.account, post("Fresh rolls"), NOW, Notebook()) == Absent()


async def test_a_thread_broken_off_in_the_middle_is_resumed_and_never_repeated(bakery: Bakery) -> None:
    progress = Notebook()
    await bakery.misbehave("refuse", status=429, path=f"/api/posts/{KEY}-1")
    with pytest.raises(Quota):
        await bakery.adapter.publish(bakery.account, post("One", "Two"), progress)
    await bakery.adapter.publish(bakery.account, post("One", "Two"), progress)
    assert [one["text"] for one in await bakery.timeline()] == ["One", "Two"]


async def test_reconciling_half_a_thread_keeps_what_is_there(bakery: Bakery) -> None:
    await bakery.misbehave("vanish", path=f"/api/posts/{KEY}-1")
    with pytest.raises(Ambiguous):
        await bakery.adapter.publish(bakery.account, post("One", "Two"), Notebook())
    progress = Notebook()
    assert await bakery.adapter.find(bakery.account, post("One", "Two"), NOW, progress) == Absent()
    assert set(progress.done) == {"segment:0"}


async def test_a_lagging_reader_and_a_second_send_make_one_post(bakery: Bakery, clock: Clock) -> None:
    await bakery.misbehave("lag", seconds=60)
    await bakery.adapter.publish(bakery.account, post("Fresh rolls"), Notebook())
    assert await bakery.adapter.find(bakery.account, post("Fresh rolls"), NOW, Notebook()) == Absent()
    await bakery.adapter.publish(bakery.account, post("Fresh rolls"), Notebook())
    clock.now += timedelta(seconds=60)
    assert len(await bakery.timeline()) == 1


async def test_a_network_that_cannot_be_asked_leaves_it_unknown(bakery: Bakery) -> None:
    await bakery.misbehave("refuse", status=500, method="GET", path="/api/posts/")
    assert isinstance(await bakery.adapter.find(bakery.account, post("Hi"), NOW, Notebook()), Unknown)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, Reconnect),
        (403, Reconnect),
        (413, BadContent),
        (422, BadContent),
        (429, Quota),
        (500, Ambiguous),
        (503, Retryable),
    ],
)
async def test_each_refusal_has_its_kind(bakery: Bakery, status: int, error: type[NetworkError]) -> None:
    await bakery.misbehave("refuse", status=status, seconds=30)
    with pytest.raises(error):
        await bakery.adapter.publish(bakery.account, post("Fresh rolls"), Notebook())
    assert await bakery.timeline() == []


async def test_a_quota_ends_when_plaza_says(bakery: Bakery) -> None:
    await bakery.misbehave("refuse", status=429, seconds=30)
    with pytest.raises(Quota) as refused:
        await bakery.adapter.publish(bakery.account, post("Fresh rolls"), Notebook())
    assert refused.value.until == NOW + timedelta(seconds=30)


async def test_a_deleted_post_is_not_brought_back(bakery: Bakery) -> None:
    await bakery.adapter.publish(bakery.account, post("Fresh rolls"), Notebook())
    headers = {"Authorization": f"Bearer {bakery.account.secret['token']}"}
    await bakery.http.delete(f"{bakery.server.url}/api/posts/{KEY}-0", headers=headers)
    assert isinstance(await bakery.adapter.find(bakery.account, post("Fresh rolls"), NOW, Notebook()), Unknown)
    with pytest.raises(BadContent):
        await bakery.adapter.publish(bakery.account, post("Fresh rolls"), Notebook())


async def test_an_image_upload_that_fails_can_be_repeated(bakery: Bakery, tmp_path: Path) -> None:
    await bakery.misbehave("drop", path="/api/images/", count=2)
    images = (image_file(tmp_path, ""),)
    with pytest.raises(Retryable):
        await bakery.adapter.publish(bakery.account, post("Look", images=images), Notebook())
    await bakery.adapter.publish(bakery.account, post("Look", images=images), Notebook())
    assert len(await bakery.timeline()) == 1


async def test_a_public_message_is_read_once_and_answered_in_public(bakery: Bakery) -> None:
    start = await bakery.adapter.messages(bakery.account, None)
    await bakery.write("mention", "Are you open?")
    read = await bakery.adapter.messages(bakery.account, start.cursor)
    assert [(one.kind, one.text, one.author_name) for one in read.messages] == [("mention", "Are you open?", "Dee")]
    assert (await bakery.adapter.messages(bakery.account, read.cursor)).messages == ()
    await bakery.adapter.publish(bakery.account, post("Until six", refs=read.messages[0].refs), Notebook())
    assert (await bakery.timeline())[-1]["in_reply_to"] == read.messages[0].remote_id


async def test_a_direct_message_is_answered_directly(bakery: Bakery) -> None:
    await bakery.write("direct", "My order is lost")
    read = await bakery.adapter.messages(bakery.account, "0")
    await bakery.adapter.publish(bakery.account, post("Sorry!", "On its way", refs=read.messages[0].refs), Notebook())
    assert read.messages[0].kind == "direct"
    assert await bakery.timeline() == []


async def test_faults_are_named_before_plaza_is_asked(bakery: Bakery, tmp_path: Path) -> None:
    limits = await bakery.adapter.limits(bakery.account)
    image = image_file(tmp_path, "x" * 1_001)
    wrong = Outgoing(
        KEY,
        NOW,
        (
            OutgoingSegment("x" * 501),
            OutgoingSegment(" "),
            OutgoingSegment("", (replace(image, mime="image/tiff", size=3_000_000),)),
            OutgoingSegment("", (replace(image, alt=""),) * 5),
        ),
    )
    told = [(fault.segment, fault.part) for fault in bakery.adapter.faults(wrong, limits)]
    assert told == [(0, "text"), (1, "text"), (2, "image"), (2, "image"), (2, "alt"), (3, "image")]
    assert all(str(fault) for fault in bakery.adapter.faults(wrong, limits))


async def test_what_has_no_fault_is_taken_at_every_limit(bakery: Bakery, tmp_path: Path) -> None:
    limits = await bakery.adapter.limits(bakery.account)
    images = tuple(image_file(tmp_path, "x" * limits.alt_characters, PIXEL + bytes([n])) for n in range(limits.images))
    full = post("x" * limits.characters, images=images)
    assert bakery.adapter.faults(full, limits) == ()
    await bakery.adapter.publish(bakery.account, full, Notebook())
    assert len((await bakery.timeline())[0]["images"]) == limits.images


async def test_plain_http_needs_an_explicit_setting(bakery: Bakery) -> None:
    strict = Lent(bakery.adapter.lent.http, bakery.adapter.lent.vault, bakery.adapter.lent.now)
    with pytest.raises(Misconfigured):
        await build(strict).verify(bakery.account)
