"""One event of Slack's kept durably, as before each ack: a flow, a transaction, one insert, on a SQLite file."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from bench._figures import percentiles
from bot.store import EVERYWHERE, Tx, open_store
from bot.store.migrations import migrate
from bot.store.tables import Intake

EVENTS = 500
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def measure() -> Mapping[str, float]:
    """Keep 500 events, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'trellis.db'}"
        migrate(url)
        store = open_store(url)
        durations = []
        for number in range(EVENTS):
            started = time.perf_counter()
            store.write(_keep, EVERYWHERE, f"Ev{number}")
            durations.append(time.perf_counter() - started)
        store.close()
    return percentiles(durations)


def _keep(tx: Tx, event_id: str) -> None:
    tx.add(Intake(team_id="T1", event_id=event_id, body={"type": "app_home_opened"}, received_at=NOW))
