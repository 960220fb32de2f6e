"""Keeps what is known of accounts fresh: their servers' limits, and whether their credentials still work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_

from bot.flows.accounts import limits_as_json
from bot.rules.networks import Limits
from bot.store import Tx
from bot.store.tables import Account

FRESH = timedelta(days=1)
"""How long what a server said of its limits is taken as true; servers change them once a year or so."""
AT_ONCE = 20
"""Accounts asked in one round: a hundred accounts take a few rounds, and no server is asked by all at once."""


def stale(tx: Tx, *, now: datetime) -> list[Account]:
    """Connected accounts that were not asked for a day, the longest unasked first."""
    columns: Any = Account.__table__.c  # type: ignore[attr-defined]
    old = or_(columns.limits_at.is_(None), columns.limits_at < now - FRESH)
    return tx.all(Account, columns.connected.is_(True), old, order=(columns.limits_at, columns.id), limit=AT_ONCE)


def renew(tx: Tx, account_id: int, limits: Limits | None, *, now: datetime) -> None:
    """Write down what the server says it takes; None when it could not be asked, which is tried again tomorrow."""
    row = tx.require(Account, account_id)
    if limits is not None:
        row.limits = limits_as_json(limits)
    row.limits_at = now
    tx.session.add(row)
