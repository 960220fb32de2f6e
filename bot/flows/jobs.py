"""Claimed deliveries with all that sending them takes, each checked against what was approved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.flows.drafts import targets_of, window_of
from bot.rules.content import Segment, fingerprint, from_json
from bot.rules.posts import Step
from bot.store import Tx
from bot.store import posts as queries
from bot.store.tables import Account, Decision, Delivery, Post, PostVersion


@dataclass(frozen=True)
class Job:
    """One claimed delivery with all that sending it takes. `refusal` says why it must not be sent; empty if it may."""

    delivery: Delivery
    account: Account
    segments: tuple[Segment, ...]
    refusal: str = ""


def jobs(tx: Tx, ids: Sequence[int]) -> list[Job]:
    """These deliveries with their words and accounts, each checked against what was approved."""
    if not ids:
        return []
    columns: Any = Delivery.__table__.c  # type: ignore[attr-defined]
    deliveries = tx.all(Delivery, columns.id.in_(ids), order=(columns.due_at, columns.id))
    posts = by_id(tx, Post, {row.post_id for row in deliveries})
    accounts = by_id(tx, Account, {row.account_id for row in deliveries})
    decisions = by_id(tx, Decision, {row.approval_id for row in deliveries})
    versions = _versions(tx, deliveries)
    return [
        _job(
            tx,
            row,
            posts[row.post_id],
            accounts[row.account_id],
            versions[row.post_id, row.version],
            decisions[row.approval_id],
        )
        for row in deliveries
    ]


def _job(tx: Tx, delivery: Delivery, post: Post, account: Account, version: PostVersion, approval: Decision) -> Job:
    content = from_json(version.content)
    signed = fingerprint(content, targets_of(queries.accounts_of(tx, version.accounts)), window_of(version))
    refusal = ""
    if post.approval_id != delivery.approval_id or approval.step != Step.APPROVE or approval.fingerprint != signed:
        refusal = "It is not what was approved any more. Open the post, look at it, and approve it again."
    elif not account.connected:
        refusal = f"{account.handle} must be connected again. Then press Send it."
    return Job(delivery, account, content.for_account(account.id or 0), refusal)


def _versions(tx: Tx, deliveries: Sequence[Delivery]) -> dict[tuple[int, int], PostVersion]:
    wanted = {(row.post_id, row.version) for row in deliveries}
    columns: Any = PostVersion.__table__.c  # type: ignore[attr-defined]
    rows = tx.all(PostVersion, columns.post_id.in_({post for post, _ in wanted}))
    return {(row.post_id, row.number): row for row in rows if (row.post_id, row.number) in wanted}


def by_id(tx: Tx, table: Any, ids: set[int]) -> dict[int, Any]:
    """These rows of one table, by id."""
    return {row.id: row for row in tx.all(table, table.__table__.c.id.in_(ids))}
