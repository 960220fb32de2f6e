"""HTTP delivery: signed requests to the app's address, in the body formats that Slack uses for each kind."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from http import HTTPStatus
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.answers import Json
from bot.sandbox.delivery import ACK_SECONDS, FAILED, TIMED_OUT, Answer, Envelope


class HttpMode:
    """The courier for apps that listen. One address takes events, commands and interactions alike."""

    def __init__(self, address: str, signing_secret: str, ack_seconds: float = ACK_SECONDS) -> None:
        self._address = address
        self._secret = signing_secret.encode()
        self._timeout = aiohttp.ClientTimeout(total=ack_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def send(self, envelope: Envelope) -> Answer:
        content_type, body = _body(envelope)
        headers = {"Content-Type": content_type, "User-Agent": "Slackbot 1.0"} | self._signature(body)
        if envelope.attempt:
            headers |= {"X-Slack-Retry-Num": str(envelope.attempt), "X-Slack-Retry-Reason": envelope.reason}
        try:
            async with self._client().post(self._address, data=body, headers=headers) as response:
                return await _read(response, envelope)
        except TimeoutError:
            return Answer(failure=TIMED_OUT, reason="http_timeout")
        except aiohttp.ClientError:
            return Answer(failure=FAILED, reason="connection_failed")

    async def verify_address(self) -> bool:
        """Slack's url_verification handshake: the app must answer with the challenge."""
        challenge = {"token": "unused", "type": "url_verification", "challenge": "3eZbrw1aBm2rZgRN"}
        body = json.dumps(challenge).encode()
        headers = {"Content-Type": "application/json"} | self._signature(body)
        try:
            async with self._client().post(self._address, data=body, headers=headers) as response:
                return response.status == HTTPStatus.OK and challenge["challenge"] in await response.text()
        except (TimeoutError, aiohttp.ClientError):
            return False

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    def _signature(self, body: bytes) -> dict[str, str]:
        moment = str(int(time.time()))
        signed = hmac.new(self._secret, b"v0:" + moment.encode() + b":" + body, hashlib.sha256)
        return {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": "v0=" + signed.hexdigest()}


def _body(envelope: Envelope) -> tuple[str, bytes]:
    if envelope.kind == "events_api":
        return "application/json", json.dumps(envelope.payload).encode()
    form: Json = envelope.payload
    if envelope.kind == "interactive":
        form = {"payload": json.dumps(envelope.payload)}
    return "application/x-www-form-urlencoded", urlencode(form).encode()


async def _read(response: aiohttp.ClientResponse, envelope: Envelope) -> Answer:
    text = await response.text()
    final = response.headers.get("X-Slack-No-Retry") == "1"
    taken = response.ok if envelope.kind == "events_api" else response.status == HTTPStatus.OK
    if not taken:
        return Answer(failure=FAILED, reason="http_error", final=final)
    if not envelope.accepts_response or not text.strip():
        return Answer()
    if response.content_type == "application/json":
        try:
            return Answer(json.loads(text))
        except ValueError:
            return Answer(failure=FAILED, reason="http_error")
    return Answer({"text": text})
