"""Looks into an image file that a person gave: what it is, and whether it can be published. It changes no file."""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from bot.errors import BadInput
from bot.rules.escaping import one_line, visible

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_BYTES = 20_000_000
"""Larger than any photo that a network here takes; each network's own limit is asked later."""

MAX_PIXELS = 40_000_000
"""A picture is decoded to as much as 4 bytes a pixel, so this bounds memory at 160 MB (8,000 x 5,000 pixels)."""

_MIME = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
"""By Pillow's name. MPO is how cameras write a JPEG with further pictures behind the first."""

ORIENTATION = 0x0112
"""EXIF tag: 1 is upright, 2 to 8 say how to turn or mirror the picture; from 5 on by a quarter."""

UPRIGHT = 1

_BROKEN = (OSError, SyntaxError, ValueError, EOFError, TypeError, LookupError, OverflowError, struct.error, zlib.error)
"""What Pillow raises for files that do not hold what they claim (`SyntaxError` for a broken PNG)."""


@dataclass(frozen=True)
class ImageFacts:
    """What a file holds. Width and height in pixels as the picture is seen, turned as its EXIF says."""

    mime: str
    width: int
    height: int
    size: int
    """Bytes of the file."""
    sha256: str
    """Hex digest of the file's bytes."""
    animated: bool


def inspect(data: bytes, name: str) -> ImageFacts:
    """Decodes a file (the first frame of an animated one) and tells what it is. `name` is for the sentences only.

    Raises BadInput("images") for an empty, too large, unsupported or corrupt file.
    """
    shown = one_line(visible(name), 80)
    if not data:
        raise BadInput("images", "“{name}” is empty. Add it again.", name=shown)
    if len(data) > MAX_BYTES:
        raise _too_large(shown, len(data))
    mime, (width, height), animated = _decoded(data, shown)
    return ImageFacts(mime, width, height, len(data), hashlib.sha256(data).hexdigest(), animated)


def orientation(data: bytes) -> int:
    """How EXIF says to turn the picture of a file that `inspect` took: 1 (`UPRIGHT`) to 8."""
    from PIL import Image

    with Image.open(BytesIO(data)) as image:
        return _turn(image)


def _decoded(data: bytes, name: str) -> tuple[str, tuple[int, int], bool]:
    from PIL import Image, UnidentifiedImageError  # slow to import, and only uploads need it

    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP", "GIF")) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _too_many_pixels(name)
            animated = image.format != "MPO" and bool(getattr(image, "is_animated", False))
            image.load()
            return _MIME[image.format or ""], _seen_size(image), animated
    except UnidentifiedImageError:
        raise BadInput(
            "images", "“{name}” is not an image I can publish. Use JPEG, PNG, WebP or GIF.", name=name
        ) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels(name) from None
    except _BROKEN:
        raise BadInput(
            "images", "“{name}” is damaged and cannot be read. Save it anew and add it again.", name=name
        ) from None


def _seen_size(image: Image) -> tuple[int, int]:
    return (image.height, image.width) if _turn(image) >= 5 else (image.width, image.height)


def _turn(image: Image) -> int:
    found = image.getexif().get(ORIENTATION, UPRIGHT)
    return found if isinstance(found, int) and 1 <= found <= 8 else UPRIGHT


def _too_large(name: str, size: int) -> BadInput:
    return BadInput(
        "images",
        "“{name}” has {size} MB, and {limit} MB is the most. Make it smaller and add it again.",
        name=name,
        size=f"{size / 1_000_000:.1f}",
        limit=MAX_BYTES // 1_000_000,
    )


def _too_many_pixels(name: str) -> BadInput:
    return BadInput(
        "images",
        "“{name}” has more than {limit} million pixels. Make it smaller and add it again.",
        name=name,
        limit=MAX_PIXELS // 1_000_000,
    )
