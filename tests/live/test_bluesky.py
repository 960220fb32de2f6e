"""The Bluesky adapter before the reference server; what it wrote is read back with another client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from atproto import AsyncClient, models

from bot.errors import BadContent, Misconfigured, Quota, Reconnect, Retryable
from bot.networks.bluesky.checks import LIMITS
from bot.networks.bluesky.posts import record_key
from bot.rules.networks import Absent, Account, Found, Outgoing, Unknown
from tests.live.bluesky_server import Pds, Person, serving
from tests.networks.contract import Line, NetworkContract, Stage, lined_up
from tests.networks.lending import NOW, Notebook, image_file, post
from tests.networks.servers.bluesky import creates

POST = post("Our shop opens")
PUT = "com.atproto.repo.putRecord"


@pytest.fixture
def ann(pds: Pds) -> Person:
    return pds.person("ann")


@pytest.fixture
async def line(pds: Pds, ann: Person) -> AsyncIterator[Line]:
    async with lined_up("bluesky", stage_of(pds, ann)) as line:
        yield line


@pytest.fixture
async def reader(pds: Pds) -> AsyncIterator[AsyncClient]:
    """Another client; it reads without an account, as anybody may."""
    client = AsyncClient(base_url=f"{pds.url}/xrpc")
    yield client
    await client.request.close()


def stage_of(pds: Pds, person: Person) -> Stage:
    """The person's account on the server, as the contract takes it."""

    def account_at(url: str) -> Account:
        return Account(1, "bluesky", url, person.handle, secret={"app_password": person.app_password})

    async def texts() -> list[str]:
        return [str(value["text"]) for value in values(pds, person)]

    return Stage(pds.url, account_at, texts, creates)


def values(pds: Pds, person: Person) -> list[dict[str, Any]]:
    return [value for one in pds.records(person.did) if isinstance(value := one["value"], dict)]


class TestContract(NetworkContract):
    """The contract that every network keeps, before a genuine server."""


async def read_back(reader: AsyncClient, ann: Person, outgoing: Outgoing, segment: int = 0) -> Any:
    """The post as the other client understands it."""
    params = models.ComAtprotoRepoGetRecord.Params(
        repo=ann.did, collection="app.bsky.feed.post", rkey=record_key(outgoing, segment)
    )
    answer = await reader.com.atproto.repo.get_record(params)
    assert isinstance(answer.value, models.AppBskyFeedPost.Record)
    return answer.value


async def test_verifying_tells_the_stable_id(line: Line, ann: Person) -> None:
    profile = await line.network.verify(line.account)
    assert (profile.remote_id, profile.handle) == (ann.did, ann.handle)


async def test_a_post_is_read_back_as_it_was_written(
    line: Line, ann: Person, pds: Pds, reader: AsyncClient, tmp_path: Path
) -> None:
    ben = pds.person("ben")
    text = f"Ačiū 👋 @{ben.handle}: naujiena https://shop.example/ė (#nauja)"
    outgoing = replace(post(text, images=(image_file(tmp_path, "Pilkas taškas"),)), language="lt")
    await line.network.publish(line.account, outgoing, Notebook())

    record = await read_back(reader, ann, outgoing)
    raw = text.encode()
    typed = [raw[facet.index.byte_start : facet.index.byte_end].decode() for facet in record.facets]
    features = [facet.features[0] for facet in record.facets]
    assert (record.text, record.langs, record.created_at) == (text, ["lt"], "2026-03-02T09:00:00.000Z")
    assert typed == [f"@{ben.handle}", "https://shop.example/ė", "#nauja"]
    assert [getattr(one, "did", "") for one in features] == [ben.did, "", ""]
    assert [getattr(one, "uri", "") for one in features] == ["", "https://shop.example/ė", ""]
    assert [getattr(one, "tag", "") for one in features] == ["", "", "nauja"]


