"""Reads an image as it was approved, and nothing else, from where it is kept."""

from __future__ import annotations

import asyncio
import hashlib

from bot.errors import Misconfigured
from bot.rules.networks import OutgoingImage


async def read_image(image: OutgoingImage) -> bytes:
    """The image's bytes. Raises Misconfigured when the file is gone or is not the one that was approved."""
    try:
        content = await asyncio.to_thread(image.path.read_bytes)
    except OSError as error:
        raise Misconfigured(
            "An image of this post cannot be read from the data folder. Restore it, or add it anew."
        ) from error
    if hashlib.sha256(content).hexdigest() != image.sha256:
        raise Misconfigured("An image of this post is not the one that was approved. Add it anew.")
    return content
