"""What people type after `/calendar`."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.rules.calendar import FIRST, LAST, View
from bot.rules.calendar_words import asked

TODAY = date(2026, 11, 25)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("words", "view", "day"),
    [
        ("", View.WEEK, TODAY),
        ("  Week ", View.WEEK, TODAY),
        ("day", View.DAY, TODAY),
        ("MONTH", View.MONTH, TODAY),
        ("list", View.LIST, TODAY),
        ("today", View.DAY, TODAY),
        ("tomorrow", View.DAY, date(2026, 11, 26)),
        ("yesterday", View.DAY, date(2026, 11, 24)),
        ("friday", View.DAY, date(2026, 11, 27)),
        ("wednesday", View.DAY, TODAY),
        ("week friday", View.WEEK, date(2026, 11, 27)),
        ("next week", View.WEEK, date(2026, 12, 2)),
        ("last  week", View.WEEK, date(2026, 11, 18)),
        ("this week", View.WEEK, TODAY),
        ("next month", View.MONTH, date(2026, 12, 1)),
        ("previous month", View.MONTH, date(2026, 10, 1)),
        ("next day", View.DAY, date(2026, 11, 26)),
        ("list 24 Dec", View.LIST, date(2026, 12, 24)),
        ("month 2026-02-03", View.MONTH, date(2026, 2, 3)),
        ("2020-02-29", View.DAY, date(2020, 2, 29)),
    ],
)
def test_words_lead_to_a_view_and_a_day(words: str, view: View, day: date) -> None:
    assert asked(words, TODAY) == (view, day)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("wek", "Did you mean “week”"),
        ("mont", "Did you mean “month”"),
        ("everything", "“everything”"),
        ("week banana", "“banana”"),
        ("2026-02-30", "no 30 February 2026"),
        ("1066-10-14", "1066"),
        ("3/4", "two ways"),
        ("day in 99999 weeks", "out of reach"),
    ],
)
def test_what_is_not_understood_is_said(words: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as refused:
        asked(words, TODAY)
    assert refused.value.field == "words"


@given(st.text(max_size=300))
def test_any_words_are_understood_or_refused(words: str) -> None:
    with suppress(BadInput):
        _, day = asked(words, TODAY)
        assert FIRST <= day <= LAST
