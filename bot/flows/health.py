"""How the house is doing: whether the database answers, and what waits in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from bot.rules import posts as rules
from bot.store import Tx
from bot.store.tables import Delivery, Intake, Outbox


@dataclass(frozen=True)
class Waiting:
    """Counts of rows: still to be said, still to be handled, due and unsent, and those that a person must decide."""

    outbox: int
    intake: int
    due: int
    unconfirmed: int
    missed: int


def ping(tx: Tx) -> bool:
    """Whether the database answers."""
    return bool(tx.session.execute(select(1)).scalar_one() == 1)


def waiting(tx: Tx, *, now: datetime) -> Waiting:
    """What waits, in the whole house."""
    delivery, outbox, intake = _columns(Delivery), _columns(Outbox), _columns(Intake)
    return Waiting(
        outbox=_count(tx, Outbox, outbox.state.in_(("waiting", "sending"))),
        intake=_count(tx, Intake, intake.done_at.is_(None)),
        due=_count(tx, Delivery, delivery.status == rules.Delivery.SCHEDULED.value, delivery.next_at <= now),
        unconfirmed=_count(tx, Delivery, delivery.status == rules.Delivery.UNCONFIRMED.value),
        missed=_count(tx, Delivery, delivery.status == rules.Delivery.MISSED.value),
    )


def _count(tx: Tx, table: Any, *where: Any) -> int:
    asked = select(func.count()).select_from(table).where(*tx.within(table) if table is not Intake else (), *where)
    return int(tx.session.execute(asked).scalar_one())


def _columns(table: Any) -> Any:
    return table.__table__.c
