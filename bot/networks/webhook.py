"""Any service of one's own: a post is handed to it as one signed web request (standardwebhooks.com).

The request is a POST of JSON to the account's address, with the headers of Standard Webhooks: `webhook-id` (the same for
every try, so the receiver can drop repeats), `webhook-timestamp` (seconds since 1970) and `webhook-signature`
(`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`, keyed by the base64 after `whsec_` in the secret).

    {"type": "post.published", "timestamp": "2026-03-02T09:00:00+00:00",
     "data": {"key": "...", "account": "...", "language": "en" or null, "in_reply_to": {...} or null,
              "segments": [{"text": "...", "images": [
                  {"sha256", "mime", "width", "height", "size", "alt", "content": the bytes in base64}]}]}}

A thread is one request, its images together at most `IMAGES_BYTES`. Any 2xx means that it was taken; the answer may be
JSON with the `url` where the post can be seen. Connecting sends `{"type": "trellis.ping", "timestamp", "data": {}}`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from bot.errors import Ambiguous, BadContent, Misconfigured, Quota, Reconnect, Retryable
from bot.networks import Lent
from bot.networks._answers import Answer, opens_at, text_of
from bot.networks._faults import faults_by_limits
from bot.networks._http import require_server, send
from bot.networks._images import read_image
from bot.rules.networks import (
    Absent,
    Account,
    Fault,
    Found,
    Limits,
    Outgoing,
    OutgoingImage,
    OutgoingSegment,
    Profile,
    Progress,
    Published,
    Unknown,
    Weight,
)

IMAGES_BYTES = 8_000_000
"""All images of one post together, before base64 makes them a third longer; common receivers stop at 10 to 16 MB."""
CHARACTERS = 10_000
SECRET_PREFIX = "whsec_"  # noqa: S105 - the format's own mark
SECRET_BYTES = range(24, 65)
"""The length of a key that Standard Webhooks asks for."""

PART = "segment:0"
Told = dict[str, object]
MUCH = "The images of this post have {size} bytes together; {limit} are allowed. Make them smaller."


def build(lent: Lent) -> Webhook:
    """The adapter, with what the desk lends."""
    return Webhook(lent)


class Webhook:
    """See `bot.rules.networks.Network`."""

    title = "Webhook"
    keyed = True

    def __init__(self, lent: Lent) -> None:
        self.lent = lent
        self.asks: Mapping[str, str] = {"secret": "Signing secret (begins with whsec_)"}

    async def verify(self, account: Account) -> Profile:
        """Send a ping, which the receiver must take."""
        try:
            ping_id = f"ping_{uuid.uuid4().hex}"
            self._require_taken(await self._post(account, ping_id, "trellis.ping", self.lent.now(), {}))
        except Ambiguous as error:  # a ping creates nothing
            raise Retryable(error.sentence) from error
        address = require_server(account.server, self.lent.allow_http)
        host = urlsplit(address).netloc
        return Profile(address, account.handle or host, account.handle or host, address)

    async def limits(self, account: Account) -> Limits:
        """Trellis's own; a receiver has no way to tell its limits."""
        types = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
        return Limits(characters=CHARACTERS, image_bytes=IMAGES_BYTES, image_types=types)

    async def publish(self, account: Account, outgoing: Outgoing, progress: Progress) -> Published:
        """Send the whole thread under its key. Raises what `_require_taken` tells."""
        if PART not in progress.done:
            if faults := self.faults(outgoing, await self.limits(account)):  # a receiver would take anything
                raise BadContent(str(faults[0]))
            told = await _told(account, outgoing)
            taken = await self._post(account, outgoing.key, "post.published", outgoing.stamp, told)
            self._require_taken(taken)
            await progress.record(PART, id=outgoing.key, url=_url(taken))
        done = progress.done[PART]
        return Published(done["id"], done.get("url", ""))

    async def find(
        self, account: Account, outgoing: Outgoing, since: datetime, progress: Progress
    ) -> Found | Absent | Unknown:
        """A receiver cannot be asked; but the same `webhook-id` again is dropped by it."""
        if (done := progress.done.get(PART)) is not None:
            return Found(Published(done["id"], done.get("url", "")))
        return Unknown("A webhook cannot be asked what became of a post. Look at the service that receives it.")

    def weigh(self, text: str, limits: Limits) -> Weight:
        """Code points."""
        return Weight(len(text), limits.characters, "characters")

    def faults(self, outgoing: Outgoing, limits: Limits) -> tuple[Fault, ...]:
        """Why it cannot be sent."""
        found = faults_by_limits(outgoing, limits, self.weigh)
        if (size := _size(outgoing)) > IMAGES_BYTES:
            return (*found, Fault(0, "image", MUCH, {"size": size, "limit": IMAGES_BYTES}))
        return found

    async def _post(self, account: Account, message_id: str, kind: str, at: datetime, told: Told) -> Answer:
        body = json.dumps({"type": kind, "timestamp": at.isoformat(), "data": told}).encode()
        seconds = str(int(self.lent.now().timestamp()))
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": seconds,
            "webhook-signature": _signature(_signing_key(account.secret.get("secret", "")), message_id, seconds, body),
        }
        address = require_server(account.server, self.lent.allow_http)
        return await send(self.lent.http, "POST", address, mutates=True, content=body, headers=headers)

    def _require_taken(self, answer: Answer) -> None:
        """Raise the error that a refusal means (see `bot.errors.NetworkError`)."""
        status = answer.status
        if answer.ok:
            return
        if status == 429 and (until := opens_at(answer, self.lent.now())) is not None:
            raise Quota("The receiver of this webhook has asked us to wait.", until)
        if status in {408, 425, 429}:
            raise Retryable(f"The receiver of this webhook did not take the request ({status}).")
        if status in {401, 403}:
            raise Reconnect("The receiver of this webhook did not accept the signature. Check the signing secret.")
        if status == 410:
            raise Misconfigured("The receiver has switched this webhook off. Connect another address.")
        if status < 400 or status in {404, 405}:
            raise Misconfigured(f"There is no webhook at this address ({status}). Check the address.")
        if status >= 500:
            raise Ambiguous(f"The receiver of this webhook failed while it had the post ({status}).")
        raise BadContent(f"The receiver of this webhook does not take this post ({status}).")


