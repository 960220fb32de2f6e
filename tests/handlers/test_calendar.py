"""The calendar at work: opened, turned, filtered and its feed handed out, through the real SDK and the stand-in Slack."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot.flows import posts
from bot.flows.drafts import Draft
from bot.handlers import On, calendar
from bot.rules.content import Content, Segment, Window
from bot.rules.people import Actor
from bot.sandbox.cast import ANN, BEN, GENERAL
from bot.sandbox.driver import FormErrors, Person, View
from bot.store import Tx
from bot.store.tables import Account, Post
from bot.web.feeds import open_feed
from tests.factories import NOW
from tests.office import Office, copy_of, open_office

ADDRESS = re.compile(r"https://t\.example/calendar/([^.\s]+)\.ics")


@pytest.fixture
def on() -> On:
    on = On()
    calendar.register(on)
    return on


async def plan(office: Office, *days: float) -> None:
    """Posts of Ann's in review, so many days after now."""

    def write(tx: Tx) -> None:
        account = tx.add(
            Account(
                workspace_id=office.scope.workspace,
                client_id=office.client_id,
                network="plaza",
                server="http://127.0.0.1:1",
                handle="bakery",
                remote_id="1",
                secret="",
                created_at=NOW,
            )
        )
        ann = Actor(person=ANN, name="Ann")
        for day in days:
            at = office.desk.now() + timedelta(days=day)
            text = f"Post in {day} days"
            window = Window("at", at, "", "Europe/Vilnius", 3_600)
            draft = Draft(office.client_id, (account.id or 0,), Content((Segment(text),)), window)
            post: Post = posts.save(tx, ann, draft, now=office.desk.now())
            posts.submit(tx, ann, post.id or 0, 1, {}, now=office.desk.now())

    await office.desk.write(write, office.scope)


async def opened(person: Person, words: str = "list") -> View:
    await person.command("/calendar", words, channel=GENERAL)
    return await person.view(titled="Calendar")


async def test_a_post_is_shown_with_what_the_reader_may_do(office: Office, ben: Person) -> None:
    await plan(office, 0.1)
    view = await opened(ben)
    assert "Post in 0.1 days" in view.words
    assert "In review · Harbour Bakery · bakery (Plaza)" in view.words
    assert {"open_post", "calendar_approve", "calendar_reschedule"} <= set(view.actions)


async def test_an_author_is_not_offered_to_approve(office: Office, ann: Person) -> None:
    await plan(office, 0.1)
    assert "calendar_approve" not in (await opened(ann)).actions


async def test_approving_shows_the_page_as_it_then_is(office: Office, ben: Person) -> None:
    await plan(office, 0.1)
    await ben.press(await opened(ben), "calendar_approve")
    view = await ben.view(saying="Scheduled")
    assert "calendar_approve" not in view.actions


async def test_who_approves_second_is_told_who_was_first(office: Office, ben: Person, cas: Person) -> None:
    await plan(office, 0.1)
    first, second = await opened(ben), await opened(cas)
    await ben.press(first, "calendar_approve")
    await cas.press(second, "calendar_approve")
    assert f"<@{BEN}> approved this post" in (await cas.view(titled="Not done")).words
    assert any("Scheduled" in view.words for view in await cas.views())


async def test_a_new_time_is_shown_in_the_calendar_it_was_asked_from(office: Office, ben: Person) -> None:
    await plan(office, 0.1)
    await ben.press(await opened(ben), "calendar_reschedule")
    form = await ben.view(titled="Change the time")
    day = f"{office.desk.now() + timedelta(days=20):%Y-%m-%d}"
    await ben.fill({"when": "at", "day": day, "clock": "09:00"}, form)
    await ben.submit()
    await ben.view(titled="Calendar", saying="09:00")
    (post,) = await office.desk.read(lambda tx: tx.all(Post), office.scope)
    assert post.scheduled_at is not None
    assert f"{post.scheduled_at:%Y-%m-%d}" == day