async def test_an_image_is_there_with_its_bytes(line: Line, ann: Person, reader: AsyncClient, tmp_path: Path) -> None:
    image = image_file(tmp_path, "A grey pixel")
    outgoing = post("Look", images=(image,))
    await line.network.publish(line.account, outgoing, Notebook())

    (shown,) = (await read_back(reader, ann, outgoing)).embed.images
    params = models.ComAtprotoSyncGetBlob.Params(did=ann.did, cid=shown.image.cid.encode())
    assert await reader.com.atproto.sync.get_blob(params) == image.path.read_bytes()
    assert (shown.alt, shown.aspect_ratio.width, shown.aspect_ratio.height) == ("A grey pixel", 1, 1)


async def test_a_link_without_an_image_gets_a_card(line: Line, ann: Person, reader: AsyncClient) -> None:
    outgoing = post("Read https://shop.example/new")
    await line.network.publish(line.account, outgoing, Notebook())
    card = (await read_back(reader, ann, outgoing)).embed.external
    assert (card.uri, card.title) == ("https://shop.example/new", "shop.example")


async def test_a_thread_hangs_together(line: Line, ann: Person, reader: AsyncClient) -> None:
    outgoing, progress = post("One", "Two", "Three"), Notebook()
    await line.network.publish(line.account, outgoing, progress)
    third = await read_back(reader, ann, outgoing, 2)
    assert third.reply.root.uri == progress.done["segment:0"]["uri"]
    assert third.reply.parent.uri == progress.done["segment:1"]["uri"]
    assert third.reply.parent.cid == progress.done["segment:1"]["cid"]


async def test_a_reply_answers_the_message(line: Line, ann: Person, pds: Pds, reader: AsyncClient) -> None:
    dee = pds.person("dee")
    asked = {"$type": "app.bsky.feed.post", "text": "Are you open?", "createdAt": "2026-03-02T08:00:00Z"}
    question = pds.call(
        "com.atproto.repo.createRecord",
        {"repo": dee.did, "collection": "app.bsky.feed.post", "record": asked},
        dee.access,
    )
    refs = {"uri": str(question["uri"]), "cid": str(question["cid"])}
    outgoing = post("Yes, until six.", refs=refs)
    await line.network.publish(line.account, outgoing, Notebook())
    reply = (await read_back(reader, ann, outgoing)).reply
    assert reply.root.uri == reply.parent.uri == question["uri"]


async def test_the_same_send_three_times_at_once_makes_one_commit(
    line: Line, ann: Person, pds: Pds, tmp_path: Path
) -> None:
    outgoing = post("Look, shop.example", images=(image_file(tmp_path, "A pixel"),))
    published = await asyncio.gather(*(line.network.publish(line.account, outgoing, Notebook()) for _ in range(3)))
    assert len(set(published)) == 1
    assert len(pds.records(ann.did)) == 1


async def test_what_is_there_is_found(line: Line) -> None:
    published = await line.network.publish(line.account, POST, Notebook())
    assert await line.network.find(line.account, POST, NOW, Notebook()) == Found(published)


async def test_what_is_not_there_is_absent(line: Line) -> None:
    assert await line.network.find(line.account, POST, NOW, Notebook()) == Absent()


async def test_a_dropped_look_settles_nothing(line: Line) -> None:
    await line.network.publish(line.account, POST, Notebook())
    line.wire.lose_answer(lambda _, path: path.endswith("getRecord"))
    assert isinstance(await line.network.find(line.account, POST, NOW, Notebook()), Unknown)


async def test_an_account_that_was_switched_off_settles_nothing(line: Line, ann: Person, pds: Pds) -> None:
    await line.network.publish(line.account, POST, Notebook())
    pds.call("com.atproto.server.deactivateAccount", {}, ann.access)
    assert isinstance(await line.network.find(line.account, POST, NOW, Notebook()), Unknown)
    with pytest.raises(Reconnect):
        await line.network.publish(line.account, replace(POST, key="1" * 32), Notebook())


async def test_a_post_once_seen_stays_deleted(line: Line, ann: Person, pds: Pds) -> None:
    progress = Notebook()
    await line.network.publish(line.account, POST, progress)
    pds.call(
        "com.atproto.repo.deleteRecord",
        {"repo": ann.did, "collection": "app.bsky.feed.post", "rkey": record_key(POST, 0)},
        ann.access,
    )
    await line.network.publish(line.account, POST, progress)
    assert pds.records(ann.did) == []


