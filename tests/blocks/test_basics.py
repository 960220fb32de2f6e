"""Blocks stay within Slack's limits whatever they are made of, and show what was typed as it was typed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import basics, inputs, surfaces
from bot.errors import Mrkdwn
from bot.rules.counting import utf16_units
from bot.rules.escaping import from_mrkdwn
from bot.words import t

AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
LONG = st.text(min_size=0, max_size=4000)
MARKUP = st.lists(st.sampled_from(["<@U07ANN00001>", "&amp;", "&lt;", "word ", "*bold* ", "<https://a.example|a>"]))


@given(LONG)
def test_a_section_shows_what_was_typed_within_the_limit(typed: str) -> None:
    text = basics.section(typed)["text"]["text"]
    assert 0 < utf16_units(text) <= basics.SECTION_TEXT
    shown = from_mrkdwn(text)
    assert shown == (typed or " ") or typed.startswith(shown.removesuffix("…"))


@given(MARKUP, st.integers(min_value=2, max_value=60))
def test_cut_markup_is_never_cut_within_an_object(pieces: list[str], limit: int) -> None:
    text = basics.mrkdwn(Mrkdwn("".join(pieces)), limit)["text"]
    assert utf16_units(text) <= limit
    assert text.count("<") == text.count(">")
    assert text.count("&") == text.count(";")


@given(LONG)
def test_a_buttons_label_is_plain_and_short(typed: str) -> None:
    label = basics.button(typed, "go")["text"]
    assert 0 < utf16_units(label["text"]) <= basics.BUTTON_TEXT
    assert label["type"] == "plain_text"


def test_markup_in_a_plain_place_is_read_out() -> None:
    assert basics.header(t("For {who}", who=Mrkdwn("<@U1|ann>")))["text"]["text"] == "For @ann"


def test_a_text_object_makes_nothing_a_link_by_itself() -> None:
    assert basics.section("see example.com")["text"]["verbatim"] is True


@pytest.mark.parametrize("count", [1, 50, 51, 200])
def test_a_message_holds_fifty_blocks_and_says_that_there_is_more(count: int) -> None:
    shown = surfaces.message([basics.divider()] * count).blocks
    assert len(shown) == min(count, surfaces.MESSAGE_BLOCKS)
    assert ("more" in str(shown[-1])) == (count > surfaces.MESSAGE_BLOCKS)


def test_a_messages_text_says_all_that_its_blocks_say() -> None:
    blocks = [
        basics.header("Today"),
        basics.section("A & B"),
        basics.fields(["When", "Where"]),
        basics.divider(),
        basics.context("by Ann", basics.image("https://a.example/a.png", "Ann's face")),
        basics.image("https://a.example/b.png", "A loaf"),
        basics.actions(basics.button("Go", "go")),
    ]
    assert surfaces.message(blocks).text.split("\n") == [
        "Today",
        "A &amp; B",
        "When",
        "Where",
        "by Ann",
        "Ann's face",
        "A loaf",
    ]


@given(st.lists(LONG.filter(str.strip), min_size=3, max_size=6))
def test_a_messages_text_can_always_be_updated(typed: list[str]) -> None:
    assert utf16_units(surfaces.message([basics.section(one) for one in typed]).text) <= surfaces.MESSAGE_TEXT


@given(st.text(), st.text(), st.text())
def test_a_forms_titles_fit(title: str, submit: str, close: str) -> None:
    view = surfaces.modal("form", title, [basics.divider()], submit=submit, close=close)
    for part in ("title", "submit", "close"):
        assert utf16_units(view.get(part, {"text": ""})["text"]) <= surfaces.TITLE_TEXT


def test_a_form_without_submit_only_shows() -> None:
    assert "submit" not in surfaces.modal("form", "A form", [])


def test_an_overflow_menu_holds_five() -> None:
    menu = inputs.overflow(*[("Edit", "edit", basics.ticket(number)) for number in range(9)])
    assert [option["value"] for option in menu["options"]] == [f"edit:{number}.0" for number in range(5)]


def test_an_options_value_is_never_cut() -> None:
    with pytest.raises(ValueError, match="75"):
        inputs.option("A", "x" * 76)


def test_what_was_typed_is_never_cut_in_an_input() -> None:
    with pytest.raises(ValueError, match="nothing may be cut"):
        inputs.line("text", typed="x" * 3001)


@pytest.mark.parametrize(
    ("element", "initial"),
    [
        (inputs.select("a", [inputs.option("A", "a"), inputs.option("B", "b")], chosen="b"), "initial_option"),
        (inputs.select_many("a", [inputs.option("A", "a")], chosen=["a"]), "initial_options"),
        (inputs.boxes("a", [inputs.option("A", "a")], chosen=["a"]), "initial_options"),
        (inputs.radio("a", [inputs.option("A", "a")], chosen="a"), "initial_option"),
        (inputs.line("a", typed="x"), "initial_value"),
        (inputs.moment_picker("a", AT), "initial_date_time"),
        (inputs.date_picker("a", "2026-11-23"), "initial_date"),
        (inputs.time_picker("a", "09:00", "Europe/Vilnius"), "initial_time"),
        (inputs.people("a", ["U1"]), "initial_users"),
        (inputs.person("a", "U1"), "initial_user"),
        (inputs.channel("a", "C1"), "initial_conversation"),
    ],
)
def test_an_input_shows_what_was_chosen_before(element: dict[str, Any], initial: str) -> None:
    assert element[initial]


@pytest.mark.parametrize(
    "element",
    [
        inputs.select("a", [inputs.option("A", "a")], chosen="gone"),
        inputs.radio("a", [inputs.option("A", "a")], chosen="gone"),
        inputs.line("a"),
        inputs.moment_picker("a"),
        inputs.people("a"),
    ],
)
def test_an_input_without_a_choice_has_no_empty_one(element: dict[str, Any]) -> None:
    assert not [name for name in element if name.startswith("initial")]


def test_a_moment_is_shown_in_each_readers_zone_with_a_fallback() -> None:
    assert basics.when(AT, "Europe/Vilnius") == (
        f"<!date^{int(AT.timestamp())}^{{date_short_pretty}} at {{time}}|Mon 23 Nov 2026, 09:00 (Europe/Vilnius)>"
    )


def test_a_channel_shared_with_another_company_cannot_be_chosen() -> None:
    assert inputs.channel("a")["filter"]["exclude_external_shared_channels"] is True


def test_nothing_shown_is_judged_wrong_by_slacks_own_rules() -> None:
    question = basics.confirm("Sure?", "It goes out.", "Send")
    button = basics.button("Send", "send", basics.ticket(1, 2), style="primary", says="Send the post", asks=question)
    every_input = [
        inputs.input_block("a", "A", inputs.line("a", long=True), optional=True, hint="Say it"),
        inputs.input_block("b", "B", inputs.select("b", [inputs.option("A", "a", "first")]), tells=True),
        inputs.input_block("c", "C", inputs.moment_picker("c", AT)),
        inputs.input_block("d", "D", inputs.files("d", kinds=["png"], most=4)),
        inputs.input_block("e", "E", inputs.channel("e")),
        inputs.input_block("f", "F", inputs.people("f", ["U07ANN00001"])),
    ]
    blocks = [basics.section("A", accessory=button), basics.actions(button | {"action_id": "b"}), *every_input]
    assert judged(surfaces.modal("form", "A form", blocks, submit="Save", private="f1")) == []


def judged(view: dict[str, Any]) -> list[str]:
    """The faults that the stand-in Slack, which is strict, finds in a view."""
    from bot.sandbox.checks import view_faults

    return [str(fault) for fault in view_faults(view)]
