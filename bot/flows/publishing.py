"""What the publisher writes: schedule, claim, mark as sending, settle. One transaction each, many deliveries at once.

Nothing here speaks to a network. The order is the promise: `claim` leases (nothing sent), `mark_sending` is durable
before the request leaves, and only what is marked `sending` can ever be in doubt.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.flows import news
from bot.flows.drafts import window_of
from bot.flows.jobs import Job, by_id, jobs
from bot.rules import posts as rules
from bot.rules.people import CLOCK
from bot.rules.posts import Step
from bot.store import Tx, audit, states
from bot.store import posts as queries
from bot.store import publishing as hot
from bot.store.audit import Entry
from bot.store.scope import PUBLISHER
from bot.store.tables import Account, Delivery, Post

CLAIM_LEASE = timedelta(seconds=60)
"""How long a claimed delivery may wait for its turn in the worker that claimed it."""
SEND_LEASE = timedelta(seconds=60)
"""How long a worker may be silent about what it sends before somebody else asks the network what became of it."""
CLAIM_LIMIT = 500


@dataclass(frozen=True)
class Outcome:
    """How one attempt ended: the step to take from `sending`, and what to write down."""

    delivery_id: int
    step: Step
    trouble: str = ""
    remote_id: str = ""
    url: str = ""
    next_at: datetime | None = None
    account_trouble: str = ""
    """The account must be connected again, and why."""
    quota_until: datetime | None = None
    """The account's network takes nothing before this."""


def schedule(tx: Tx, post: Post, *, now: datetime) -> bool:
    """Make an approved post's deliveries, if every account of it is connected; whether they were made."""
    version = queries.newest_version(tx, post)
    accounts = queries.accounts_of(tx, version.accounts)
    if not all(account.connected for account in accounts):
        return False
    window = window_of(version)
    due = window.at or now
    for account in accounts:
        tx.session.add(
            Delivery(
                workspace_id=post.workspace_id,
                client_id=post.client_id,
                post_id=post.id or 0,
                account_id=account.id or 0,
                approval_id=post.approval_id or 0,
                version=post.version,
                status=rules.Delivery.SCHEDULED.value,
                due_at=due,
                late_until=due + timedelta(seconds=window.late_seconds),
                next_at=due,
                key=secrets.token_hex(16),
            )
        )
    states.move_post(tx, post, Step.SCHEDULE, now, scheduled_at=due)
    tx.ring(PUBLISHER)
    return True


def schedule_waiting(tx: Tx, *, now: datetime) -> list[int]:
    """Schedule the approved posts that waited for an account to be connected again; their ids."""
    done = []
    for post in tx.all(Post, Post.status == rules.Post.APPROVED.value):
        if schedule(tx, post, now=now):
            news.record(tx, post, CLOCK, Step.SCHEDULE, old=rules.Post.APPROVED, now=now)
            news.tell(tx, post, CLOCK, now=now)
            done.append(post.id or 0)
    return done


def take(tx: Tx, *, worker: str, limit: int, now: datetime) -> tuple[list[Job], list[Job]]:
    """What is due and what is in doubt, leased in one transaction: a second one would stand before the first send."""
    due = claim(tx, worker=worker, limit=limit, now=now)
    return due, take_over(tx, worker=worker, limit=max(limit - len(due), 0), now=now)


def claim(tx: Tx, *, worker: str, limit: int, now: datetime) -> list[Job]:
    """Give up what is late, free what a dead worker held, and lease what is due."""
    give_up_late(tx, now=now)
    lapsed = hot.lapsed_claims(tx, now=now)
    if lapsed:
        states.move_deliveries(tx, lapsed, Step.RELEASE, fields={"lease_by": "", "lease_until": None})
    ids = hot.claim(tx, now=now, worker=worker, until=now + CLAIM_LEASE, limit=min(limit, CLAIM_LIMIT))
    return jobs(tx, ids)


