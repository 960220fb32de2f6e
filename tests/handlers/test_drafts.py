"""The form of a post, filled in by people in the stand-in Slack, through the real SDK."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.handlers import On
from bot.sandbox.cast import REVIEW
from bot.sandbox.driver import Person
from bot.store.tables import PostVersion
from tests.handlers.desks import Desk, handlers


@pytest.fixture
def on() -> On:
    return handlers()


async def test_a_draft_goes_from_the_form_to_the_reviewers(desk: Desk, ann: Person) -> None:
    await desk.drafted(ann)
    await ann.submit()
    said = await ann.view(titled="Done")
    assert "with the reviewers" in said.words
    await desk.office.say_all()
    card = await ann.message(REVIEW, saying="Our shop opens")
    assert {"approve", "request_changes", "hold", "reject"} <= card.actions
    (post,) = await desk.posts()
    assert post.status == "in_review"


async def test_the_time_and_the_text_are_filled_in(desk: Desk, ann: Person) -> None:
    there = desk.office.desk.now().astimezone(ZoneInfo("Europe/Vilnius"))
    await desk.drafted(ann, "tomorrow 9:00 Our shop opens")
    await ann.submit()
    (version,) = await desk.office.desk.read(lambda tx: tx.all(PostVersion), desk.office.scope)
    assert (version.when_wall, version.when_zone) == (f"{there + timedelta(days=1):%Y-%m-%d} 09:00", "Europe/Vilnius")
    assert version.content["segments"][0]["text"] == "Our shop opens"
