"""Which address leads to whose calendar feed, and what a feed reaches. Nothing of the address is stored."""

from __future__ import annotations

from datetime import datetime, timedelta

PAST = timedelta(days=30)
FUTURE = timedelta(days=366)
"""A feed reaches this far from today: calendar programs fetch all of it again and again."""
MOST_EVENTS = 1_000
"""Some 400 kB; beyond it programs slow down."""
LASTS = timedelta(minutes=15)
"""A post takes no time, but an event without a length is not shown by some programs."""


def claim(workspace: int, person: str, version: int) -> bytes:
    """What the secret part of an address signs: whose feed it is, and which of their links."""
    return b"\0".join((b"calendar feed", str(workspace).encode(), person.encode(), str(version).encode()))


def token(person_row: int, signature: str) -> str:
    """The part of the address that is somebody's own."""
    return f"{person_row}-{signature}"


def parts(token: str) -> tuple[int, str]:
    """The row and the signature in a token; (0, …) where it is none of ours."""
    row, _, signature = token.partition("-")
    return (int(row) if row.isascii() and row.isdigit() and len(row) <= 18 else 0), signature


def window(now: datetime) -> tuple[datetime, datetime]:
    """The first moment that a feed reaches, and the first after it: whole days, so that it changes but once a day."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return today - PAST, today + FUTURE
