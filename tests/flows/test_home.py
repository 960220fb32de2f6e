"""What somebody's Home tab holds: what waits on them, what is theirs, and nothing that is not for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import BadInput, NotAllowed
from bot.flows import accounts, approvals, clients, forms, home, outbox, pauses, people, posts
from bot.flows.people import Profile
from bot.rules.home import HomePage, SetUp
from bot.rules.people import Actor
from bot.rules.posts import Delivery as State
from bot.rules.posts import Step
from bot.store import EVERYWHERE, Scope, Store, Tx, states
from bot.store.tables import Client, Delivery, Form, Workspace
from tests.factories import ANN, BEN, CAS, DEE, EVE, HOUR, NOW, House, build_house

DAY = 24 * HOUR


@pytest.fixture
def house(store: Store) -> House:
    return build_house(store)


@pytest.fixture
def tab(house: House) -> Callable[[Actor], HomePage]:
    return lambda by: house.read(home.home, by, now=NOW)


def titles(some: Any) -> list[str]:
    return [getattr(one, "post", one).title for one in some.items]


def ask_people(house: House, state: State, post_id: int) -> None:
    """Bring a post's deliveries to a state that asks a person."""
    steps = {
        State.MISSED: (Step.MISS,),
        State.FAILED: (Step.CLAIM, Step.SEND, Step.FAIL),
        State.UNCONFIRMED: (Step.CLAIM, Step.SEND, Step.DOUBT),
    }[state]

    def settle(tx: Tx) -> None:
        ids = [row.id or 0 for row in tx.all(Delivery, Delivery.post_id == post_id)]
        for step in steps:
            states.move_deliveries(tx, ids, step, fields={"trouble": "The network said no."})
            states.roll_up(tx, [post_id], NOW)

    house.write(settle)


def test_a_reviewer_sees_what_others_wrote(house: House, tab: Callable[[Actor], HomePage]) -> None:
    house.in_review("Our shop opens")
    [listed] = tab(BEN).queue.to_review.items
    assert (listed.post.title, listed.approvable) == ("Our shop opens", True)


def test_a_reviewer_does_not_see_their_own_post_to_review(house: House, tab: Callable[[Actor], HomePage]) -> None:
    post = house.write(posts.save, BEN, house.draft("Mine"), now=NOW)
    house.write(posts.submit, BEN, post.id or 0, 1, {}, now=NOW)
    assert tab(BEN).queue.to_review.count == 0
    assert titles(tab(CAS).queue.to_review) == ["Mine"]


def test_who_edited_a_post_does_not_review_it(house: House, tab: Callable[[Actor], HomePage]) -> None:
    post = house.in_review()
    house.write(posts.edit, BEN, post.id or 0, 1, house.draft("Edited"), now=NOW)
    assert tab(BEN).queue.to_review.count == 0


def test_who_does_not_review_a_client_is_not_asked(house: House, tab: Callable[[Actor], HomePage]) -> None:
    house.in_review()
    assert tab(ANN).queue.to_review.count == 0


def test_without_four_eyes_an_author_may_approve_from_their_own_list(
    house: House, tab: Callable[[Actor], HomePage]
) -> None:
    house.write(clients.change, EVE, house.client_id, now=NOW, four_eyes=False)
    post = house.write(posts.save, BEN, house.draft(), now=NOW)
    house.write(posts.submit, BEN, post.id or 0, 1, {}, now=NOW)
    assert [one.approvable for one in tab(BEN).queue.mine.items] == [True]


def test_what_was_sent_back_comes_first_and_says_why(house: House, tab: Callable[[Actor], HomePage]) -> None:
    house.write(posts.save, ANN, house.draft("A draft", at=NOW + HOUR), now=NOW)
    post = house.in_review("Too loud", at=NOW + DAY)
    house.write(approvals.request_changes, BEN, post.id or 0, 1, "Please whisper.", now=NOW)
    first, second = tab(ANN).queue.mine.items
    assert (first.post.title, first.reason, first.reason_by) == ("Too loud", "Please whisper.", BEN.person)
    assert (second.post.title, second.reason) == ("A draft", "")


def test_a_reason_is_gone_once_the_author_has_answered_it(house: House, tab: Callable[[Actor], HomePage]) -> None:
    post = house.in_review()
    house.write(approvals.request_changes, BEN, post.id or 0, 1, "Please whisper.", now=NOW)
    house.write(posts.edit, ANN, post.id or 0, 1, house.draft("whisper"), now=NOW)
    assert [one.reason for one in tab(ANN).queue.mine.items] == [""]


