"""The publisher's hot statements: claim in bulk, find what a dead worker left, tell when to wake. They decide nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, or_, select, tuple_, update

from bot.rules.posts import OPEN, Step
from bot.rules.posts import Delivery as State
from bot.store.columns import among
from bot.store.scope import Tx
from bot.store.states import move_deliveries
from bot.store.tables import Account, Delivery, Pause

_OPEN = [state.value for state in OPEN]


def claim(tx: Tx, *, now: datetime, worker: str, until: datetime, limit: int) -> list[int]:
    """Lease up to `limit` due deliveries, the oldest open one of each account, in one statement; their ids."""
    due = _columns(Delivery)
    head = (
        select(due.id)
        .where(among(due.status, _OPEN), due.status == State.SCHEDULED.value, due.next_at <= now, due.late_until >= now)
        .where(_is_oldest_open(due), _account_takes(due, now), *_not_paused(tx))
        .order_by(due.next_at, due.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).cte("head")
    return move_deliveries(tx, select(head.c.id), Step.CLAIM, fields={"lease_by": worker, "lease_until": until})


def late(tx: Tx, *, now: datetime, limit: int) -> list[int]:
    """Waiting deliveries whose time is over."""
    due = _columns(Delivery)
    chosen = (
        select(due.id)
        .where(among(due.status, _OPEN), due.status == State.SCHEDULED.value, due.late_until < now)
        .order_by(due.next_at)
    )
    return list(tx.session.scalars(chosen.limit(limit).with_for_update(skip_locked=True)))


def lapsed_claims(tx: Tx, *, now: datetime) -> list[int]:
    """Claimed deliveries whose worker did not come back; nothing of them was sent."""
    due = _columns(Delivery)
    chosen = select(due.id).where(among(due.status, _OPEN), due.status == State.CLAIMED.value, due.lease_until < now)
    return list(tx.session.scalars(chosen.with_for_update(skip_locked=True)))


def claims_of(tx: Tx, *, worker: str) -> list[int]:
    """What a worker has claimed and not begun to send."""
    due = _columns(Delivery)
    chosen = select(due.id).where(among(due.status, _OPEN), due.status == State.CLAIMED.value, due.lease_by == worker)
    return list(tx.session.scalars(chosen))


def take_over(tx: Tx, *, now: datetime, worker: str, until: datetime, limit: int) -> list[int]:
    """Lease deliveries whose request may have left and whose outcome nobody has written down; their ids."""
    due = _columns(Delivery)
    doubtful = (
        select(due.id)
        .where(among(due.status, _OPEN), due.status == State.SENDING.value, due.lease_until <= now)
        .order_by(due.lease_until)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).cte("doubtful")
    statement = (
        update(Delivery)
        .where(due.id.in_(select(doubtful.c.id)), due.status == State.SENDING.value)
        .values(lease_by=worker, lease_until=until)
        .returning(due.id)
        .execution_options(synchronize_session=False)
    )
    return list(tx.session.scalars(statement))


def keep_leases(tx: Tx, *, worker: str, until: datetime) -> None:
    """Lengthen every lease that `worker` holds."""
    due = _columns(Delivery)
    held = update(Delivery).where(due.lease_by == worker, among(due.status, _OPEN), due.lease_until < until)
    tx.session.execute(held.values(lease_until=until).execution_options(synchronize_session=False))


def expire_leases(tx: Tx, *, now: datetime) -> None:
    """End every lease at `now`."""
    due = _columns(Delivery)
    held = update(Delivery).where(among(due.status, _OPEN), due.lease_until > now)
    tx.session.execute(held.values(lease_until=now).execution_options(synchronize_session=False))


def next_moment(tx: Tx) -> datetime | None:
    """When the publisher has something to do next: a delivery comes due, or a lease lapses. None: nothing waits."""
    due = _columns(Delivery)
    waiting = select(func.min(due.next_at)).where(among(due.status, _OPEN), due.status == State.SCHEDULED.value)
    leased = select(func.min(due.lease_until)).where(among(due.status, _OPEN), due.lease_until.is_not(None))
    moments = [tx.session.scalar(waiting), tx.session.scalar(leased)]
    return min((moment for moment in moments if moment is not None), default=None)


def _is_oldest_open(due: Any) -> ColumnElement[bool]:
    """No older delivery of the account is still open: an account's posts keep their order."""
    older = Delivery.__table__.alias("older")  # type: ignore[attr-defined]
    return ~exists(
        select(older.c.id).where(
            older.c.account_id == due.account_id,
            among(older.c.status, _OPEN),
            tuple_(older.c.due_at, older.c.id) < tuple_(due.due_at, due.id),
        )
    )


def _account_takes(due: Any, now: datetime) -> ColumnElement[bool]:
    """The account's network did not ask to wait."""
    account = _columns(Account)
    return ~exists(select(account.id).where(account.id == due.account_id, account.quota_until > now))


def _not_paused(tx: Tx) -> Sequence[ColumnElement[bool]]:
    """Nobody paused everything, the client, the network or the account. Asked only while anything is paused."""
    pause, due, account = _columns(Pause), _columns(Delivery), _columns(Account)
    if tx.session.scalar(select(pause.id).where(pause.ended_at.is_(None)).limit(1)) is None:
        return ()
    held = or_(
        pause.scope == "all",
        and_(pause.scope == "client", pause.target == cast(due.client_id, String)),
        and_(pause.scope == "network", pause.target == account.network),
        and_(pause.scope == "account", pause.target == cast(due.account_id, String)),
    )
    pauses = select(pause.id).where(account.id == due.account_id, pause.workspace_id == due.workspace_id)
    return (~exists(pauses.where(pause.ended_at.is_(None), held)),)


def _columns(table: Any) -> Any:
    return table.__table__.c
