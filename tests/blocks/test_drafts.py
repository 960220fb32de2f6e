"""The form of a post, and what follows it, within Slack's limits whatever stands in it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.decisions import ask_cancel, ask_link, ask_reason, ask_time
from bot.blocks.drafts import Offer, Remarks, Unfinished, describe, done, form, loading, lost
from bot.blocks.history import story
from bot.blocks.news import Told, broken, in_thread, to_author, waits
from bot.blocks.pauses import Held, pause_form
from bot.rules import posts as rules
from bot.rules import sheets
from bot.rules.posts import Step
from bot.rules.sheets import EVERYBODY, Picture, Sheet
from bot.sandbox.checks import blocks_faults, view_faults
from bot.store.tables import AuditEntry, Pause
from bot.words import t
from tests.blocks.shown import account, client, delivery, image, post, version
from tests.factories import BEN, NOW

EVIL = "<!channel> *bold* <@U123> &amp; `code` \u202egnp.exe " * 60
LARGEST_VIEW = 250_000
FORM_ID = "f" * 32


def offer(accounts: int = 1, clients: int = 1) -> Offer:
    """What there is to choose from."""
    rows = [client(f"Client {number}") for number in range(clients)]
    for number, row in enumerate(rows, 1):
        row.id = number
    return Offer(rows, rows[0], [account(number) for number in range(1, accounts + 1)])


def remarks(typed: str) -> Remarks:
    """Everything that may be remarked, at once."""
    said = t("Look: {typed}", typed=typed[:600])
    left = Unfinished("g" * 32, typed[:80], NOW)
    return Remarks(problem=said, counts=dict.fromkeys(range(25), said), notes=(said,) * 12, unfinished=left)


@pytest.mark.parametrize("segments", [1, 20, 25])
def test_the_largest_form_fits(segments: int) -> None:
    texts = ("€" * (20_000 // segments),) * segments
    pictures = tuple(Picture(image(number, EVIL[:1_500]), EVIL) for number in range(4))
    sheet = Sheet(1, accounts=tuple(range(1, 101)), words={EVERYBODY: texts}, pictures=pictures, note=EVIL[:3_000])
    view = form(FORM_ID, sheet, offer(accounts=120, clients=120), remarks(EVIL))
    assert view_faults(view, "modal") == []
    assert len(json.dumps(view)) < LARGEST_VIEW
    assert view_faults(describe(FORM_ID, sheet, t("{typed}", typed=EVIL)), "modal") == []


@given(st.text(max_size=300), st.sampled_from(["at", "now", "approved"]))
def test_whatever_stands_in_the_form_fits(typed: str, kind: str) -> None:
    sheet = Sheet(1, accounts=(1,), words={EVERYBODY: (typed, typed)}, campaign=typed[:200], note=typed, when=kind)
    for one in (sheet, sheets.show_words_of(sheet, 1), sheets.more_room(sheet)):
        assert view_faults(form(FORM_ID, one, offer(accounts=2), remarks(typed)), "modal") == []
    said = t("{typed}", typed=typed)
    for view in (loading(FORM_ID), done(said), lost(said, sheet, FORM_ID), lost(said, None, FORM_ID)):
        assert view_faults(view, "modal") == []


def test_only_the_forms_id_travels_with_it() -> None:
    view = form(FORM_ID, Sheet(1, words={EVERYBODY: ("Our secret",)}), offer(), Remarks())
    assert view["private_metadata"] == FORM_ID


@given(st.text(max_size=200))
def test_every_question_fits(typed: str) -> None:
    one = post(title=typed[:80])
    views = [
        *(ask_reason(step, 12, 3, typed) for step in (Step.REQUEST_CHANGES, Step.HOLD, Step.REJECT)),
        ask_link(delivery(1, "unconfirmed"), typed),
        ask_time(one, version(), "Europe/Vilnius", approved=True),
        ask_time(one, version(at=None), "Europe/Vilnius"),
        ask_cancel(one),
    ]
    assert [fault for view in views for fault in view_faults(view, "modal")] == []


@pytest.mark.parametrize("waiting", [0, 3, 100])
def test_the_form_of_pauses_fits(waiting: int) -> None:
    pause = Pause(id=1, workspace_id=1, scope="client", target="1", reason=EVIL[:500], by=BEN.person, at=NOW)
    rows = [(post(title=EVIL[:80]), account(number), delivery(number, "scheduled")) for number in range(waiting)]
    held = [Held(pause, "Harbour Bakery", rows, more=waiting) for _ in range(30)]
    assert view_faults(pause_form(held, [client()] * 60, [account()] * 60), "modal") == []
    assert view_faults(pause_form([], [], []), "modal") == []


@given(st.text(max_size=200), st.sampled_from([*rules.Post]))
def test_every_word_about_a_post_fits(typed: str, state: str) -> None:
    told = Told(post(title=typed[:80]), "https://x.example/p1", [(account(), delivery(1, "failed", typed, typed))])
    facts = {"state": str(state), "by": BEN.person, "reason": typed}
    messages = [in_thread(told, str(state), "1.1"), to_author(told, facts), waits(told, [account()])]
    messages.append(broken(account(), typed, 3))
    assert [fault for one in messages if one for fault in blocks_faults(list(one.blocks), "message")] == []


def test_every_state_that_its_author_hears_of_has_words() -> None:
    from bot.rules.news import ASKS, HEARS, Listener

    heard = [state for state, listeners in [*HEARS.items(), *ASKS.items()] if Listener.AUTHOR in listeners]
    told = Told(post(), "", [])
    assert [state for state in heard if to_author(told, {"state": str(state), "by": "", "reason": ""}) is None] == []
    threads = [state for state, listeners in [*HEARS.items(), *ASKS.items()] if Listener.THREAD in listeners]
    assert [state for state in threads if in_thread(told, str(state), "") is None] == []


def test_a_long_story_is_told_page_by_page() -> None:
    entries = [
        AuditEntry(
            id=number,
            workspace_id=1,
            number=number,
            at=NOW,
            who=BEN.person,
            door="slack",
            what="hold",
            subject="post:12",
            facts={"reason": f"{number} {EVIL[:900]}"},
            digest="",
        )
        for number in range(300)
    ]
    views = [story(post(), [version()], [account()], [], entries, page) for page in (0, 1, 1_000)]
    assert [fault for view in views for fault in view_faults(view, "modal")] == []
    assert "299 " in str(views[0])
    assert "\\n0 " in str(views[-1])