def test_a_rejection_is_forgotten_after_a_week(house: House) -> None:
    post = house.in_review(at=None)
    house.write(approvals.reject, BEN, post.id or 0, 1, "Not for us.", now=NOW)
    soon = house.read(home.home, ANN, now=NOW + DAY)
    later = house.read(home.home, ANN, now=NOW + 8 * DAY)
    assert (soon.queue.mine.count, later.queue.mine.count) == (1, 0)


def test_an_unfinished_form_waits_for_who_began_it(house: House, tab: Callable[[Actor], HomePage]) -> None:
    house.write(forms.begin, ANN, "Half a thought", now=NOW)
    assert titles(tab(ANN).queue.unfinished) == ["Half a thought"]
    assert tab(BEN).queue.unfinished.count == 0


@pytest.mark.parametrize("state", [State.MISSED, State.FAILED, State.UNCONFIRMED])
def test_a_delivery_that_asks_is_put_to_who_may_answer(
    house: House, tab: Callable[[Actor], HomePage], state: State
) -> None:
    post = house.scheduled()
    ask_people(house, state, post.id or 0)
    [asking] = tab(BEN).queue.to_settle.items
    assert (asking.state, asking.trouble, asking.settles) == (state, "The network said no.", True)


def test_the_author_sees_what_went_wrong_and_others_do_not(house: House, tab: Callable[[Actor], HomePage]) -> None:
    post = house.scheduled()
    ask_people(house, State.FAILED, post.id or 0)
    stranger = Actor(person="U_FAY", name="Fay")
    assert titles(tab(ANN).queue.failures) == ["Our shop opens"]
    assert tab(ANN).queue.to_settle.count == 0
    assert tab(BEN).queue.failures.count == 0
    assert tab(stranger).queue.failures.count == 0


def test_who_manages_sees_all_that_went_wrong(house: House, tab: Callable[[Actor], HomePage]) -> None:
    post = house.scheduled()
    ask_people(house, State.FAILED, post.id or 0)
    assert tab(EVE).queue.failures.count == 1


def test_today_is_the_readers_own_day(house: House, tab: Callable[[Actor], HomePage]) -> None:
    house.scheduled("In the evening", at=NOW + 12 * HOUR)  # 22:00 in Vilnius, 15:00 in New York
    house.scheduled("In the night", at=NOW + 19 * HOUR)  # tomorrow in Vilnius, 22:00 in New York
    house.scheduled("Tomorrow", at=NOW + 2 * DAY)
    assert titles(tab(ANN).queue.today) == ["In the evening"]
    assert titles(tab(CAS).queue.today) == ["In the evening", "In the night"]


def test_what_nobody_approved_does_not_go_out_today(house: House, tab: Callable[[Actor], HomePage]) -> None:
    house.in_review()
    assert tab(ANN).queue.today.count == 0


def test_a_long_list_says_how_many_more_there_are(house: House, tab: Callable[[Actor], HomePage]) -> None:
    for number in range(7):
        house.in_review(f"Post {number}", at=NOW + number * HOUR)
    waiting = tab(BEN).queue.to_review
    assert (titles(waiting), waiting.more) == ([f"Post {number}" for number in range(5)], 2)


def test_a_running_pause_is_told_with_what_waits_behind_it(house: House, tab: Callable[[Actor], HomePage]) -> None:
    house.scheduled()
    row = house.write(pauses.pause, BEN, "client", str(house.client_id), "A storm", now=NOW)
    [held] = tab(ANN).queue.pauses.items
    assert (held.id, held.holds, held.reason, held.waiting) == (row.id, "Harbour Bakery", "A storm", 1)


def test_a_pause_that_ended_is_not_told(house: House, tab: Callable[[Actor], HomePage]) -> None:
    row = house.write(pauses.pause, BEN, "client", str(house.client_id), "A storm", now=NOW)
    house.write(pauses.resume, BEN, row.id or 0, now=NOW)
    assert tab(ANN).queue.pauses.count == 0


def test_only_who_can_mend_an_account_is_told_of_it(house: House, tab: Callable[[Actor], HomePage]) -> None:
    house.write(accounts.mark_broken, house.account_ids[0], "The password changed.", now=NOW)
    [broken] = tab(EVE).queue.broken.items
    assert (broken.id, broken.name, broken.why) == (house.account_ids[0], "bakery0 (Plaza)", "The password changed.")
    assert tab(ANN).queue.broken.count == 0


