"""Decides which moment a person means, from the words they typed or the day and time they picked.

What counts as a time at the start of a text (`split`):

- A day and a time of day, in any letters: `tomorrow 9:00`, `Friday at 9`, `24 Dec 9:30 pm`; or a time alone: `9:00`.
- `now`, `asap`, `as soon as approved`, `in 2 hours`: in small letters only, since posts begin with a capital.
- A day without a time of day is text ("Today we open"), and so are opening hours ("Monday 9:00-17:00").
- Where a time of day follows a word that is not understood (`tommorow 9:00`), or where a word may be either, the
  person is asked. Nothing is guessed, and no time rolls over to another day.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from itertools import islice
from typing import Literal
from zoneinfo import ZoneInfo

from bot.errors import BadInput
from bot.rules.when_words import CLOCK, COUNT, DAY, EXAMPLES, VOCABULARY, clock_of, day_of, is_bare, number, say
from bot.rules.zones import require_zone

FARTHEST = timedelta(days=731)
"""How far ahead a post may be planned: two years."""

_YEARS = range(1971, 9999)
"""Years in which every zone's time has a moment in UTC that Python can hold."""

_HEAD = 200
"""Characters of a text within which a time must stand."""

_WISH = re.compile(
    rf"(?:(?P<now>now)|(?P<approved>asap|as\s+soon\s+as\s+approved)"
    rf"|in\s+(?P<count>{COUNT})\s*(?P<unit>m|min|mins|minutes?|h|hours?))(?P<colon>[:,;])?(?=\s|$)"
)
_FOREIGN_ZONE = re.compile(r"\s*((?:UTC|GMT|BST|WES?T|CES?T|EES?T|MSK|[ECMP][SD]T)\b|[+-]\d{2}:?\d{2}(?!\S))")


@dataclass(frozen=True)
class Asked:
    """When a post was asked to go out: the moment, and the wall clock and zone that were asked for."""

    kind: Literal["at", "now", "approved"]
    at: datetime | None
    """Aware UTC; None when it is to go out as soon as it is approved."""
    wall: str
    """`2026-12-24 09:00`, as a clock in `zone` shows it; empty where `at` is None."""
    zone: str


def split(text: str, *, now: datetime, zone: str) -> tuple[Asked | None, str]:
    """The time at the start of a text and the rest; `(None, text)` where it starts with none.

    Raises BadInput("when") for what looks like a time and is not one, is past, or may be part of the text.
    """
    head = text[:_HEAD]
    start = len(head) - len(head.lstrip())
    if wish := _WISH.match(head, start):
        _require_clear(wish["colon"], wish[0], rest := text[wish.end() :].lstrip(), rest[:1].islower())
        return _wished(wish, now, zone), rest
    if found := _timed(head, start):
        day, clock = found
        rest = text[clock.end() :].lstrip()
        _require_no_zone(rest, zone)
        _require_clear(clock["colon"] or clock["at"], clock[0], rest, is_bare(clock))
        return _at(day, clock, now, zone), rest
    if DAY.fullmatch(text.strip()):
        raise _no_clock(text.strip())
    if unclear := _half_understood(head):
        raise unclear
    return None, text


def parse(words: str, *, now: datetime, zone: str) -> Asked:
    """The time that the words, all of them, mean. Raises BadInput("when") with what was not understood."""
    said = " ".join(words[:_HEAD].split())
    if not said:
        raise BadInput("when", "Give a time, for example {examples}.", examples=EXAMPLES)
    if wish := _WISH.fullmatch(said.lower()):
        return _wished(wish, now, zone)
    if clock := CLOCK.fullmatch(said):
        return _at(None, clock, now, zone)
    if DAY.fullmatch(said):
        raise _no_clock(said)
    for day, clock in _both_orders(said):
        if day and clock:
            return _at(day, clock, now, zone)
    raise _not_understood(_first_unknown(said.split()) or said)


