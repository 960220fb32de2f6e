"""Queries of customers' messages, of who reads them, and of the answers. They decide nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from bot.rules.inbox import UNDER_WAY
from bot.rules.inbox import Reply as State
from bot.rules.networks import Incoming
from bot.rules.posts import Step
from bot.store.scope import Tx
from bot.store.states import move_replies
from bot.store.tables import Account, Conversation, Cursor, Message, Reply

AT_ONCE = datetime.fromtimestamp(0, UTC)
"""A moment that has always passed."""

# Reading


def add_cursors(tx: Tx, networks: Collection[str], now: datetime) -> None:
    """Give every connected account of these networks a cursor, to be read at once."""
    for account in tx.all(Account, *_never_read(networks)):
        fresh = {"position": "", "next_at": now, "quiet": 0, "failures": 0, "lease_by": ""}
        _insert_once(tx, Cursor, account_id=account.id, workspace_id=account.workspace_id, **fresh)


def lease_cursors(
    tx: Tx, networks: Collection[str], *, worker: str, now: datetime, until: datetime, limit: int
) -> list[tuple[Account, str]]:
    """Lease the connected accounts that are to be read, the longest waiting first, each with its position."""
    cursors, accounts = _columns(Cursor), _columns(Account)
    due = (
        select(cursors.account_id)
        .join(Account, accounts.id == cursors.account_id)
        .where(accounts.network.in_(networks), accounts.connected.is_(True), cursors.next_at <= now)
        .where(_is_free(cursors, now))
        .order_by(cursors.next_at)
        .limit(limit)
        .with_for_update(of=Cursor, skip_locked=True)
    )
    chosen = (
        update(Cursor)
        .where(cursors.account_id.in_(due), _is_free(cursors, now))
        .values(lease_by=worker, lease_until=until)
        .returning(cursors.account_id, cursors.position)
        .execution_options(synchronize_session=False)
    )
    positions = {row.account_id: row.position for row in tx.session.execute(chosen)}
    return [(account, positions[account.id]) for account in tx.all(Account, accounts.id.in_(positions))]


def next_read(tx: Tx, networks: Collection[str]) -> datetime | None:
    """When the next account is to be read; None where there is none that can be."""
    cursors, accounts = _columns(Cursor), _columns(Account)
    if tx.first(Account, *_never_read(networks)) is not None:
        return AT_ONCE
    found = tx.session.execute(
        select(cursors.next_at, cursors.lease_until)
        .join(Account, accounts.id == cursors.account_id)
        .where(accounts.network.in_(networks), accounts.connected.is_(True))
        .order_by(cursors.next_at)
        .limit(200)
    )
    return min((max(at, lease or at) for at, lease in found), default=None)


def lock_cursor(tx: Tx, account_id: int, worker: str) -> Cursor | None:
    """The cursor that `worker` leased, held until this transaction ends; None once somebody else has it."""
    cursors = _columns(Cursor)
    asked = tx.select(Cursor, cursors.account_id == account_id, cursors.lease_by == worker)
    return tx.session.scalars(asked.with_for_update()).one_or_none()


def free_cursors(tx: Tx) -> None:
    """Give up every lease: for a database that one process owns, at its start."""
    tx.session.execute(update(Cursor).values(lease_by="", lease_until=None))


def hurry(tx: Tx, account_id: int, now: datetime) -> None:
    """Read this account at once, and quickly for a while."""
    chosen = update(Cursor).where(_columns(Cursor).account_id == account_id)
    tx.session.execute(chosen.values(next_at=now, quiet=0).execution_options(synchronize_session=False))


# Conversations


def conversation_of(tx: Tx, account: Account, message: Incoming, status: str, now: datetime) -> Conversation:
    """The customer's conversation that a message belongs to, held until this transaction ends; made if need be."""
    same = {"account_id": account.id, "remote_id": message.conversation_id, "contact_id": message.author_id}
    _insert_once(
        tx,
        Conversation,
        **same,
        workspace_id=account.workspace_id,
        client_id=account.client_id,
        contact_handle=message.author_handle,
        contact_name=message.author_name,
        kind=message.kind,
        status=status,
        owner="",
        escalated_by="",
        escalation="",
        closed_by="",
        revision=0,
        opened_at=now,
        changed_at=now,
    )
    columns = _columns(Conversation)
    asked = tx.select(Conversation, *[columns[name] == value for name, value in same.items()])
    return tx.session.scalars(asked.with_for_update()).one()


def add_message(tx: Tx, row: Conversation, message: Incoming, now: datetime) -> int | None:
    """Keep a message; its id, or None if it was kept before."""
    return _insert_once(
        tx,
        Message,
        workspace_id=row.workspace_id,
        account_id=row.account_id,
        conversation_id=row.id,
        remote_id=message.remote_id,
        kind=message.kind,
        text=message.text,
        url=message.url,
        refs=dict(message.refs),
        at=message.at,
        received_at=now,
    )


def hold(tx: Tx, conversation_id: int) -> Conversation:
    """A conversation, kept from everybody else until this transaction ends. Raises NotFound."""
    columns = _columns(Conversation)
    tx.session.execute(select(columns.id).where(columns.id == conversation_id).with_for_update())
    return tx.require(Conversation, conversation_id)


def newest_message(tx: Tx, conversation_id: int) -> Message:
    """The message that was read last; every conversation begins with one."""
    columns = _columns(Message)
    return tx.all(Message, columns.conversation_id == conversation_id, order=columns.id.desc(), limit=1)[0]


