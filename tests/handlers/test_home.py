"""The Home tab in Slack: shown when it is opened, renewed when something changes, and acted on where it stands."""

from __future__ import annotations

import pytest

from bot.flows import outbox, people
from bot.flows.outbox import Letter
from bot.flows.people import Profile
from bot.handlers import On, home, settings
from bot.rules.posts import Post, Step
from bot.sandbox.cast import ANN, BEN, EVE, GENERAL, REVIEW
from bot.sandbox.driver import Person, View
from bot.store import Tx
from bot.store.tables import AuditEntry, Client
from bot.store.tables import Post as PostRow
from tests.handlers.desks import TEXT, Desk, approved, handlers, miss, settle
from tests.office import Office


@pytest.fixture
def on() -> On:
    on = handlers()
    home.register(on)
    settings.register(on)
    return on


async def tab(person: Person) -> View:
    """The tab as it is when somebody opens it."""
    await person.open_home()
    return await person.home()


async def the_post(desk: Desk) -> PostRow:
    [post] = await desk.posts()
    return post


async def test_opening_the_tab_shows_the_main_action_first(ann: Person) -> None:
    assert (await tab(ann)).blocks[0]["elements"][0]["action_id"] == "draft_open"


async def test_the_main_action_opens_the_form(ann: Person) -> None:
    await ann.press(await tab(ann), "draft_open")
    await ann.view(having=TEXT)


async def test_the_messages_tab_is_no_home(office: Office, ann: Person) -> None:
    await ann.open_home("messages")
    await office.dispatch.drain(2)
    assert await ann.shown_home() is None


async def test_who_installed_trellis_sees_what_to_do_next(eve: Person) -> None:
    shown = await tab(eve)
    assert "Set up Trellis" in shown.words
    assert shown.element("account_connect")["style"] == "primary"


async def test_with_nothing_set_up_the_installer_can_begin_and_others_know_whom_to_ask(
    office: Office, eve: Person, ann: Person
) -> None:
    await office.desk.write(_close_client, office.scope, office.client_id)
    begin = await tab(eve)
    await eve.press(begin, "client_add")
    await eve.view(having="review_channel")
    assert f"<@{EVE}> can do that" in (await tab(ann)).words


async def test_a_guest_sees_no_work(desk: Desk, ann: Person) -> None:
    await desk.in_review(ann)
    lent, scope = desk.office.desk, desk.office.scope
    guest = Profile("U07GUEST001", "Gus", is_guest=True)
    await lent.write(people.meet, scope, guest, lent.now())
    shown = View(await home.render(lent, Letter(1, scope.workspace, outbox.HOME, 0, guest.slack_id)))
    assert "Only full members of this workspace" in shown.words
    assert "Our shop opens" not in shown.words


async def test_a_reviewer_approves_from_the_tab_and_it_follows(desk: Desk, ann: Person, ben: Person) -> None:
    await desk.in_review(ann)
    shown = await tab(ben)
    assert "To review" in shown.words
    await ben.press(shown, "home_approve")
    after = await ben.home()
    assert "To review" not in after.words
    assert (await the_post(desk)).status == Post.SCHEDULED


async def test_second_approver_is_told_who_was_first_and_their_tab_follows(
    desk: Desk, ann: Person, ben: Person, cas: Person
) -> None:
    await desk.in_review(ann)
    stale = await tab(cas)
    await ben.press(await tab(ben), "home_approve")
    await cas.press(stale, "home_approve")
    notice = await cas.view(saying="approved this post")
    assert f"<@{BEN}>" in notice.words
    assert "To review" not in (await cas.home()).words


async def test_a_post_opens_from_its_row(desk: Desk, ann: Person, ben: Person) -> None:
    await desk.in_review(ann)
    await ben.press(await tab(ben), "open_post")
    await ben.view(saying="Our shop opens")


async def test_an_author_sees_why_a_post_came_back_and_edits_it(desk: Desk, ann: Person, ben: Person) -> None:
    await desk.in_review(ann)
    await ben.press(await ben.message(REVIEW, saying="Our shop opens"), "request_changes")
    await ben.view(having="reason")
    await ben.fill({"reason": "Say which shop."})
    await ben.submit()
    shown = await tab(ann)
    assert f"<@{BEN}>: “Say which shop.”" in shown.words
    await ann.press(shown, "edit_post")
    assert (await ann.view(having=TEXT)).element(TEXT)["initial_value"] == "Our shop opens"


