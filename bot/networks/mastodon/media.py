"""Uploads images and waits, within bounds, until the server has processed them."""

from __future__ import annotations

import asyncio

from bot.errors import Ambiguous, BadContent, Retryable
from bot.networks._answers import Answer
from bot.networks._http import Parts
from bot.networks._images import read_image
from bot.networks.mastodon.server import Server, host_of, id_in_path, id_of
from bot.rules.networks import Account, Outgoing, OutgoingImage, Progress

POLL_SECONDS = 1.0
POLLS = 30
"""Images take a second or two; after half a minute the delivery is put off and asks again later."""
NO_SUCH_ROUTE = frozenset({404, 405, 501})
PROCESSING = 206


class Uploads:
    """Images of posts that are not there yet: nobody sees them, so an upload may be repeated."""

    def __init__(self, server: Server, poll_seconds: float) -> None:
        self._server = server
        self._poll_seconds = poll_seconds

    async def media_ids(self, account: Account, outgoing: Outgoing, segment: int, progress: Progress) -> list[str]:
        """The server's ids of a segment's images, in order; each is recorded once its upload was taken.

        Raises Retryable, Quota, Reconnect, BadContent, Misconfigured; never Ambiguous.
        """
        images = enumerate(outgoing.segments[segment].images)
        return [await self._media_id(account, image, f"image:{segment}:{n}", progress) for n, image in images]

    async def _media_id(self, account: Account, image: OutgoingImage, part: str, progress: Progress) -> str:
        recorded = progress.done.get(part, {}).get("id")
        if recorded is not None and await self._is_ready(account, recorded):
            return recorded
        answer = await self._upload(account, image)
        media_id = id_of(answer.json)
        if not media_id:
            raise Retryable(f"{host_of(account)} took an image and answered with something that cannot be read.")
        await progress.record(part, id=media_id)
        if answer.status == 202 and not await self._is_ready(account, media_id):
            raise Retryable(f"{host_of(account)} lost an image while processing it.")
        return media_id

    async def _upload(self, account: Account, image: OutgoingImage) -> Answer:
        name = f"{image.sha256[:16]}.{image.mime.partition('/')[2]}"
        parts: Parts = {"files": {"file": (name, await read_image(image), image.mime)}}
        if image.alt:
            parts["data"] = {"description": image.alt}
        try:
            answer = await self._server.create(account, "/api/v2/media", **parts)
            if answer.status in NO_SUCH_ROUTE:
                answer = await self._server.create(account, "/api/v1/media", **parts)
            if answer.ok:
                return answer
            raise self._server.refusal(answer, host_of(account), "image")
        except Ambiguous as error:
            raise Retryable(error.sentence) from error

    async def _is_ready(self, account: Account, media_id: str) -> bool:
        """Wait until an upload is processed; False when the server no longer has it (they keep it for a day)."""
        for _ in range(POLLS):
            answer = await self._server.read(account, f"/api/v1/media/{id_in_path(media_id)}")
            if answer.status in NO_SUCH_ROUTE or answer.status == 410:
                return False
            if answer.status == 422:
                raise BadContent(f"{host_of(account)} could not process an image. Save it anew and add it again.")
            if not answer.ok:
                raise self._server.unread(answer, host_of(account))
            if answer.status != PROCESSING:
                return True
            await asyncio.sleep(self._poll_seconds)
        raise Retryable(f"{host_of(account)} is still processing an image.", after=POLLS * POLL_SECONDS)
