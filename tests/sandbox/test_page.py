"""The first page and its stream: what it may load, who may call it, and that nothing typed is ever markup."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.sandbox import SlackServer
from bot.sandbox.cast import ANN, BEN, REVIEW, SUPPORT
from bot.sandbox.driver import Person
from bot.sandbox.first_page import FILES
from tests.sandbox import test_whole_way

draft_app = test_whole_way.draft_app


@pytest.fixture
async def browser(slack: SlackServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(slack.url) as session:
        yield session


@pytest.mark.parametrize("path", ["/", "/page.js", "/draw.js", "/page.css"])
async def test_every_file_comes_with_a_strict_policy(browser: aiohttp.ClientSession, path: str) -> None:
    async with browser.get(path) as response:
        policy = response.headers["Content-Security-Policy"]
        assert response.status == 200
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_page_never_makes_markup_of_text() -> None:
    for file in FILES.iterdir():
        source = file.read_text(encoding="utf-8")
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "onclick=", "srcdoc"):
            assert way not in source, f"{file.name} uses {way}"


async def test_another_sites_page_may_not_act(browser: aiohttp.ClientSession) -> None:
    told = {"user": ANN, "channel": SUPPORT, "text": "x"}
    foreign = {"Origin": "https://evil.example"}
    async with browser.post("/client/message", json=told, headers=foreign) as response:
        assert response.status == 403
    async with browser.post("/client/message", data=told) as response:
        assert response.status == 415
    async with browser.get("/client/people", headers={"Host": "evil.example"}) as response:
        assert response.status == 403


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff"])
async def test_malformed_bodies_are_refused(browser: aiohttp.ClientSession, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    async with browser.post("/client/message", data=body, headers=headers) as response:
        assert response.status == 400


async def test_unknown_acts_and_missing_words_are_refused(browser: aiohttp.ClientSession) -> None:
    async with browser.post("/client/dance", json={"user": ANN}) as response:
        assert response.status == 404
    async with browser.post("/client/command", json={"user": ANN}) as response:
        assert response.status == 400


async def test_the_stream_tells_what_changed(browser: aiohttp.ClientSession, ann: Person) -> None:
    async with browser.get("/client/stream") as response:
        await response.content.readuntil(b"\n\n")
        await ann.say(SUPPORT, "hello")
        event = await asyncio.wait_for(response.content.readuntil(b"\n\n"), 2)
    change = json.loads(event.split(b"data: ")[1])
    assert (change["kind"], change["channel"]) == ("message", SUPPORT)


@pytest.mark.live
@pytest.mark.usefixtures("draft_app", "connected")
async def test_a_post_is_drafted_and_approved_in_a_browser(slack: SlackServer) -> None:
    from playwright.async_api import async_playwright  # not installed where only the plain tests run

    hostile = "<img src=x onerror=alert(1)> & </textarea>"
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path="/usr/bin/chromium")
        page = await chromium.new_page()
        problems: list[str] = []
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("dialog", lambda dialog: problems.append(dialog.message))
        await page.goto(slack.url)
        await page.get_by_placeholder("Write a message").fill("/draft")
        await page.keyboard.press("Enter")
        await page.get_by_label("Text").fill(hostile)
        await page.get_by_role("button", name="Send").last.click()
        await page.locator("#form").wait_for(state="hidden")
        await page.select_option("#person", BEN)
        await page.get_by_role("button", name="social-review").click()
        await page.get_by_role("button", name="Approve").click()
        await page.get_by_text("You approved it.").wait_for()
        await chromium.close()
    assert problems == []
    async with Person(slack.url, BEN) as ben:
        assert (await ben.messages(REVIEW))[0].text == "Approved"
