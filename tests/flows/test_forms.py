"""Forms of posts: kept on every step, handed in once, and never lost to a refusal."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.errors import BadInput, NotAllowed, NotFound, Stale
from bot.flows import approvals, forms, posts, schedules
from bot.flows.sheets import Open
from bot.rules import sheets
from bot.rules.networks import Fault
from bot.rules.sheets import Sheet
from bot.store import Store, Tx
from bot.store.tables import Client, Form, Post
from tests.factories import ANN, BEN, CAS, DEE, NOW, House, build_house


@pytest.fixture
def house(store: Store) -> House:
    return build_house(store)


def written(house: House, words: str = "as soon as approved: Our shop opens") -> Open:
    """Ann's form, filled in."""
    opened = house.write(forms.begin, ANN, words, now=NOW)
    return keep(house, opened, lambda sheet: sheets.with_accounts(sheet, house.account_ids[:1]))


def keep(house: House, opened: Open, change: Callable[[Sheet], Sheet]) -> Open:
    """One more step in the form."""
    return house.write(forms.keep, ANN, opened.form.id, change, now=NOW)


def hand_in(house: House, opened: Open, *, review: bool = True, faults: posts.Faults | None = None) -> Post:
    """Press the button."""
    return house.write(forms.hand_in, ANN, opened.form.id, faults or {}, review=review, now=NOW)


def test_the_same_form_handed_in_again_gives_the_same_post(house: House) -> None:
    opened = written(house)
    assert hand_in(house, opened).id == hand_in(house, opened).id
    assert len(house.rows(Post)) == 1


def test_two_hands_at_once_make_one_post(house: House) -> None:
    opened = written(house)
    with ThreadPoolExecutor(4) as hands:
        made = list(hands.map(lambda _: hand_in(house, opened).id, range(4)))
    assert len(set(made)) == len(house.rows(Post)) == 1


def test_a_refusal_leaves_the_form_open_and_makes_no_post(house: House) -> None:
    opened = written(house)
    fault = Fault(0, "text", "It is too long.")
    with pytest.raises(BadInput, match="too long"):
        hand_in(house, opened, faults={house.account_ids[0]: [fault]})
    assert house.rows(Post) == []
    assert house.read(forms.resume, ANN, opened.form.id).sheet == opened.sheet


def test_a_draft_need_not_be_publishable_yet(house: House) -> None:
    post = hand_in(house, written(house, "as soon as approved: "), review=False)
    assert post.status == "draft"


def test_nobody_else_sees_a_form(house: House) -> None:
    opened = written(house)
    with pytest.raises(NotFound):
        house.read(forms.resume, BEN, opened.form.id)
    assert house.read(forms.unfinished_forms, BEN, now=NOW) == []


def test_strangers_begin_no_form(house: House) -> None:
    with pytest.raises(NotAllowed):
        house.write(forms.begin, DEE, "Our shop opens", now=NOW)


def test_an_unfinished_form_is_offered_for_a_while(house: House) -> None:
    opened = written(house)
    assert [form.id for form in house.read(forms.unfinished_forms, ANN, now=NOW)] == [opened.form.id]
    assert house.read(forms.unfinished_forms, ANN, now=NOW + timedelta(days=15)) == []


def test_a_form_that_was_thrown_away_is_not_offered_and_makes_no_post(house: House) -> None:
    opened = written(house)
    house.write(forms.discard, ANN, opened.form.id, now=NOW)
    assert house.read(forms.unfinished_forms, ANN, now=NOW) == []
    with pytest.raises(Stale):
        hand_in(house, opened)


def test_a_closed_edit_that_changed_nothing_is_forgotten(house: House) -> None:
    post = house.in_review()
    opened = house.write(forms.edit, ANN, post.id or 0, 1, now=NOW)
    house.write(forms.leave, ANN, opened.form.id, lambda sheet: sheet, now=NOW)
    assert house.read(forms.unfinished_forms, ANN, now=NOW) == []


