"""What can be done with a post from its card: open, edit, reschedule, duplicate, cancel, and read its story."""

from __future__ import annotations

import pytest

from bot.handlers import On
from bot.sandbox.cast import ANN, BEN, REVIEW
from bot.sandbox.driver import FormErrors, Message, Person, View
from bot.store.tables import Form, Post
from tests.handlers.desks import TEXT, Desk, approved, handlers
from tests.office import Office


@pytest.fixture
def on() -> On:
    return handlers()


async def choose(person: Person, place: Message | View, act: str, post: Post, version: int = 1) -> None:
    """Choose from the card's three dots."""
    await person.choose(place, f"more#{post.id}", f"{act}:{post.id}.{version}")


async def test_an_edit_of_an_approved_post_re_opens_it_and_shows_the_difference(
    desk: Desk, ann: Person, ben: Person
) -> None:
    post = await approved(desk, ann, ben)
    await choose(ann, await ann.message(REVIEW), "edit_post", post)
    await ann.view(having=TEXT)
    await ann.fill({TEXT: "Our shop opens at ten"})
    await ann.submit()
    await desk.office.say_all()
    card = await ben.message(REVIEW, saying="Changed since it was approved")
    assert "− Our shop opens\n+ Our shop opens at ten" in card.words
    assert (await desk.posts())[0].status == "in_review"


async def test_an_edit_begun_before_a_decision_is_refused_and_its_words_become_a_new_draft(
    desk: Desk, ann: Person, ben: Person
) -> None:
    post = await desk.in_review(ann)
    await choose(ann, await ann.message(REVIEW), "edit_post", post)
    await ann.view(having=TEXT)
    await ben.press(await ben.message(REVIEW), "reject")
    await ben.view(having="reason")
    await ben.fill({"reason": "No"})
    await ben.submit()
    await ann.fill({TEXT: "Our shop opens at ten"})
    await ann.submit()
    lost = await ann.view(titled="Not saved")
    assert "Our shop opens at ten" in lost.words
    await ann.press(lost, "draft_anew")
    anew = await ann.view(having=TEXT)
    assert "Our shop opens at ten" in str(anew.values)
    await ann.submit()
    await ann.view(titled="Done")
    assert [one.status for one in await desk.posts()] == ["rejected", "in_review"]


async def test_another_time_alone_re_opens_the_approval(desk: Desk, ann: Person, ben: Person) -> None:
    post = await approved(desk, ann, ben)
    await choose(ann, await ann.message(REVIEW), "reschedule", post)
    await ann.view(having="clock")
    await ann.fill({"when": "at", "day": "2026-01-01", "clock": "09:00"})
    with pytest.raises(FormErrors) as told:
        await ann.submit()
    assert "has passed" in told.value.fields["when"]
    day = f"{desk.office.desk.now().year + 1}-06-01"
    await ann.fill({"when": "at", "day": day, "clock": "09:00"})
    await ann.submit()
    await desk.office.say_all()
    card = await ben.message(REVIEW, saying="Changed since it was approved")
    assert "before: as soon as it is approved" in card.words


async def test_a_duplicate_opens_as_a_draft_of_its_own(desk: Desk, ann: Person) -> None:
    post = await desk.in_review(ann)
    await choose(ann, await ann.message(REVIEW), "duplicate_post", post)
    form = await ann.view(having=TEXT)
    assert "Our shop opens" in str(form.values)
    assert [one.status for one in await desk.posts()] == ["in_review", "draft"]


async def test_cancelling_asks_first(desk: Desk, ann: Person, ben: Person) -> None:
    post = await desk.in_review(ann)
    await choose(ann, await ann.message(REVIEW), "cancel_post", post)
    await ann.view(saying="Cancel “Our shop opens”?")
    assert (await desk.posts())[0].status == "in_review"
    await ann.submit()
    await desk.office.say_all()
    assert "Cancelled" in (await ben.message(REVIEW, saying="Cancelled")).words


async def test_the_story_tells_who_did_what_and_what_each_edit_changed(desk: Desk, ann: Person, ben: Person) -> None:
    post = await approved(desk, ann, ben)
    await choose(ann, await ann.message(REVIEW), "edit_post", post)
    await ann.view(having=TEXT)
    await ann.fill({TEXT: "Our shop opens at ten"})
    await ann.submit()
    await desk.office.say_all()
    await choose(ben, await ben.message(REVIEW, having=f"more#{post.id}"), "post_history", post, 2)
    story = (await ben.view(titled="History")).words
    assert f"<@{ANN}> edited it" in story
    assert f"<@{BEN}> approved it" in story
    assert "+ Our shop opens at ten" in story


async def test_an_old_card_says_what_is_true_now(desk: Desk, ann: Person, ben: Person) -> None:
    post = await desk.in_review(ann)
    old = await ben.message(REVIEW)
    await choose(ann, old, "edit_post", post)
    await ann.view(having=TEXT)
    await ann.fill({TEXT: "Our shop opens at ten"})
    await ann.submit()
    await ben.press(old, "approve")
    assert f"<@{ANN}> edited this post" in (await ben.ephemeral(REVIEW)).words
    assert (await desk.posts())[0].status == "in_review"


async def test_a_long_thread_is_shown_whole_page_by_page(desk: Desk, ann: Person, ben: Person) -> None:
    await desk.drafted(ann)
    view = (await ann.views())[-1]
    for _ in range(3):
        await ann.press(view, "draft_add_post")
        view = await ann.view(having=TEXT)
    await ann.fill({f"draft_text#0.{number}.0": f"Part {number}" for number in range(4)})
    await ann.submit()
    await desk.office.say_all()
    card = await ben.message(REVIEW)
    assert "And 1 more in this thread" in card.words
    await ben.press(card, "open_post")
    assert "Part 3" in (await ben.view(titled="Post")).words


async def test_only_its_authors_and_reviewers_may_edit_a_post(desk: Desk, ann: Person, office: Office) -> None:
    post = await desk.in_review(ann)
    async with Person(office.slack.url, "U07EVE00001") as eve:
        await choose(eve, await eve.message(REVIEW), "edit_post", post)
        assert "can decide" in (await eve.ephemeral(REVIEW)).words
    forms = await office.desk.read(lambda tx: tx.all(Form, Form.post_id == post.id), office.scope)
    assert [form.person for form in forms] == [ANN]
