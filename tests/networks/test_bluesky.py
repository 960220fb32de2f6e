"""What the Bluesky adapter makes of each answer that its server, or somebody in between, can give."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import Ambiguous, BadContent, Misconfigured, NetworkError, Quota, Reconnect, Retryable
from bot.rules.networks import Absent, Found, Unknown
from tests.networks.contract import Line
from tests.networks.lending import NOW, Notebook, image_file, post
from tests.networks.servers.bluesky import DID, PUT, StandIn, calls, creates, refused

POST = post("Our shop opens")
TWO_HOURS = timedelta(hours=2)


def as_dict(value: object) -> dict[str, Any]:
    assert isinstance(value, dict)
    return value


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


async def test_a_taken_key_is_taken_for_our_own_post_and_left_as_it_is(line: Line, server: StandIn) -> None:
    """A handle that was resolved at the first send and not at the second makes two records of one post."""
    outgoing = post("With @ben.test")
    first = await line.network.publish(line.account, outgoing, Notebook())
    kept = dict(server.records)
    del server.handles["ben.test"]
    second = await line.network.publish(line.account, outgoing, Notebook())
    assert (second, server.records) == (first, kept)


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