def test_a_closed_edit_with_other_words_is_offered_again(house: House) -> None:
    post = house.in_review()
    opened = house.write(forms.edit, ANN, post.id or 0, 1, now=NOW)
    house.write(forms.leave, ANN, opened.form.id, lambda sheet: sheets.with_texts(sheet, ["Other"]), now=NOW)
    (form,) = house.read(forms.unfinished_forms, ANN, now=NOW)
    assert sheets.from_json(form.values).texts == ("Other",)


def test_an_edit_begun_before_a_decision_is_refused_with_its_words_kept(house: House) -> None:
    post = house.in_review()
    opened = house.write(forms.edit, ANN, post.id or 0, 1, now=NOW)
    house.write(approvals.reject, BEN, post.id or 0, 1, "No", now=NOW)
    keep(house, opened, lambda sheet: sheets.with_texts(sheet, ["Other"]))
    with pytest.raises(Stale):
        hand_in(house, opened)
    anew = house.write(forms.begin_anew, ANN, opened.form.id, now=NOW)
    assert anew.post is None
    assert anew.sheet.texts == ("Other",)


def test_an_edit_says_all_that_the_post_said(house: House) -> None:
    first = hand_in(house, written(house, "tomorrow 9:00 Our shop opens"))
    opened = house.write(forms.edit, ANN, first.id or 0, 1, now=NOW)
    hand_in(house, opened)
    before, after = (house.read(posts.view, first.id or 0).version, opened.sheet)
    assert (after.day, after.clock, after.texts) == ("2026-11-24", "09:00", ("Our shop opens",))
    assert before.when_wall == "2026-11-24 09:00"


def test_words_that_are_no_time_stay_in_the_text_and_are_explained(house: House) -> None:
    opened = house.write(forms.begin, ANN, "tommorow 9:00 Our shop opens", now=NOW)
    assert opened.sheet.texts == ("tommorow 9:00 Our shop opens",)
    assert "tomorrow" in str(opened.problem)


def test_another_time_writes_a_version_that_differs_in_nothing_else(house: House) -> None:
    post = house.scheduled()
    before = house.read(posts.view, post.id or 0).version
    house.write(schedules.reschedule, ANN, post.id or 0, 1, "at", "2026-12-24", "09:00", now=NOW)
    after = house.read(posts.view, post.id or 0)
    assert after.post.status == "in_review"
    assert (after.version.when_wall, after.version.content) == ("2026-12-24 09:00", before.content)
    assert (after.version.accounts, after.version.late_seconds) == (before.accounts, before.late_seconds)


@pytest.mark.parametrize(("day", "clock"), [("", "09:00"), ("2026-12-24", ""), ("soon", "09:00"), ("2026-01-01", "9")])
def test_a_time_that_is_none_is_refused(house: House, day: str, clock: str) -> None:
    post = house.in_review()
    with pytest.raises(BadInput) as refused:
        house.write(schedules.reschedule, ANN, post.id or 0, 1, "at", day, clock, now=NOW)
    assert refused.value.field == "when"


def test_only_authors_and_reviewers_open_a_post_for_editing(house: House) -> None:
    post = house.in_review()
    stranger = replace(ANN, person="U_EVE")
    with pytest.raises(NotAllowed):
        house.write(forms.edit, stranger, post.id or 0, 1, now=NOW)
    assert house.write(forms.edit, CAS, post.id or 0, 1, now=NOW).post is not None
    assert len(house.rows(Form)) == 1


def test_a_client_that_was_archived_under_the_form_is_refused_and_the_words_are_kept(house: House) -> None:
    opened = written(house)
    house.write(_archive_but_one, NOW)
    kept = keep(house, opened, lambda sheet: sheets.with_texts(sheet, ["Other"]))
    with pytest.raises(BadInput, match="Harbour Bakery is not here any more"):
        hand_in(house, kept)
    assert house.read(forms.resume, ANN, opened.form.id).sheet.texts == ("Other",)


def _archive_but_one(tx: Tx, now: datetime) -> None:
    (client,) = tx.all(Client)
    client.archived_at = now
    tx.session.add(client)
    tx.add(Client(workspace_id=client.workspace_id, name="Other", zone="UTC", created_at=now))
