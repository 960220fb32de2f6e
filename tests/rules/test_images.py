"""Images: what a file holds is told, and what cannot be published is refused with a sentence."""

from __future__ import annotations

import hashlib
import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.errors import BadInput
from bot.rules.images import MAX_BYTES, ImageFacts, inspect

FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}


def picture(kind: str, size: tuple[int, int] = (31, 17), **options: Any) -> bytes:
    """A small picture with something on it, saved in a format by Pillow's name."""
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def frames(kind: str) -> bytes:
    """Two frames of different colours."""
    return picture(kind, save_all=True, append_images=[Image.new("RGB", (31, 17), "red")])


def turned(orientation: int, kind: str = "JPEG") -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return picture(kind, exif=exif)


def png_of(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims a size; its pixels are missing."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def refusal(data: bytes, name: str = "shop.jpg") -> str:
    with pytest.raises(BadInput) as refused:
        inspect(data, name)
    assert refused.value.field == "images"
    return str(refused.value)


@pytest.mark.parametrize(("kind", "mime"), FORMATS.items())
def test_a_picture_is_told_by_what_it_holds_and_not_by_its_name(kind: str, mime: str) -> None:
    data = picture(kind)
    assert inspect(data, "shop.txt") == ImageFacts(
        mime, 31, 17, len(data), hashlib.sha256(data).hexdigest(), animated=False
    )


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_an_animated_picture_is_told(kind: str) -> None:
    assert inspect(frames(kind), "shop").animated


def test_a_camera_file_of_several_pictures_is_a_jpeg_that_does_not_move() -> None:
    facts = inspect(frames("MPO"), "IMG_0001.JPG")
    assert (facts.mime, facts.animated) == ("image/jpeg", False)


@pytest.mark.parametrize(
    ("orientation", "seen"), [(1, (31, 17)), (3, (31, 17)), (5, (17, 31)), (6, (17, 31)), (8, (17, 31))]
)
@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
def test_width_and_height_are_those_of_the_picture_as_it_is_seen(
    kind: str, orientation: int, seen: tuple[int, int]
) -> None:
    facts = inspect(turned(orientation, kind), "shop")
    assert (facts.width, facts.height) == seen


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_that_was_cut_off_is_refused(kind: str) -> None:
    data = picture(kind, (300, 200))
    assert "“shop.jpg” is damaged" in refusal(data[: len(data) // 2])


@pytest.mark.parametrize(
    "data", [b"x", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", picture("BMP"), picture("TIFF")]
)
def test_a_file_of_another_kind_is_refused_with_the_kinds_that_work(data: bytes) -> None:
    assert refusal(data) == "“shop.jpg” is not an image I can publish. Use JPEG, PNG, WebP or GIF."


def test_an_empty_file_is_refused() -> None:
    assert "is empty" in refusal(b"")


def test_a_file_of_too_many_bytes_is_refused_before_it_is_read() -> None:
    assert "“shop.jpg” has 20.0 MB, and 20 MB is the most." in refusal(picture("JPEG") + bytes(MAX_BYTES))


@pytest.mark.parametrize("size", [(8_000, 5_001), (12_000, 10_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_a_small_file_that_would_unfold_to_many_pixels_is_refused(size: tuple[int, int]) -> None:
    assert "more than 40 million pixels" in refusal(png_of(*size))


def test_a_picture_without_its_pixels_is_refused() -> None:
    assert "is damaged" in refusal(png_of(8, 8))


def test_a_name_that_hides_its_end_is_shown_as_it_is() -> None:
    assert refusal(b"x", "shop\u202egpj.exe\n" + "y" * 200).startswith("“shop[U+202E]gpj.exe yyy")


def answer(data: bytes) -> str:
    """The kind of picture it is, or the sentence it is refused with."""
    try:
        return inspect(data, "shop").mime
    except BadInput as refused:
        return str(refused)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow tells of damage that it reads past
@given(st.sampled_from(sorted(FORMATS)), st.data())
def test_a_damaged_file_gives_facts_or_a_sentence(kind: str, draw: st.DataObject) -> None:
    data = bytearray(picture(kind))
    for _ in range(draw.draw(st.integers(1, 4))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    assert answer(bytes(data)).startswith(("image/", "“shop”"))


@pytest.mark.filterwarnings("ignore::UserWarning")
@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\xff\0\0\0WEBP"]),
)
def test_any_bytes_give_facts_or_a_sentence(rest: bytes, start: bytes) -> None:
    assert answer(start + rest).startswith(("image/", "“shop”"))
