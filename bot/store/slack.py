"""Queries of what Trellis keeps of Slack: events taken in, words waiting to be said, and cards."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, not_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from bot.store.columns import among
from bot.store.scope import Tx
from bot.store.tables import Card, Intake, Outbox

OPEN = ("waiting", "sending")
CARD = "card:"
"""What the topic of a thing's cards begins with."""


def insert_once(tx: Tx, table: type[SQLModel], **values: Any) -> int | None:
    """Insert a row unless one with the same unique key is there; its id, or None for a duplicate."""
    dialect = sqlite if tx.session.connection().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing().returning(_columns(table).id)
    return tx.session.scalars(statement).one_or_none()


def open_events(tx: Tx, *, until: datetime, most: int) -> list[Intake]:
    """Events received until then whose handler has not ended, oldest first."""
    columns = _columns(Intake)
    return tx.all(Intake, columns.done_at.is_(None), columns.received_at <= until, order=columns.id, limit=most)


def lease_event(tx: Tx, row: int, attempts: int) -> bool:
    """Count one more attempt at an event; false if somebody else did so first, or it is done."""
    columns = _columns(Intake)
    still = [columns.id == row, columns.attempts == attempts, columns.done_at.is_(None)]
    return _changed(tx, update(Intake).where(*still).values(attempts=attempts + 1)) == 1


def close_event(tx: Tx, row: int, now: datetime) -> None:
    """Note that an event's handler has ended."""
    tx.session.execute(update(Intake).where(_columns(Intake).id == row).values(done_at=now))


def prune_events(tx: Tx, before: datetime) -> int:
    """Forget the events received before a moment that are done; how many."""
    columns = _columns(Intake)
    return _changed(tx, delete(Intake).where(columns.received_at < before, columns.done_at.is_not(None)))


def waiting_like(tx: Tx, workspace_id: int, topic: str, about: int, place: str) -> Outbox | None:
    """The row that waits to say the same in the same place, kept from the courier until this transaction ends."""
    columns = _columns(Outbox)
    same = [columns.workspace_id == workspace_id, columns.topic == topic, columns.about == about]
    free = [among(columns.state, OPEN), columns.state == "waiting", columns.lease_until.is_(None)]
    asked = tx.select(Outbox, *same, columns.place == place, *free)
    return tx.session.scalars(asked.with_for_update().limit(1)).first()


def heads_of_places(tx: Tx, now: datetime, most: int) -> list[Outbox]:
    """The oldest open message of each place, if it may be said now and its thing's card there is not still to come."""
    columns, cards = _columns(Outbox), Outbox.__table__.alias("cards")  # type: ignore[attr-defined]
    to_come = exists().where(
        cards.c.workspace_id == columns.workspace_id,
        cards.c.place == columns.place,
        cards.c.about == columns.about,
        cards.c.id < columns.id,
        among(cards.c.state, OPEN),
        _is_card(cards.c),
    )
    heads = _heads(not_(_is_card(columns)), columns.workspace_id, columns.place)
    return tx.all(Outbox, columns.id.in_(heads), ~to_come, *_sayable(columns, now), order=columns.id, limit=most)


def heads_of_cards(tx: Tx, now: datetime, most: int) -> list[Outbox]:
    """The oldest open letter of each thing's cards, if it may be said now."""
    columns = _columns(Outbox)
    heads = _heads(_is_card(columns), columns.workspace_id, columns.topic, columns.about)
    return tx.all(Outbox, columns.id.in_(heads), *_sayable(columns, now), order=columns.id, limit=most)


def lease_letters(tx: Tx, rows: Collection[int], now: datetime, until: datetime) -> set[int]:
    """Keep these rows from other couriers until a moment; the ids that were free."""
    columns = _columns(Outbox)
    free = or_(columns.lease_until.is_(None), columns.lease_until <= now)
    chosen = select(columns.id).where(columns.id.in_(rows), among(columns.state, OPEN), free)
    statement = (
        update(Outbox)
        .where(columns.id.in_(chosen.with_for_update(skip_locked=True)))
        .values(lease_until=until)
        .returning(columns.id)
        .execution_options(synchronize_session=False)
    )
    return set(tx.session.scalars(statement))


def free_letters(tx: Tx) -> None:
    """Give up every lease."""
    columns = _columns(Outbox)
    tx.session.execute(update(Outbox).where(among(columns.state, OPEN)).values(lease_until=None))


def change_letter(tx: Tx, row: int, **values: Any) -> None:
    """Change a row of the outbox."""
    tx.session.execute(update(Outbox).where(_columns(Outbox).id == row).values(**values))


def next_letter_at(tx: Tx) -> datetime | None:
    """The earliest moment at which an open row may be said."""
    columns = _columns(Outbox)
    found = tx.session.execute(
        select(columns.next_at, columns.lease_until)
        .where(among(columns.state, OPEN))
        .order_by(columns.next_at)
        .limit(200)
    )
    return min((max(at, lease or at) for at, lease in found), default=None)


def prune_letters(tx: Tx, before: datetime) -> int:
    """Forget what was said before a moment; how many."""
    columns = _columns(Outbox)
    return _changed(tx, delete(Outbox).where(columns.state == "sent", columns.created_at < before))


def doubtful_letters(tx: Tx, since: datetime) -> Sequence[Outbox]:
    """What was perhaps said, and what nobody could be told, since a moment."""
    columns = _columns(Outbox)
    return tx.all(Outbox, columns.state.in_(("doubtful", "dead")), columns.created_at >= since, order=columns.id)


def live_cards(tx: Tx, workspace_id: int, subject: str, about: int) -> list[Card]:
    """The cards that show a thing, oldest first."""
    columns = _columns(Card)
    same = [columns.workspace_id == workspace_id, columns.subject == subject, columns.about == about]
    return tx.all(Card, *same, columns.live.is_(True), order=columns.id)


def change_card(tx: Tx, row: int, **values: Any) -> None:
    """Change a card."""
    tx.session.execute(update(Card).where(_columns(Card).id == row).values(**values))


def _heads(which: Any, *lane: Any) -> Any:
    """The id of the oldest open row of each lane."""
    columns = _columns(Outbox)
    return select(func.min(columns.id)).where(among(columns.state, OPEN), which).group_by(*lane)


def _is_card(columns: Any) -> Any:
    return columns.topic.startswith(CARD, autoescape=True)


def _sayable(columns: Any, now: datetime) -> list[Any]:
    return [columns.next_at <= now, or_(columns.lease_until.is_(None), columns.lease_until <= now)]


def _columns(table: type[SQLModel]) -> Any:
    return table.__table__.c  # type: ignore[attr-defined]


def _changed(tx: Tx, statement: Any) -> int:
    result: Any = tx.session.execute(statement)
    return int(result.rowcount)
