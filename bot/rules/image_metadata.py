"""Takes out of an image file what it tells beyond the picture: place, camera, owner, thumbnail. No pixel changes.

JPEG, PNG and WebP are containers of marked parts, so parts are left out and the compressed picture is copied as it is.
The orientation is kept (a phone's photo would lie on its side without it) and so is the colour profile. GIF has no
standard place for a location and stays as it is.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

from bot.rules.images import ORIENTATION, UPRIGHT, orientation

_JPEG_STAYS = {0xE0: b"JFIF\x00", 0xE2: b"ICC_PROFILE\x00", 0xEE: b"Adobe"}
"""The application parts that change how a picture looks. The rest (EXIF, XMP, IPTC, makers' own, the table of a
camera's further pictures, thumbnails) and comments (0xFE) are left out."""

_NEXT_PART = re.compile(rb"\xff[^\x00\xd0-\xd7]")
"""Within a picture's rows 0xFF is followed by 0 or by a restart mark (D0 to D7); anything else ends them."""

_PNG_STAYS = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sRGB cICP mDCV cLLI sBIT bKGD pHYs acTL fcTL fdAT".split()
)
_WEBP_STAYS = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
"""The parts of PNG and WebP that make the picture, its colours and its frames; nothing unknown is let through."""

_WEBP_SAYS_EXIF, _WEBP_SAYS_XMP = 0x08, 0x04
"""Flags in the first byte of a WebP's VP8X part."""


def without_metadata(data: bytes, mime: str) -> bytes:
    """The same picture without its metadata. `data` must be a whole file that `images.inspect` took, of that type.

    The result shows the same pixels in the same orientation; what follows a picture's end (a camera's second picture,
    a hidden attachment) is left out too. Types other than JPEG, PNG and WebP come back unchanged.
    """
    strip = {"image/jpeg": _jpeg, "image/png": _png, "image/webp": _webp}.get(mime)
    return strip(data, orientation(data)) if strip else data


def _exif(turn: int) -> bytes:
    """A whole EXIF (TIFF, big-endian) that says nothing but the orientation."""
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, ORIENTATION, 3, 1, turn, 0, 0)


def _jpeg(data: bytes, turn: int) -> bytes:
    kept = [data[:2]]
    if turn != UPRIGHT:
        body = b"Exif\x00\x00" + _exif(turn)
        kept.append(struct.pack(">BBH", 0xFF, 0xE1, len(body) + 2) + body)
    kept += [part for marker, part in _jpeg_parts(data) if _stays(marker, part)]
    return b"".join(kept)


def _stays(marker: int, part: bytes) -> bool:
    says_more = 0xE0 <= marker <= 0xEF or marker == 0xFE
    return not says_more or (marker in _JPEG_STAYS and part[4:].startswith(_JPEG_STAYS[marker]))


def _jpeg_parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each part after the start of the image, to its end; a scan's part holds its compressed rows too."""
    place = 2
    while place + 4 <= len(data):
        marker = data[place + 1]
        if data[place] != 0xFF or marker in {0x00, 0xFF}:  # padding, and what decoders skip
            place += 1
            continue
        if marker == 0xD9:
            break
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        if marker == 0xDA:
            following = _NEXT_PART.search(data, end)
            end = following.start() if following else len(data)
        yield marker, data[place:end]
        place = end
    yield 0xD9, b"\xff\xd9"


def _png(data: bytes, turn: int) -> bytes:
    kept = [data[:8]]
    for name, part in _png_parts(data):
        if name in _PNG_STAYS:
            kept.append(part)
        if name == b"IHDR" and turn != UPRIGHT:
            kept.append(_png_part(b"eXIf", _exif(turn)))
    return b"".join(kept)


def _png_parts(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place, name = 8, b""
    while place + 12 <= len(data) and name != b"IEND":
        end = place + 12 + int.from_bytes(data[place : place + 4], "big")
        name = data[place + 4 : place + 8]
        yield name, data[place:end]
        place = end


def _png_part(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _webp(data: bytes, turn: int) -> bytes:
    parts = [(name, body) for name, body in _webp_parts(data) if name in _WEBP_STAYS]
    if turn != UPRIGHT:
        parts.append((b"EXIF", _exif(turn)))
    written = b"".join(_webp_part(name, _flagged(name, body, turn)) for name, body in parts)
    return b"RIFF" + struct.pack("<I", len(written) + 4) + b"WEBP" + written


def _flagged(name: bytes, body: bytes, turn: int) -> bytes:
    """The VP8X part tells which metadata follow; it must not promise what was left out."""
    if name != b"VP8X":
        return body
    flags = body[0] & ~(_WEBP_SAYS_EXIF | _WEBP_SAYS_XMP) | (_WEBP_SAYS_EXIF if turn != UPRIGHT else 0)
    return bytes([flags]) + body[1:]


def _webp_parts(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place, end = 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    while place + 8 <= end:
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        yield data[place : place + 4], data[place + 8 : place + 8 + size]
        place += 8 + size + size % 2  # parts are padded to an even size


def _webp_part(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2)
