"""What Bluesky takes, counted and checked before it is asked. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.networks._faults import faults_by_limits
from bot.rules.counting import graphemes, utf8_bytes
from bot.rules.networks import Fault, Limits, Outgoing, Weight

LIMITS = Limits(
    characters=300,
    text_bytes=3_000,
    images=4,
    image_bytes=2_000_000,
    image_types=frozenset({"image/jpeg", "image/png", "image/webp"}),
    alt_characters=2_000,
)
"""The lexicon of `app.bsky.feed.post` and `app.bsky.embed.images`; no server tells them. The lexicon sets no limit on
alt text: 2,000 is what Bluesky's own apps take."""


def weigh(text: str, limits: Limits) -> Weight:
    """Characters as readers count them, or UTF-8 bytes where those run out first. Pure."""
    characters = Weight(graphemes(text), limits.characters, "characters")
    if limits.text_bytes is None:
        return characters
    size = Weight(utf8_bytes(text), limits.text_bytes, "bytes")
    return size if size.used * characters.limit > characters.used * size.limit else characters


def faults(outgoing: Outgoing, limits: Limits) -> tuple[Fault, ...]:
    """Why Bluesky would refuse this post or thread. Pure."""
    return (*faults_by_limits(outgoing, limits, weigh), *_broken_characters(outgoing))


def _broken_characters(outgoing: Outgoing) -> Iterator[Fault]:
    for index, said in enumerate(outgoing.segments):
        if _has_surrogate(said.text):
            yield Fault(index, "text", "This text holds a broken character that cannot be sent. Type it again.")
        if any(_has_surrogate(image.alt) for image in said.images):
            yield Fault(index, "alt", "This description holds a broken character that cannot be sent. Type it again.")


def _has_surrogate(text: str) -> bool:
    """Half of a UTF-16 pair, which UTF-8 cannot hold."""
    return any("\ud800" <= character <= "\udfff" for character in text)
