"""Pictures from Slack: fetched with the token only from Slack, bounded, checked, and kept whole or not at all."""

from __future__ import annotations

import hashlib
import io
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from PIL import Image

from bot.errors import BadInput
from bot.handlers import On
from bot.media import file_name, take_in
from bot.sandbox.cast import ANN
from bot.sandbox.driver import Person
from bot.slack import open_slack
from tests.office import Office, copy_of, open_office


@pytest.fixture
async def office(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(copy_of(sqlite_template, tmp_path), On()) as office:
        yield office


@pytest.fixture
async def elsewhere() -> AsyncIterator[tuple[str, list[web.Request]]]:
    """A server that is not Slack's, and what it was asked."""
    asked: list[web.Request] = []

    async def take(request: web.Request) -> web.Response:
        asked.append(request)
        return web.Response(body=picture())

    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        with suppress(ConnectionError):
            while True:
                await answer.write(b"\0" * 65_536)
        return answer

    app = web.Application()
    app.router.add_get("/endless", endless)
    app.router.add_get("/picture.png", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    yield f"http://127.0.0.1:{port}/picture.png", asked
    await runner.cleanup()


def picture(form: str = "PNG", exif: bytes = b"") -> bytes:
    """A small picture."""
    written = io.BytesIO()
    image = Image.new("RGB", (8, 6), "red")
    image.save(written, form, **({"exif": exif} if exif else {}))
    return written.getvalue()


def described(office: Office, file_id: str, name: str = "shop.png") -> dict[str, str]:
    """A file as Slack describes it where it says no more than its id (Slack Connect)."""
    return {"id": file_id, "name": name, "file_access": "check_file_info"}


async def uploaded(office: Office, content: bytes, name: str = "shop.png") -> dict[str, str]:
    """A file of Ann's."""
    async with Person(office.slack.url, ANN) as ann:
        return described(office, await ann.upload(name, content), name)


async def test_a_picture_lies_under_the_hash_of_its_bytes(office: Office) -> None:
    image = await take_in(office.desk, office.scope, await uploaded(office, picture()))
    kept = office.desk.picture(image.sha256).read_bytes()
    assert hashlib.sha256(kept).hexdigest() == image.sha256
    assert (image.mime, image.width, image.height, image.size) == ("image/png", 8, 6, len(kept))


async def test_what_a_camera_writes_into_a_picture_is_left_out(office: Office) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera of Ann"
    image = await take_in(office.desk, office.scope, await uploaded(office, picture("JPEG", exif.tobytes())))
    assert b"Camera of Ann" not in office.desk.picture(image.sha256).read_bytes()


async def test_the_same_picture_twice_is_kept_once(office: Office) -> None:
    first = await take_in(office.desk, office.scope, await uploaded(office, picture()))
    second = await take_in(office.desk, office.scope, await uploaded(office, picture(), "again.png"))
    assert first == second
    assert len([path for path in office.desk.media.rglob("*") if path.is_file()]) == 1


async def test_the_token_goes_nowhere_but_to_slack(office: Office, elsewhere: tuple[str, list[web.Request]]) -> None:
    url, asked = elsewhere
    with pytest.raises(BadInput, match="did not hand over"):
        await take_in(office.desk, office.scope, {"id": "F1", "name": "shop.png", "url_private": url})
    assert asked == []


@pytest.mark.parametrize("content", [b"", b"GIF89a nonsense", b"<svg onload='alert(1)'/>"])
async def test_what_is_no_picture_is_refused_and_not_kept(office: Office, content: bytes) -> None:
    file = await uploaded(office, content or b" ", "shop.png")
    with pytest.raises(BadInput, match="“shop"):
        await take_in(office.desk, office.scope, file)
    assert not office.desk.media.exists()


async def test_a_picture_that_never_ends_is_not_read_to_its_end(
    office: Office, elsewhere: tuple[str, list[web.Request]]
) -> None:
    url = elsewhere[0].replace("picture.png", "endless")
    slack = await open_slack("xoxb-1", url.replace("endless", "api/"))
    try:
        with pytest.raises(BadInput, match="larger than 20 MB"):
            await take_in(replace(office.desk, slack=slack), office.scope, {"name": "sea.png", "url_private": url})
    finally:
        await slack.close()


async def test_a_file_that_slack_does_not_know_is_named(office: Office) -> None:
    with pytest.raises(BadInput, match="did not hand over “shop"):
        await take_in(office.desk, office.scope, described(office, "F07NOTHING1"))


def test_a_files_name_hides_nothing() -> None:
    assert file_name({"name": "pay\u202egnp.exe\n"}) == "pay[U+202E]gnp.exe"
    assert file_name({}) == "picture"