def newest_reply(tx: Tx, conversation_id: int) -> Reply | None:
    """The answer that was written last."""
    columns = _columns(Reply)
    return tx.first(Reply, columns.conversation_id == conversation_id, order=columns.id.desc())


def last_messages(tx: Tx, conversation_id: int, most: int) -> list[Message]:
    """The newest messages, oldest first."""
    columns = _columns(Message)
    return tx.all(Message, columns.conversation_id == conversation_id, order=columns.id.desc(), limit=most)[::-1]


def last_replies(tx: Tx, conversation_id: int, most: int) -> list[Reply]:
    """The newest answers, oldest first."""
    columns = _columns(Reply)
    return tx.all(Reply, columns.conversation_id == conversation_id, order=columns.id.desc(), limit=most)[::-1]


def count_messages(tx: Tx, conversation_id: int) -> int:
    """How many messages the customer wrote in it."""
    columns = _columns(Message)
    asked = select(func.count()).select_from(Message).where(columns.conversation_id == conversation_id)
    return int(tx.session.scalar(asked) or 0)


# Answers


def claim_replies(tx: Tx, *, worker: str, now: datetime, until: datetime, limit: int) -> list[int]:
    """Lease due answers, of each conversation the oldest that is under way, where the account takes anything; ids."""
    due, account = _columns(Reply), _columns(Account)
    older = Reply.__table__.alias("older")  # type: ignore[attr-defined]
    is_behind = exists(
        select(older.c.id).where(
            older.c.conversation_id == due.conversation_id, older.c.status.in_(UNDER_WAY), older.c.id < due.id
        )
    )
    must_wait = exists(select(account.id).where(account.id == due.account_id, account.quota_until > now))
    head = (
        select(due.id)
        .where(due.status == State.DUE.value, due.next_at <= now, ~is_behind, ~must_wait)
        .order_by(due.next_at, due.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).cte("head")
    return move_replies(tx, select(head.c.id), Step.CLAIM, fields={"lease_by": worker, "lease_until": until})


def lapsed_claims(tx: Tx, *, now: datetime) -> list[int]:
    """Claimed answers whose worker did not come back; nothing of them was sent."""
    due = _columns(Reply)
    chosen = select(due.id).where(due.status == State.CLAIMED.value, due.lease_until < now)
    return list(tx.session.scalars(chosen.with_for_update(skip_locked=True)))


def take_over_replies(tx: Tx, *, worker: str, now: datetime, until: datetime, limit: int) -> list[int]:
    """Lease answers whose request may have left and whose outcome nobody has written down; their ids."""
    due = _columns(Reply)
    doubtful = (
        select(due.id)
        .where(due.status == State.SENDING.value, due.lease_until <= now)
        .order_by(due.lease_until)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).cte("doubtful")
    statement = (
        update(Reply)
        .where(due.id.in_(select(doubtful.c.id)), due.status == State.SENDING.value)
        .values(lease_by=worker, lease_until=until)
        .returning(due.id)
        .execution_options(synchronize_session=False)
    )
    return list(tx.session.scalars(statement))


def change_reply(tx: Tx, reply_id: int, values: Mapping[str, Any]) -> None:
    """Change what is kept of an answer, but for its state."""
    tx.session.execute(update(Reply).where(_columns(Reply).id == reply_id).values(**values))


def expire_replies(tx: Tx, *, now: datetime) -> None:
    """End every lease at `now`: for a database that one process owns, at its start."""
    due = _columns(Reply)
    held = update(Reply).where(due.status.in_(UNDER_WAY), due.lease_until > now)
    tx.session.execute(held.values(lease_until=now).execution_options(synchronize_session=False))


def replies(tx: Tx, ids: Sequence[int]) -> list[Reply]:
    """These answers, oldest first."""
    columns = _columns(Reply)
    return tx.all(Reply, columns.id.in_(ids), order=columns.id) if ids else []


def next_reply_at(tx: Tx) -> datetime | None:
    """When there is an answer to send, or a lease to look after; None while nothing waits."""
    due = _columns(Reply)
    waiting = select(func.min(due.next_at)).where(due.status == State.DUE.value)
    leased = select(func.min(due.lease_until)).where(due.status.in_([State.CLAIMED.value, State.SENDING.value]))
    moments = [tx.session.scalar(waiting), tx.session.scalar(leased)]
    return min((moment for moment in moments if moment is not None), default=None)


def _never_read(networks: Collection[str]) -> list[Any]:
    cursors, accounts = _columns(Cursor), _columns(Account)
    has_cursor = exists(select(cursors.account_id).where(cursors.account_id == accounts.id))
    return [accounts.network.in_(networks), accounts.connected.is_(True), ~has_cursor]


def known_messages(tx: Tx, account_id: int, remote_ids: Collection[str]) -> set[str]:
    """Those of these messages that are kept already, by the network's ids."""
    columns = _columns(Message)
    asked = select(columns.remote_id).where(columns.account_id == account_id, columns.remote_id.in_(remote_ids))
    return set(tx.session.scalars(asked))


def _is_free(cursors: Any, now: datetime) -> Any:
    return or_(cursors.lease_until.is_(None), cursors.lease_until <= now)


def _insert_once(tx: Tx, table: type[SQLModel], **values: Any) -> int | None:
    """Insert a row unless one with the same unique key is there; its first column, or None for a duplicate."""
    dialect = sqlite if tx.session.connection().dialect.name == "sqlite" else postgresql
    first = next(iter(table.__table__.primary_key))  # type: ignore[attr-defined]
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing().returning(first)
    return tx.session.scalars(statement).one_or_none()


def _columns(table: Any) -> Any:
    return table.__table__.c
