"""The words of a post in its form: threads, long texts, words for one account, counters while typing."""

from __future__ import annotations

import pytest

from bot.handlers import On
from bot.sandbox.cast import GENERAL, REVIEW
from bot.sandbox.driver import Person
from bot.store import Tx
from bot.store.tables import Client, PostVersion
from tests.factories import NOW
from tests.handlers.desks import TEXT, Desk, connect, handlers


@pytest.fixture
def on() -> On:
    return handlers()


async def said(desk: Desk) -> PostVersion:
    """The newest version of anything."""

    def newest(tx: Tx) -> PostVersion:
        return tx.all(PostVersion, order=PostVersion.id)[-1]

    return await desk.office.desk.read(newest, desk.office.scope)


async def test_posts_added_to_the_form_become_a_thread(desk: Desk, ann: Person) -> None:
    view = await desk.drafted(ann)
    await ann.press(view, "draft_add_post")
    await ann.view(having="draft_text#0.1.0")
    await ann.fill({"draft_text#0.1.0": "And coffee"})
    await ann.submit()
    await ann.view(titled="Done")
    assert [one["text"] for one in (await said(desk)).content["segments"]] == ["Our shop opens", "And coffee"]


async def test_a_text_longer_than_one_input_is_joined_exactly(desk: Desk, ann: Person) -> None:
    first, second = "a" * 2_999 + " ", "\n b"
    view = await desk.drafted(ann, "as soon as approved")
    await ann.press(view, "draft_more_room")
    view = await ann.view(having="draft_text#0.0.1")
    await ann.fill({TEXT: first, "draft_text#0.0.1": second})
    await ann.press(view, "draft_save")
    await ann.view(titled="Done")
    assert (await said(desk)).content["segments"][0]["text"] == first + second


async def test_an_account_can_have_words_of_its_own(desk: Desk, ann: Person) -> None:
    scope = desk.office.scope
    other = await desk.office.desk.write(connect, scope, desk.office.client_id, scope.workspace, "cafe")
    await ann.command("/draft", "as soon as approved: Our shop opens", channel=GENERAL)
    view = await ann.view(having=TEXT)
    await ann.choose(view, "draft_accounts", [str(desk.account_id), str(other)])
    view = await ann.view(having="draft_words_for")
    await ann.choose(view, "draft_words_for", str(other))
    view = await ann.view(having=f"draft_text#{other}.0.0")
    assert "Our shop opens" in str(view.values)
    await ann.fill({f"draft_text#{other}.0.0": "Our café opens"})
    await ann.submit()
    await ann.view(titled="Done")
    content = (await said(desk)).content
    assert content["segments"][0]["text"] == "Our shop opens"
    assert content["variants"][str(other)][0]["text"] == "Our café opens"
    await desk.office.say_all()
    card = await ann.message(REVIEW)
    assert "Our café opens" in card.words
    assert "On cafe (Plaza)" in card.words


async def test_what_is_typed_is_counted_as_the_network_counts_it(desk: Desk, ann: Person) -> None:
    view = await desk.drafted(ann)
    assert "bakery (Plaza): 14 of 300 characters" in view.words
    await ann.press(view, TEXT, value="Our shop opens at ten")
    assert "21 of 300 characters" in (await ann.view(saying="21 of")).words


async def test_keys_pressed_in_a_row_end_with_the_newest_count_and_every_word(desk: Desk, ann: Person) -> None:
    view = await desk.drafted(ann)
    for length in range(1, 8):
        await ann.press(view, TEXT, value="x" * length)
    assert "7 of 300 characters" in (await ann.view(saying="bakery (Plaza): 7 of")).words
    await ann.submit()
    await ann.view(titled="Done")
    assert (await said(desk)).content["segments"][0]["text"] == "xxxxxxx"


async def test_a_form_handed_in_while_it_is_counted_stays_handed_in(desk: Desk, ann: Person) -> None:
    view = await desk.drafted(ann)
    for text in ("x", "xy", "xyz"):
        await ann.press(view, TEXT, value=text)
    await ann.submit()
    await desk.office.dispatch.drain(3)
    assert [view.title for view in await ann.views()] == ["Done"]


async def test_a_key_pressed_before_the_last_count_is_counted_too(desk: Desk, ann: Person) -> None:
    view = await desk.drafted(ann)
    await ann.press(view, TEXT, value="xx")
    await ann.view(saying="2 of 300 characters")
    await ann.press(view, TEXT, value="xxx")
    assert "3 of 300" in (await ann.view(saying="3 of 300 characters")).words


async def test_a_message_becomes_a_draft_as_it_is(desk: Desk, ann: Person) -> None:
    await ann.say(GENERAL, "tomorrow 9:00 is when https://example.com opens & <more>")
    message = (await ann.messages(GENERAL))[-1]
    await ann.shortcut("draft_from_message", message)
    form = await ann.view(having=TEXT)
    assert "tomorrow 9:00 is when https://example.com opens & <more>" in str(form.values)


async def test_an_empty_form_opens_from_the_global_shortcut(desk: Desk, ann: Person) -> None:
    await ann.shortcut("draft_a_post")
    assert TEXT in (await ann.view(having=TEXT)).actions


async def test_a_post_that_says_the_same_is_warned_of_and_not_refused(desk: Desk, ann: Person) -> None:
    text = "as soon as approved: Our shop opens on Monday morning at nine"
    await desk.drafted(ann, text)
    await ann.submit()
    await ann.view(titled="Done")
    view = await desk.drafted(ann, text)
    assert "nearly the same as “Our shop opens on Monday morning at nine”" in view.words
    await ann.submit()
    await ann.view(titled="Done")
    assert len(await desk.posts()) == 2


async def test_two_posts_within_an_hour_on_an_account_are_warned_of(desk: Desk, ann: Person) -> None:
    await desk.drafted(ann, "tomorrow 9:00 Our shop opens")
    await ann.submit()
    await ann.view(titled="Done")
    view = await desk.drafted(ann, "tomorrow 9:30 New bread is here")
    assert "Within an hour on the same account: “Our shop opens”" in view.words


async def test_another_client_has_its_own_accounts_and_keeps_the_words(desk: Desk, ann: Person) -> None:
    cafe, account = await desk.office.desk.write(_second_client, desk.office.scope)
    view = await desk.drafted(ann)
    await ann.choose(view, "draft_client", str(cafe))
    view = await ann.view(saying="corner (Plaza)")
    assert "bakery (Plaza)" not in view.words
    assert "Our shop opens" in str(view.values)
    await ann.fill({"draft_accounts": [str(account)]})
    await ann.submit()
    await ann.view(titled="Done")
    (post,) = await desk.posts()
    assert (post.client_id, (await said(desk)).accounts) == (cafe, [account])


def _second_client(tx: Tx) -> tuple[int, int]:
    workspace = tx.scope.workspace
    client = tx.add(Client(workspace_id=workspace, name="Corner Café", zone="Europe/London", created_at=NOW))
    return client.id or 0, connect(tx, client.id or 0, workspace, "corner")
