"""Queries behind the Home tab: somebody's queue, a few rows and a count of each list. They decide nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select

from bot.rules.calendar_pages import Planned
from bot.rules.posts import ASKING, WORKING, Step
from bot.rules.posts import Delivery as DeliveryState
from bot.store.scope import Tx
from bot.store.tables import Account, Client, Decision, Delivery, Post, PostVersion

REASONED = (Step.REQUEST_CHANGES.value, Step.HOLD.value, Step.REJECT.value)


@dataclass(frozen=True)
class Wanted:
    """Which posts are asked for, within the scope and these clients."""

    clients: Collection[int]
    states: Collection[str]
    author: str = ""
    """Only this person's; empty: anybody's."""
    not_by: str = ""
    """None that this person wrote a version of."""
    start: datetime | None = None
    """From this moment on, until before `end`; both or neither."""
    end: datetime | None = None
    changed_since: datetime | None = None


@dataclass(frozen=True)
class AskingRow:
    """A delivery that asks a person, and its post."""

    delivery: Delivery
    post: Planned


def posts(tx: Tx, wanted: Wanted, most: int) -> tuple[list[Planned], int]:
    """The first posts by time (those without one last), and how many there are in all."""
    columns = _columns(Post)
    where = _where(tx, wanted)
    order = (columns.scheduled_at.is_(None), columns.scheduled_at, columns.id)
    rows = tx.all(Post, *where, order=order, limit=most)
    return planned(tx, rows), _count(tx, Post, where)


def planned(tx: Tx, rows: Sequence[Post]) -> list[Planned]:
    """Posts as lists show them, in this order."""
    columns = _columns(PostVersion)
    versions = tx.all(PostVersion, columns.post_id.in_([row.id for row in rows]), order=columns.id) if rows else []
    accounts = {(version.post_id, version.number): tuple(version.accounts) for version in versions}
    return [_planned(row, accounts.get((row.id or 0, row.version), ())) for row in rows]


def asking(tx: Tx, clients: Collection[int], most: int, *where: Any) -> tuple[list[AskingRow], int]:
    """The deliveries of standing approvals that ask a person, oldest first, and how many there are in all."""
    deliveries, columns = _columns(Delivery), _columns(Post)
    stands = and_(columns.id == deliveries.post_id, columns.approval_id == deliveries.approval_id)
    asked = [
        *tx.within(Post),
        columns.status.in_([status.value for status in WORKING]),  # their index is much shorter than all deliveries
        deliveries.status.in_([status.value for status in ASKING]),
        deliveries.client_id.in_(clients),
        *where,
    ]
    query = select(Delivery, Post).join(Post, stands).where(*asked).order_by(deliveries.due_at, deliveries.id)
    rows = list(tx.session.execute(query.limit(most)))
    shown = {post.id: post for post in planned(tx, list({post.id: post for _, post in rows}.values()))}
    count = tx.session.scalar(select(func.count()).select_from(Delivery).join(Post, stands).where(*asked))
    return [AskingRow(delivery, shown[post.id]) for delivery, post in rows], int(count or 0)


def of_clients(clients: Collection[int]) -> ColumnElement[bool]:
    """That a delivery is of one of these clients."""
    held: ColumnElement[bool] = _columns(Delivery).client_id.in_(clients)
    return held


def of_author(person: str) -> ColumnElement[bool]:
    """That a delivery's post is this person's."""
    written: ColumnElement[bool] = _columns(Post).author == person
    return written


def last_reasons(tx: Tx, post_ids: Collection[int]) -> dict[int, Decision]:
    """The newest decision with a reason on each of these posts."""
    columns = _columns(Decision)
    rows = tx.all(Decision, columns.post_id.in_(post_ids), columns.step.in_(REASONED), order=columns.id)
    return {row.post_id: row for row in rows}


def broken_accounts(tx: Tx, clients: Collection[int]) -> list[Account]:
    """The accounts that are not connected, by client and handle."""
    columns = _columns(Account)
    order = (columns.client_id, columns.handle, columns.id)
    return tx.all(Account, columns.connected.is_(False), columns.client_id.in_(clients), order=order)


def is_client_ready(tx: Tx) -> bool:
    """Whether a client has a channel and somebody who reviews."""
    columns = _columns(Client)
    ready = tx.all(Client, columns.archived_at.is_(None), columns.review_channel != "", order=columns.id)
    return any(row.reviewers for row in ready)


def is_account_connected(tx: Tx) -> bool:
    """Whether an account is connected."""
    return tx.first(Account, _columns(Account).connected.is_(True)) is not None


def is_approved(tx: Tx) -> bool:
    """Whether anything was ever approved."""
    return tx.first(Decision, Decision.step == Step.APPROVE.value) is not None


def is_published(tx: Tx) -> bool:
    """Whether anything ever went out."""
    return tx.first(Delivery, Delivery.status == DeliveryState.PUBLISHED.value) is not None


def oldest_post(tx: Tx, besides: Collection[str]) -> Post | None:
    """The oldest post that stands in none of these states."""
    columns = _columns(Post)
    return tx.first(Post, columns.status.not_in(besides), order=columns.id)


def has_posts(tx: Tx) -> bool:
    """Whether anybody ever drafted anything."""
    return tx.first(Post) is not None


def _planned(row: Post, accounts: tuple[int, ...]) -> Planned:
    return Planned(
        id=row.id or 0,
        version=row.version,
        revision=row.revision,
        client_id=row.client_id,
        status=row.status,
        at=row.scheduled_at,
        title=row.title,
        author=row.author,
        accounts=accounts,
        changed_at=row.changed_at,
    )


def _where(tx: Tx, wanted: Wanted) -> list[ColumnElement[bool]]:
    columns = _columns(Post)
    kept = [columns.client_id.in_(wanted.clients), columns.status.in_(wanted.states)]
    if wanted.author:
        kept.append(columns.author == wanted.author)
    if wanted.not_by:
        kept += [columns.author != wanted.not_by, ~_wrote(wanted.not_by)]
    if wanted.start is not None and wanted.end is not None:
        kept += [columns.scheduled_at >= wanted.start, columns.scheduled_at < wanted.end]
    if wanted.changed_since is not None:
        kept.append(columns.changed_at >= wanted.changed_since)
    return kept


def _wrote(person: str) -> ColumnElement[bool]:
    """Whether a person wrote a version of the post."""
    versions = _columns(PostVersion)
    return exists().where(versions.post_id == _columns(Post).id, versions.by == person)


def _count(tx: Tx, table: Any, where: Sequence[Any]) -> int:
    return int(tx.session.scalar(select(func.count()).select_from(table).where(*tx.within(table), *where)) or 0)


def _columns(table: Any) -> Any:
    return table.__table__.c