async def test_a_taken_key_is_never_overwritten(line: Line, ann: Person, pds: Pds) -> None:
    await line.network.publish(line.account, POST, Notebook())
    await line.network.publish(line.account, post("Other words under the same key"), Notebook())
    assert [value["text"] for value in values(pds, ann)] == ["Our shop opens"]


async def test_a_broken_token_is_renewed(line: Line) -> None:
    await line.network.verify(line.account)
    line.vault.sessions[1]["access"] = "broken"
    await line.network.publish(line.account, POST, Notebook())
    assert await line.stage.posts() == ["Our shop opens"]


async def test_a_token_for_another_purpose_is_renewed(line: Line) -> None:
    """A refresh token in the place of an access token is refused as the server refuses one that has ended."""
    await line.network.verify(line.account)
    session = line.vault.sessions[1]
    session["access"] = session["refresh"]
    await line.network.publish(line.account, POST, Notebook())
    assert await line.stage.posts() == ["Our shop opens"]


async def test_two_broken_tokens_lead_to_a_new_login(line: Line) -> None:
    await line.network.verify(line.account)
    line.vault.sessions[1].update(access="broken", refresh="broken")
    await line.network.publish(line.account, POST, Notebook())
    assert await line.stage.posts() == ["Our shop opens"]


async def test_a_revoked_app_password_asks_for_a_person(line: Line, ann: Person, pds: Pds) -> None:
    await line.network.verify(line.account)
    pds.call("com.atproto.server.revokeAppPassword", {"name": "trellis"}, ann.access)
    line.vault.sessions[1]["access"] = "broken"
    with pytest.raises(Reconnect):
        await line.network.publish(line.account, POST, Notebook())


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("ė" * 300, True),
        ("ė" * 301, False),
        ("👩‍👩‍👧‍👦" * 120, True),
        ("👩‍👩‍👧‍👦" * 121, False),
        ("👍🏽" * 300, True),
        ("👍🏽" * 301, False),
        ("각" * 300, True),
        ("각" * 301, False),
        ("🇱🇹" * 300, True),
        ("🇱🇹" * 301, False),
    ],
)
async def test_the_server_counts_as_we_do(line: Line, ann: Person, pds: Pds, text: str, fits: bool) -> None:
    value = {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-03-02T09:00:00Z"}
    put = {"repo": ann.did, "collection": "app.bsky.feed.post", "rkey": record_key(POST, 0), "record": value}
    answer = httpx.post(f"{pds.url}/xrpc/{PUT}", json=put, headers={"authorization": f"Bearer {ann.access}"})
    assert (answer.status_code == 200) == fits == (line.network.faults(post(text), LIMITS) == ())


async def test_a_text_that_is_too_long_is_refused_before_it_is_sent(line: Line) -> None:
    with pytest.raises(BadContent):
        await line.network.publish(line.account, post("ė" * 301), Notebook())
    assert await line.stage.posts() == []


async def test_an_image_that_is_none_leaves_no_doubt(line: Line, tmp_path: Path) -> None:
    outgoing = post("Look", images=(image_file(tmp_path, "Broken", b"\x89PNG\r\n\x1a\n broken"),))
    try:
        await line.network.publish(line.account, outgoing, Notebook())
    except (Retryable, BadContent):
        assert await line.stage.posts() == []


async def test_a_server_that_is_none_is_named(line: Line) -> None:
    with pytest.raises(Misconfigured):
        await line.network.verify(replace(line.account, server=f"{line.wire.url}/elsewhere"))


async def test_the_31st_login_within_five_minutes_waits(tmp_path: Path) -> None:
    with serving(tmp_path, rate_limits=True) as strict:
        cas = strict.person("cas")
        async with lined_up("bluesky", stage_of(strict, cas)) as line:
            for _ in range(30):
                await logged_in_anew(line)
            with pytest.raises((Quota, Retryable), match="no more requests"):
                await logged_in_anew(line)


async def logged_in_anew(line: Line) -> None:
    line.vault.sessions.clear()
    await line.network.verify(line.account)
