"""Queries for digests: who gets one, which were decided, and which posts stand where. They decide nothing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, delete, or_, select

from bot.rules.calendar import STATES, Show
from bot.rules.calendar_pages import Planned
from bot.rules.digests import PASSING
from bot.rules.posts import Post as Status
from bot.store.calendar import light
from bot.store.scope import Tx
from bot.store.slack import insert_once
from bot.store.tables import Account, Client, DigestRun, Person, Post


def clients_with_digest(tx: Tx) -> list[Client]:
    """Clients that work goes on for and that chose a channel for their digest."""
    columns = _columns(Client)
    return tx.all(Client, columns.digest_channel != "", columns.archived_at.is_(None), order=columns.id)


def people_with_digest(tx: Tx) -> list[Person]:
    """Full members who chose an hour for their own digest."""
    columns = _columns(Person)
    barred = [columns[name].is_(False) for name in ("deleted", "is_external", "is_guest", "is_bot")]
    return tx.all(Person, columns.digest_hour.is_not(None), *barred, order=columns.id)


def decided(tx: Tx, days: Collection[date]) -> set[tuple[int, str, str]]:
    """(workspace, place, day) of the digests that were decided for these days."""
    columns = _columns(DigestRun)
    asked = select(columns.workspace_id, columns.place, columns.day).where(
        *tx.within(DigestRun), columns.day.in_([day.isoformat() for day in days])
    )
    return {(workspace, place, day) for workspace, place, day in tx.session.execute(asked)}


def decide(tx: Tx, place: str, day: date, now: datetime, *, empty: bool) -> bool:
    """Write down that a digest is decided; False if it was before, here or in another process."""
    written = insert_once(
        tx, DigestRun, workspace_id=tx.scope.workspace, place=place, day=day.isoformat(), empty=empty, at=now
    )
    return written is not None


def forget(tx: Tx, before: datetime) -> int:
    """Forget the decisions made before a moment; how many."""
    result: CursorResult[Any] = tx.session.execute(  # type: ignore[assignment]
        delete(DigestRun).where(*tx.within(DigestRun), _columns(DigestRun).at < before)
    )
    return result.rowcount


def today(
    tx: Tx, clients: Collection[int], start: datetime, end: datetime, most: int, author: str = ""
) -> list[Planned]:
    """The posts of a day that nobody called off, by time; of one author, if one is given."""
    columns = _columns(Post)
    when = [columns.scheduled_at >= start, columns.scheduled_at < end]
    where = [columns.client_id.in_(clients), *when, _stands_in(STATES[Show.ALL]), *_by(author)]
    return light(tx, *where, order=(columns.scheduled_at, columns.id), most=most)


def standing(
    tx: Tx, clients: Collection[int], states: Collection[Status], since: datetime, most: int, author: str = ""
) -> list[Planned]:
    """Posts that stand in one of these states, the next due first; of a failure that passes only what came since."""
    columns = _columns(Post)
    fresh: ColumnElement[bool] = or_(~_stands_in(PASSING), columns.changed_at >= since)
    where = [columns.client_id.in_(clients), _stands_in(states), fresh, *_by(author)]
    return light(tx, *where, order=(columns.scheduled_at.is_(None), columns.scheduled_at, columns.id), most=most)


def broken_accounts(tx: Tx, clients: Collection[int]) -> list[Account]:
    """Accounts that stopped working; one that was disconnected on purpose has no secret any more, and is none."""
    columns = _columns(Account)
    where = [columns.client_id.in_(clients), columns.connected.is_(False), columns.secret != ""]
    return tx.all(Account, *where, order=(columns.network, columns.handle, columns.id))


def _stands_in(states: Collection[Status]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = _columns(Post).status.in_(sorted(one.value for one in states))
    return found


def _by(author: str) -> list[ColumnElement[bool]]:
    return [_columns(Post).author == author] if author else []


def _columns(table: Any) -> Any:
    return table.__table__.c