def take_over(tx: Tx, *, worker: str, limit: int, now: datetime) -> list[Job]:
    """Lease the deliveries whose outcome is not known; each must be asked about before anything else."""
    return jobs(tx, hot.take_over(tx, now=now, worker=worker, until=now + SEND_LEASE, limit=limit))


def mark_sending(tx: Tx, ids: Sequence[int], *, worker: str, now: datetime) -> dict[int, datetime]:
    """Write down, before anything leaves, that these are being sent; id to the stamp each carries for ever.

    A delivery that was withdrawn, taken over or came too late meanwhile is not in the answer, and must not be sent.
    """
    columns: Any = Delivery.__table__.c  # type: ignore[attr-defined]
    moved = states.move_deliveries(
        tx,
        ids,
        Step.SEND,
        columns.lease_by == worker,
        columns.late_until >= now,
        fields={
            "attempts": columns.attempts + 1,
            "sent_at": now,
            "stamp": states.first_of(columns.stamp, now),
            "lease_until": now + SEND_LEASE,
        },
    )
    if not moved:
        return {}
    rows = tx.session.execute(states.chosen(moved, columns.id, columns.post_id, columns.stamp)).all()
    rolled = states.roll_up(tx, (row.post_id for row in rows), now)
    for post in by_id(tx, Post, set(rolled)).values():
        news.followed(tx, post, (), rolled=True, now=now)
    return {row.id: row.stamp for row in rows}


def record_part(tx: Tx, delivery_id: int, part: str, value: Mapping[str, str]) -> None:
    """Write down that one part of a delivery exists on the network."""
    delivery = tx.require(Delivery, delivery_id)
    delivery.progress = {**delivery.progress, part: dict(value)}
    tx.session.add(delivery)


def settle(tx: Tx, outcomes: Sequence[Outcome], *, now: datetime) -> list[int]:
    """Write down how attempts ended, move their posts along, and tell whoever must know; the ids that moved."""
    moved: list[int] = []
    for step in dict.fromkeys(outcome.step for outcome in outcomes):
        group = [outcome for outcome in outcomes if outcome.step is step]
        moved += states.settle_deliveries(tx, step, [_written(outcome, now) for outcome in group])
    _mark_accounts(tx, outcomes, now=now)
    _follow(tx, moved, rules.Delivery.SENDING, now=now)
    return moved


def refuse(tx: Tx, refusals: Mapping[int, str], *, now: datetime) -> None:
    """Fail claimed deliveries that must not be sent (id to why); nothing of them has left."""
    for delivery_id, why in refusals.items():
        columns: Any = Delivery.__table__.c  # type: ignore[attr-defined]
        fields = {"trouble": why, "settled_at": now, "lease_by": "", "lease_until": None}
        claimed = columns.status == rules.Delivery.CLAIMED.value
        if states.move_deliveries(tx, [delivery_id], Step.FAIL, claimed, fields=fields):
            _follow(tx, [delivery_id], rules.Delivery.CLAIMED, now=now)


def look_again(tx: Tx, delivery_id: int, at: datetime) -> None:
    """Keep a doubtful delivery as it is, and ask the network again at `at`."""
    delivery = tx.require(Delivery, delivery_id)
    delivery.lease_until = at
    delivery.lease_by = ""
    tx.session.add(delivery)
    tx.ring(PUBLISHER)


def keep_leases(tx: Tx, *, worker: str, now: datetime) -> None:
    """A living worker's heartbeat: it still has what it holds."""
    hot.keep_leases(tx, worker=worker, until=now + SEND_LEASE)


def expire_leases(tx: Tx, *, now: datetime) -> None:
    """Let every lease lapse: the one process that could hold them has just started."""
    hot.expire_leases(tx, now=now)


