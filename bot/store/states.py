"""The one writer of every status. A move names the state it starts from; exactly one changed row is success."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import CursorResult, Select, bindparam, func, literal, select, update

from bot.errors import Stale
from bot.rules import inbox
from bot.rules import posts as rules
from bot.rules.posts import Step
from bot.store.scope import Tx
from bot.store.tables import Conversation, Delivery, Post, Reply


def move_post(tx: Tx, post: Post, step: Step, now: datetime, *, version: int | None = None, **fields: Any) -> None:
    """Take one post one step; Stale when the table forbids it or somebody moved it, or edited it, first.

    `version` is the one the person looked at: a later edit makes the move stale too.
    """
    target = rules.next_post(rules.Post(post.status), step)
    columns: Any = Post.__table__.c  # type: ignore[attr-defined]
    unmoved = [columns.id == post.id, columns.status == post.status]
    if version is not None:
        unmoved.append(columns.version == version)
    changed = {"status": target.value, "changed_at": now, "revision": columns.revision + 1, **fields}
    if _rows(tx, update(Post).where(*tx.within(Post), *unmoved).values(**changed)) != 1:
        raise Stale("Somebody was quicker: this post has changed. Look at its card again.")
    tx.session.refresh(post)


def touch_post(tx: Tx, post_ids: Iterable[int], now: datetime) -> None:
    """Say that something a card shows has changed, without a step."""
    columns: Any = Post.__table__.c  # type: ignore[attr-defined]
    chosen = update(Post).where(*tx.within(Post), columns.id.in_(list(post_ids)))
    tx.session.execute(chosen.values(revision=columns.revision + 1, changed_at=now))


def move_deliveries(
    tx: Tx, ids: Sequence[int] | Select[Any], step: Step, *where: Any, fields: Mapping[str, Any] | None = None
) -> list[int]:
    """Take these deliveries one step in one statement; the ids that moved. Others had moved already.

    `ids` may be a select of ids, which is then a part of the statement. The state a delivery is in is held too, so
    that one that two workers reach for goes to one of them.
    """
    starts = rules.sources(step)
    moved: list[int] = []
    columns: Any = Delivery.__table__.c  # type: ignore[attr-defined]
    for target in dict.fromkeys(rules.DELIVERY_STEPS[start, step] for start in starts):
        froms = [start.value for start in starts if rules.DELIVERY_STEPS[start, step] is target]
        statement = (
            update(Delivery)
            .where(*tx.within(Delivery), columns.id.in_(ids), columns.status.in_(froms), *where)
            .values(status=target.value, **(fields or {}))
            .returning(columns.id)
            .execution_options(synchronize_session=False)
        )
        moved += list(tx.session.scalars(statement))
    return moved


def settle_deliveries(tx: Tx, step: Step, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Take deliveries out of `sending` with values of their own (`id` and columns); the ids that moved.

    One statement for all; only when its count is short are the rows looked at one by one.
    """
    if not rows:
        return []
    target = rules.next_delivery(rules.Delivery.SENDING, step)
    columns: Any = Delivery.__table__.c  # type: ignore[attr-defined]
    ids = [row["id"] for row in rows]
    names = [name for name in rows[0] if name != "id"]
    still = set(
        tx.session.scalars(
            select(columns.id).where(columns.id.in_(ids), columns.status == rules.Delivery.SENDING.value)
        )
    )
    statement = (
        update(Delivery.__table__)  # type: ignore[attr-defined]
        .where(columns.id == bindparam("row_id"), columns.status == rules.Delivery.SENDING.value)
        .values(status=target.value, **{name: bindparam(f"new_{name}") for name in names})
    )
    moving = [row for row in rows if row["id"] in still]
    if moving:
        tx.session.connection().execute(
            statement, [{"row_id": row["id"], **{f"new_{name}": row[name] for name in names}} for row in moving]
        )
    return [row["id"] for row in moving]


