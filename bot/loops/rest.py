"""How long a loop may rest."""

from __future__ import annotations

from datetime import datetime


def seconds_until(due: datetime | None, now: datetime, longest: float) -> float:
    """Seconds until something is due, at most `longest`; what is due and was not taken waits behind something."""
    if due is None or due <= now:
        return longest
    return min((due - now).total_seconds(), longest)
