"""When: what people type becomes the moment they mean, or a sentence; clocks that change never guess."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.rules.when import FARTHEST, Asked, asked_at, parse, split

VILNIUS = "Europe/Vilnius"
NOW = datetime(2026, 11, 18, 8, 20, 30, tzinfo=UTC)
"""Wednesday, 10:20 in Vilnius."""

ZONES = ["Europe/Vilnius", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"]
ZONE = st.sampled_from(ZONES)
CLOCK = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
DAY_WORDS = ["tomorrow", "today", "monday", "next", "this", "on", "24.12.", "31.2.", "Dec", "24", "2026-12-24"]
ODD_DAYS = ["9999-12-31", "0001-01-01", "01/02/2026"]
CLOCK_WORDS = ["at", "9:00", "25:00", "9", "am", "pm", "noon", "midnight", "-", "17:00", "UTC"]
WISHES = ["in", "2", "99999", "hours", "weeks", "now", "asap", "as soon as approved"]
TEXT_WORDS = ["Our", "shop", "opens", ":", "é", "\n"]
WORDS = st.lists(
    st.sampled_from([*DAY_WORDS, *ODD_DAYS, *CLOCK_WORDS, *WISHES, *TEXT_WORDS]) | st.text(max_size=4), max_size=8
).map(" ".join)


def refusal(text: str, zone: str = VILNIUS) -> str:
    """The sentence that a text is refused with; the refusal is of the field `when`."""
    with pytest.raises(BadInput) as refused:
        split(text, now=NOW, zone=zone)
    assert refused.value.field == "when"
    return str(refused.value)


@pytest.mark.parametrize(
    ("typed", "wall"),
    [
        ("tomorrow 9:00", "2026-11-19 09:00"),
        ("Tomorrow at 9", "2026-11-19 09:00"),
        ("tomorrow at 9am", "2026-11-19 09:00"),
        ("tomorrow 9 am", "2026-11-19 09:00"),
        ("tomorrow 9:30 p.m.", "2026-11-19 21:30"),
        ("tomorrow 12am", "2026-11-19 00:00"),
        ("tomorrow 12pm", "2026-11-19 12:00"),
        ("tomorrow noon", "2026-11-19 12:00"),
        ("tomorrow 0:00", "2026-11-19 00:00"),
        ("tomorrow, 9:00,", "2026-11-19 09:00"),
        ("tomorrow 9:", "2026-11-19 09:00"),
        ("day after tomorrow 9:00", "2026-11-20 09:00"),
        ("today 23:59", "2026-11-18 23:59"),
        ("21:30", "2026-11-18 21:30"),
        ("9pm", "2026-11-18 21:00"),
        ("noon", "2026-11-18 12:00"),
        ("friday 9:00", "2026-11-20 09:00"),
        ("on Fri 9:00", "2026-11-20 09:00"),
        ("this friday 9:00", "2026-11-20 09:00"),
        ("next friday 9:00", "2026-11-27 09:00"),
        ("monday 9:00", "2026-11-23 09:00"),
        ("next monday 9:00", "2026-11-23 09:00"),
        ("next wednesday 9:00", "2026-11-25 09:00"),
        ("2026-12-24 9:00", "2026-12-24 09:00"),
        ("24.12. 9:00", "2026-12-24 09:00"),
        ("24.12.2026 9:00", "2026-12-24 09:00"),
        ("24 Dec 9:00", "2026-12-24 09:00"),
        ("24. december 2027 9:00", "2027-12-24 09:00"),
        ("24th Dec, 2026 9:00", "2026-12-24 09:00"),
        ("Dec 24 9:00", "2026-12-24 09:00"),
        ("December 24, 2027 9:00", "2027-12-24 09:00"),
        ("1.2. 9:00", "2027-02-01 09:00"),
        ("in 3 days 9:00", "2026-11-21 09:00"),
        ("in a week at 9", "2026-11-25 09:00"),
        ("in 2 hours", "2026-11-18 12:21"),
        ("in two hours", "2026-11-18 12:21"),
        ("in 2h", "2026-11-18 12:21"),
        ("in 30 minutes", "2026-11-18 10:51"),
    ],
)
def test_a_time_before_the_text_is_taken_off_and_read(typed: str, wall: str) -> None:
    asked, rest = split(f"{typed} Our shop opens", now=NOW, zone=VILNIUS)
    assert asked is not None
    assert (asked.kind, asked.wall, asked.zone, rest) == ("at", wall, VILNIUS, "Our shop opens")


@pytest.mark.parametrize("zone", ZONES)
def test_the_moment_is_what_the_clocks_of_the_zone_show(zone: str) -> None:
    asked, _ = split("2027-06-01 9:00 Our shop opens", now=NOW, zone=zone)
    assert asked == Asked("at", datetime(2027, 6, 1, 9, tzinfo=ZoneInfo(zone)), "2027-06-01 09:00", zone)


def test_tomorrow_is_the_zones_tomorrow() -> None:
    late = datetime(2026, 11, 18, 23, tzinfo=UTC)  # the 19th in Vilnius, still the 18th in New York
    walls = [parse("tomorrow 9:00", now=late, zone=zone).wall for zone in ("Europe/Vilnius", "America/New_York")]
    assert walls == ["2026-11-20 09:00", "2026-11-19 09:00"]


def test_now_is_this_moment() -> None:
    assert split("now Our shop opens", now=NOW, zone=VILNIUS) == (
        Asked("now", NOW, "2026-11-18 10:20", VILNIUS),
        "Our shop opens",
    )


@pytest.mark.parametrize("typed", ["asap", "as soon as approved", "asap:"])
def test_as_soon_as_approved_has_no_time(typed: str) -> None:
    assert split(f"{typed} Our shop opens", now=NOW, zone=VILNIUS) == (
        Asked("approved", None, "", VILNIUS),
        "Our shop opens",
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "Our shop opens",
        "Today we open",
        "tomorrow we open",
        "Now we open",
        "In 2 hours we open",
        "Asap is no plan",
        "Noon has come",
        "Monday 9:00-17:00 open",
        "Tomorrow 9:00 - 17:00 open doors",
        "Today 9:00 to 17:00 open doors",
        "Open 9:00 daily",
        "Doors 9:00, come early",
        "Today from 9:00 we are open",
        "Today's 9:00 show",
        "3:0 for us!",
        "9 reasons to come",
        "24.12. is Christmas Eve",
        "31.2. is no day",
        "in Vilnius we open",
        "1/2 price",
        "日曜 9:00 開店",
    ],
)
def test_a_text_without_a_time_of_day_at_its_start_stays_whole(text: str) -> None:
    assert split(text, now=NOW, zone=VILNIUS) == (None, text)


def test_the_lines_of_a_text_are_kept() -> None:
    assert split("tomorrow 9:00\n\nOur shop\n  opens", now=NOW, zone=VILNIUS)[1] == "Our shop\n  opens"


@pytest.mark.parametrize(
    ("typed", "word", "meant"),
    [
        ("tommorow 9:00 Our shop opens", "tommorow", "tomorrow"),
        ("Tomorow 9:00 Our shop opens", "Tomorow", "tomorrow"),
        ("next tuseday 9:00 Our shop opens", "tuseday", "tuesday"),
        ("24 Decembr 9:00 Our shop opens", "Decembr", "december"),
        ("freitag at 9:00 Our shop opens", "freitag", None),
        ("rytoj 9:00 Our shop opens", "rytoj", None),
        ("monday evening 9:00 Our shop opens", "evening", None),
        ("next week 9:00 Our shop opens", "next week", None),
        ("24.12 9:00 Our shop opens", "24.12", None),
        ("24.12.26 9:00 Our shop opens", "24.12.26", None),
    ],
)
def test_a_word_that_was_not_understood_is_named(typed: str, word: str, meant: str | None) -> None:
    expected = f"Did you mean “{meant}”?" if meant else "Write for example tomorrow 9:00"
    assert f"I did not understand “{word}” in the time. {expected}" in refusal(typed)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("25:00 Open", "“25:00” is not a time of day."),
        ("tomorrow 24:00 Open", "“24:00” is not a time of day."),
        ("tomorrow 9:60 Open", "“9:60” is not a time of day."),
        ("tomorrow 9:5 Open", "“9:5” is not a time of day."),
        ("tomorrow 13pm Open", "“13pm” is not a time of day."),
        ("tomorrow 0am Open", "“0am” is not a time of day."),
        ("tomorrow 9.30 Open", "Write a time with a colon"),
        ("tomorrow 9h Open", "Write a time with a colon"),
        ("tomorrow midnight Open", "Midnight can mean the start or the end of a day."),
        ("31.2. 9:00 Open", "There is no 31 February 2026."),
        ("2027-02-29 9:00 Open", "There is no 29 February 2027."),
        ("1.13. 9:00 Open", "There is no month 13. Check the date."),
        ("01/02/2026 9:00 Open", "“01/02/2026” can be read in two ways."),
        ("9:00 Open", "18 November 2026, 09:00 has passed: in Europe/Vilnius it is now 18 November 2026, 10:20."),
        ("this monday 9:00 Open", "16 November 2026, 09:00 has passed"),
        ("17.11. 9:00 Open", "17 November 2026 has passed. Write the year"),
        ("wednesday 21:00 Open", "Today is Wednesday. Write “today” or “next Wednesday”."),
        ("2029-01-01 9:00 Open", "more than two years ahead"),
        ("9999-12-31 9:00 Open", "The year 9999 is out of reach."),
        ("in 99999 hours Open", "more than two years ahead"),
        ("tomorrow 9:00 UTC Open", "Times are those of Europe/Vilnius. Leave “UTC” out"),
        ("21:00 tomorrow Open", "Put the day before the time: “tomorrow 21:00”."),
        ("tomorrow", "At what time? Write for example “tomorrow 9:00”."),
        ("24 Dec", "At what time?"),
        ("tomorrow 9 shops open", "I cannot tell whether “9” is the time or belongs to the text. Write “9:00”"),
        ("now we open", "I cannot tell whether “now” is the time or belongs to the text. Write “now:”"),
        ("in 2 hours we open", "I cannot tell whether “in 2 hours” is the time"),
    ],
)
def test_a_time_that_cannot_be_used_is_explained(typed: str, sentence: str) -> None:
    assert sentence in refusal(typed)


@pytest.mark.parametrize("typed", ["tomorrow 9", "9 tomorrow", "9:00 tomorrow", "Tomorrow at 9 am", " tomorrow\n9:00 "])
def test_a_time_alone_may_be_said_either_way_round(typed: str) -> None:
    assert parse(typed, now=NOW, zone=VILNIUS).wall == "2026-11-19 09:00"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Give a time"),
        ("soon", "I did not understand “soon”"),
        ("tommorow 9", "Did you mean “tomorrow”?"),
        ("tomorrow 9:00 sharp", "I did not understand “sharp”"),
        ("friday", "At what time? Write for example “friday 9:00”."),
        ("x" * 5_000, "I did not understand “xxx"),
    ],
)
def test_words_that_are_no_time_are_explained(typed: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse(typed, now=NOW, zone=VILNIUS)
    assert sentence in str(refused.value)
    assert len(str(refused.value)) < 300


@given(WORDS, ZONE)
def test_any_words_give_a_moment_to_come_or_a_sentence(typed: str, zone: str) -> None:
    try:
        asked, rest = split(typed, now=NOW, zone=zone)
    except BadInput as refused:
        sentence = str(refused)
    else:
        assert typed.endswith(rest)
        assert asked is None or asked.at is None or NOW <= asked.at <= NOW + FARTHEST
        sentence = "."
    assert sentence.endswith((".", "?"))


@given(WORDS, ZONE)
def test_a_time_split_off_a_text_reads_the_same_alone(typed: str, zone: str) -> None:
    try:
        asked, rest = split(typed, now=NOW, zone=zone)
    except BadInput:
        return
    if asked is not None:
        words = typed.strip()[: len(typed.strip()) - len(rest.strip())] if rest.strip() else typed
        assert parse(words.strip(), now=NOW, zone=zone) == asked


@given(st.dates(date(2026, 11, 19), date(2028, 11, 17)), CLOCK, ZONE)
def test_a_written_date_and_time_reads_back_as_itself(day: date, clock: time, zone: str) -> None:
    try:
        expected = asked_at(day, clock, now=NOW, zone=zone)
    except BadInput:
        assume(False)
    for written in (f"{day.isoformat()}", f"{day.day}.{day.month}.{day.year}", f"{day:%d %b %Y}", f"{day:%B %d, %Y}"):
        asked, rest = split(f"{written} {clock:%H:%M} Open", now=NOW, zone=zone)
        assert (asked, rest) == (expected, "Open")


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(BadInput, match="Did you mean Europe/Vilnius"):
        parse("tomorrow 9:00", now=NOW, zone="Europe/Vilnus")
