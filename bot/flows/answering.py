"""What the loop of answers writes: claim, begin, settle. It speaks to no network.

The order is the promise, as for posts: `claim` leases (nothing sent), `begin` is durable before the request leaves and
refuses when the customer wrote again, and only what is marked `sending` can ever be in doubt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.flows import casework, news
from bot.rules import inbox as rules
from bot.rules.posts import Step
from bot.store import Tx, states
from bot.store import inbox as queries
from bot.store.scope import REPLIES
from bot.store.tables import Account, Conversation, Message, Reply

LEASE = timedelta(seconds=90)
"""Longer than one attempt (`bot.loops.replies.ATTEMPT_SECONDS`)."""
PATIENCE = timedelta(hours=1)
"""How long an answer that surely was not sent is tried again, before its author is told."""
WROTE_AGAIN = "The customer wrote again before this was sent. Read it, then answer anew."


@dataclass(frozen=True)
class Sending:
    """An answer with all that sending it takes."""

    reply: Reply
    account: Account
    refs: Mapping[str, str]


@dataclass(frozen=True)
class Outcome:
    """How one attempt ended: the step to take from `sending`, and what to write down."""

    reply_id: int
    step: Step
    trouble: str = ""
    remote_id: str = ""
    url: str = ""
    next_at: datetime | None = None
    reconnect: bool = False
    quota_until: datetime | None = None


def claim(tx: Tx, *, worker: str, limit: int, now: datetime) -> list[Sending]:
    """Free what a dead worker held, and lease the answers that are due."""
    if lapsed := queries.lapsed_claims(tx, now=now):
        states.move_replies(tx, lapsed, Step.RELEASE, fields={"lease_by": "", "lease_until": None})
    return _all(tx, queries.claim_replies(tx, worker=worker, now=now, until=now + LEASE, limit=limit))


def take_over(tx: Tx, *, worker: str, limit: int, now: datetime) -> list[Sending]:
    """Lease the answers whose outcome is not known; each must be asked about before anything else."""
    return _all(tx, queries.take_over_replies(tx, worker=worker, now=now, until=now + LEASE, limit=limit))


def begin(tx: Tx, reply_id: int, *, worker: str, now: datetime) -> Reply | None:
    """Write down, before anything leaves, that an answer is being sent; None: it must not be sent.

    The conversation is held, so no message of the customer's can come between the look and the mark.
    """
    reply = tx.require(Reply, reply_id)
    row = queries.hold(tx, reply.conversation_id)
    refusal = _refusal(tx, reply)
    columns = Reply.__table__.c  # type: ignore[attr-defined]
    held = columns.lease_by == worker
    free = {"lease_by": "", "lease_until": None, "trouble": refusal, "settled_at": now}
    sends = {"attempts": columns.attempts + 1, "sent_at": now, "lease_until": now + LEASE}
    sends["stamp"] = states.first_of(columns.stamp, now)
    step, fields = (Step.FAIL, free) if refusal else (Step.SEND, sends)
    if not states.move_replies(tx, [reply_id], step, columns.status == rules.Reply.CLAIMED.value, held, fields=fields):
        return None
    casework.reply_moved(tx, row, reply, rules.Reply.CLAIMED, now=now)
    return None if refusal else reply


def record_part(tx: Tx, reply_id: int, part: str, value: Mapping[str, str]) -> None:
    """Write down that one part of an answer exists on the network."""
    reply = tx.require(Reply, reply_id)
    reply.progress = {**reply.progress, part: dict(value)}
    tx.session.add(reply)


def settle(tx: Tx, outcome: Outcome, *, now: datetime) -> bool:
    """Write down how an attempt ended, and tell whoever must know; false if it was settled already."""
    reply = tx.require(Reply, outcome.reply_id)
    row = queries.hold(tx, reply.conversation_id)
    sending = Reply.__table__.c.status == rules.Reply.SENDING.value  # type: ignore[attr-defined]
    if not states.move_replies(tx, [outcome.reply_id], outcome.step, sending, fields=_written(outcome, now)):
        return False
    _mark_account(tx, row, outcome, now=now)
    casework.reply_moved(tx, row, reply, rules.Reply.SENDING, now=now)
    return True


def look_again(tx: Tx, reply_id: int, at: datetime) -> None:
    """Keep a doubtful answer as it is, and ask the network again at `at`."""
    queries.change_reply(tx, reply_id, {"lease_until": at, "lease_by": ""})
    tx.ring(REPLIES)


def expire_leases(tx: Tx, *, now: datetime) -> None:
    """Let every lease lapse: the one process that could hold them has just started."""
    queries.expire_replies(tx, now=now)


def next_moment(tx: Tx) -> datetime | None:
    """When the loop is wanted next; None while nothing waits."""
    return queries.next_reply_at(tx)


def _refusal(tx: Tx, reply: Reply) -> str:
    """Why an answer must not be sent now; empty if it may. What may be out already is only completed."""
    if not tx.require(Account, reply.account_id).connected:
        return "The account must be connected again. Then press Send it."
    if queries.newest_message(tx, reply.conversation_id).id != reply.seen_id and not reply.progress:
        return WROTE_AGAIN
    return ""


def _written(outcome: Outcome, now: datetime) -> dict[str, object]:
    retried = outcome.step is Step.RETRY
    fields: dict[str, object] = {"trouble": outcome.trouble, "lease_by": "", "lease_until": None}
    fields |= {"next_at": outcome.next_at or now} if retried else {"settled_at": now}
    if outcome.step is Step.PUBLISH:
        fields |= {"remote_id": outcome.remote_id, "url": outcome.url}
    return fields


def _mark_account(tx: Tx, row: Conversation, outcome: Outcome, *, now: datetime) -> None:
    """What the network said of the account concerns its posts too."""
    account = tx.require(Account, row.account_id)
    if outcome.quota_until:
        account.quota_until = outcome.quota_until
    if outcome.reconnect and account.connected:
        news.account_broken(tx, account, outcome.trouble, now=now)
    tx.session.add(account)


def _all(tx: Tx, ids: Sequence[int]) -> list[Sending]:
    rows = queries.replies(tx, ids)
    return [Sending(row, tx.require(Account, row.account_id), tx.require(Message, row.message_id).refs) for row in rows]
