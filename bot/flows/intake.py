"""Events that Slack delivered: kept before Slack hears so, once each, open until their handler has ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.store import Tx
from bot.store import slack as queries
from bot.store.tables import Intake

KEPT = timedelta(hours=26)
"""Slack may deliver an event again each hour for a day (its Delayed Events), so each is remembered a little longer."""
PATIENCE = timedelta(seconds=30)
"""A handler that has not ended by then was lost with its process, or failed."""
ATTEMPTS = 5
"""How often an event is run again before it is given up; the log has the reason each time."""


@dataclass(frozen=True)
class OpenEvent:
    """An event whose handler has not ended yet."""

    id: int
    body: Mapping[str, Any]
    attempts: int


def take_in(tx: Tx, team_id: str, event_id: str, body: Mapping[str, Any], now: datetime) -> int | None:
    """Keep an event; the id of its row, or None if it was delivered before."""
    return queries.insert_once(
        tx, Intake, team_id=team_id, event_id=event_id, body=dict(body), attempts=0, received_at=now
    )


def close(tx: Tx, row: int, now: datetime) -> None:
    """The handler has ended: it is not run again."""
    queries.close_event(tx, row, now)


def take_again(tx: Tx, now: datetime, most: int = 20) -> list[OpenEvent]:
    """Events whose handler should have ended long ago, each counted as tried again; those tried too often are closed."""
    again = []
    for row in queries.open_events(tx, until=now - PATIENCE, most=most):
        event = OpenEvent(row.id or 0, row.body, row.attempts + 1)
        if row.attempts >= ATTEMPTS:
            queries.close_event(tx, event.id, now)
        elif row.received_at + PATIENCE * 2**row.attempts <= now and queries.lease_event(tx, event.id, row.attempts):
            again.append(event)
    return again


def prune(tx: Tx, now: datetime) -> int:
    """Forget old events; how many."""
    return queries.prune_events(tx, now - KEPT)
