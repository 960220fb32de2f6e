"""Decisions: who may, who was first, and what an approval covers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.errors import BadInput, NotAllowed, NotFound, Stale
from bot.flows import approvals, posts
from bot.rules.content import Content, Segment
from bot.rules.networks import Fault
from bot.rules.people import Actor
from bot.rules.posts import EDITABLE, POST_STEPS, Step
from bot.rules.posts import Post as State
from bot.store import Scope, Store
from bot.store.tables import Client, Decision, Delivery, Outbox, Post, PostVersion
from tests.factories import ANN, BEN, CAS, DEE, EVE, HOUR, NOW, House, build_house

LATER = NOW + timedelta(minutes=5)
GUEST = Actor(person="U_GUS", name="Gus", is_guest=True)


@pytest.fixture
def house(store: Store) -> House:
    return build_house(store)


def approve(house: House, post: Post, by: Actor = BEN, version: int = 1) -> Post:
    return house.write(approvals.approve, by, post.id or 0, version, {}, now=LATER)


def test_approval_signs_what_is_sent_and_schedules_it(house: House) -> None:
    post = approve(house, house.in_review())
    (decision,) = house.rows(Decision)
    (delivery,) = house.deliveries()
    assert (decision.step, decision.by, len(decision.fingerprint)) == ("approve", BEN.person, 64)
    assert (post.status, delivery.status, delivery.due_at) == ("scheduled", "scheduled", NOW + HOUR)


def test_second_approver_is_told_who_was_first(house: House) -> None:
    post = house.in_review()
    approve(house, post, BEN)
    with pytest.raises(Stale, match=r"<@U_BEN> approved this post, .*It is scheduled now"):
        approve(house, post, CAS)
    assert len(house.rows(Decision)) == 1
    assert len(house.rows(Delivery)) == 1


def test_the_author_cannot_approve_their_own_words(house: House) -> None:
    house.write(lambda tx: setattr(tx.require(Client, house.client_id), "reviewers", [ANN.person, BEN.person]))
    with pytest.raises(NotAllowed, match=r"second person.*<@U_BEN>"):
        approve(house, house.in_review(), ANN)


def test_whoever_edited_a_post_is_an_author_of_it_too(house: House) -> None:
    post = house.in_review()
    house.write(posts.edit, BEN, post.id or 0, 1, house.draft("Ben's words"), now=LATER)
    with pytest.raises(NotAllowed, match="<@U_CAS>"):
        approve(house, post, BEN, version=2)


def test_a_client_may_do_without_four_eyes(house: House) -> None:
    def relax(tx: object) -> None:
        client = tx.require(Client, house.client_id)  # type: ignore[attr-defined]
        client.reviewers, client.four_eyes = [ANN.person], False

    house.write(relax)
    assert approve(house, house.in_review(), ANN).status == "scheduled"


@pytest.mark.parametrize(
    ("actor", "words"),
    [(ANN, "<@U_BEN> or <@U_CAS>"), (DEE, "of this workspace"), (GUEST, "Guests"), (EVE, "<@U_BEN> or <@U_CAS>")],
)
def test_who_does_not_review_is_told_who_does(house: House, actor: Actor, words: str) -> None:
    with pytest.raises(NotAllowed, match=words):
        approve(house, house.in_review(), actor)


def test_without_reviewers_the_one_who_can_choose_them_is_named(house: House) -> None:
    house.write(lambda tx: setattr(tx.require(Client, house.client_id), "reviewers", []))
    with pytest.raises(NotAllowed, match="<@U_EVE> can choose the reviewers"):
        approve(house, house.in_review())


def test_another_workspace_s_post_is_not_there(house: House) -> None:
    post = house.in_review()
    elsewhere = Scope(house.workspace_id + 1)
    with pytest.raises(NotFound):
        house.store.write(approvals.approve, elsewhere, BEN, post.id or 0, 1, {}, now=LATER)


def test_an_approval_of_an_older_version_is_refused(house: House) -> None:
    post = house.in_review()
    house.write(posts.edit, ANN, post.id or 0, 1, house.draft("new words"), now=LATER)
    with pytest.raises(Stale, match="<@U_ANN> edited this post"):
        approve(house, post, version=1)
    assert house.rows(Decision) == []


def test_an_edit_of_an_approved_post_reopens_the_approval_and_withdraws_what_was_scheduled(house: House) -> None:
    post = house.scheduled()
    house.write(posts.edit, ANN, post.id or 0, 1, house.draft("new words"), now=LATER)
    edited = house.post(post.id or 0)
    assert (edited.status, edited.version, edited.approval_id) == ("in_review", 2, None)
    assert [row.status for row in house.deliveries()] == ["cancelled"]
    assert approve(house, post, version=2).status == "scheduled"
    assert [row.status for row in house.deliveries()] == ["cancelled", "scheduled"]


def test_an_edit_begun_on_an_older_version_is_refused(house: House) -> None:
    post = house.in_review()
    house.write(posts.edit, ANN, post.id or 0, 1, house.draft("first"), now=LATER)
    with pytest.raises(Stale, match="What you typed is kept"):
        house.write(posts.edit, ANN, post.id or 0, 1, house.draft("second"), now=LATER)
    assert [row.number for row in house.rows(PostVersion)] == [1, 2]


def test_a_held_post_goes_back_before_its_reviewers_and_needs_a_new_approval(house: House) -> None:
    post = house.scheduled()
    house.write(approvals.hold, BEN, post.id or 0, 1, "not before the holiday", now=LATER)
    assert [row.status for row in house.deliveries()] == ["cancelled"]
    house.write(approvals.release, BEN, post.id or 0, 1, now=LATER)
    assert house.post(post.id or 0).approval_id is None
    assert approve(house, post).status == "scheduled"


Turn = Callable[..., Post]


@pytest.mark.parametrize("decide", [approvals.request_changes, approvals.hold, approvals.reject])
@pytest.mark.parametrize("reason", ["", "  \n", "x" * 2_001])
def test_a_no_needs_a_reason_that_a_person_can_read(house: House, decide: Turn, reason: str) -> None:
    post = house.in_review()
    with pytest.raises(BadInput) as refused:
        house.write(decide, BEN, post.id or 0, 1, reason, now=LATER)
    assert refused.value.field == "reason"
    assert house.post(post.id or 0).status == "in_review"


@pytest.mark.parametrize(
    ("decide", "status"),
    [
        (approvals.request_changes, "changes_requested"),
        (approvals.hold, "on_hold"),
        (approvals.reject, "rejected"),
    ],
)
def test_a_no_reaches_the_author_with_its_reason(house: House, decide: Turn, status: str) -> None:
    post = house.in_review()
    assert house.write(decide, BEN, post.id or 0, 1, "too loud", now=LATER).status == status
    told = [row for row in house.rows(Outbox) if row.topic == "post_author"]
    assert [(row.place, row.facts["reason"]) for row in told] == [(ANN.person, "too loud")]


def test_what_a_network_would_refuse_cannot_be_approved(house: House) -> None:
    post = house.in_review()
    faults = {house.account_ids[0]: (Fault(0, "text", "It is {over} too long.", {"over": 5}),)}
    with pytest.raises(BadInput, match=r"bakery0 \(Plaza\): It is 5 too long"):
        house.write(approvals.approve, BEN, post.id or 0, 1, faults, now=LATER)


def test_a_post_whose_time_has_passed_cannot_be_approved(house: House) -> None:
    post = house.in_review()
    with pytest.raises(BadInput, match="has passed"):
        house.write(approvals.approve, BEN, post.id or 0, 1, {}, now=NOW + 3 * HOUR)


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_an_empty_post_cannot_be_sent_in(house: House, text: str) -> None:
    with pytest.raises(BadInput, match="Write something"):
        house.in_review(content=Content((Segment(text),)))


def test_a_post_without_an_account_cannot_be_sent_in(house: House) -> None:
    with pytest.raises(BadInput, match="at least one account"):
        house.in_review(accounts=())


def test_as_soon_as_approved_is_due_at_the_approval(house: House) -> None:
    approve(house, house.in_review(at=None))
    assert [row.due_at for row in house.deliveries()] == [LATER]


@pytest.mark.parametrize("status", sorted(EDITABLE - {State.FAILED, State.MISSED, State.APPROVED}))
def test_every_editable_state_can_be_edited(house: House, status: State) -> None:
    post = _in_state(house, status)
    edited = house.write(posts.edit, ANN, post.id or 0, post.version, house.draft("again"), now=LATER)
    assert edited.status == POST_STEPS[status, Step.EDIT]


@pytest.mark.parametrize("step", [Step.CANCEL])
@pytest.mark.parametrize(
    "status", [State.DRAFT, State.IN_REVIEW, State.ON_HOLD, State.CHANGES_REQUESTED, State.SCHEDULED]
)
def test_what_is_not_out_can_be_called_off(house: House, status: State, step: Step) -> None:
    post = _in_state(house, status)
    cancelled = house.write(posts.cancel, ANN, post.id or 0, post.version, now=LATER)
    assert (cancelled.status, step) == ("cancelled", Step.CANCEL)
    assert {row.status for row in house.deliveries()} <= {"cancelled"}


def test_a_stranger_to_the_post_cannot_call_it_off(house: House) -> None:
    post = house.in_review()
    with pytest.raises(NotAllowed):
        house.write(posts.cancel, EVE, post.id or 0, 1, now=LATER)


def test_a_copy_is_a_draft_without_a_time(house: House) -> None:
    copy = house.write(posts.duplicate, CAS, house.scheduled("Fresh bread").id or 0, now=LATER)
    assert (copy.status, copy.author, copy.title, copy.scheduled_at) == ("draft", CAS.person, "Fresh bread", None)


def _in_state(house: House, status: State) -> Post:
    if status is State.DRAFT:
        return house.write(posts.save, ANN, house.draft(), now=NOW)
    if status is State.SCHEDULED:
        return house.scheduled()
    post = house.in_review()
    decide = {State.ON_HOLD: approvals.hold, State.CHANGES_REQUESTED: approvals.request_changes}.get(status)
    return house.write(decide, BEN, post.id or 0, 1, "why", now=NOW) if decide else post
