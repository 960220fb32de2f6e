"""Plaza, the sandbox's own network: posts under keys of our own, so a doubtful send may simply be repeated.

Its API is described in `bot.sandbox.plaza`; this side knows it only by HTTP, like any other network's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Unpack
from urllib.parse import quote

from bot.errors import Ambiguous, BadContent, Misconfigured, NetworkError, Quota, Reconnect, Retryable
from bot.networks import Lent
from bot.networks._answers import Answer, list_of, number_of, opens_at, text_of, wait_of
from bot.networks._faults import faults_by_limits
from bot.networks._http import Parts, require_server, send
from bot.networks._images import read_image
from bot.rules.networks import (
    Absent,
    Account,
    Batch,
    Fault,
    Found,
    Incoming,
    Limits,
    Outgoing,
    OutgoingImage,
    Profile,
    Progress,
    Published,
    Unknown,
    Weight,
)

WINDOW = timedelta(minutes=1)
"""Plaza counts requests by the minute; waited when a 429 names no other time."""
MESSAGES_AT_ONCE = 100


def build(lent: Lent) -> Plaza:
    """The adapter, with what the desk lends."""
    return Plaza(lent)


class Plaza:
    """See `bot.rules.networks.Network` and `ReadsMessages`."""

    title = "Plaza"
    keyed = True

    def __init__(self, lent: Lent) -> None:
        self.lent = lent
        self.asks: Mapping[str, str] = {"token": "Account token"}

    async def verify(self, account: Account) -> Profile:
        """Ask whose token it is."""
        me = await self._read(account, "/api/me")
        handle = text_of(me, "handle")
        if not handle:
            raise Misconfigured(f"{account.server} does not answer like Plaza. Check the address.")
        return Profile(text_of(me, "id"), handle, text_of(me, "name") or handle, text_of(me, "url"))

    async def limits(self, account: Account) -> Limits:
        """What Plaza says it takes."""
        told = await self._read(account, "/api/limits")
        types = frozenset(text_of(mime) for mime in list_of(told, "images", "types"))
        return Limits(
            characters=number_of(told, "text", "characters") or 500,
            images=number_of(told, "images", "per_post") or 4,
            image_bytes=number_of(told, "images", "bytes") or 1_000_000,
            image_types=types or frozenset({"image/jpeg", "image/png"}),
            alt_characters=number_of(told, "images", "alt_characters") or 1_000,
        )

    async def publish(self, account: Account, outgoing: Outgoing, progress: Progress) -> Published:
        """Say each post of the thread under its own key. Raises what `_refuse` tells."""
        for index in range(len(outgoing.segments)):
            if _part(index) not in progress.done:
                await self._publish_segment(account, outgoing, index, progress)
        return _published(progress)

    async def find(
        self, account: Account, outgoing: Outgoing, since: datetime, progress: Progress
    ) -> Found | Absent | Unknown:
        """Ask for each post by its key; `since` is not needed."""
        for index in range(len(outgoing.segments)):
            if _part(index) in progress.done:
                continue
            try:
                answer = await self._ask(account, "GET", f"/api/posts/{_key(outgoing, index)}")
            except NetworkError as error:
                return Unknown(error.sentence)
            if answer.status == 404:
                return Absent()
            if not answer.ok or not text_of(answer.json, "id"):
                return Unknown(f"Plaza could not tell what became of this post ({answer.status}).")
            await _record(progress, index, answer)
        return Found(_published(progress))

    def weigh(self, text: str, limits: Limits) -> Weight:
        """Plaza counts code points."""
        return Weight(len(text), limits.characters, "characters")

    def faults(self, outgoing: Outgoing, limits: Limits) -> tuple[Fault, ...]:
        """Why Plaza would refuse this."""
        return faults_by_limits(outgoing, limits, self.weigh)

    async def messages(self, account: Account, cursor: str | None) -> Batch:
        """What visitors wrote since `cursor`."""
        query = "" if cursor is None else f"?after={quote(cursor, safe='')}&limit={MESSAGES_AT_ONCE}"
        told = await self._read(account, f"/api/messages{query}")
        found = tuple(_incoming(one) for one in list_of(told, "messages"))
        return Batch(tuple(one for one in found if one is not None), text_of(told, "cursor") or cursor or "0")

    async def _publish_segment(self, account: Account, outgoing: Outgoing, index: int, progress: Progress) -> None:
        segment = outgoing.segments[index]
        for image in segment.images:
            await self._upload(account, image)
        refs = outgoing.in_reply_to or {}
        content = {
            "text": segment.text,
            "images": [{"sha256": image.sha256, "alt": image.alt} for image in segment.images],
            "in_reply_to": progress.done[_part(index - 1)]["id"] if index else refs.get("post"),
            "audience": refs.get("audience", "public"),
        }
        answer = await self._ask(account, "POST", f"/api/posts/{_key(outgoing, index)}", json=content)
        self._require_done(answer, "post")
        if not text_of(answer.json, "id"):
            raise Ambiguous("Plaza took the post and answered with something that cannot be read.")
        await _record(progress, index, answer)

    async def _upload(self, account: Account, image: OutgoingImage) -> None:
        content = await read_image(image)
        try:
            answer = await self._ask(account, "PUT", f"/api/images/{image.sha256}", content=content)
            self._require_done(answer, "image")
        except Ambiguous as error:  # nobody sees an image without a post, and the same hash again is a no-op
            raise Retryable(error.sentence) from error

    async def _read(self, account: Account, path: str) -> object:
        answer = await self._ask(account, "GET", path)
        try:
            self._require_done(answer, "question")
        except Ambiguous as error:  # a question creates nothing
            raise Retryable(error.sentence) from error
        return answer.json

    async def _ask(self, account: Account, method: str, path: str, **parts: Unpack[Parts]) -> Answer:
        server = require_server(account.server, self.lent.allow_http)
        carried: Parts = {**parts, "headers": {"Authorization": f"Bearer {account.secret.get('token', '')}"}}
        # Twice is harmless: a post has its own key, an image its hash, and Plaza answers with the first.
        return await send(
            self.lent.http, method, f"{server}{path}", mutates=method != "GET", twice_is_harmless=True, **carried
        )

    def _require_done(self, answer: Answer, what: str) -> None:
        """Raise the error that a refusal means (see `bot.errors.NetworkError`)."""
        if answer.ok:
            return
        now = self.lent.now()
        said = text_of(answer.json, "error", "message")[:300]
        if answer.status in {401, 403}:
            raise Reconnect(f"Plaza no longer lets this account in. Connect it again. Plaza says: {said}")
        if answer.status == 429:
            raise Quota("This account has asked Plaza too much.", opens_at(answer, now) or now + WINDOW)
        if answer.status == 503 and (after := wait_of(answer, now)) is not None:
            raise Retryable("Plaza is busy.", after)
        if answer.status >= 500:
            raise Ambiguous(f"Plaza failed while it had the {what} ({answer.status}).")
        raise BadContent(f"Plaza does not take this {what}. Plaza says: {said or answer.status}")


def _part(index: int) -> str:
    return f"segment:{index}"


def _key(outgoing: Outgoing, index: int) -> str:
    return f"{outgoing.key}-{index}"


async def _record(progress: Progress, index: int, answer: Answer) -> None:
    await progress.record(_part(index), id=text_of(answer.json, "id"), url=text_of(answer.json, "url"))


def _published(progress: Progress) -> Published:
    first = progress.done[_part(0)]
    return Published(first["id"], first.get("url", ""))


def _incoming(told: object) -> Incoming | None:
    """One visitor's message; None where Plaza told something else."""
    kind, audience = text_of(told, "kind"), "direct" if text_of(told, "kind") == "direct" else "public"
    try:
        at = datetime.fromisoformat(text_of(told, "created_at")).astimezone(UTC)
    except ValueError:
        return None
    if kind not in {"mention", "comment", "direct"} or not text_of(told, "id"):
        return None
    return Incoming(
        remote_id=text_of(told, "id"),
        conversation_id=text_of(told, "conversation"),
        kind=kind,
        author_id=text_of(told, "from", "handle"),
        author_handle=text_of(told, "from", "handle"),
        author_name=text_of(told, "from", "name"),
        text=text_of(told, "text"),
        at=at,
        url=text_of(told, "url"),
        refs={"post": text_of(told, "id"), "audience": audience},
    )
