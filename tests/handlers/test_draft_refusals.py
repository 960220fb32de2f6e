"""What cannot be used as it was typed is explained where the person is, and nothing typed is lost."""

from __future__ import annotations

from datetime import date

import pytest

from bot.handlers import On
from bot.sandbox.cast import EVE, GENERAL, REVIEW, UNINVITED
from bot.sandbox.driver import Control, FormErrors, Person
from bot.store import Tx
from bot.store.tables import Account, Client, Form
from tests.handlers.desks import TEXT, Desk, handlers
from tests.office import Office


@pytest.fixture
def on() -> On:
    return handlers()


async def refused(ann: Person) -> str:
    """What is said beside the form's inputs after handing it in."""
    with pytest.raises(FormErrors) as told:
        await ann.submit()
    return " ".join(told.value.fields.values())


async def test_words_that_are_no_time_are_explained_and_kept(desk: Desk, ann: Person) -> None:
    await ann.command("/draft", "tommorow 9:00 Our shop opens", channel=GENERAL)
    form = await ann.view(having=TEXT)
    assert "Did you mean “tomorrow”?" in form.words
    assert "tommorow 9:00 Our shop opens" in str(form.values)


async def test_a_zone_in_the_time_is_not_guessed(desk: Desk, ann: Person) -> None:
    await ann.command("/draft", "tomorrow 9:00 EST Our shop opens", channel=GENERAL)
    form = await ann.view(having=TEXT)
    assert "Times are those of Europe/Vilnius" in form.words
    assert "tomorrow 9:00 EST Our shop opens" in str(form.values)


async def test_the_command_explains_itself(desk: Desk, ann: Person) -> None:
    await ann.command("/draft", "help", channel=GENERAL)
    assert "opens the form of a new post" in (await ann.ephemeral(GENERAL)).words
    assert await ann.views() == []


async def test_an_empty_post_is_refused(desk: Desk, ann: Person) -> None:
    await desk.drafted(ann, "as soon as approved")
    assert "this post is empty" in await refused(ann)
    assert await desk.posts() == []


async def test_a_text_that_is_too_long_for_the_network_is_refused_at_its_input(desk: Desk, ann: Person) -> None:
    await desk.drafted(ann, "as soon as approved: " + "word " * 70)
    assert "bakery (Plaza)" in await refused(ann)
    assert "word word" in str((await ann.views())[-1].values)


async def test_a_time_that_has_passed_is_refused_at_the_time(desk: Desk, ann: Person) -> None:
    await desk.drafted(ann, "Our shop opens", draft_day="2026-01-01", draft_clock="09:00")
    assert "has passed" in await refused(ann)


async def test_a_time_without_a_day_is_asked_for(desk: Desk, ann: Person) -> None:
    await desk.drafted(ann, "Our shop opens", draft_clock="09:00")
    assert "Choose the day and the time" in await refused(ann)


@pytest.mark.parametrize(("month", "clock", "why"), [(3, "03:30", "does not exist"), (10, "03:30", "comes twice")])
async def test_an_hour_that_clocks_skip_or_repeat_is_refused(
    desk: Desk, ann: Person, month: int, clock: str, why: str
) -> None:
    year = desk.office.desk.now().year + 1
    last = next(day for day in range(31, 24, -1) if _weekday(year, month, day) == 6)
    await desk.drafted(ann, "Our shop opens", draft_day=f"{year}-{month:02}-{last}", draft_clock=clock)
    assert why in await refused(ann)


async def test_a_post_without_an_account_cannot_be_handed_in(desk: Desk, ann: Person) -> None:
    await desk.office.desk.write(_second_account, desk.office.scope, desk.office.client_id)
    await ann.command("/draft", "as soon as approved: Our shop opens", channel=GENERAL)
    form = await ann.view(having=TEXT)
    await ann.press(form, "draft_save")
    saved = await ann.view(titled="Done")
    assert "draft is saved" in saved.words


async def test_what_stood_in_a_closed_form_is_offered_again(desk: Desk, ann: Person) -> None:
    await desk.drafted(ann, "as soon as approved: Our shop opens", draft_note="Ask Ben")
    await ann.close_view()
    await desk.office.dispatch.drain(2)
    await ann.command("/draft", channel=GENERAL)
    form = await ann.view(saying="You have an unfinished draft, “Our shop opens”")
    await ann.press(form, "draft_resume")
    again = await ann.view(saying="New post")
    assert "Our shop opens" in str(again.values)
    assert "Ask Ben" in str(again.values)
    await ann.submit()
    assert len(await desk.posts()) == 1


async def test_an_untouched_form_is_not_offered_again(desk: Desk, ann: Person) -> None:
    await ann.command("/draft", channel=GENERAL)
    await ann.view(having=TEXT)
    await ann.close_view()
    await desk.office.dispatch.drain(2)
    await ann.command("/draft", channel=GENERAL)
    assert "unfinished" not in (await ann.view(having=TEXT)).words


async def test_a_form_handed_in_twice_makes_one_post(desk: Desk, ann: Person, office: Office) -> None:
    await desk.drafted(ann)
    await ann.submit()
    (form,) = await office.desk.read(lambda tx: tx.all(Form), office.scope)
    assert form.done_at is not None
    assert form.post_id == (await desk.posts())[0].id


async def test_a_client_that_was_set_up_for_nobody_says_who_can(desk: Desk, ann: Person) -> None:
    await desk.office.desk.write(_archive_client, desk.office.scope)
    await ann.command("/draft", "Our shop opens", channel=GENERAL)
    told = await ann.ephemeral(GENERAL)
    assert "Trellis is not set up yet" in told.words
    assert "Our shop opens" in told.words


async def test_an_archived_review_channel_is_told_to_the_author_and_to_who_set_trellis_up(
    desk: Desk, ann: Person, control: Control, office: Office
) -> None:
    await control.archive(REVIEW)
    await desk.drafted(ann)
    await ann.submit()
    assert "is archived" in (await ann.view(saying="do not see it yet")).words
    async with Person(office.slack.url, EVE) as eve:
        await eve.reset()
        await office.say_all()
        assert f"could not post to <#{REVIEW}>" in (await eve.direct(saying="could not post")).words
    assert (await desk.posts())[0].status == "in_review"


async def test_a_review_channel_without_trellis_says_how_to_invite_it(desk: Desk, ann: Person) -> None:
    await desk.office.desk.write(_review_in, desk.office.scope, UNINVITED)
    await desk.drafted(ann)
    await ann.submit()
    assert "/invite @Trellis" in (await ann.view(saying="do not see it yet")).words


def _review_in(tx: Tx, channel: str) -> None:
    for row in tx.all(Client):
        row.review_channel = channel
        tx.session.add(row)


def _weekday(year: int, month: int, day: int) -> int:
    return date(year, month, day).weekday()


def _second_account(tx: Tx, client_id: int) -> None:
    first = tx.all(Account)[0]
    values = {name: getattr(first, name) for name in ("workspace_id", "network", "server", "limits", "created_at")}
    tx.add(Account(client_id=client_id, handle="bakery2", remote_id="two", secret="", **values))


def _archive_client(tx: Tx) -> None:
    for row in tx.all(Client):
        row.archived_at = row.created_at
        tx.session.add(row)
