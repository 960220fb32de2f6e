"""HTTP delivery: Slack's body formats and signature, its retries, and what the app's answers do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import SlackServer, serve_slack
from bot.sandbox.cast import ANN, GENERAL, SUPPORT
from bot.sandbox.driver import Control, Person, Refused
from tests.sandbox.kit import Json, actions, button


@dataclass
class Ear:
    """An app's HTTP side that remembers what it was sent and answers what a test wants."""

    url: str = ""
    bodies: asyncio.Queue[tuple[bytes, dict[str, str]]] = field(default_factory=asyncio.Queue)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    answer: str = ""
    content_type: str = "application/json"
    delay: float = 0.0

    async def hear(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.bodies.put_nowait((body, dict(request.headers)))
        await asyncio.sleep(self.delay)
        text = self.answer
        if b"url_verification" in body and not text:
            text = json.dumps({"challenge": json.loads(body)["challenge"]})
        return web.Response(status=self.status, text=text, content_type=self.content_type, headers=self.headers)

    async def next_form(self) -> dict[str, list[str]]:
        """The next command or interaction; events that come before it are passed over."""
        while True:
            body, headers = await self.next()
            if headers["Content-Type"] == "application/x-www-form-urlencoded":
                return parse_qs(body.decode())

    async def next(self) -> tuple[bytes, dict[str, str]]:
        return await asyncio.wait_for(self.bodies.get(), 2)


@pytest.fixture
async def ear() -> AsyncIterator[Ear]:
    ear = Ear()
    application = web.Application()
    application.router.add_post("/slack/events", ear.hear)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    ear.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield ear
    await runner.cleanup()


@pytest.fixture
async def slack(ear: Ear) -> AsyncIterator[SlackServer]:
    server = await serve_slack(events_url=ear.url, ack_seconds=0.3, retry_delays=(0.0, 0.05))
    yield server
    await server.close()


async def test_commands_come_as_a_signed_form(slack: SlackServer, ear: Ear, ann: Person) -> None:
    await ann.command("/draft", "a & b @ben", channel=GENERAL)
    body, headers = await ear.next()
    form = parse_qs(body.decode())
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert form["command"] == ["/draft"]
    assert form["text"] == ["a &amp; b <@U07BEN00001|ben>"]
    assert SignatureVerifier(slack.signing_secret).is_valid_request(body, headers)


async def test_presses_come_as_json_in_a_form(ear: Ear, ann: Person, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel=SUPPORT, text="x", blocks=[actions(button("go", value="7"))])
    await ann.press((await ann.messages(SUPPORT))[0], "go")
    payload = json.loads((await ear.next_form())["payload"][0])
    assert payload["type"] == "block_actions"
    assert payload["actions"][0]["value"] == "7"


async def test_events_come_as_json(ear: Ear, ann: Person) -> None:
    await ann.say(SUPPORT, "hello")
    body, headers = await ear.next()
    event: Json = json.loads(body)
    assert headers["Content-Type"] == "application/json"
    assert (event["type"], event["event"]["text"]) == ("event_callback", "hello")
    assert event["authorizations"][0]["is_bot"] is True
    assert event["is_ext_shared_channel"] is False
    assert event["event_id"].startswith("Ev")


async def test_over_socket_mode_the_address_gets_nothing(ear: Ear, control: Control, ann: Person) -> None:
    await control.use_http("")
    with pytest.raises(Refused, match="dispatch_failed"):
        await ann.command("/draft", channel=GENERAL)
    assert ear.bodies.empty()


async def test_the_address_must_answer_the_challenge(ear: Ear, control: Control) -> None:
    await control.use_http(ear.url)
    assert json.loads((await ear.next())[0])["type"] == "url_verification"
    ear.answer = "no"
    with pytest.raises(Refused, match="url_verification_failed"):
        await control.use_http(ear.url)


async def test_text_and_json_answers_to_a_command_are_shown(ear: Ear, ann: Person, ben: Person) -> None:
    ear.answer, ear.content_type = "Only you see this.", "text/plain"
    await ann.command("/draft", channel=GENERAL)
    assert (await ann.ephemeral(GENERAL)).text == "Only you see this."
    ear.answer, ear.content_type = '{"response_type": "in_channel", "text": "All see this."}', "application/json"
    await ann.command("/draft", channel=GENERAL)
    assert (await ben.message(GENERAL)).text == "All see this."


async def test_an_event_that_fails_comes_again_with_retry_headers(ear: Ear, ann: Person) -> None:
    ear.status = 500
    await ann.say(SUPPORT, "hello")
    await ear.next()
    _, headers = await ear.next()
    assert headers["X-Slack-Retry-Num"] == "1"
    assert headers["X-Slack-Retry-Reason"] == "http_error"


async def test_any_2xx_acks_an_event(ear: Ear, ann: Person) -> None:
    ear.status = 204
    await ann.say(SUPPORT, "one")
    await ear.next()
    await ann.say(SUPPORT, "two")
    body, headers = await ear.next()
    assert json.loads(body)["event"]["text"] == "two"
    assert "X-Slack-Retry-Num" not in headers


async def test_no_retry_ends_the_retries(ear: Ear, ann: Person) -> None:
    ear.status, ear.headers = 500, {"X-Slack-No-Retry": "1"}
    await ann.say(SUPPORT, "one")
    await ear.next()
    ear.status, ear.headers = 200, {}
    await ann.say(SUPPORT, "two")
    body, headers = await ear.next()
    assert json.loads(body)["event"]["text"] == "two"
    assert "X-Slack-Retry-Num" not in headers


@pytest.mark.parametrize(("status", "delay", "code"), [(500, 0.0, "dispatch_failed"), (200, 0.6, "operation_timeout")])
async def test_a_failed_or_late_answer_is_shown_to_the_person(
    ear: Ear, ann: Person, status: int, delay: float, code: str
) -> None:
    ear.status, ear.delay = status, delay
    with pytest.raises(Refused) as refused:
        await ann.command("/draft", channel=GENERAL)
    assert refused.value.code == code


async def test_a_form_is_answered_in_the_body(ear: Ear, ann: Person, client: AsyncWebClient) -> None:
    await ann.command("/draft", channel=GENERAL)
    trigger = (await ear.next_form())["trigger_id"][0]
    text = {"type": "plain_text_input", "action_id": "text"}
    label = {"type": "plain_text", "text": "Text"}
    await client.views_open(
        trigger_id=trigger,
        view={
            "type": "modal",
            "title": label,
            "submit": label,
            "blocks": [{"type": "input", "block_id": "b", "label": label, "element": text}],
        },
    )
    await ann.fill({"text": "x"})
    ear.answer = '{"response_action": "clear"}'
    await ann.submit()
    assert await ann.views() == []
    assert ann.user == ANN
