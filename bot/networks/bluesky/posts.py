"""Builds the records of posts: their keys, times, answers, languages and embeds. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from bot.networks.bluesky.facets import facets, first_link
from bot.rules.networks import Outgoing, OutgoingImage, OutgoingSegment

COLLECTION = "app.bsky.feed.post"

TID_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
TID_CHARACTERS = 13
CLOCK_BITS = 10
MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")


@dataclass(frozen=True)
class Ref:
    """One exact version of a record: its address and the hash of its content."""

    uri: str
    cid: str

    @classmethod
    def of(cls, told: Mapping[str, str], prefix: str = "") -> Ref | None:
        """The reference kept in a flat mapping under `uri` and `cid` (with a prefix), if both are there."""
        uri, cid = told.get(f"{prefix}uri", ""), told.get(f"{prefix}cid", "")
        return cls(uri, cid) if uri and cid else None

    def json(self) -> dict[str, str]:
        """As a record holds it."""
        return {"uri": self.uri, "cid": self.cid}


@dataclass(frozen=True)
class Thread:
    """Where a post is placed in a conversation: under its `root`, in answer to its `parent`."""

    root: Ref
    parent: Ref


def record_key(outgoing: Outgoing, segment: int) -> str:
    """The key of one post's record: a TID (13 characters, sorted by time) that follows from the delivery alone.

    A server takes only TIDs here. The second comes from the stamp, the rest (30 bits) from the delivery's key, so two
    deliveries of an account in the same second meet once in a billion; the posts of a thread follow one another.
    """
    chance = int.from_bytes(hashlib.sha256(outgoing.key.encode()).digest()[:8])
    within_second, clock = chance % 1_000_000, (chance >> 32) % (1 << CLOCK_BITS)
    whole_second = outgoing.stamp.replace(microsecond=0)
    micros = (whole_second - EPOCH) // MICROSECOND + within_second + segment
    return _tid((micros << CLOCK_BITS) | clock)


def record(
    outgoing: Outgoing,
    segment: int,
    dids: Mapping[str, str],
    blobs: Sequence[Mapping[str, object]],
    thread: Thread | None,
) -> dict[str, object]:
    """The record of one post, the same bytes whenever it is built from the same things.

    `dids` resolves the handles that the text mentions, `blobs` are the server's names for the images, in order.
    """
    said = outgoing.segments[segment]
    parts: dict[str, object] = {
        "$type": COLLECTION,
        "text": said.text,
        "createdAt": created_at(outgoing.stamp, segment),
        "facets": facets(said.text, dids),
        "langs": _languages(outgoing.language),
        "reply": {"root": thread.root.json(), "parent": thread.parent.json()} if thread else None,
        "embed": _embed(said, blobs),
    }
    return {name: part for name, part in parts.items() if part or name == "text"}


def created_at(stamp: datetime, segment: int) -> str:
    """The moment a post carries. A thread's posts lie a millisecond apart, so that readers' lists keep their order."""
    moment = stamp + timedelta(milliseconds=segment)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _tid(number: int) -> str:
    return "".join(TID_ALPHABET[(number >> shift) & 31] for shift in range(5 * (TID_CHARACTERS - 1), -1, -5))


def _languages(language: str | None) -> list[str]:
    """The server refuses a post over a malformed language, so one that is none is left out."""
    return [language] if language and LANGUAGE.fullmatch(language) else []


def _embed(said: OutgoingSegment, blobs: Sequence[Mapping[str, object]]) -> dict[str, object] | None:
    if said.images:
        images = [_image(image, blob) for image, blob in zip(said.images, blobs, strict=True)]
        return {"$type": "app.bsky.embed.images", "images": images}
    link = first_link(said.text)
    return _card(link) if link else None


def _image(image: OutgoingImage, blob: Mapping[str, object]) -> dict[str, object]:
    told: dict[str, object] = {"alt": image.alt, "image": blob}
    if image.width > 0 and image.height > 0:
        told["aspectRatio"] = {"width": image.width, "height": image.height}
    return told


def _card(link: str) -> dict[str, object] | None:
    """A card that shows where the link leads. The linked page itself is never fetched."""
    try:
        title = httpx.URL(link).host
    except httpx.InvalidURL:
        return None
    return {"$type": "app.bsky.embed.external", "external": {"uri": link, "title": title, "description": ""}}
