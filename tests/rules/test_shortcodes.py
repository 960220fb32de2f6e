"""Emoji names become emoji; everything else stays as it was typed."""

from __future__ import annotations

import emoji
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.shortcodes import only_here, to_emoji


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Party :tada:!", "Party 🎉!"),
        (":+1:", "👍"),
        (":thumbsup::skin-tone-4:", "👍🏽"),
        (":heart:", "❤️"),
        (":flag-lt: or :de:", "🇱🇹 or 🇩🇪"),
        (":flag-xx:", ":flag-xx:"),
        ("at 12:30:45", "at 12:30:45"),
        ("a::b", "a::b"),
        (":our_logo:", ":our_logo:"),
        (":TADA:", ":TADA:"),
    ],
)
def test_a_name_becomes_its_emoji(typed: str, read: str) -> None:
    assert to_emoji(typed) == read


def test_a_name_that_only_this_workspace_knows_is_told() -> None:
    assert only_here(to_emoji("New :our_logo: :tada: at 12:30:45 :our_logo:")) == (":our_logo:",)


@given(st.text().filter(lambda text: ":" not in text))
def test_a_text_without_names_is_left_alone(text: str) -> None:
    assert to_emoji(text) == text


@given(st.lists(st.sampled_from(sorted(emoji.EMOJI_DATA)), max_size=5).map("".join))
def test_an_emoji_is_left_alone(text: str) -> None:
    assert to_emoji(text) == text
