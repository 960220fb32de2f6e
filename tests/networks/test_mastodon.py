"""The Mastodon adapter against a small strict server with each habit of the family."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from jsonschema import Draft202012Validator

from bot.errors import Ambiguous, BadContent, Misconfigured, NetworkError, Quota, Reconnect, Retryable
from bot.networks.mastodon import SETTLES, Mastodon
from bot.networks.mastodon.instance import KEPT
from bot.networks.mastodon.media import POLLS
from bot.rules.networks import Absent, Account, Found, Limits, Network, Unknown
from tests.networks.lending import NOW, PIXEL, Clock, Notebook, image_file, lend, post
from tests.networks.mastodon_fake import (
    TOKEN,
    FakeMastodon,
    Habits,
    long_id,
    markdown_html,
    mastodon_html,
    served,
    snowflake,
    ulid,
)

TEXT = 'Fresh **rye**, baked with @ben@bakers.example: https://harbour.example/rye?from=post\n\nIt\'s warm & "good" ☀️'
SENT = NOW - SETTLES
"""A doubtful send so long ago that an absence counts."""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def fake() -> AsyncIterator[FakeMastodon]:
    async with served(FakeMastodon(NOW)) as server:
        yield server


@pytest.fixture
async def adapter(clock: Clock) -> AsyncIterator[Mastodon]:
    async with lend(clock, read_seconds=0.5) as lent:
        yield Mastodon(lent, poll_seconds=0.0)


@pytest.fixture
def ann(fake: FakeMastodon) -> Account:
    return Account(1, "mastodon", fake.url, "ann", remote_id="a/1", secret={"token": TOKEN})


async def test_it_is_a_network_whose_key_may_not_be_trusted(adapter: Mastodon) -> None:
    network: Network = adapter
    assert not network.keyed


# Connecting


async def test_connecting_shows_whose_token_it_is(adapter: Mastodon, ann: Account, fake: FakeMastodon) -> None:
    profile = await adapter.verify(ann)
    assert (profile.remote_id, profile.name, profile.url) == ("a/1", "Ann", f"{fake.url}/@ann")
    assert profile.handle == f"ann@{fake.url.removeprefix('http://')}"


async def test_a_wrong_token_must_be_connected_again(adapter: Mastodon, ann: Account) -> None:
    with pytest.raises(Reconnect):
        await adapter.verify(replace(ann, secret={"token": "wrong"}))


async def test_an_address_that_is_no_mastodon_is_misconfigured(adapter: Mastodon, ann: Account) -> None:
    with pytest.raises(Misconfigured):
        await adapter.verify(replace(ann, server=f"{ann.server}/blog"))


# Limits


async def test_limits_are_the_servers_own(adapter: Mastodon, ann: Account) -> None:
    limits = await adapter.limits(ann)
    assert (limits.characters, limits.images, limits.image_bytes, limits.alt_characters) == (640, 6, 8_000_000, 420)
    assert limits.image_types == {"image/jpeg", "image/png"}
    assert (limits.url_characters, limits.image_pixels) == (23, 33_177_600)


async def test_a_server_without_the_second_description_is_asked_for_the_first(
    adapter: Mastodon, ann: Account, fake: FakeMastodon
) -> None:
    fake.habits.second_instance = False
    limits = await adapter.limits(ann)
    assert (limits.characters, limits.images, limits.url_characters) == (1_000, 4, None)


async def test_limits_are_read_once_in_an_hour(
    adapter: Mastodon, ann: Account, fake: FakeMastodon, clock: Clock
) -> None:
    await adapter.limits(ann)
    clock.now += KEPT - timedelta(seconds=1)
    await adapter.limits(ann)
    assert fake.asked.count("GET /api/v2/instance") == 1
    clock.now += timedelta(seconds=1)
    await adapter.limits(ann)
    assert fake.asked.count("GET /api/v2/instance") == 2


# Publishing


async def test_a_thread_hangs_together_and_carries_its_images(
    adapter: Mastodon, ann: Account, fake: FakeMastodon, tmp_path: Path
) -> None:
    images = (image_file(tmp_path, "A grey dot"), image_file(tmp_path, "", PIXEL + b"2"))
    published = await adapter.publish(ann, post("One", "Two", "Three", images=images), Notebook())
    assert [one["source"] for one in fake.statuses] == ["One", "Two", "Three"]
    ids = [one["id"] for one in fake.statuses]
    assert [one["in_reply_to_id"] for one in fake.statuses] == [None, *ids[:2]]
    assert [(one["content"], one["mime"], one["alt"]) for one in fake.media.values()] == [
        (PIXEL, "image/png", "A grey dot"),
        (PIXEL + b"2", "image/png", None),
    ]
    assert (published.remote_id, published.url) == (ids[0], fake.statuses[0]["url"])


async def test_a_post_is_public_and_names_its_language(adapter: Mastodon, ann: Account, fake: FakeMastodon) -> None:
    await adapter.publish(ann, replace(post("Hallo"), language="de-AT"), Notebook())
    assert fake.bodies == [{"status": "Hallo", "visibility": "public", "language": "de"}]


@pytest.mark.parametrize("language", ["", "deutsch", "x", "русский", "d3"])
async def test_what_is_no_language_code_is_left_out(
    adapter: Mastodon, ann: Account, fake: FakeMastodon, language: str
) -> None:
    await adapter.publish(ann, replace(post("Hallo"), language=language), Notebook())
    assert "language" not in fake.bodies[0]


@pytest.mark.parametrize(("asked", "given"), [("direct", "direct"), ("unlisted", "unlisted"), ("odd", "direct")])
async def test_an_answer_is_never_more_visible_than_what_it_answers(
    adapter: Mastodon, ann: Account, fake: FakeMastodon, asked: str, given: str
) -> None:
    question = fake.say("@ann Where is my order?")
    refs = {"id": question["id"], "visibility": asked}
    await adapter.publish(ann, post("On its way", "Sorry!", refs=refs), Notebook())
    assert [body["visibility"] for body in fake.bodies] == [given, given]
    assert fake.bodies[0]["in_reply_to_id"] == question["id"]


async def test_a_broken_thread_is_resumed_and_its_images_are_not_sent_again(
    adapter: Mastodon, ann: Account, fake: FakeMastodon, tmp_path: Path
) -> None:
    progress, thread = Notebook(), post("One", "Two", images=(image_file(tmp_path, "A dot"),))
    fake.habits.answers_instead = web.json_response({"error": "Slow down"}, status=429)
    with pytest.raises(Quota):
        await adapter.publish(ann, thread, progress)
    fake.habits.answers_instead = None
    await adapter.publish(ann, thread, progress)
    assert [one["source"] for one in fake.statuses] == ["One", "Two"]
    assert len(fake.media) == 1


@pytest.mark.parametrize("polls", [1, 5])
async def test_an_image_is_waited_for_until_it_is_processed(
    adapter: Mastodon, ann: Account, fake: FakeMastodon, tmp_path: Path, polls: int
) -> None:
    fake.habits.media_polls = polls
    await adapter.publish(ann, post("Look", images=(image_file(tmp_path, "A dot"),)), Notebook())
    assert len(fake.statuses[0]["media_attachments"]) == 1


async def test_an_image_that_is_never_done_puts_the_post_off_without_a_second_upload(
    adapter: Mastodon, ann: Account, fake: FakeMastodon, tmp_path: Path
) -> None:
    fake.habits.media_polls = POLLS + 1
    progress, pictured = Notebook(), post("Look", images=(image_file(tmp_path, "A dot"),))
    with pytest.raises(Retryable):
        await adapter.publish(ann, pictured, progress)
    await adapter.publish(ann, pictured, progress)
    assert (len(fake.media), len(fake.statuses)) == (1, 1)


async def test_an_image_that_the_server_forgot_is_uploaded_anew(
    adapter: Mastodon, ann: Account, fake: FakeMastodon, tmp_path: Path
) -> None:
    progress = Notebook()
    await progress.record("image:0:0", id="m/gone")
    await adapter.publish(ann, post("Look", images=(image_file(tmp_path, "A dot"),)), progress)
    assert fake.bodies[0]["media_ids"] == list(fake.media)


async def test_an_image_that_cannot_be_processed_is_bad_content(
    adapter: Mastodon, ann: Account, fake: FakeMastodon, tmp_path: Path
) -> None:
    fake.habits.media_polls, fake.habits.media_fails = 1, True
    with pytest.raises(BadContent):
        await adapter.publish(ann, post("Look", images=(image_file(tmp_path, "A dot"),)), Notebook())
    assert fake.statuses == []


async def test_a_server_with_the_first_media_route_only_takes_images(
    adapter: Mastodon, ann: Account, fake: FakeMastodon, tmp_path: Path
) -> None:
    fake.habits.second_media = False
    await adapter.publish(ann, post("Look", images=(image_file(tmp_path, "A dot"),)), Notebook())
    assert "POST /api/v1/media" in fake.asked


# Refusals


@pytest.mark.parametrize(
    ("status", "headers", "body", "error"),
    [
        (301, {"Location": "https://elsewhere.example"}, {}, Misconfigured),
        (400, {}, {"error": "Bad request"}, BadContent),
        (401, {}, {"error": "The access token is invalid"}, Reconnect),
        (403, {}, {"error": "Your login is currently disabled"}, Reconnect),
        (404, {}, {"error": "Record not found"}, BadContent),
        (405, {}, {}, Misconfigured),
        (409, {}, {}, Ambiguous),
        (422, {}, {"error": "Validation failed"}, BadContent),
        (429, {}, {"error": "Too many requests"}, Quota),
        (500, {}, {"error": "boom"}, Ambiguous),
        (502, {}, {}, Ambiguous),
        (503, {}, {"error": "no"}, Ambiguous),
        (503, {"Retry-After": "30"}, {"error": "server capacity exceeded"}, Retryable),
        (503, {"Retry-After": "5"}, {}, Ambiguous),
        (200, {}, {}, Ambiguous),
        (200, {}, [], Ambiguous),
    ],
)
async def test_each_answer_has_its_kind(
    adapter: Mastodon,
    ann: Account,
    fake: FakeMastodon,
    status: int,
    headers: dict[str, str],
    body: object,
    error: type[NetworkError],
) -> None:
    fake.habits.answers_instead = web.json_response(body, status=status, headers=headers)
    with pytest.raises(error) as raised:
        await adapter.publish(ann, post("Hello"), Notebook())
    assert type(raised.value) is error
    assert raised.value.sentence.endswith(".")


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"X-RateLimit-Reset": "2026-03-02T09:02:30.000000Z"}, timedelta(seconds=150)),
        ({"Retry-After": "40"}, timedelta(seconds=40)),
        ({"X-RateLimit-Reset": "soon"}, timedelta(minutes=5)),
    ],
)
async def test_a_quota_ends_when_the_server_says(
    adapter: Mastodon, ann: Account, fake: FakeMastodon, headers: dict[str, str], wait: timedelta
) -> None:
    fake.habits.answers_instead = web.json_response({}, status=429, headers=headers)
    with pytest.raises(Quota) as refused:
        await adapter.publish(ann, post("Hello"), Notebook())
    assert refused.value.until == NOW + wait


async def test_the_servers_own_words_reach_the_person_and_the_token_does_not(
    adapter: Mastodon, ann: Account, fake: FakeMastodon
) -> None:
    fake.habits.answers_instead = web.json_response({"error": "Validation failed:\n Text\tis odd. "}, status=422)
    with pytest.raises(BadContent, match=r"\(Validation failed: Text is odd\)") as refused:
        await adapter.publish(ann, post("Hello"), Notebook())
    assert TOKEN not in str(refused.value)


# Doubt


@pytest.mark.parametrize("write", [mastodon_html, markdown_html])
@pytest.mark.parametrize("ids", [snowflake, ulid, long_id])
async def test_a_post_whose_answer_was_lost_is_found_whatever_the_server_made_of_it(
    adapter: Mastodon, ann: Account, fake: FakeMastodon, ids: Callable[[int], str], write: Callable[[str], str]
) -> None:
    fake.habits = Habits(ids=ids, write=write, drops_answer=True)
    with pytest.raises(Ambiguous):
        await adapter.publish(ann, post(TEXT), Notebook())
    progress = Notebook()
    found = await adapter.find(ann, post(TEXT), NOW, progress)
    assert isinstance(found, Found)
    assert found.published.remote_id == fake.statuses[0]["id"]
    assert progress.done["segment:0"]["url"] == fake.statuses[0]["url"]


async def test_a_server_that_fails_after_acting_leaves_a_doubt(
    adapter: Mastodon, ann: Account, fake: FakeMastodon
) -> None:
    fake.habits.fails_after = 500
    with pytest.raises(Ambiguous):
        await adapter.publish(ann, post("Hello"), Notebook())
    assert isinstance(await adapter.find(ann, post("Hello"), NOW, Notebook()), Found)


async def test_a_post_that_is_not_listed_is_absent_once_the_server_had_time(
    adapter: Mastodon, ann: Account, clock: Clock
) -> None:
    assert isinstance(await adapter.find(ann, post("Hello"), clock.now, Notebook()), Unknown)
    clock.now += SETTLES
    assert await adapter.find(ann, post("Hello"), NOW, Notebook()) == Absent()


async def test_half_a_thread_is_kept_and_the_rest_is_absent(
    adapter: Mastodon, ann: Account, fake: FakeMastodon
) -> None:
    fake.say("One")
    progress = Notebook()
    assert await adapter.find(ann, post("One", "Two"), SENT, progress) == Absent()
    await adapter.publish(ann, post("One", "Two"), progress)
    assert [one["source"] for one in fake.statuses] == ["One", "Two"]
    assert fake.statuses[1]["in_reply_to_id"] == fake.statuses[0]["id"]


async def test_an_answer_that_is_not_listed_is_found_below_its_parent(
    adapter: Mastodon, ann: Account, fake: FakeMastodon
) -> None:
    fake.habits.lists_no_answers = True
    second = fake.say("Two", parent=fake.say("One")["id"])
    progress = Notebook()
    assert isinstance(await adapter.find(ann, post("One", "Two"), SENT, progress), Found)
    assert progress.done["segment:1"]["id"] == second["id"]


async def test_an_answer_whose_parent_cannot_be_read_is_not_proved_absent(
    adapter: Mastodon, ann: Account, fake: FakeMastodon
) -> None:
    fake.habits.context_status = 500
    fake.say("One")
    assert isinstance(await adapter.find(ann, post("One", "Two"), SENT, Notebook()), Unknown)


async def test_somebody_elses_equal_answer_is_not_ours(adapter: Mastodon, ann: Account, fake: FakeMastodon) -> None:
    fake.habits.lists_no_answers = True
    fake.say("Two", parent=fake.say("One")["id"])["account"] = {"id": "b/2"}
    assert await adapter.find(ann, post("One", "Two"), SENT, Notebook()) == Absent()


async def test_ids_that_are_numbers_are_read_as_texts(adapter: Mastodon, ann: Account, fake: FakeMastodon) -> None:
    fake.habits.ids = int
    published = await adapter.publish(ann, post("One"), Notebook())
    found = await adapter.find(ann, post("One"), NOW, Notebook())
    assert found == Found(published)
    assert published.remote_id == "1"


async def test_a_thread_of_equal_posts_is_found_in_its_order(
    adapter: Mastodon, ann: Account, fake: FakeMastodon
) -> None:
    first = fake.say("Boo")
    second = fake.say("Boo", parent=first["id"])
    progress = Notebook()
    assert isinstance(await adapter.find(ann, post("Boo", "Boo"), SENT, progress), Found)
    assert [progress.done[f"segment:{n}"]["id"] for n in range(2)] == [first["id"], second["id"]]


async def test_a_thread_of_equal_posts_that_broke_is_not_found_twice_in_one(
    adapter: Mastodon, ann: Account, fake: FakeMastodon
) -> None:
    fake.say("Boo")
    assert await adapter.find(ann, post("Boo", "Boo"), SENT, Notebook()) == Absent()


async def test_an_equal_post_of_last_week_is_not_this_one(adapter: Mastodon, ann: Account, fake: FakeMastodon) -> None:
    fake.say("Good morning", minutes_ago=7 * 24 * 60)
    assert await adapter.find(ann, post("Good morning"), SENT, Notebook()) == Absent()


async def test_a_server_whose_clock_is_a_little_slow_still_has_its_post_found(
    adapter: Mastodon, ann: Account, fake: FakeMastodon
) -> None:
    fake.say("Good morning", minutes_ago=4)
    assert isinstance(await adapter.find(ann, post("Good morning"), NOW, Notebook()), Found)


@pytest.mark.parametrize(
    "there",
    [
        {"text": "Fresh rye, baked this morning at the harbour", "images": 2},
        {"text": "Fresh rye, baked this morning at the har…"},
        {"text": "Fresh rye, baked this morning at the harbour", "parent": "99"},
    ],
)
async def test_a_post_much_like_it_is_a_question_for_a_person(
    adapter: Mastodon, ann: Account, fake: FakeMastodon, there: dict[str, Any]
) -> None:
    fake.say(**there)
    asked = post("Fresh rye, baked this morning at the harbour")
    assert isinstance(await adapter.find(ann, asked, SENT, Notebook()), Unknown)


async def test_a_doubt_is_settled_beyond_the_first_page(adapter: Mastodon, ann: Account, fake: FakeMastodon) -> None:
    fake.habits.page_most = 3
    fake.say("An old one", minutes_ago=60)
    fake.say("Hello")
    for number in range(7):
        fake.say(f"{'Another matter entirely ' * number}{number}")
    assert isinstance(await adapter.find(ann, post("Hello"), SENT, Notebook()), Found)
    assert await adapter.find(ann, post("Never said"), SENT, Notebook()) == Absent()


async def test_a_list_that_does_not_reach_back_far_enough_proves_nothing(
    adapter: Mastodon, ann: Account, fake: FakeMastodon
) -> None:
    fake.habits.page_most = 1
    for number in range(9):
        fake.say(f"{'Another matter entirely ' * number}{number}")
    assert isinstance(await adapter.find(ann, post("Hello"), SENT, Notebook()), Unknown)


async def test_a_server_that_sends_one_page_for_ever_proves_nothing(
    adapter: Mastodon, ann: Account, fake: FakeMastodon
) -> None:
    fake.habits.ignores_max_id = True
    fake.say("Something else")
    assert isinstance(await adapter.find(ann, post("Hello"), SENT, Notebook()), Unknown)
    assert len([one for one in fake.asked if one.endswith("/statuses")]) == 2


@pytest.mark.parametrize("status", [401, 404, 429, 500])
async def test_a_list_that_cannot_be_read_proves_nothing(
    adapter: Mastodon, ann: Account, fake: FakeMastodon, status: int
) -> None:
    fake.habits.list_status = status
    assert isinstance(await adapter.find(ann, post("Hello"), SENT, Notebook()), Unknown)


async def test_a_direct_message_is_never_proved_absent(adapter: Mastodon, ann: Account, fake: FakeMastodon) -> None:
    question = fake.say("@ann Where is my order?", minutes_ago=60)
    refs = {"id": question["id"], "visibility": "direct"}
    assert isinstance(await adapter.find(ann, post("On its way", refs=refs), SENT, Notebook()), Unknown)


async def test_an_account_that_never_told_its_id_is_asked_for_it(
    adapter: Mastodon, ann: Account, fake: FakeMastodon
) -> None:
    fake.say("Hello")
    assert isinstance(await adapter.find(replace(ann, remote_id=""), post("Hello"), NOW, Notebook()), Found)


async def test_a_server_that_keeps_keys_is_sent_the_same_one(
    adapter: Mastodon, ann: Account, fake: FakeMastodon
) -> None:
    fake.habits.keeps_keys = True
    await adapter.publish(ann, post("One", "Two"), Notebook())
    await adapter.publish(ann, post("One", "Two"), Notebook())
    assert len(fake.statuses) == 2


# Faults, and the published description


async def test_faults_follow_the_servers_own_limits(adapter: Mastodon, ann: Account, tmp_path: Path) -> None:
    limits = await adapter.limits(ann)
    url = "https://harbour.example/" + "x" * 200
    assert adapter.faults(post(url + " " + "x" * 616), limits) == ()
    assert [fault.part for fault in adapter.faults(post(url + " " + "x" * 617), limits)] == ["text"]
    described = image_file(tmp_path, "x" * 421)
    assert [fault.part for fault in adapter.faults(post("Hi", images=(described,)), limits)] == ["alt"]


def test_an_instance_with_no_limits_at_all_gets_mastodons_own(adapter: Mastodon) -> None:
    assert adapter.weigh("Hello", Limits(characters=500)).used == 5


async def test_what_is_sent_keeps_to_the_published_description(
    adapter: Mastodon, ann: Account, fake: FakeMastodon, tmp_path: Path, conformance: Callable[[str], Path]
) -> None:
    schemas = json.loads(conformance("mastodon/openapi.json").read_text())["components"]["schemas"]
    images = (image_file(tmp_path, "A dot"),)
    await adapter.publish(ann, replace(post("One", "Two", images=images), language="en"), Notebook())
    for sent, name in zip(fake.bodies, ["MediaStatus", "TextStatus"], strict=True):
        schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
        Draft202012Validator(schema).validate(sent)
        base, own = schemas["BaseStatus"]["properties"], schemas[name]["allOf"][1]["properties"]
        assert sent.keys() <= base.keys() | own.keys()
        assert sent["visibility"] in schemas["StatusVisibilityEnum"]["enum"]
