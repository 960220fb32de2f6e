"""The webhook adapter against a receiver that checks signatures with the reference library."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook as Judge

from bot.errors import Ambiguous, BadContent, Misconfigured, NetworkError, Quota, Reconnect, Retryable
from bot.networks.webhook import IMAGES_BYTES, Webhook, _signature, _signing_key, build
from bot.rules.networks import Account, Found, Network, Published, Unknown
from tests.networks.lending import KEY, NOW, PIXEL, Clock, Notebook, image_file, lend, post

SECRET = "whsec_" + base64.b64encode(b"trellis grows on a fence").decode()


@dataclass
class Receiver:
    """A service that takes webhooks: what it verified, and how it answers from now on."""

    url: str = ""
    taken: list[tuple[str, Any]] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: object = None
    drops: bool = False

    async def receive(self, request: web.Request) -> web.Response:
        """Check the signature, keep the message, answer."""
        raw = await request.read()
        self.taken.append((request.headers["webhook-id"], Judge(SECRET).verify(raw, dict(request.headers))))
        if self.drops and request.transport:
            request.transport.abort()
        return web.json_response(self.body, status=self.status, headers=self.headers)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    found = Receiver()
    app = web.Application(client_max_size=2 * IMAGES_BYTES)
    app.router.add_post("/hook", found.receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield found
    await runner.cleanup()


@pytest.fixture
async def adapter() -> AsyncIterator[Webhook]:
    # The judge compares with the real clock (a tolerance of 5 minutes), so this one tells the real time, standing still.
    async with lend(Clock(datetime.now(UTC))) as lent:
        yield build(lent)


@pytest.fixture
def account(receiver: Receiver) -> Account:
    return Account(1, "webhook", receiver.url, "our-site", secret={"secret": SECRET})


async def test_a_webhook_is_a_network_whose_key_may_be_repeated(adapter: Webhook) -> None:
    network: Network = adapter
    assert network.keyed


async def test_connecting_sends_a_signed_ping(adapter: Webhook, account: Account, receiver: Receiver) -> None:
    profile = await adapter.verify(account)
    assert [message["type"] for _, message in receiver.taken] == ["trellis.ping"]
    assert (profile.remote_id, profile.handle) == (receiver.url, "our-site")


async def test_a_thread_with_an_image_arrives_whole_in_one_request(
    adapter: Webhook, account: Account, receiver: Receiver, tmp_path: Path
) -> None:
    image = image_file(tmp_path, "A grey dot")
    await adapter.publish(account, post("One ☀", "Two", images=(image,)), Notebook())
    [(message_id, message)] = receiver.taken
    assert (message_id, message["type"], message["timestamp"]) == (KEY, "post.published", NOW.isoformat())
    assert [segment["text"] for segment in message["data"]["segments"]] == ["One ☀", "Two"]
    [shown] = message["data"]["segments"][0]["images"]
    assert (base64.b64decode(shown["content"]), shown["alt"], shown["sha256"]) == (PIXEL, "A grey dot", image.sha256)


async def test_the_receiver_may_tell_where_the_post_is(adapter: Webhook, account: Account, receiver: Receiver) -> None:
    receiver.body = {"url": "https://shop.example/news/1"}
    assert await adapter.publish(account, post("Hi"), Notebook()) == Published(KEY, "https://shop.example/news/1")


@pytest.mark.parametrize(
    "told", [{"url": "javascript:alert(1)"}, {"url": 7}, [], "url", {"url": "https://" + "x" * 2_000}]
)
async def test_an_address_that_cannot_be_opened_is_left_out(
    adapter: Webhook, account: Account, receiver: Receiver, told: object
) -> None:
    receiver.body = told
    assert (await adapter.publish(account, post("Hi"), Notebook())).url == ""


async def test_every_try_has_the_same_id_and_body(adapter: Webhook, account: Account, receiver: Receiver) -> None:
    receiver.drops = True
    for _ in range(2):
        with pytest.raises(Ambiguous):
            await adapter.publish(account, post("Hi"), Notebook())
    assert receiver.taken[0] == receiver.taken[1]


async def test_what_was_taken_is_not_sent_again(adapter: Webhook, account: Account, receiver: Receiver) -> None:
    progress = Notebook()
    for _ in range(2):
        await adapter.publish(account, post("Hi"), progress)
    assert len(receiver.taken) == 1
    assert await adapter.find(account, post("Hi"), NOW, progress) == Found(Published(KEY, ""))


async def test_a_receiver_cannot_be_asked_what_became_of_a_post(adapter: Webhook, account: Account) -> None:
    assert isinstance(await adapter.find(account, post("Hi"), NOW, Notebook()), Unknown)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, Misconfigured),
        (400, BadContent),
        (401, Reconnect),
        (403, Reconnect),
        (404, Misconfigured),
        (408, Retryable),
        (410, Misconfigured),
        (413, BadContent),
        (422, BadContent),
        (429, Retryable),
        (500, Ambiguous),
        (503, Ambiguous),
    ],
)
async def test_each_refusal_has_its_kind(
    adapter: Webhook, account: Account, receiver: Receiver, status: int, error: type[NetworkError]
) -> None:
    receiver.status = status
    with pytest.raises(error):
        await adapter.publish(account, post("Hi"), Notebook())


async def test_a_receiver_that_says_how_long_to_wait_is_left_alone_until_then(
    adapter: Webhook, account: Account, receiver: Receiver
) -> None:
    receiver.status, receiver.headers = 429, {"Retry-After": "90"}
    with pytest.raises(Quota) as refused:
        await adapter.publish(account, post("Hi"), Notebook())
    assert refused.value.until == adapter.lent.now() + timedelta(seconds=90)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_not base64 at all, really not!", "ключ"])
async def test_a_secret_of_another_form_is_refused_before_anything_is_sent(
    adapter: Webhook, account: Account, receiver: Receiver, secret: str
) -> None:
    with pytest.raises(Reconnect):
        await adapter.verify(replace(account, secret={"secret": secret}))
    assert receiver.taken == []


async def test_a_failed_ping_may_be_tried_again(adapter: Webhook, account: Account, receiver: Receiver) -> None:
    receiver.status = 500
    with pytest.raises(Retryable):
        await adapter.verify(account)


async def test_images_beyond_the_bound_are_a_fault_and_never_sent(
    adapter: Webhook, account: Account, receiver: Receiver, tmp_path: Path
) -> None:
    image = replace(image_file(tmp_path, ""), size=IMAGES_BYTES // 2 + 1)
    big = post("Hi", images=(image, image))
    assert [fault.part for fault in adapter.faults(big, await adapter.limits(account))] == ["image"]
    with pytest.raises(BadContent):
        await adapter.publish(account, big, Notebook())
    assert receiver.taken == []


@given(st.binary(min_size=24, max_size=64), st.text(st.characters(codec="ascii"), min_size=1), st.text())
def test_signatures_are_those_of_the_reference_library(key: bytes, message_id: str, text: str) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()
    body = json.dumps({"text": text})
    ours = _signature(_signing_key(secret), message_id, str(int(NOW.timestamp())), body.encode())
    assert ours == Judge(secret).sign(message_id, NOW, body)
