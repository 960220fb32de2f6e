"""A card, whatever the post holds: within Slack's limits, complete in words, and with the buttons of its state."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.cards import card
from bot.blocks.missed import Late, missed_card
from bot.blocks.whole import whole
from bot.rules import posts as rules
from bot.sandbox.checks import blocks_faults, view_faults
from bot.sandbox.inputs import elements
from tests.blocks.shown import account, client, delivery, post, shown

EVIL = "<!channel> *bold* <@U123> &amp; `code` @here #general :smile: \u202egnp.exe " * 60
MOST_TEXT = 4_000


def acts(status: str, *deliveries: str) -> set[str]:
    """The acts that the buttons and the menu of a card offer."""
    rows = [delivery(number, one) for number, one in enumerate(deliveries, 1)]
    blocks = list(card(shown(status, accounts=max(1, len(rows)), deliveries=rows)).blocks)
    found = set()
    for placed in elements(blocks):
        found.add(placed.action_id.partition("#")[0])
        found |= {option["value"].partition(":")[0] for option in placed.element.get("options", [])}
    return found - {"more"}


@pytest.mark.parametrize("status", list(rules.Post))
@pytest.mark.parametrize("own_words", [False, True])
def test_the_largest_post_fits_a_card_and_a_view(status: str, own_words: bool) -> None:
    rows = [delivery(number, rules.Delivery.UNCONFIRMED, EVIL[:500], "https://x.example/<|>") for number in range(1, 9)]
    large = shown(
        status,
        text="W&<" * 3_400,
        segments=25,
        accounts=8,
        own_words=own_words,
        images=4,
        deliveries=rows,
        typed=EVIL,
    )
    said = card(large)
    assert blocks_faults(list(said.blocks), "message") == []
    assert len(said.text) <= MOST_TEXT
    files = {one.sha256: "F0123456" for one in large.content.images()}
    pages = [whole(large, page, files) for page in (0, 1, 7)]
    assert [fault for view in pages for fault in view_faults(view, "modal")] == []
    assert max(len(str(view)) for view in pages) < 250_000


@given(st.text(max_size=400), st.text(max_size=400))
def test_whatever_people_type_fits_and_nothing_of_it_acts(text: str, typed: str) -> None:
    one = shown(text=text, typed=typed, images=1, deliveries=[delivery(1, "failed", typed, typed)])
    said = card(one)
    assert blocks_faults(list(said.blocks), "message") == []
    assert view_faults(whole(one), "modal") == []
    for mention in ("<!", "<#", "<@U12"):
        assert mention not in said.text.replace("<!date^", "").replace("<@U_", "")


def test_every_word_of_a_post_is_in_its_view() -> None:
    words = " ".join(f"word{number}" for number in range(2_000))
    large = shown(text=words, segments=3)
    texts = [block["text"] for page in range(3) for block in whole(large, page)["blocks"] if block["type"] == "section"]
    assert words * 3 in "".join(text["text"] for text in texts if text["type"] == "plain_text")


def test_the_card_says_in_words_what_its_blocks_show() -> None:
    said = card(shown(text="Our shop opens", images=1)).text
    for part in ("In review", "Harbour Bakery", "Our shop opens", "14 of 300 characters", "Picture 1"):
        assert part in said


def test_a_draft_without_an_account_has_a_card_and_a_view() -> None:
    one = shown("draft", accounts=0)
    assert blocks_faults(list(card(one).blocks), "message") == []
    assert view_faults(whole(one), "modal") == []
    assert "No account is chosen yet" in card(one).text


def test_what_cannot_be_seen_in_a_text_is_shown() -> None:
    assert "[U+202E]" in card(shown(text="pay \u202etxt.exe")).text


@pytest.mark.parametrize(
    ("status", "offered"),
    [
        ("draft", {"edit_post", "reschedule", "duplicate_post", "cancel_post", "post_history", "open_post"}),
        (
            "in_review",
            {"approve", "request_changes", "hold", "reject", "edit_post", "reschedule", "duplicate_post"}
            | {"cancel_post", "post_history", "open_post"},
        ),
        (
            "on_hold",
            {"release", "reject", "edit_post", "reschedule", "duplicate_post", "cancel_post", "post_history"}
            | {"open_post"},
        ),
        ("rejected", {"duplicate_post", "post_history", "open_post"}),
        ("published", {"duplicate_post", "post_history", "open_post"}),
    ],
)
def test_a_card_offers_what_its_state_allows(status: str, offered: set[str]) -> None:
    assert acts(status) == offered


@pytest.mark.parametrize(
    ("state", "answers"),
    [
        ("unconfirmed", {"it_is_live", "send_it", "leave_it"}),
        ("failed", {"send_it", "leave_it"}),
        ("missed", {"send_it", "leave_it"}),
        ("published", set()),
    ],
)
def test_a_delivery_that_asks_has_its_answers(state: str, answers: set[str]) -> None:
    assert acts("unconfirmed", state) & {"it_is_live", "send_it", "leave_it"} == answers


def test_a_card_carries_ids_and_versions_and_nothing_else() -> None:
    for placed in elements(list(card(shown()).blocks)):
        values = [placed.element.get("value", ""), *(o["value"] for o in placed.element.get("options", []))]
        assert all(value.rpartition(":")[2] in {"12.3", ""} for value in values)


@pytest.mark.parametrize("count", [0, 1, 2, 15, 400])
def test_the_card_of_what_was_missed_fits_and_counts_all(count: int) -> None:
    late = [
        Late(delivery(number, "missed"), post("missed", EVIL[:80]), account(number)) for number in range(1, count + 1)
    ]
    said = missed_card(client(), late)
    assert blocks_faults(list(said.blocks), "message") == []
    assert (f"{count - 15} more" in said.text) == (count > 15)
