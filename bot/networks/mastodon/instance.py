"""What one instance takes, read from its own description and kept for a while.

Limits run from 500 to 10,000 characters over the family, so nothing is assumed from a server's name or version.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

from bot.networks._answers import list_of, number_of, part_of, text_of
from bot.networks.mastodon.server import Server, host_of
from bot.rules.networks import Account, Limits

KEPT = timedelta(hours=1)
"""An administrator changes limits rarely, and a post over a new limit is refused with a sentence anyway."""
SERVERS_KEPT = 1_000

# What Mastodon itself has where an instance tells nothing (docs.joinmastodon.org/entities/Instance).
CHARACTERS = 500
IMAGES = 4
IMAGE_BYTES = 16 * 1024 * 1024
IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
ALT_CHARACTERS = 1_500


class Instances:
    """The limits of each server asked so far."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._kept: OrderedDict[str, tuple[datetime, Limits]] = OrderedDict()

    async def limits(self, account: Account) -> Limits:
        """The limits of the account's server, at most `KEPT` old. Raises Retryable, Reconnect, Misconfigured."""
        now = self._server.lent.now()
        kept = self._kept.get(account.server)
        if kept is not None and now - kept[0] < KEPT:
            return kept[1]
        found = read_limits(await self._described(account))
        self._kept[account.server] = (now, found)
        self._kept.move_to_end(account.server)
        while len(self._kept) > SERVERS_KEPT:
            self._kept.popitem(last=False)
        return found

    async def _described(self, account: Account) -> object:
        """The second version of the description, or the first where a server has no second."""
        newer = await self._server.read(account, "/api/v2/instance")
        if newer.ok and part_of(newer.json, "configuration") is not None:
            return newer.json
        older = await self._server.read(account, "/api/v1/instance")
        if not older.ok or not isinstance(older.json, dict):
            raise self._server.unread(older, host_of(account))
        return older.json


def read_limits(described: object) -> Limits:
    """The limits in an instance's description of either version, with Mastodon's own where it tells none."""
    configured = part_of(described, "configuration")
    statuses, media = part_of(configured, "statuses"), part_of(configured, "media_attachments")
    named = frozenset(text_of(mime) for mime in list_of(media, "supported_mime_types"))
    return Limits(
        characters=_above_0(statuses, "max_characters") or _above_0(described, "max_toot_chars") or CHARACTERS,
        images=_above_0(statuses, "max_media_attachments") or IMAGES,
        image_bytes=_above_0(media, "image_size_limit") or _above_0(described, "upload_limit") or IMAGE_BYTES,
        image_pixels=_above_0(media, "image_matrix_limit"),
        image_types=frozenset(mime for mime in named if mime.startswith("image/")) or IMAGE_TYPES,
        alt_characters=_above_0(media, "description_limit")
        or _above_0(described, "description_limit")
        or ALT_CHARACTERS,
        url_characters=_above_0(statuses, "characters_reserved_per_url"),
    )


def _above_0(told: object, *path: str) -> int | None:
    found = number_of(told, *path)
    return found if found is not None and found > 0 else None