def asked_at(day: date, clock: time, *, now: datetime, zone: str) -> Asked:
    """A day and a time of day, picked or typed, in a zone. Raises BadInput("when") where it is not to come."""
    at = wall_clock(day, clock, zone)
    require_future(at, now, zone=zone)
    return _asked("at", at, zone)


def wall_clock(day: date, clock: time, zone: str) -> datetime:
    """The moment (aware UTC) when clocks in `zone` show this.

    Raises BadInput("when") for a time that the clocks skip or show twice, with the times around it that they show once.
    """
    there = require_zone(zone)
    if day.year not in _YEARS:
        raise BadInput("when", "The year {year} is out of reach. Check the date.", year=day.year)
    first, second = (datetime.combine(day, clock.replace(fold=fold), there).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first
    raise _skipped_or_twice(day, clock, _change_between(min(first, second), max(first, second), there), there)


def require_future(at: datetime, now: datetime, *, zone: str = "UTC") -> None:
    """Refuses a moment that is not after `now`, or more than two years ahead; the sentence tells times of `zone`."""
    if at <= now:
        raise BadInput(
            "when",
            "{asked} has passed: in {zone} it is now {now}. Choose a later time or another day.",
            asked=_say(at, zone),
            zone=zone,
            now=_say(now, zone),
        )
    if at - now > FARTHEST:
        raise BadInput("when", "{asked} is more than two years ahead. Choose an earlier day.", asked=_say(at, zone))


def _timed(head: str, start: int) -> tuple[re.Match[str] | None, re.Match[str]] | None:
    """A day and a time of day from `start` on, or a time of day that can be nothing else."""
    if day := DAY.match(head, start):
        clock = CLOCK.match(head, _after_space(head, day.end()))
        return (day, clock) if clock else None
    clock = CLOCK.match(head, start)
    if not clock or not (clock["half"] or clock["named"] == "noon" or len(clock["minutes"] or "") == 3):
        return None
    if day := DAY.match(head, _after_space(head, clock.end())):
        raise BadInput("when", "Put the day before the time: “{day} {clock}”.", day=day[0].lower(), clock=clock[0])
    return None, clock


def _both_orders(said: str) -> tuple[tuple[re.Match[str] | None, re.Match[str] | None], ...]:
    day, clock = DAY.match(said), CLOCK.match(said)
    return (
        (day, day and CLOCK.fullmatch(said, _after_space(said, day.end()))),
        (clock and DAY.fullmatch(said, _after_space(said, clock.end())), clock),
    )


def _after_space(head: str, place: int) -> int:
    return len(head) - len(head[place:].lstrip())


def _at(day: re.Match[str] | None, clock: re.Match[str], now: datetime, zone: str) -> Asked:
    today = now.astimezone(require_zone(zone)).date()
    return asked_at(day_of(day, today) if day else today, clock_of(clock), now=now, zone=zone)


def _wished(wish: re.Match[str], now: datetime, zone: str) -> Asked:
    if wish["approved"]:
        return Asked("approved", None, "", require_zone(zone).key)
    if wish["now"]:
        return _asked("now", now, zone)
    length = timedelta(**{"hours" if wish["unit"].startswith("h") else "minutes": number(wish["count"])})
    at = now + length + timedelta(minutes=1) - timedelta(microseconds=1)
    at = at.replace(second=0, microsecond=0)  # a full minute, and never sooner than was asked
    require_future(at, now, zone=zone)
    return _asked("at", at, zone)


def _asked(kind: Literal["at", "now"], at: datetime, zone: str) -> Asked:
    there = require_zone(zone)
    return Asked(kind, at.astimezone(UTC), f"{at.astimezone(there):%Y-%m-%d %H:%M}", there.key)


def _require_clear(separator: str | None, said: str, rest: str, doubtful: bool) -> None:
    if rest and doubtful and not separator:
        raise BadInput(
            "when",
            "I cannot tell whether “{said}” is the time or belongs to the text. Write {clearer} if it is the time.",
            said=said,
            clearer=f"“{said}:00”" if said.isdigit() else f"“{said}:”",
        )


def _require_no_zone(rest: str, zone: str) -> None:
    if foreign := _FOREIGN_ZONE.match(rest):
        raise BadInput(
            "when", "Times are those of {zone}. Leave “{said}” out and give the time there.", zone=zone, said=foreign[1]
        )


def _half_understood(head: str) -> BadInput | None:
    """A time of day after one to three words of which not all were understood, where they are no plain text."""
    found = list(islice(re.finditer(r"\S+", head), 4))
    for length, place in enumerate(found[1:], 1):
        clock = CLOCK.match(head, place.start())
        if clock and (clock["minutes"] or clock["half"]):
            return _unless_text([word[0] for word in found[:length]])
        if re.match(r"\d+:\d", place[0]):
            return None  # opening hours
    return None


def _unless_text(before: list[str]) -> BadInput | None:
    """The words before a time of day: text if they begin as posts do, with a capital, and resemble no time."""
    unknown = _first_unknown(before)
    small = before[0][0].islower() or before[0][0].isdecimal()
    if (unknown and _nearest(unknown)) or (small and (len(before) == 1 or before[0] != unknown)):
        return _not_understood(unknown or " ".join(before))
    return None


def _first_unknown(words: list[str]) -> str | None:
    known = VOCABULARY | {"on", "at", "in", "day", "week", "month"}
    return next((word for word in words if word.lower() not in known and not re.search(r"\d", word)), None)


def _nearest(word: str) -> str | None:
    near = get_close_matches(word.lower(), sorted(VOCABULARY), n=1, cutoff=0.75) if word.isalpha() else []
    return near[0] if near else None


def _not_understood(word: str) -> BadInput:
    word = word[:40]
    if near := _nearest(word):
        return BadInput(
            "when", "I did not understand “{word}” in the time. Did you mean “{near}”?", word=word, near=near
        )
    return BadInput(
        "when", "I did not understand “{word}” in the time. Write for example {examples}.", word=word, examples=EXAMPLES
    )


def _no_clock(day: str) -> BadInput:
    return BadInput("when", "At what time? Write for example “{day} 9:00”.", day=day.rstrip(","))


def _change_between(before: datetime, after: datetime, there: ZoneInfo) -> datetime:
    """The second (UTC) at which the clocks change; there is one change between the two moments."""
    old = before.astimezone(there).utcoffset()
    seconds = range(int((after - before).total_seconds()) + 1)
    gone = bisect_left(
        seconds, True, key=lambda second: (before + timedelta(seconds=second)).astimezone(there).utcoffset() != old
    )
    return before + timedelta(seconds=gone)


def _skipped_or_twice(day: date, clock: time, change: datetime, there: ZoneInfo) -> BadInput:
    """Clocks that stand at `stands` are set to `jumps` at the change."""
    second = timedelta(seconds=1)
    stands = (change - second).astimezone(there).replace(tzinfo=None) + second
    jumps = change.astimezone(there).replace(tzinfo=None)
    values = {"day": say(day), "zone": there.key, "stands": f"{stands:%H:%M}", "jumps": f"{jumps:%H:%M}"}
    if jumps > stands:
        sentence = (
            "On {day} the clocks in {zone} go forward from {stands} to {jumps}, so {asked} does not exist. "
            "Choose a time before {stands}, or {jumps} or later."
        )
    else:
        sentence = (
            "On {day} the clocks in {zone} go back from {stands} to {jumps}, so {asked} comes twice. "
            "Choose a time before {jumps}, or {stands} or later."
        )
    return BadInput("when", sentence, asked=f"{clock:%H:%M}", **values)


def _say(at: datetime, zone: str) -> str:
    there = at.astimezone(require_zone(zone))
    return f"{say(there.date())}, {there:%H:%M}"
