"""What the reader writes: who reads which account, what customers wrote, and how far it was read. It asks no network.

The messages of one read and the cursor behind them are one transaction, so that nothing is skipped or kept twice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.flows import accounts, casework
from bot.rules import inbox as rules
from bot.rules.inbox import Act
from bot.rules.networks import Batch, Incoming
from bot.store import Tx, states
from bot.store import inbox as queries
from bot.store.tables import Account, Conversation

LEASE = timedelta(seconds=90)
"""Longer than one read (`bot.loops.reader.READ_SECONDS`); a reader that died is replaced after it."""

TELL_AFTER = 7
"""Reads in a row that failed, about four minutes, before a person hears that customers may go unheard."""


@dataclass(frozen=True)
class Errand:
    """An account to read, from a position; None: from now on."""

    account: Account
    position: str | None


@dataclass(frozen=True)
class Failure:
    """Why an account could not be read, and the earliest next try; `reconnect`: its credentials were refused."""

    why: str
    until: datetime | None = None
    reconnect: bool = False


def take(tx: Tx, networks: Collection[str], *, worker: str, limit: int, now: datetime) -> list[Errand]:
    """Lease the accounts on these networks that are to be read."""
    queries.add_cursors(tx, networks, now)
    leased = queries.lease_cursors(tx, networks, worker=worker, now=now, until=now + LEASE, limit=limit)
    return [Errand(account, position or None) for account, position in leased]


def keep(tx: Tx, account_id: int, batch: Batch, *, worker: str, chance: float, now: datetime) -> int:
    """Keep what was read and how far; how many messages were new. A reader that lost its lease keeps nothing."""
    cursor = queries.lock_cursor(tx, account_id, worker)
    if cursor is None:
        return 0
    account = tx.require(Account, account_id)
    new = _new_ones(tx, account, batch.messages)
    rows = _conversations(tx, account, new, now=now)
    for message in new:
        _receive(tx, rows[message.conversation_id, message.author_id], message, now=now)
    cursor.quiet = 0 if batch.messages else cursor.quiet + 1
    cursor.position, cursor.read_at, cursor.failures = batch.cursor, now, 0
    # Where there was something there may be more: a page is bounded, and people write on.
    cursor.next_at = now if batch.messages else now + rules.wait_after(cursor.quiet, chance)
    cursor.lease_by, cursor.lease_until = "", None
    tx.session.add(cursor)
    return len(new)


def fail(tx: Tx, account_id: int, failure: Failure, *, worker: str, chance: float, now: datetime) -> None:
    """An account could not be read: try later, and ask for new credentials where they were refused."""
    cursor = queries.lock_cursor(tx, account_id, worker)
    if cursor is None:
        return
    cursor.failures += 1
    later = now + rules.wait_after_failure(cursor.failures, chance)
    cursor.next_at = max(later, failure.until or later)
    cursor.lease_by, cursor.lease_until = "", None
    tx.session.add(cursor)
    if failure.reconnect:
        accounts.mark_broken(tx, account_id, failure.why, now=now)
    elif cursor.failures == TELL_AFTER:
        casework.unread(tx, tx.require(Account, account_id), failure.why, now=now)


def hurry(tx: Tx, account_id: int, *, now: datetime) -> None:
    """Read this account at once: whoever was answered often writes back.

    A transaction of its own: who keeps messages holds the cursor first, and then what they belong to.
    """
    queries.hurry(tx, account_id, now)


def next_moment(tx: Tx, networks: Collection[str]) -> datetime | None:
    """When the reader is wanted next; None while there is no account to read."""
    return queries.next_read(tx, networks)


def free_leases(tx: Tx) -> None:
    """Forget what other readers held: for a database that one process owns, at its start."""
    queries.free_cursors(tx)


def _new_ones(tx: Tx, account: Account, messages: Sequence[Incoming]) -> list[Incoming]:
    """What is not kept yet and was not written by the account itself, each once, as it can be stored."""
    storable = {one.remote_id: one for one in map(rules.storable, messages) if one.author_id != account.remote_id}
    known = queries.known_messages(tx, account.id or 0, storable) if storable else set()
    return [message for remote_id, message in storable.items() if remote_id not in known]


def _conversations(
    tx: Tx, account: Account, messages: Sequence[Incoming], *, now: datetime
) -> dict[tuple[str, str], Conversation]:
    """Each message's conversation by its id and its customer's, held: all of them before the record is, in one order,

    since who acts on one holds it, and then the record.
    """
    first = {(one.conversation_id, one.author_id): one for one in reversed(messages)}
    status = rules.Conversation.WAITING.value
    return {key: queries.conversation_of(tx, account, first[key], status, now) for key in sorted(first)}


def _receive(tx: Tx, row: Conversation, message: Incoming, *, now: datetime) -> None:
    message_id = queries.add_message(tx, row, message, now)
    if message_id is None:
        return
    before, had, again = rules.Conversation(row.status), row.owner, row.revision > 0
    fields = {"kind": message.kind, "contact_handle": message.author_handle, "contact_name": message.author_name}
    if before is rules.Conversation.CLOSED:
        fields |= {"owner": "", "closed_by": ""}
    states.move_conversation(tx, row, Act.WRITE, now, **fields)
    casework.wrote(tx, row, message_id, before, had, again=again, now=now)
