"""Pictures put into the form: fetched, described, refused by name, and kept without what they tell of their makers."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from bot.handlers import On
from bot.sandbox.cast import GENERAL, REVIEW
from bot.sandbox.driver import Person
from bot.store.tables import Media, PostVersion
from tests.handlers.desks import TEXT, Desk, handlers
from tests.office import Office


@pytest.fixture
def on() -> On:
    return handlers()


def picture(colour: str = "red") -> bytes:
    """A small PNG."""
    written = io.BytesIO()
    Image.new("RGB", (8, 6), colour).save(written, "PNG")
    return written.getvalue()


def damaged() -> bytes:
    """A PNG that ends in the middle of its rows."""
    written = io.BytesIO()
    Image.effect_noise((80, 60), 90).save(written, "PNG")
    return written.getvalue()[:400]


async def test_a_picture_is_fetched_described_and_sent_for_review(desk: Desk, ann: Person, office: Office) -> None:
    await desk.drafted(ann)
    await ann.fill({"draft_images": [await ann.upload("shop.png", picture())]})
    await ann.submit()
    asked = await ann.view(having="draft_alt#0")
    assert "shop.png" in asked.words
    await ann.fill({"draft_alt#0": "Our shop in the sun"})
    await ann.submit()
    await ann.view(titled="Done")
    (version,) = await office.desk.read(lambda tx: tx.all(PostVersion), office.scope)
    (image,) = version.content["segments"][0]["images"]
    assert (image["width"], image["height"], image["alt"]) == (8, 6, "Our shop in the sun")
    assert office.desk.picture(image["sha256"]).is_file()
    assert [row.sha256 for row in await office.desk.read(lambda tx: tx.all(Media), office.scope)] == [image["sha256"]]
    await office.say_all()
    assert "“Our shop in the sun”" in (await ann.message(REVIEW)).words


async def test_a_damaged_picture_is_named_and_what_was_typed_is_kept(desk: Desk, ann: Person) -> None:
    await desk.drafted(ann)
    files = [await ann.upload("good.png", picture()), await ann.upload("bad.png", damaged())]
    await ann.fill({"draft_images": files, "draft_note": "Ask Ben"})
    await ann.submit()
    form = await ann.view(saying="“bad.png” is damaged")
    assert "Our shop opens" in str(form.values)
    assert "Ask Ben" in str(form.values)
    assert "good.png, 8 × 6" in form.words
    assert await desk.posts() == []


async def test_what_is_no_picture_is_refused_by_name(desk: Desk, ann: Person) -> None:
    await desk.drafted(ann)
    await ann.fill({"draft_images": [await ann.upload("prices.pdf", b"%PDF-1.4 prices")]})
    await ann.submit()
    assert "“prices.pdf” is not an image" in (await ann.view(saying="prices.pdf")).words


async def test_a_missing_description_is_warned_of_on_the_card(desk: Desk, ann: Person) -> None:
    await desk.drafted(ann)
    await ann.fill({"draft_images": [await ann.upload("shop.png", picture())]})
    await ann.submit()
    await ann.view(having="draft_alt#0")
    await ann.submit()
    await ann.view(titled="Done")
    await desk.office.say_all()
    assert "no description for people who cannot see it" in (await ann.message(REVIEW)).words


async def test_a_picture_can_be_left_out_again(desk: Desk, ann: Person, office: Office) -> None:
    await desk.drafted(ann)
    await ann.fill({"draft_images": [await ann.upload("shop.png", picture())]})
    await ann.submit()
    await ann.press(await ann.view(having="draft_alt#0"), "draft_back")
    await ann.view(having="draft_kept")
    await ann.fill({"draft_kept": []})
    await ann.submit()
    await ann.view(titled="Done")
    (version,) = await office.desk.read(lambda tx: tx.all(PostVersion), office.scope)
    assert version.content["segments"][0]["images"] == []


async def test_a_picture_alone_is_a_post(desk: Desk, ann: Person) -> None:
    await desk.drafted(ann, "as soon as approved")
    await ann.fill({"draft_images": [await ann.upload("shop.png", picture())]})
    await ann.submit()
    await ann.view(having="draft_alt#0")
    await ann.submit()
    await ann.view(titled="Done")
    assert [post.title for post in await desk.posts()] == ["(picture)"]


async def test_whoever_opens_the_post_sees_its_picture(desk: Desk, ann: Person) -> None:
    await desk.drafted(ann)
    file = await ann.upload("shop.png", picture())
    await ann.fill({"draft_images": [file]})
    await ann.submit()
    await ann.view(having="draft_alt#0")
    await ann.submit()
    await ann.view(titled="Done")
    await desk.office.say_all()
    card = await ann.message(REVIEW)
    await ann.close_view()
    await ann.press(card, "open_post")

    async def with_picture() -> bool | None:
        shown = [block.get("slack_file") for view in await ann.views() for block in view.blocks]
        return True if {"id": file} in shown else None

    assert await ann.until(with_picture, "the picture")


async def test_a_message_brings_its_pictures_into_the_draft(desk: Desk, ann: Person) -> None:
    await ann.say(GENERAL, "Our shop opens", files=[await ann.upload("shop.png", picture())])
    await ann.shortcut("draft_from_message", (await ann.messages(GENERAL))[-1])
    assert "shop.png, 8 × 6" in (await ann.view(having="draft_kept")).words


async def test_a_form_closed_at_its_pictures_counts_again_when_it_is_continued(desk: Desk, ann: Person) -> None:
    await desk.drafted(ann)
    await ann.fill({"draft_images": [await ann.upload("shop.png", picture())]})
    await ann.submit()
    await ann.view(having="draft_alt#0")
    await ann.close_view()
    await desk.office.dispatch.drain(2)
    await ann.command("/draft", channel=GENERAL)
    await ann.press(await ann.view(having="draft_resume"), "draft_resume")
    view = await ann.view(having="draft_kept")
    await ann.press(view, TEXT, value="Four")
    assert "4 of 300 characters" in (await ann.view(saying="4 of 300")).words
