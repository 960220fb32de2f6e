"""What a network's server answered, read with distrust: nothing here fails on hostile or broken content."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property

import httpx

MAX_WAIT = timedelta(hours=24)
"""The longest a server may put us off: no network read so far has a window longer than a day."""

EPOCH_FROM = 1_000_000_000
"""A reset at or above this is seconds since 1970, below it seconds from now (servers do both)."""

TEXT_LIMIT = 20_000
"""Characters kept of one text in an answer; the longest post any network takes is 10,000."""

RESET_HEADERS = ("retry-after", "ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset")


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, read whole: `body` is decoded (no compression left) and bounded."""

    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def ok(self) -> bool:
        """The server says it did what was asked."""
        return 200 <= self.status < 300

    @cached_property
    def json(self) -> object:
        """The body as JSON, or None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):  # nesting a few thousand deep exhausts the parser's stack
            return None


def part_of(value: object, *path: str | int) -> object:
    """What lies at `path` inside parsed JSON (keys and list positions), or None where anything is missing."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def text_of(value: object, *path: str | int) -> str:
    """The text at `path`, or "": cut at `TEXT_LIMIT`, without NUL and lone surrogates, which no database stores."""
    found = part_of(value, *path)
    if not isinstance(found, str):
        return ""
    return found[:TEXT_LIMIT].replace("\0", "").encode("utf-8", "replace").decode()


def number_of(value: object, *path: str | int) -> int | None:
    """The whole number at `path`, or None."""
    found = part_of(value, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def list_of(value: object, *path: str | int) -> list[object]:
    """The list at `path`, or an empty one."""
    found = part_of(value, *path)
    return found if isinstance(found, list) else []


def opens_at(answer: Answer, now: datetime) -> datetime | None:
    """When the server takes requests again (aware UTC, from now to `MAX_WAIT` ahead); None where it does not tell."""
    for header in RESET_HEADERS:
        moment = _moment(answer.headers.get(header, "").strip(), now)
        if moment is not None:
            return min(max(moment, now), now + MAX_WAIT)
    return None


def wait_of(answer: Answer, now: datetime) -> float | None:
    """Seconds the server asks us to wait, 0 to a day; None where it does not tell."""
    moment = opens_at(answer, now)
    return None if moment is None else (moment - now).total_seconds()


def _moment(told: str, now: datetime) -> datetime | None:
    """A header's time: seconds from now, seconds since 1970, an ISO date (Mastodon) or an HTTP date."""
    if told.isascii() and told.isdigit() and len(told) <= 12:
        seconds = int(told)
        if seconds < EPOCH_FROM:
            return now + min(timedelta(seconds=seconds), MAX_WAIT)
        return datetime.fromtimestamp(min(seconds, now.timestamp() + MAX_WAIT.total_seconds()), UTC)
    return _date(told)


def _date(told: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(told)
            return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        except (ValueError, TypeError, OverflowError):
            continue
    return None
