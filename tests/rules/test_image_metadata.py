"""Metadata: no place, owner or camera leaves the house with a picture, and no pixel changes."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from bot.rules.image_metadata import without_metadata
from bot.rules.images import inspect

KINDS = ["JPEG", "PNG", "WEBP"]
SECRET = b"Pilies g. 7, Vilnius"


def photo(kind: str, orientation: int = 1, **options: Any) -> bytes:
    """A photo that tells where and by whom it was taken, in every way its format has."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[2] = (54.0, 41.0, 0.0)  # GPS latitude
    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", SECRET.decode())
    said.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    every: dict[str, dict[str, Any]] = {
        "JPEG": {"xmp": SECRET, "comment": SECRET},
        "PNG": {"pnginfo": said},
        "WEBP": {"xmp": SECRET},
    }
    file = BytesIO()
    picture = Image.radial_gradient("L").resize((45, 31)).convert("RGB")
    picture.save(file, kind, exif=exif, **every[kind], **options)
    return file.getvalue()


def pixels(data: bytes) -> list[bytes]:
    with Image.open(BytesIO(data)) as image:
        shown = []
        for frame in range(getattr(image, "n_frames", 1) if image.format != "MPO" else 1):
            image.seek(frame)
            shown.append(image.convert("RGB").tobytes())
        return shown


def stripped(data: bytes) -> bytes:
    return without_metadata(data, inspect(data, "photo").mime)


@pytest.mark.parametrize("kind", KINDS)
def test_a_photo_no_longer_tells_where_it_was_taken(kind: str) -> None:
    data = photo(kind)
    assert SECRET in data
    with Image.open(BytesIO(data)) as image:
        assert image.getexif().get_ifd(0x8825)
    with Image.open(BytesIO(stripped(data))) as image:
        assert dict(image.getexif()) == {}
        assert "xmp" not in image.info
    assert SECRET not in stripped(data)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("JPEG", {"restart_marker_rows": 1}),
        ("JPEG", {"quality": 5, "subsampling": 0}),
        ("PNG", {}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("PNG", {"save_all": True, "append_images": [Image.new("RGB", (45, 31), "red")]}),
        ("WEBP", {"save_all": True, "append_images": [Image.new("RGB", (45, 31), "red")]}),
    ],
)
def test_no_pixel_changes(kind: str, options: dict[str, Any]) -> None:
    data = photo(kind, **options)
    assert pixels(stripped(data)) == pixels(data)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_photo_is_still_seen_the_right_way_up(kind: str, orientation: int) -> None:
    data = photo(kind, orientation)
    with Image.open(BytesIO(stripped(data))) as image:
        assert dict(image.getexif()) == {0x0112: orientation}
    before, after = inspect(data, "photo"), inspect(stripped(data), "photo")
    assert (after.mime, after.width, after.height) == (before.mime, before.width, before.height)
    assert SECRET not in stripped(data)


@pytest.mark.parametrize("kind", KINDS)
def test_the_colour_profile_stays(kind: str) -> None:
    profile = b"a colour profile, opaque to us" * 5
    with Image.open(BytesIO(stripped(photo(kind, icc_profile=profile)))) as image:
        assert image.info["icc_profile"] == profile


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_was_hidden_after_the_picture_is_left_out(kind: str) -> None:
    data = photo(kind)
    assert stripped(data + SECRET) == stripped(data)


def test_a_cameras_second_picture_is_left_out() -> None:
    file = BytesIO()
    first, second = Image.radial_gradient("L").convert("RGB"), Image.new("RGB", (45, 31), "red")
    first.save(file, "MPO", save_all=True, append_images=[second])
    data = file.getvalue()
    with Image.open(BytesIO(data)) as image:
        assert getattr(image, "n_frames", 1) == 2
    with Image.open(BytesIO(stripped(data))) as image:
        assert getattr(image, "n_frames", 1) == 1
    assert pixels(stripped(data)) == pixels(data)
    assert stripped(data).count(b"\xff\xd9") == 1


def test_a_gif_comes_back_unchanged() -> None:
    file = BytesIO()
    Image.new("RGB", (4, 4)).save(file, "GIF")
    assert stripped(file.getvalue()) == file.getvalue()


@given(st.sampled_from(KINDS), st.integers(1, 8))
def test_stripping_twice_is_stripping_once(kind: str, orientation: int) -> None:
    once = stripped(photo(kind, orientation))
    assert stripped(once) == once


@given(st.sampled_from(KINDS), st.binary(min_size=8, max_size=400))
def test_a_picture_is_no_larger_for_what_was_said_about_it(kind: str, comment: bytes) -> None:
    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", comment.decode("latin-1"), zip=True)
    every: dict[str, dict[str, Any]] = {
        "JPEG": {"comment": comment},
        "PNG": {"pnginfo": said},
        "WEBP": {"xmp": comment},
    }
    extras = every[kind]
    commented, plain = BytesIO(), BytesIO()
    Image.new("RGB", (4, 4)).save(commented, kind, **extras)
    Image.new("RGB", (4, 4)).save(plain, kind)
    bare = stripped(commented.getvalue())
    assert pixels(bare) == pixels(plain.getvalue())
    assert len(bare) <= len(plain.getvalue()) + 18  # a WebP that had metadata keeps its extended header
