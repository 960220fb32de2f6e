"""Appends to the chained record, and checks the chain. It reads nothing out for people."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, text

from bot.store.scope import Tx
from bot.store.tables import AuditEntry

_LOCK = 0x7E11
"""First half of the advisory lock that lets one transaction at a time extend a workspace's chain."""


@dataclass(frozen=True)
class Entry:
    """One thing that was done. `subject` is like `post:12`; `old` and `new` are states or short values."""

    workspace_id: int
    at: datetime
    who: str
    door: str
    what: str
    subject: str
    old: str = ""
    new: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def append(tx: Tx, entries: Iterable[Entry]) -> None:
    """Add entries to their workspaces' chains, in order."""
    chains: dict[int, list[Entry]] = {}
    for entry in entries:
        chains.setdefault(entry.workspace_id, []).append(entry)
    for workspace_id in sorted(chains):
        _extend(tx, workspace_id, chains[workspace_id])


def broken_link(tx: Tx, workspace_id: int) -> int | None:
    """Number of the first entry that was altered, or follows one that was removed; None while the chain is whole."""
    expected, before = 1, ""
    rows = tx.session.scalars(
        select(AuditEntry).where(AuditEntry.workspace_id == workspace_id).order_by(AuditEntry.number)  # type: ignore[arg-type]
    )
    for row in rows:
        if row.number != expected or row.digest != _digest(before, _values(row, row.number)):
            return expected
        expected, before = expected + 1, row.digest
    return None


def _extend(tx: Tx, workspace_id: int, entries: Sequence[Entry]) -> None:
    if tx.session.get_bind().dialect.name == "postgresql":
        tx.session.execute(text("SELECT pg_advisory_xact_lock(:a, :b)"), {"a": _LOCK, "b": workspace_id})
    columns: Any = AuditEntry.__table__.c  # type: ignore[attr-defined]
    last = tx.session.execute(
        select(columns.number, columns.digest)
        .where(columns.workspace_id == workspace_id)
        .order_by(columns.number.desc())
        .limit(1)
    ).first()
    number, before = (last.number, last.digest) if last else (0, "")
    rows = []
    for entry in entries:
        number += 1
        values = _values(entry, number)
        before = _digest(before, values)
        rows.append({**values, "at": entry.at, "facts": dict(entry.facts), "digest": before})
    tx.session.execute(insert(AuditEntry), rows)


def _values(entry: Entry | AuditEntry, number: int) -> dict[str, Any]:
    """What the digest covers, the same for an entry to be written and for one that was read."""
    names = ("workspace_id", "who", "door", "what", "subject", "old", "new", "facts")
    return {"number": number, "at": entry.at.isoformat(), **{name: getattr(entry, name) for name in names}}


def _digest(before: str, values: Mapping[str, Any]) -> str:
    canonical = json.dumps({"before": before, **values}, sort_keys=True, default=dict)
    return hashlib.sha256(canonical.encode()).hexdigest()
