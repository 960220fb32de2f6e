"""Plaza's page in a real browser: it shows what is said as it is said, runs nothing that was typed, and takes messages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, async_playwright, expect

from bot.sandbox.plaza import PlazaServer, serve_plaza
from tests.networks.lending import PIXEL

CHROMIUM = Path("/usr/bin/chromium")
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script> \u202egnp.exe & “so” on"


@dataclass
class Visit:
    """A browser on Plaza's page, the bakery's own way to Plaza, and what the browser complained of."""

    page: Page
    plaza: PlazaServer
    bakery: httpx.AsyncClient
    complaints: list[str]

    async def say(self, key: str, text: str, **more: Any) -> dict[str, Any]:
        """The bakery publishes."""
        answer = await self.bakery.post(f"/api/posts/{key}", json={"text": text, **more})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def write(self, kind: str, text: str) -> None:
        """The visitor fills the form and sends it."""
        await self.page.get_by_label("Your name").fill("Dee")
        await self.page.locator(f"input[value={kind}]").check()
        await self.page.get_by_label("Message", exact=True).fill(text)
        await self.page.get_by_role("button", name="Send").click()
        await expect(self.page.locator("#outcome")).to_have_text("Sent.")


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed. Run `make live`, or install the package chromium.")
    plaza = await serve_plaza()
    token = {"Authorization": f"Bearer {plaza.tokens['harbour_bakery']}"}
    async with async_playwright() as playwright, httpx.AsyncClient(base_url=plaza.url, headers=token) as bakery:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM)
        page = await browser.new_page()
        complaints: list[str] = []
        page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        await page.goto(plaza.url)
        await expect(page.locator("#state")).to_have_text("Live")
        yield Visit(page, plaza, bakery, complaints)
        await browser.close()
    await plaza.close()


async def test_a_post_appears_and_goes_without_a_reload(visit: Visit) -> None:
    await expect(visit.page.locator("#empty")).to_be_visible()
    await visit.say("k1", "Our shop opens")
    await expect(visit.page.locator("#timeline .text")).to_have_text(["Our shop opens"])
    await visit.bakery.delete("/api/posts/k1")
    await expect(visit.page.locator("#timeline .text")).to_have_count(0)
    assert visit.complaints == []


async def test_images_are_shown_with_their_alt_text(visit: Visit) -> None:
    name = sha256(PIXEL).hexdigest()
    await visit.bakery.put(f"/api/images/{name}", content=PIXEL)
    await visit.say("k1", "", images=[{"sha256": name, "alt": 'A "grey" dot'}])
    image = visit.page.get_by_alt_text('A "grey" dot')
    await expect(image).to_have_js_property("naturalWidth", 1)
    assert visit.complaints == []


async def test_nothing_that_was_typed_is_run(visit: Visit) -> None:
    await visit.say("k1", HOSTILE)
    await visit.write("mention", HOSTILE)
    await visit.write("direct", HOSTILE)
    await expect(visit.page.locator("#timeline .text")).to_have_text([HOSTILE, HOSTILE])
    await visit.page.reload()
    await expect(visit.page.locator("#timeline .text")).to_have_text([HOSTILE, HOSTILE])
    await expect(visit.page.locator("#direct .text")).to_have_text([HOSTILE])
    assert visit.complaints == []


async def test_a_visitor_and_a_brand_talk_in_private(visit: Visit) -> None:
    await visit.write("direct", "My order is lost")
    (message,) = (await visit.bakery.get("/api/messages?after=0")).json()["messages"]
    await visit.say("k1", "On its way", in_reply_to=message["id"], audience="direct")
    await expect(visit.page.locator("#direct .text")).to_have_text(["My order is lost", "On its way"])
    await expect(visit.page.locator("#timeline .text")).to_have_count(0)


async def test_a_comment_names_the_post_it_is_about(visit: Visit) -> None:
    said = await visit.say("k1", "Our shop opens")
    await visit.page.get_by_role("button", name="Comment on the post by Harbour Bakery").click()
    await visit.write("comment", "At last!")
    await expect(visit.page.locator("#timeline .answers").first).to_contain_text("Our shop opens")
    (message,) = (await visit.bakery.get("/api/messages?after=0")).json()["messages"]
    assert (message["kind"], message["conversation"]) == ("comment", said["id"])


async def test_the_form_works_by_keyboard_alone(visit: Visit) -> None:
    await visit.page.get_by_label("Your name").focus()
    for typed in ("Dee", "", "", "Hello"):
        await visit.page.keyboard.type(typed)
        await visit.page.keyboard.press("Tab")
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.locator("#timeline .text")).to_have_text(["Hello"])


async def test_a_link_to_a_post_shows_that_post(visit: Visit) -> None:
    said = await visit.say("k1", "Our shop opens")
    await visit.page.goto(said["url"])
    await expect(visit.page.locator("article.shown .text")).to_have_text("Our shop opens")


async def test_the_page_fits_a_phone(visit: Visit) -> None:
    await visit.say("k1", "W" * 500)
    await visit.page.set_viewport_size({"width": 360, "height": 640})
    await expect(visit.page.locator("#timeline .text")).to_be_visible()
    assert await visit.page.locator("body").evaluate("body => body.scrollWidth") <= 360