def roll_up(tx: Tx, post_ids: Iterable[int], now: datetime) -> dict[int, rules.Post]:
    """Bring posts to the state that their deliveries add up to; the new state of each that moved."""
    steps: dict[tuple[rules.Post, Step], list[int]] = {}
    for post_id, standing, statuses in _standing(tx, sorted(set(post_ids))):
        step = rules.rollup(statuses)
        if rules.settled(step) is not standing:
            steps.setdefault((standing, step), []).append(post_id)
    moved: dict[int, rules.Post] = {}
    posts: Any = Post.__table__.c  # type: ignore[attr-defined]
    for (start, step), group in steps.items():
        target = rules.next_post(start, step)
        statement = (
            update(Post)
            .where(posts.id.in_(group), posts.status == start.value)
            .values(status=target.value, changed_at=now, revision=posts.revision + 1)
            .returning(posts.id)
            .execution_options(synchronize_session=False)
        )
        moved |= dict.fromkeys(tx.session.scalars(statement), target)
    return moved


def move_conversation(tx: Tx, row: Conversation, act: inbox.Act, now: datetime, **fields: Any) -> None:
    """Take one conversation one step; Stale when the table forbids it, or somebody changed it first."""
    target = inbox.next_conversation(inbox.Conversation(row.status), act)
    columns: Any = Conversation.__table__.c  # type: ignore[attr-defined]
    unmoved = [columns.id == row.id, columns.status == row.status, columns.revision == row.revision]
    changed = {"status": target.value, "changed_at": now, "revision": columns.revision + 1, **fields}
    if _rows(tx, update(Conversation).where(*tx.within(Conversation), *unmoved).values(**changed)) != 1:
        raise Stale("Somebody was quicker: this conversation has changed. Look at its card again.")
    tx.session.refresh(row)


def touch_conversation(tx: Tx, row: Conversation, now: datetime) -> None:
    """Say that something the card of a conversation shows has changed, without a step."""
    columns: Any = Conversation.__table__.c  # type: ignore[attr-defined]
    chosen = update(Conversation).where(*tx.within(Conversation), columns.id == row.id)
    tx.session.execute(chosen.values(revision=columns.revision + 1, changed_at=now))
    tx.session.refresh(row)


def move_replies(
    tx: Tx, ids: Sequence[int] | Select[Any], step: Step, *where: Any, fields: Mapping[str, Any] | None = None
) -> list[int]:
    """Take these answers one step; the ids that moved. Others had moved already."""
    columns: Any = Reply.__table__.c  # type: ignore[attr-defined]
    moved: list[int] = []
    for start in [start for start, possible in inbox.REPLY_STEPS if possible is step]:
        statement = (
            update(Reply)
            .where(*tx.within(Reply), columns.id.in_(ids), columns.status == start.value, *where)
            .values(status=inbox.next_reply(start, step).value, **(fields or {}))
            .returning(columns.id)
            .execution_options(synchronize_session=False)
        )
        moved += list(tx.session.scalars(statement))
    return moved


def _standing(tx: Tx, ids: Sequence[int]) -> Iterable[tuple[int, rules.Post, list[rules.Delivery]]]:
    """Each post with its state and those of the deliveries of its standing approval."""
    posts: Any = Post.__table__.c  # type: ignore[attr-defined]
    columns: Any = Delivery.__table__.c  # type: ignore[attr-defined]
    # Two workers may settle two deliveries of one post at once: the second waits here, and then sees the first's.
    tx.session.execute(select(posts.id).where(posts.id.in_(ids)).order_by(posts.id).with_for_update())
    asked = (
        select(columns.post_id, posts.status, columns.status)
        .join(Post, (posts.id == columns.post_id) & (posts.approval_id == columns.approval_id))
        .where(columns.post_id.in_(ids))
        .order_by(columns.post_id)
    )
    for (post_id, standing), rows in groupby(tx.session.execute(asked), key=lambda row: (row[0], row[1])):
        yield post_id, rules.Post(standing), [rules.Delivery(row[2]) for row in rows]


def first_of(column: Any, value: datetime) -> Any:
    """The column's value, or `value` where it has none yet."""
    return func.coalesce(column, literal(value, column.type))


def chosen(ids: Sequence[int], *columns: Any) -> Any:
    """A select of some columns of these deliveries."""
    return select(*columns).where(Delivery.__table__.c.id.in_(ids))  # type: ignore[attr-defined]


def _rows(tx: Tx, statement: Any) -> int:
    result: CursorResult[Any] = tx.session.execute(statement.execution_options(synchronize_session=False))  # type: ignore[assignment]
    return result.rowcount
