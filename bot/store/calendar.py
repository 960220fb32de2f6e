"""Light rows of posts for calendars, feeds and lists: a few columns, one query a page. They decide nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Row, Select, cast, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB

from bot.rules.calendar import Cursor, Slot
from bot.rules.calendar_pages import Planned
from bot.store.scope import Tx
from bot.store.tables import Post, PostVersion


@dataclass(frozen=True)
class Wanted:
    """Which posts are asked for, within the scope."""

    clients: tuple[int, ...]
    """Named one by one, since the calendar's index begins with them."""
    states: frozenset[str]
    account: int = 0
    """0: any."""
    person: str = ""
    """The author; empty: any."""
    start: datetime | None = None
    """From this moment (UTC) on, until before `end`; both None: posts that have no time."""
    end: datetime | None = None


@dataclass(frozen=True)
class Page:
    """Some posts in order, and the places before and after them, where there are more."""

    posts: tuple[Planned, ...]
    earlier: Cursor | None
    later: Cursor | None


def page(tx: Tx, wanted: Wanted, size: int, cursor: Cursor | None = None) -> Page:
    """The next `size` posts from a place on, by time and id; from the first one without a place."""
    back = cursor is not None and cursor.back
    found = _planned(tx, page_query(tx, wanted, size + 1, cursor))
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    earlier = Cursor(found[0].at, found[0].id, back=True) if found and (more if back else cursor is not None) else None
    later = Cursor(found[-1].at, found[-1].id) if found and (back or more) else None
    return Page(tuple(found), earlier, later)


def page_query(tx: Tx, wanted: Wanted, most: int, cursor: Cursor | None = None) -> Select[Any]:
    """The statement of a page: it walks the index (workspace, client, time, id) and joins each post's wording."""
    posts = _columns(Post)
    order = (posts.id,) if wanted.start is None else (posts.scheduled_at, posts.id)
    if cursor is not None and cursor.back:
        order = tuple(column.desc() for column in order)
    return _light_query(tx, *_where(tx, wanted), *_beyond(cursor)).order_by(*order).limit(most)


def light(tx: Tx, *where: ColumnElement[bool], order: Sequence[Any], most: int) -> list[Planned]:
    """Posts within the scope, in an order, at most `most`."""
    return _planned(tx, _light_query(tx, *where).order_by(*order).limit(most))


def slots(tx: Tx, wanted: Wanted, most: int) -> list[Slot]:
    """When posts go out and on which accounts, by time; at most `most` of them."""
    return [
        Slot(post.id, post.at, post.accounts)
        for post in _planned(tx, page_query(tx, wanted, most))
        if post.at is not None
    ]


def without_time(wanted: Wanted) -> Wanted:
    """The same of posts that have no time."""
    return replace(wanted, start=None, end=None)


def _light_query(tx: Tx, *where: ColumnElement[bool]) -> Select[Any]:
    posts, versions = _columns(Post), _columns(PostVersion)
    columns = (
        posts.id,
        posts.version,
        posts.revision,
        posts.client_id,
        posts.status,
        posts.scheduled_at.label("at"),
        posts.title,
        posts.author,
        versions.accounts,
        posts.changed_at,
    )
    newest = (versions.post_id == posts.id) & (versions.number == posts.version)
    return select(*columns).join(PostVersion, newest).where(*tx.within(Post), *where)


def _planned(tx: Tx, asked: Select[Any]) -> list[Planned]:
    return [_light(row) for row in tx.session.execute(asked)]


def _light(row: Row[Any]) -> Planned:
    return Planned(**{**row._mapping, "accounts": tuple(row.accounts)})


def _where(tx: Tx, wanted: Wanted) -> list[ColumnElement[bool]]:
    posts = _columns(Post)
    # Not the bare column: SQLite would walk the index of statuses, which holds every post there ever was.
    stands = posts.status.concat("").in_(sorted(wanted.states))
    kept = [posts.client_id.in_(wanted.clients), *_when(wanted), stands]
    if wanted.person:
        kept.append(posts.author == wanted.person)
    if wanted.account:
        kept.append(_holds(tx, wanted.account))
    return kept


def _when(wanted: Wanted) -> Sequence[ColumnElement[bool]]:
    column = _columns(Post).scheduled_at
    if wanted.start is None or wanted.end is None:
        return [column.is_(None)]
    return [column >= wanted.start, column < wanted.end]


def _beyond(cursor: Cursor | None) -> Collection[ColumnElement[bool]]:
    """What lies after a place, or before it."""
    posts = _columns(Post)
    if cursor is None:
        return []
    if cursor.at is None:
        return [posts.id < cursor.post if cursor.back else posts.id > cursor.post]
    here = tuple_(literal(cursor.at, posts.scheduled_at.type), literal(cursor.post))
    there = tuple_(posts.scheduled_at, posts.id)
    return [there < here if cursor.back else there > here]


def _holds(tx: Tx, account: int) -> ColumnElement[bool]:
    """Whether a post's wording is for this account: its accounts are a list in JSON."""
    column = _columns(PostVersion).accounts
    if tx.session.get_bind().dialect.name == "postgresql":
        held: ColumnElement[bool] = column.op("@>")(cast(literal([account], JSON), JSONB))
        return held
    each = func.json_each(column).table_valued("value")
    return select(literal(1)).select_from(each).where(each.c.value == account).exists()


def _columns(table: Any) -> Any:
    return table.__table__.c
