"""What the Bluesky adapter makes of each answer that its server, or somebody in between, can give."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import Ambiguous, BadContent, Misconfigured, NetworkError, Quota, Reconnect, Retryable
from bot.rules.networks import Absent, Found, Unknown
from tests.networks.contract import Line, lined_up
from tests.networks.lending import NOW, Notebook, image_file, post
from tests.networks.servers.bluesky import DID, PUT, StandIn, creates, serving, stage
from tests.networks.wire import Match

POST = post("Our shop opens")
TWO_HOURS = timedelta(hours=2)


@pytest.fixture
async def server() -> AsyncIterator[StandIn]:
    async with serving(StandIn()) as stand_in:
        yield stand_in


@pytest.fixture
async def line(server: StandIn) -> AsyncIterator[Line]:
    async with lined_up("bluesky", stage(server)) as line:
        yield line


def calls(method: str) -> Match:
    return lambda _, path: path.endswith(method)


def as_dict(value: object) -> dict[str, Any]:
    assert isinstance(value, dict)
    return value


def refused(name: str, message: str = "No.") -> bytes:
    return json.dumps({"error": name, "message": message}).encode()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, refused("InvalidRequest", "grapheme too big (maximum 300, got 301)"), BadContent),
        (400, refused("InvalidRecord"), BadContent),
        (400, refused("BlobNotFound"), Retryable),
        (401, refused("AuthMissing"), Reconnect),
        (400, refused("AccountTakedown"), Reconnect),
        (401, refused("AccountDeactivated"), Reconnect),
        (401, b"", Reconnect),
        (429, refused("RateLimitExceeded"), Retryable),
        (501, refused("MethodNotImplemented"), Misconfigured),
        (404, refused("XRPCNotSupported"), Misconfigured),
        (500, refused("InternalServerError"), Ambiguous),
        (502, b"<html>Bad gateway</html>", Ambiguous),
        (503, refused("NotEnoughResources"), Ambiguous),
        (504, b"", Ambiguous),
        (408, b"<html>Timeout</html>", Ambiguous),
        (403, b"<html>Are you human?</html>", Ambiguous),
        (404, b"not found", Ambiguous),
        (307, b"", Ambiguous),
        (200, b"", Ambiguous),
        (200, b"{}", Ambiguous),
        (200, b'{"uri": "at://did:plc:ben/app.bsky.feed.post/3", "cid": "bafyreiaaaaaaaa"}', Ambiguous),
        (200, b'{"uri": ["at"], "cid": {}}', Ambiguous),
    ],
)
async def test_each_answer_to_a_post_is_the_error_it_proves(
    line: Line, status: int, body: bytes, kind: type[NetworkError]
) -> None:
    line.wire.answer(creates, status, body)
    with pytest.raises(NetworkError, match=r"\.$") as raised:
        await line.network.publish(line.account, POST, Notebook())
    assert type(raised.value) is kind


async def test_a_used_up_quota_ends_when_the_server_says(line: Line) -> None:
    line.wire.answer(creates, 429, refused("RateLimitExceeded"), ratelimit_reset=str(int(NOW.timestamp()) + 7_200))
    with pytest.raises(Quota) as raised:
        await line.network.publish(line.account, POST, Notebook())
    assert raised.value.until == NOW + TWO_HOURS


async def test_a_servers_own_words_are_kept_short(line: Line) -> None:
    line.wire.answer(creates, 400, refused("InvalidRequest", "much\n" * 10_000))
    with pytest.raises(BadContent) as raised:
        await line.network.publish(line.account, POST, Notebook())
    assert len(str(raised.value)) < 300


async def test_a_session_is_used_until_it_ends(line: Line, server: StandIn) -> None:
    await line.network.publish(line.account, POST, Notebook())
    await line.network.publish(line.account, replace(POST, key="1" * 32), Notebook())
    assert (server.logins, server.refreshes) == (1, 0)


async def test_an_expired_token_is_refreshed_and_the_post_goes_out(line: Line, server: StandIn) -> None:
    await line.network.verify(line.account)
    server.expire_access()
    await line.network.publish(line.account, POST, Notebook())
    assert (server.texts(), server.logins, server.refreshes) == (["Our shop opens"], 1, 1)


async def test_many_at_once_refresh_once(line: Line, server: StandIn) -> None:
    await line.network.verify(line.account)
    server.expire_access()
    posts = [replace(POST, key=f"{number:032x}") for number in range(5)]
    await asyncio.gather(*(line.network.publish(line.account, one, Notebook()) for one in posts))
    assert (len(server.texts()), server.logins, server.refreshes) == (5, 1, 1)


async def test_many_at_once_log_in_once(line: Line, server: StandIn) -> None:
    posts = [replace(POST, key=f"{number:032x}") for number in range(5)]
    await asyncio.gather(*(line.network.publish(line.account, one, Notebook()) for one in posts))
    assert server.logins == 1


async def test_a_dead_refresh_token_leads_to_a_new_login(line: Line, server: StandIn) -> None:
    await line.network.verify(line.account)
    server.expire_access()
    server.refresh.clear()
    await line.network.publish(line.account, POST, Notebook())
    assert server.logins == 2


async def test_a_revoked_app_password_asks_for_a_person(line: Line, server: StandIn) -> None:
    await line.network.verify(line.account)
    server.expire_access()
    server.refresh.clear()
    server.password = "another"
    with pytest.raises(Reconnect, match="app password"):
        await line.network.publish(line.account, POST, Notebook())


async def test_a_token_refused_again_after_its_renewal_asks_for_a_person(line: Line) -> None:
    for _ in range(2):
        line.wire.answer(creates, 400, refused("InvalidToken"))
    with pytest.raises(Reconnect):
        await line.network.publish(line.account, POST, Notebook())


async def test_a_lost_refresh_may_be_tried_again(line: Line, server: StandIn) -> None:
    await line.network.verify(line.account)
    server.expire_access()
    line.wire.lose_answer(calls("refreshSession"))
    with pytest.raises(Retryable):
        await line.network.publish(line.account, POST, Notebook())


async def test_a_new_app_password_makes_a_new_session(line: Line, server: StandIn) -> None:
    await line.network.verify(line.account)
    server.password = "new"
    await line.network.verify(replace(line.account, secret={"app_password": "new"}))
    assert server.logins == 2


async def test_a_password_that_belongs_to_another_account_is_refused(line: Line) -> None:
    told = {"did": "did:plc:cas", "accessJwt": "a", "refreshJwt": "r"}
    line.wire.answer(calls("createSession"), 200, json.dumps(told).encode())
    with pytest.raises(Reconnect, match="another account"):
        await line.network.verify(replace(line.account, remote_id=DID))


async def test_an_own_password_with_a_second_factor_is_explained(line: Line) -> None:
    line.wire.answer(calls("createSession"), 401, refused("AuthFactorTokenRequired"))
    with pytest.raises(Reconnect, match="app password instead"):
        await line.network.verify(line.account)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"did": "x"}', b'{"did": 7, "accessJwt": "a\\nb"}'])
async def test_a_login_that_is_answered_with_nonsense_names_the_server(line: Line, body: bytes) -> None:
    line.wire.answer(calls("createSession"), 200, body)
    with pytest.raises(Misconfigured, match=r"127\.0\.0\.1"):
        await line.network.verify(line.account)


async def test_a_server_of_something_else_is_named(line: Line) -> None:
    line.wire.answer(calls("createSession"), 404, b"<html>Not here</html>")
    with pytest.raises(Misconfigured, match="server address"):
        await line.network.verify(line.account)


async def test_a_home_server_over_plain_http_elsewhere_is_refused(line: Line) -> None:
    told = {
        "did": DID,
        "accessJwt": "a",
        "refreshJwt": "r",
        "didDoc": {"service": [{"id": "#atproto_pds", "serviceEndpoint": "http://pds.example"}]},
    }
    line.wire.answer(calls("createSession"), 200, json.dumps(told).encode())
    with pytest.raises(Misconfigured, match="https"):
        await line.network.verify(line.account)


async def test_an_account_that_is_not_active_asks_for_a_person(line: Line, server: StandIn) -> None:
    server.active = False
    with pytest.raises(Reconnect, match="not active"):
        await line.network.verify(line.account)


async def test_a_profile_shows_the_name_that_people_see(line: Line, server: StandIn) -> None:
    server.records["app.bsky.actor.profile/self"] = {"$type": "app.bsky.actor.profile", "displayName": "Ann's shop"}
    profile = await line.network.verify(line.account)
    assert (profile.remote_id, profile.handle, profile.name) == (DID, "ann.test", "Ann's shop")


async def test_an_account_is_connected_without_its_profile(line: Line) -> None:
    line.wire.answer(calls("getRecord"), 400, refused("InvalidRequest"))
    assert (await line.network.verify(line.account)).name == "ann.test"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, refused("InvalidRequest"), Reconnect),
        (400, refused("ExpiredToken"), Reconnect),
        (500, refused("InternalServerError"), Retryable),
        (429, refused("RateLimitExceeded"), Retryable),
        (404, b"<html>", Misconfigured),
    ],
)
@pytest.mark.parametrize("method", ["createSession", "getSession"])
async def test_connecting_ends_in_what_a_person_or_time_can_mend(
    line: Line, method: str, status: int, body: bytes, kind: type[NetworkError]
) -> None:
    for _ in range(2):
        line.wire.answer(calls(method), status, body)
    with pytest.raises(NetworkError) as raised:
        await line.network.verify(line.account)
    assert type(raised.value) is kind


async def test_a_taken_key_is_taken_for_our_own_post(line: Line, server: StandIn) -> None:
    """A handle that was resolved at the first send and not at the second makes two records of one post."""
    outgoing = post("With @ben.test")
    first = await line.network.publish(line.account, outgoing, Notebook())
    del server.handles["ben.test"]
    second = await line.network.publish(line.account, outgoing, Notebook())
    assert first == second
    assert len(server.texts()) == 1


async def test_a_post_that_was_edited_elsewhere_is_found(line: Line, server: StandIn) -> None:
    await line.network.publish(line.account, POST, Notebook())
    (key,) = server.records
    server.records[key] = {**server.records[key], "text": "Our shop is open"}
    assert isinstance(await line.network.find(line.account, POST, NOW, Notebook()), Found)


async def test_finding_keeps_what_it_found(line: Line) -> None:
    sent, seen = Notebook(), Notebook()
    await line.network.publish(line.account, post("One", "Two"), sent)
    await line.network.find(line.account, post("One", "Two"), NOW, seen)
    assert seen.done == sent.done


async def test_a_thread_that_broke_is_absent_and_keeps_what_is_there(line: Line) -> None:
    progress = Notebook()
    await line.network.publish(line.account, post("One"), Notebook())
    assert isinstance(await line.network.find(line.account, post("One", "Two"), NOW, progress), Absent)
    assert set(progress.done) == {"segment:0"}


async def test_a_hole_in_a_thread_is_for_a_person(line: Line, server: StandIn) -> None:
    await line.network.publish(line.account, post("One", "Two"), Notebook())
    del server.records[next(iter(server.records))]
    assert isinstance(await line.network.find(line.account, post("One", "Two"), NOW, Notebook()), Unknown)


async def test_a_post_once_seen_is_not_sent_again_after_it_was_deleted(line: Line, server: StandIn) -> None:
    progress = Notebook()
    await line.network.publish(line.account, POST, progress)
    server.records.clear()
    await line.network.publish(line.account, POST, progress)
    assert server.texts() == []
    assert isinstance(await line.network.find(line.account, POST, NOW, progress), Found)


async def test_an_account_that_has_moved_away_settles_no_doubt(line: Line, server: StandIn) -> None:
    await line.network.verify(line.account)
    server.active = False
    assert isinstance(await line.network.find(line.account, POST, NOW, Notebook()), Unknown)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, refused("InvalidRequest", "Could not locate record")),
        (400, refused("RepoTakendown")),
        (404, b"not found"),
        (500, refused("InternalServerError")),
        (200, b"{}"),
        (429, refused("RateLimitExceeded")),
    ],
)
async def test_only_a_named_refusal_proves_absence(line: Line, status: int, body: bytes) -> None:
    line.wire.answer(calls("getRecord"), status, body)
    assert isinstance(await line.network.find(line.account, POST, NOW, Notebook()), Unknown)


async def test_a_doubt_is_settled_without_signing_in_again(line: Line, server: StandIn) -> None:
    await line.network.publish(line.account, POST, Notebook())
    server.expire_access()
    server.refresh.clear()
    server.password = "another"
    assert isinstance(await line.network.find(line.account, POST, NOW, Notebook()), Found)


async def test_an_answer_names_the_message_and_its_thread(line: Line, server: StandIn) -> None:
    refs = {"uri": "at://did:plc:dee/p/2", "cid": "bafy2", "root_uri": "at://did:plc:dee/p/1", "root_cid": "bafy1"}
    await line.network.publish(line.account, post("Thanks", "And more", refs=refs), Notebook())
    root, parent = {"uri": "at://did:plc:dee/p/1", "cid": "bafy1"}, {"uri": "at://did:plc:dee/p/2", "cid": "bafy2"}
    first, second = (as_dict(record["reply"]) for record in server.records.values())
    assert first == {"root": root, "parent": parent}
    assert (second["root"], second["parent"]["uri"]) == (root, f"at://{DID}/{next(iter(server.records))}")


async def test_an_answer_to_nothing_known_is_refused(line: Line) -> None:
    with pytest.raises(BadContent, match="Answer it on Bluesky"):
        await line.network.publish(line.account, post("Thanks", refs={"uri": "at://x"}), Notebook())


async def test_images_carry_their_shape_and_description(line: Line, server: StandIn, tmp_path: Path) -> None:
    image = image_file(tmp_path, "A grey pixel")
    await line.network.publish(line.account, post("Look", images=(image,)), Notebook())
    (record,) = server.records.values()
    embed = as_dict(record["embed"])
    assert embed["$type"] == "app.bsky.embed.images"
    assert [(one["alt"], one["aspectRatio"]) for one in embed["images"]] == [
        ("A grey pixel", {"width": 1, "height": 1})
    ]


async def test_a_dropped_image_is_uploaded_again(line: Line, server: StandIn, tmp_path: Path) -> None:
    outgoing, progress = post("Look", images=(image_file(tmp_path, "A pixel"),)), Notebook()
    line.wire.answer(creates, 400, refused("BlobNotFound"))
    with pytest.raises(Retryable):
        await line.network.publish(line.account, outgoing, progress)
    server.blobs.clear()
    await line.network.publish(line.account, outgoing, progress)
    assert server.texts() == ["Look"]


async def test_a_lost_upload_leaves_no_doubt(line: Line, server: StandIn, tmp_path: Path) -> None:
    line.wire.lose_answer(calls("uploadBlob"))
    with pytest.raises(Retryable):
        await line.network.publish(line.account, post("Look", images=(image_file(tmp_path, ""),)), Notebook())
    assert server.texts() == []


async def test_an_image_that_is_too_big_for_the_server_is_bad_content(line: Line, tmp_path: Path) -> None:
    line.wire.answer(calls("uploadBlob"), 413, refused("PayloadTooLarge"))
    with pytest.raises(BadContent, match="smaller"):
        await line.network.publish(line.account, post("Look", images=(image_file(tmp_path, ""),)), Notebook())


async def test_an_image_that_changed_since_its_approval_is_not_sent(line: Line, tmp_path: Path) -> None:
    image = image_file(tmp_path, "A pixel")
    image.path.write_bytes(b"something else")
    with pytest.raises(Misconfigured, match="not the one that was approved"):
        await line.network.publish(line.account, post("Look", images=(image,)), Notebook())
    assert ("POST", f"/xrpc/{PUT}") not in line.wire.seen


async def test_a_thread_with_one_text_too_long_sends_nothing(line: Line, server: StandIn) -> None:
    with pytest.raises(BadContent):
        await line.network.publish(line.account, post("One", "a" * 301), Notebook())
    assert server.texts() == []


async def test_a_link_gets_a_card_when_there_is_no_image(line: Line, server: StandIn) -> None:
    await line.network.publish(line.account, post("Read shop.lt/new"), Notebook())
    (record,) = server.records.values()
    assert record["embed"] == {
        "$type": "app.bsky.embed.external",
        "external": {"uri": "https://shop.lt/new", "title": "shop.lt", "description": ""},
    }