def test_a_doubtful_message_is_told_to_who_manages(house: House, tab: Callable[[Actor], HomePage]) -> None:
    def doubt(tx: Tx) -> None:
        outbox.tell(tx, "post_thread", 12, "C_REVIEW", now=NOW)
        [letter] = outbox.take(tx, NOW)
        outbox.doubt(tx, letter, "Slack's answer was lost.", NOW)

    house.write(doubt)
    [unsaid] = tab(EVE).queue.unsaid.items
    assert (unsaid.place, unsaid.trouble, unsaid.post_id) == ("C_REVIEW", "Slack's answer was lost.", 12)
    assert tab(ANN).queue.unsaid.count == 0


def test_a_client_that_was_closed_is_in_nobodys_way(house: House, tab: Callable[[Actor], HomePage]) -> None:
    house.in_review()

    def close(tx: Tx) -> None:
        tx.require(Client, house.client_id).archived_at = NOW

    house.write(close)
    assert tab(BEN).queue.to_review.count == 0
    assert tab(BEN).clients == {}


@pytest.mark.parametrize("by", [DEE, Actor("U_GUS", "Gus", is_guest=True), Actor("U_BOT", "Bot", is_bot=True)])
def test_strangers_and_guests_see_no_work(house: House, tab: Callable[[Actor], HomePage], by: Actor) -> None:
    house.scheduled()
    page = tab(by)
    assert (page.is_member, page.clients, page.queue.is_empty) == (False, {}, True)


def test_another_workspaces_work_is_not_seen(house: House, store: Store) -> None:
    house.in_review()

    def move_in(tx: Tx) -> Scope:
        return Scope(tx.add(Workspace(team_id="T_OTHER", name="Other", managers=[BEN.person], created_at=NOW)).id)

    elsewhere = store.write(move_in, EVERYWHERE)
    page = store.read(home.home, elsewhere, BEN, now=NOW)
    assert (page.clients, page.queue.is_empty, page.next_step) == ({}, True, SetUp.CLIENT)


def test_the_steps_are_done_one_after_the_other(house: House, tab: Callable[[Actor], HomePage]) -> None:
    assert tab(EVE).next_step is SetUp.DRAFT  # the house has a client with reviewers, and accounts
    post = house.in_review()
    assert tab(EVE).next_step is SetUp.APPROVAL
    assert tab(EVE).first_post == (post.id, 1)
    house.write(approvals.approve, BEN, post.id or 0, 1, {}, now=NOW)
    assert tab(EVE).next_step is SetUp.PUBLISHED

    def publish(tx: Tx) -> None:
        ids = [row.id or 0 for row in tx.all(Delivery)]
        for step in (Step.CLAIM, Step.SEND, Step.PUBLISH):
            states.move_deliveries(tx, ids, step)

    house.write(publish)
    assert tab(EVE).next_step is None


def test_a_client_without_reviewers_is_not_set_up(house: House, tab: Callable[[Actor], HomePage]) -> None:
    house.write(clients.change, EVE, house.client_id, now=NOW, reviewers=[])
    assert tab(EVE).next_step is SetUp.CLIENT


def test_somebody_chooses_the_hour_of_their_own_digest(house: House, tab: Callable[[Actor], HomePage]) -> None:
    house.write(people.meet, Profile(ANN.person, "Ann"), NOW)
    assert tab(ANN).digest_hour is None
    house.write(home.choose_digest_hour, ANN, 7, now=NOW)
    assert tab(ANN).digest_hour == 7
    house.write(home.choose_digest_hour, ANN, None, now=NOW)
    assert tab(ANN).digest_hour is None


@pytest.mark.parametrize("hour", [-1, 24])
def test_a_digest_has_an_hour_of_the_day(house: House, hour: int) -> None:
    house.write(people.meet, Profile(ANN.person, "Ann"), NOW)
    with pytest.raises(BadInput) as refused:
        house.write(home.choose_digest_hour, ANN, hour, now=NOW)
    assert refused.value.field == "digest_hour"


def test_a_guest_has_no_digest(house: House) -> None:
    with pytest.raises(NotAllowed):
        house.write(home.choose_digest_hour, DEE, 7, now=NOW)


def test_an_old_unfinished_form_is_not_offered_for_ever(house: House) -> None:
    house.write(forms.begin, ANN, "Half a thought", now=NOW)
    assert house.rows(Form)
    page = house.read(home.home, ANN, now=NOW + timedelta(days=30))
    assert page.queue.unfinished.count == 0