async def test_the_authors_tab_follows_a_decision_without_being_opened(desk: Desk, ann: Person, ben: Person) -> None:
    await desk.in_review(ann)
    await ben.press(await tab(ben), "home_approve")
    await ann.reset()
    await desk.office.dispatch.drain(2)
    await desk.office.say_all()
    assert "Scheduled" in (await ann.home()).words


async def test_an_unfinished_form_is_continued_or_thrown_away(ann: Person) -> None:
    await ann.command("/draft", "Half a thought", channel=GENERAL)
    await ann.view(having=TEXT)
    await ann.close_view()
    shown = await tab(ann)
    await ann.press(shown, "draft_resume")
    assert (await ann.view(having=TEXT)).element(TEXT)["initial_value"] == "Half a thought"
    await ann.close_view()
    await ann.press(await tab(ann), "home_discard")
    assert "Half a thought" not in (await ann.home()).words


async def test_what_was_missed_is_sent_or_left_from_the_tab(desk: Desk, ann: Person, ben: Person) -> None:
    await approved(desk, ann, ben)
    await miss(desk)
    shown = await tab(ben)
    assert "To settle" in shown.words
    await ben.press(shown, "leave_it")
    await desk.office.dispatch.drain(2)
    await desk.office.say_all()
    assert "To settle" not in (await ben.home()).words
    assert (await the_post(desk)).status == Post.CANCELLED


async def test_a_doubtful_delivery_is_confirmed_with_its_link(desk: Desk, ann: Person, ben: Person) -> None:
    await approved(desk, ann, ben)
    await settle(desk, Step.DOUBT, "The answer was lost.")
    await ben.press(await tab(ben), "it_is_live")
    await ben.view(having="link")
    await ben.fill({"link": "https://plaza.example/1"})
    await ben.submit()
    assert (await the_post(desk)).status == Post.PUBLISHED


async def test_once_the_first_post_is_out_the_steps_are_gone(desk: Desk, ann: Person, ben: Person, eve: Person) -> None:
    await approved(desk, ann, ben)
    assert "See it go out" in (await tab(eve)).words
    await settle(desk, Step.PUBLISH)
    assert "Set up Trellis" not in (await tab(eve)).words


async def test_a_pause_is_lifted_from_the_tab(desk: Desk, ben: Person, eve: Person) -> None:
    await eve.command("/pause", channel=GENERAL)
    await eve.view(having="reason")
    await eve.fill({"what": "all:", "reason": "A storm"})
    await eve.submit()
    shown = await tab(eve)
    assert "A storm" in shown.words
    await eve.press(shown, "resume")
    await desk.office.dispatch.drain(2)
    await desk.office.say_all()
    assert "A storm" not in (await eve.home()).words


async def test_somebody_chooses_the_hour_of_their_own_digest(ann: Person) -> None:
    shown = await tab(ann)
    assert shown.element("home_digest_hour")["initial_option"]["value"] == "none"
    await ann.choose(shown, "home_digest_hour", "7")
    after = await ann.home()
    assert after.element("home_digest_hour")["initial_option"]["value"] == "7"
    await ann.choose(after, "home_digest_hour", "none")
    assert (await ann.home()).element("home_digest_hour")["initial_option"]["value"] == "none"


async def test_the_tab_is_renewed_for_who_was_never_met(office: Office, ann: Person) -> None:
    await office.desk.write(outbox.home, office.scope, ANN, now=office.desk.now())
    await ann.reset()
    await office.say_all()
    assert "draft_open" in (await ann.home()).actions


async def test_an_approval_from_the_tab_is_on_record_once(desk: Desk, ann: Person, ben: Person) -> None:
    await desk.in_review(ann)
    await ben.press(await tab(ben), "home_approve")
    entries = await desk.office.desk.read(_approvals, desk.office.scope)
    assert [(entry.who, entry.door) for entry in entries] == [(BEN, "slack")]


def _approvals(tx: Tx) -> list[AuditEntry]:
    return tx.all(AuditEntry, AuditEntry.what == Step.APPROVE.value)


def _close_client(tx: Tx, client_id: int) -> None:
    row = tx.require(Client, client_id)
    row.archived_at = row.created_at
