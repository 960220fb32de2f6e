"""Reads what people type after `/calendar`. Nothing is guessed: a word that is not understood is asked about."""

from __future__ import annotations

import re
from datetime import date, timedelta
from difflib import get_close_matches

from bot.errors import BadInput
from bot.rules.calendar import FIRST, LAST, View, shifted
from bot.rules.when_words import DAY, WEEKDAYS, day_of

EXAMPLES = "“next week”, “month”, “day friday” or “list 24 Dec”"

_LONGEST = 200
"""Characters that are looked at."""
_VOCABULARY = frozenset({*View, "help", "next", "last", "this", "today", "tomorrow", "yesterday"})
_TURNED = re.compile(r"(next|last|previous|this) (day|week|month)")


def asked(words: str, today: date) -> tuple[View, date]:
    """What `/calendar …` asks for: a view, a day, `next week`, or a view and a day. Raises BadInput("words")."""
    said = " ".join(words.lower().split())[:_LONGEST]
    head, _, rest = said.partition(" ")
    if not said:
        return View.WEEK, today
    if head in set(View):
        return View(head), _day(rest, today) if rest else today
    if turned := _TURNED.fullmatch(said):
        pages = {"next": 1, "this": 0}.get(turned[1], -1)
        return View(turned[2]), shifted(View(turned[2]), today, pages)
    return View.DAY, _day(said, today)


def _day(said: str, today: date) -> date:
    """The day that words mean; past ones too, if they are given whole."""
    if said == "yesterday":
        return today - timedelta(days=1)
    found = DAY.fullmatch(said)
    if found is None:
        raise _not_understood(said)
    if found["weekday"] and not found["which"] and WEEKDAYS[today.weekday()].lower().startswith(found["weekday"]):
        return today
    day = _read(found, today)
    if not FIRST <= day <= LAST:
        raise BadInput("words", "The year {year} is out of reach. Check the date.", year=day.year)
    return day


def _read(found: re.Match[str], today: date) -> date:
    try:
        return day_of(found, today)
    except BadInput as refused:
        raise BadInput("words", refused.template, **refused.values) from None
    except OverflowError:
        raise BadInput("words", "That day is out of reach. Choose an earlier one.") from None


def _not_understood(said: str) -> BadInput:
    words = said.split()
    odd = next((word for word in words if word not in _VOCABULARY), said)[:40]
    near = get_close_matches(odd, sorted(_VOCABULARY), n=1, cutoff=0.7)
    if near:
        return BadInput("words", "I did not understand “{word}”. Did you mean “{near}”?", word=odd, near=near[0])
    return BadInput(
        "words", "I did not understand “{word}”. Write for example {examples}.", word=odd, examples=EXAMPLES
    )
