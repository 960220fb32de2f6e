"""The words people use for days and times of day. It knows the calendar, and no zone and no now."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

from bot.errors import BadInput

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

EXAMPLES = "tomorrow 9:00, friday 14:30, 24 Dec 9:00, 2026-12-24 9:00, in 2 hours, now, or as soon as approved"

_MONTH = {name.lower()[:length]: index for index, name in enumerate(MONTHS, 1) for length in (3, 4, len(name))}
_WEEKDAY = {name.lower()[:length]: index for index, name in enumerate(WEEKDAYS) for length in (3, 4, 5, len(name))}
_NUMBER = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip

VOCABULARY = frozenset(
    {name.lower() for name in (*MONTHS, *WEEKDAYS)}
    | {"today", "tomorrow", "next", "this", "noon", "minutes", "hours", "days", "weeks"}
)
"""The words that a misspelled one is compared with."""

_FAR_YEARLESS = timedelta(days=183)
"""A date without a year may be next year's, but only within half a year; else it is more likely a slip."""


def _any(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


COUNT = rf"\d{{1,5}}|{_any(_NUMBER)}"
"""Pattern of how many: `2`, `two`, `an`; read by `number`."""

DAY = re.compile(
    rf"""(?:on\s+)?(?:
      (?P<near>today|tomorrow|day\s+after\s+tomorrow)
    | (?:(?P<which>next|this)\s+)?(?P<weekday>{_any(_WEEKDAY)})
    | (?P<iso>\d{{4}}-\d{{1,2}}-\d{{1,2}})
    | (?P<slashed>\d{{1,4}}/\d{{1,2}}(?:/\d{{1,4}})?)
    | (?P<d1>\d{{1,2}})\.(?P<m1>\d{{1,2}})\.(?P<y1>\d{{4}})?
    | (?P<d2>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?P<m2>{_any(_MONTH)})\.?(?:,?\s+(?P<y2>\d{{4}}))?
    | (?P<m3>{_any(_MONTH)})\.?\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y3>\d{{4}}))?
    | in\s+(?P<ahead>{COUNT})\s+(?P<unit>day|week)s?
    ),?(?=\s|$)""",
    re.IGNORECASE | re.VERBOSE,
)
"""What looks like a day; `day_of` reads it."""

CLOCK = re.compile(
    r"""(?P<at>at\s+)?(?:
      (?P<named>noon|midnight)
    | (?P<other>\d{1,2}\.\d{2}|\d{1,2}h\d{0,2})(?:\s?[ap]\.?m\.?)?
    | (?P<hour>\d{1,4})(?P<minutes>:\d{1,4})?(?:\s?(?P<half>[ap])\.?m\.?)?
    )(?P<colon>[:,;])?(?=\s|$)
    (?!\s*(?:[-–—]|(?:to|till|until)\b)\s*\d)  # opening hours are part of the text""",
    re.IGNORECASE | re.VERBOSE,
)
"""What looks like a time of day; `clock_of` reads it."""


def is_bare(clock: re.Match[str]) -> bool:
    """A lone number: it may be an hour, and may as well be something else."""
    return clock["hour"] is not None and not clock["minutes"] and not clock["half"]


def clock_of(clock: re.Match[str]) -> time:
    """The time of day that a match of `CLOCK` means. Raises BadInput("when")."""
    if clock["named"]:
        return _named_clock(clock["named"].lower())
    said = clock[0].rstrip(":,;")
    if clock["other"]:
        raise BadInput("when", "“{said}” may be a time or a number. Write a time with a colon, as in 9:30.", said=said)
    hour, minutes = int(clock["hour"]), (clock["minutes"] or ":00")[1:]
    if clock["half"]:
        hour = hour % 12 + (12 if clock["half"].lower() == "p" else 0) if 1 <= hour <= 12 else -1
    if not 0 <= hour <= 23 or len(minutes) != 2 or int(minutes) > 59:
        raise BadInput(
            "when", "“{said}” is not a time of day. Write it from 0:00 to 23:59, or as in 9:30 pm.", said=said
        )
    return time(hour, int(minutes))


def day_of(day: re.Match[str], today: date) -> date:
    """The day that a match of `DAY` means on `today`. Raises BadInput("when") for one that is not or not clear."""
    if day["near"]:
        return today + timedelta(days={"today": 0, "tomorrow": 1}.get(day["near"].lower(), 2))
    if day["weekday"]:
        return _weekday(_WEEKDAY[day["weekday"].lower()], (day["which"] or "").lower(), today)
    if day["ahead"]:
        return today + timedelta(days=number(day["ahead"]) * (7 if day["unit"].lower() == "week" else 1))
    if day["slashed"]:
        raise BadInput(
            "when",
            "“{said}” can be read in two ways. Write the date as 2026-12-24, 24.12. or 24 Dec.",
            said=day["slashed"],
        )
    if day["iso"]:
        year, month, date_ = map(int, day["iso"].split("-"))
        return _date(year, month, date_)
    return _written(day, today)


def number(word: str) -> int:
    """The number that a match of `COUNT` means."""
    return _NUMBER.get(word.lower()) or int(word)


def say(day: date) -> str:
    """A day in words that are the same everywhere: 24 December 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _named_clock(name: str) -> time:
    if name == "midnight":
        raise BadInput(
            "when", "Midnight can mean the start or the end of a day. Write 0:00 and the day that it begins."
        )
    return time(12)


def _weekday(weekday: int, which: str, today: date) -> date:
    """`friday` is the coming one, `next friday` the one of next week (from Monday on), `this friday` this week's."""
    monday = today - timedelta(days=today.weekday())
    if which:
        return monday + timedelta(days=weekday + (7 if which == "next" else 0))
    if weekday == today.weekday():
        raise BadInput("when", "Today is {day}. Write “today” or “next {day}”.", day=WEEKDAYS[weekday])
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _written(day: re.Match[str], today: date) -> date:
    form = next(form for form in "123" if day[f"d{form}"])
    date_, month, year = int(day[f"d{form}"]), day[f"m{form}"].lower(), day[f"y{form}"]
    month_number = _MONTH.get(month) or int(month)
    return _date(int(year), month_number, date_) if year else _yearless(month_number, date_, today)


def _yearless(month: int, date_: int, today: date) -> date:
    this_year = _date(today.year, month, date_)
    if this_year >= today:
        return this_year
    next_year = _date(today.year + 1, month, date_)
    if next_year - today > _FAR_YEARLESS:
        raise BadInput("when", "{day} has passed. Write the year if you mean a later one.", day=say(this_year))
    return next_year


def _date(year: int, month: int, date_: int) -> date:
    if not 1 <= month <= len(MONTHS):
        raise BadInput("when", "There is no month {month}. Check the date.", month=month)
    try:
        return date(year, month, date_)
    except ValueError:
        raise BadInput(
            "when", "There is no {day} {month} {year}. Check the date.", day=date_, month=MONTHS[month - 1], year=year
        ) from None
