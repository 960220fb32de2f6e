"""Files: uploads by the app and by people, the authorised download, and the traps around them."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import SlackServer
from bot.sandbox.cast import CLIENT, GENERAL, SUPPORT
from bot.sandbox.driver import Person
from tests.sandbox.kit import input_block, modal
from tests.sandbox.test_messages import refusal


async def test_the_app_uploads_into_a_channel(client: AsyncWebClient, ann: Person) -> None:
    await client.files_upload_v2(filename="week.csv", content="a,b", channel=SUPPORT, initial_comment="The week")
    message = (await ann.messages(SUPPORT))[0]
    assert message.text == "The week"
    assert message.json["files"][0]["name"] == "week.csv"


async def test_an_upload_is_completed_once_and_only_after_its_bytes(client: AsyncWebClient) -> None:
    ticket = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    early = await refusal(client.files_completeUploadExternal(files=[{"id": ticket["file_id"]}]))
    assert early["error"] == "file_not_found"
    async with aiohttp.ClientSession() as session:
        async with session.post(ticket["upload_url"], data=b"four") as response:
            assert response.status == 400
        async with session.post(ticket["upload_url"], data=b"abc") as response:
            assert response.status == 200
        async with session.post(ticket["upload_url"], data=b"abc") as response:
            assert response.status == 404


@pytest.mark.usefixtures("connected")
async def test_a_person_puts_a_file_into_a_form_and_the_app_fetches_it(
    slack: SlackServer, app: AsyncApp, ann: Person
) -> None:
    files: list[dict[str, Any]] = []

    async def show(ack: Any, body: Any, client: Any) -> None:
        view = modal(input_block({"type": "file_input", "action_id": "pictures"}))
        await client.views_open(trigger_id=body["trigger_id"], view=view)
        await ack()

    async def submitted(ack: Any, view: Any) -> None:
        files.extend(view["state"]["values"]["answer"]["pictures"]["files"])
        await ack()

    app.command("/form")(show)
    app.view("form")(submitted)
    await ann.command("/form", channel=GENERAL)
    await ann.fill({"pictures": [await ann.upload("cat.png", b"\x89PNG")]})
    await ann.submit()
    assert (files[0]["name"], files[0]["mimetype"], files[0]["size"]) == ("cat.png", "image/png", 4)
    async with aiohttp.ClientSession() as session:
        bearer = {"Authorization": f"Bearer {slack.bot_token}"}
        async with session.get(files[0]["url_private_download"], headers=bearer) as response:
            assert await response.read() == b"\x89PNG"
        async with session.get(files[0]["url_private"]) as response:  # Slack's trap: 200, and a sign-in page
            assert (response.status, response.content_type) == (200, "text/html")


async def test_a_partners_file_comes_as_a_stub(dee: Person, client: AsyncWebClient) -> None:
    file = await dee.upload("brief.pdf", b"%PDF")
    await dee.say(CLIENT, "here", files=[file])
    stub = (await dee.messages(CLIENT))[0].json["files"][0]
    assert stub == {"id": file, "mode": "file_access", "file_access": "check_file_info"}
    assert (await client.files_info(file=file))["file"]["name"] == "brief.pdf"


async def test_an_unknown_file_is_not_found(client: AsyncWebClient) -> None:
    assert (await refusal(client.files_info(file="F0NONE")))["error"] == "file_not_found"


async def test_a_file_goes_to_a_hundred_channels_at_most(client: AsyncWebClient) -> None:
    ticket = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    async with aiohttp.ClientSession() as session, session.post(ticket["upload_url"], data=b"abc"):
        pass
    files = [{"id": ticket["file_id"]}]
    for count, code in ((101, "invalid_channel"), (100, "channel_not_found")):
        told = {"files": files, "channels": ",".join(f"C0NONE{number}" for number in range(count))}
        assert (await refusal(client.api_call("files.completeUploadExternal", json=told)))["error"] == code


async def test_a_file_without_a_channel_is_private(client: AsyncWebClient, ann: Person) -> None:
    ticket = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    async with aiohttp.ClientSession() as session, session.post(ticket["upload_url"], data=b"abc"):
        pass
    done = await client.files_completeUploadExternal(files=[{"id": ticket["file_id"]}])
    assert done["files"][0]["is_public"] is False
    assert await ann.messages(SUPPORT) == []


async def test_a_share_needs_membership(client: AsyncWebClient) -> None:
    ticket = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    async with aiohttp.ClientSession() as session, session.post(ticket["upload_url"], data=b"abc"):
        pass
    answer = await refusal(
        client.files_completeUploadExternal(files=[{"id": ticket["file_id"]}], channel_id="C07RANDOM01")
    )
    assert answer["error"] == "channel_not_found"


async def test_the_page_shows_pictures_and_no_other_file(slack: SlackServer, ann: Person) -> None:
    picture, other = await ann.upload("cat.png", b"\x89PNG"), await ann.upload("cat.html", b"<script>")
    async with aiohttp.ClientSession(slack.url) as session:
        async with session.get(f"/client/file/{picture}") as response:
            assert (response.status, response.content_type, await response.read()) == (200, "image/png", b"\x89PNG")
        async with session.get(f"/client/file/{other}") as response:
            assert response.status == 404