def _signature(key: bytes, message_id: str, seconds: str, body: bytes) -> str:
    signed = hmac.new(key, b".".join((message_id.encode(), seconds.encode(), body)), hashlib.sha256)
    return "v1," + base64.b64encode(signed.digest()).decode()


def _signing_key(secret: str) -> bytes:
    """The key inside `whsec_...`. Raises Reconnect with a sentence."""
    try:
        spelled = secret.strip().removeprefix(SECRET_PREFIX).rstrip("=")
        key = base64.b64decode(spelled + "=" * (-len(spelled) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) not in SECRET_BYTES:
        raise Reconnect("The signing secret must be whsec_ and 24 to 64 bytes in base64. Connect the webhook again.")
    return key


async def _told(account: Account, outgoing: Outgoing) -> Told:
    return {
        "key": outgoing.key,
        "account": account.handle,
        "language": outgoing.language,
        "in_reply_to": None if outgoing.in_reply_to is None else dict(outgoing.in_reply_to),
        "segments": [await _segment(segment) for segment in outgoing.segments],
    }


async def _segment(segment: OutgoingSegment) -> Told:
    return {"text": segment.text, "images": [await _image(image) for image in segment.images]}


async def _image(image: OutgoingImage) -> Told:
    return {
        "sha256": image.sha256,
        "mime": image.mime,
        "width": image.width,
        "height": image.height,
        "size": image.size,
        "alt": image.alt,
        "content": base64.b64encode(await read_image(image)).decode(),
    }


def _size(outgoing: Outgoing) -> int:
    return sum(image.size for segment in outgoing.segments for image in segment.images)


def _url(answer: Answer) -> str:
    """Where the receiver says the post can be seen, if that is a web address."""
    url = text_of(answer.json, "url")
    return url if url.startswith(("https://", "http://")) and len(url) <= 2_000 else ""