async def test_a_time_that_has_passed_is_refused_in_its_form(office: Office, ben: Person) -> None:
    await plan(office, 0.1)
    await ben.press(await opened(ben), "calendar_reschedule")
    form = await ben.view(titled="Change the time")
    await ben.fill({"when": "at", "day": "2020-01-01", "clock": "09:00"}, form)
    with pytest.raises(FormErrors) as refused:
        await ben.submit()
    assert "has passed" in " ".join(refused.value.fields.values())


async def test_pages_turn_on_and_back_and_to_today(office: Office, ben: Person) -> None:
    await plan(office, 8)
    view = await opened(ben, "week")
    assert "Post in 8 days" not in view.words
    await ben.press(view, "calendar_next")
    turned = await ben.view(titled="Calendar")
    assert turned.words != view.words
    await ben.press(turned, "calendar_previous")
    assert (await ben.view(titled="Calendar")).words == view.words
    await ben.press(await ben.view(), "calendar_today")


async def test_more_posts_than_a_page_holds_are_paged_both_ways(office: Office, ben: Person) -> None:
    await plan(office, *(number + 0.5 for number in range(13)))
    view = await opened(ben)
    assert "Post in 9.5 days" in view.words
    assert "Post in 10.5 days" not in view.words
    await ben.press(view, "calendar_later")
    view = await ben.view(saying="Post in 12.5 days")
    assert "Post in 9.5 days" not in view.words
    await ben.press(view, "calendar_earlier")
    assert "Post in 0.5 days" in (await ben.view(saying="Post in 9.5 days")).words


async def test_filters_change_what_is_shown(office: Office, ben: Person) -> None:
    await plan(office, 0.1)
    view = await opened(ben)
    await ben.choose(view, "calendar_show", "out")
    await ben.view(saying="no post here")
    await ben.choose(await ben.view(), "calendar_show", "review")
    await ben.view(saying="Post in 0.1 days")
    await ben.choose(await ben.view(), "calendar_person", BEN)
    await ben.view(saying="no post here")
    await ben.press(await ben.view(), "calendar_anybody")
    await ben.view(saying="Post in 0.1 days")


async def test_a_month_leads_to_its_days(office: Office, ben: Person) -> None:
    await plan(office, 0.001)
    view = await opened(ben, "month")
    await ben.press(view, "calendar_day")
    assert "open_post" in (await ben.view(saying="Post in 0.001 days")).actions


async def test_help_and_unknown_words_are_answered_privately(ann: Person) -> None:
    await ann.command("/calendar", "help", channel=GENERAL)
    await ann.ephemeral(GENERAL, saying="shows this week")
    await ann.command("/calendar", "wek", channel=GENERAL)
    said = await ann.ephemeral(GENERAL, saying="wek")
    assert "Did you mean “week”?" in said.text
    assert await ann.views() == []


async def test_without_a_public_address_the_feed_says_that_it_is_off(ann: Person) -> None:
    await ann.press(await opened(ann), "calendar_feed")
    assert "TRELLIS_PUBLIC_URL" in (await ann.view(titled="Calendar feed")).words


async def test_the_feeds_address_is_handed_out_and_made_anew(sqlite_template: Path, tmp_path: Path, on: On) -> None:
    database = copy_of(sqlite_template, tmp_path)
    async with (
        open_office(database, on, public_url="https://t.example") as office,
        Person(office.slack.url, BEN) as ben,
    ):
        await ben.press(await opened(ben), "calendar_feed")
        view = await ben.view(saying="https://t.example/calendar/")
        (old,) = ADDRESS.findall(view.words)
        await ben.press(view, "calendar_feed_new")
        (new,) = ADDRESS.findall((await ben.view(saying="https://t.example/calendar/")).words)
        feed = open_feed(office.desk)
        assert await feed(old) is None
        assert await feed(new)


async def test_closing_the_calendar_says_nothing(ann: Person) -> None:
    await opened(ann)
    await ann.close_view()
    assert await ann.ephemerals(GENERAL) == []