def release(tx: Tx, *, worker: str) -> None:
    """Hand back what this worker claimed and did not begin: it is stopping."""
    columns: Any = Delivery.__table__.c  # type: ignore[attr-defined]
    held = hot.claims_of(tx, worker=worker)
    fields = {"lease_by": "", "lease_until": None}
    if states.move_deliveries(tx, held, Step.RELEASE, columns.lease_by == worker, fields=fields):
        tx.ring(PUBLISHER)


def next_moment(tx: Tx) -> datetime | None:
    """When the publisher is wanted next; None while nothing waits."""
    return hot.next_moment(tx)


def give_up_late(tx: Tx, *, now: datetime) -> list[int]:
    """Deliveries whose time is over are missed: a person is asked, and nothing floods after an outage."""
    late = hot.late(tx, now=now, limit=CLAIM_LIMIT)
    if not late:
        return []
    fields = {"settled_at": now, "trouble": "Its time passed before it could be sent."}
    columns: Any = Delivery.__table__.c  # type: ignore[attr-defined]
    scheduled = columns.status == rules.Delivery.SCHEDULED.value
    moved = states.move_deliveries(tx, late, Step.MISS, scheduled, fields=fields)
    _follow(tx, moved, rules.Delivery.SCHEDULED, now=now)
    return moved


def _written(outcome: Outcome, now: datetime) -> dict[str, Any]:
    """The columns that every outcome writes; the same for all, so that they go in one statement."""
    retried = outcome.step is Step.RETRY
    row: dict[str, Any] = {
        "id": outcome.delivery_id,
        "trouble": outcome.trouble,
        "lease_by": "",
        "lease_until": None,
        "settled_at": None if retried else now,
    }
    if outcome.step is Step.PUBLISH:
        row |= {"remote_id": outcome.remote_id, "url": outcome.url}
    if retried:
        row["next_at"] = outcome.next_at or now
    return row


def _mark_accounts(tx: Tx, outcomes: Sequence[Outcome], *, now: datetime) -> None:
    """An account whose credentials or quota failed is marked, so that the next post does not fail the same way."""
    telling = {one.delivery_id: one for one in outcomes if one.account_trouble or one.quota_until}
    if not telling:
        return
    columns: Any = Delivery.__table__.c  # type: ignore[attr-defined]
    for row in tx.all(Delivery, columns.id.in_(telling)):
        outcome, account = telling[row.id or 0], tx.require(Account, row.account_id)
        if outcome.quota_until:
            account.quota_until = outcome.quota_until
        if outcome.account_trouble and account.connected:
            news.account_broken(tx, account, outcome.account_trouble, now=now)
        tx.session.add(account)


def _follow(tx: Tx, ids: Sequence[int], before: rules.Delivery, *, now: datetime) -> None:
    """After deliveries moved: their posts follow, the record grows, and people are told."""
    if not ids:
        return
    columns: Any = Delivery.__table__.c  # type: ignore[attr-defined]
    rows = tx.all(Delivery, columns.id.in_(ids), order=columns.id)
    tx.session.expire_all()
    rows = tx.all(Delivery, columns.id.in_(ids), order=columns.id)
    post_ids = {row.post_id for row in rows}
    moved = states.roll_up(tx, post_ids, now)
    states.touch_post(tx, post_ids - set(moved), now)
    audit.append(tx, [_entry(row, before, now) for row in rows])
    tx.session.expire_all()
    for post_id, post in by_id(tx, Post, post_ids).items():
        asking = [row for row in rows if row.post_id == post_id and row.status in rules.ASKING]
        news.followed(tx, post, asking, rolled=post_id in moved, now=now)
    tx.ring(PUBLISHER)


def _entry(row: Delivery, before: rules.Delivery, now: datetime) -> Entry:
    return Entry(
        workspace_id=row.workspace_id,
        at=now,
        who=CLOCK.person,
        door=CLOCK.door,
        what=row.status,
        subject=f"delivery:{row.id}",
        old=before.value,
        new=row.status,
        facts={"post": row.post_id, "url": row.url, "trouble": row.trouble},
    )
