"""Queries of posts and what belongs to them. They decide nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_

from bot.store.scope import Tx
from bot.store.tables import Account, Client, Decision, Delivery, Pause, Post, PostVersion


@dataclass(frozen=True)
class PostView:
    """A post with all that a card shows. Rows are as they were read; nobody changes them."""

    post: Post
    version: PostVersion
    client: Client
    accounts: tuple[Account, ...]
    deliveries: tuple[Delivery, ...]
    """Those of the standing approval, by account; empty while there is none."""
    decisions: tuple[Decision, ...]
    """All of them, oldest first."""
    pauses: tuple[Pause, ...]
    """Running pauses that hold any of its accounts."""


def view(tx: Tx, post_id: int) -> PostView:
    """All of one post; NotFound when it is not within the scope."""
    post = tx.require(Post, post_id)
    version = newest_version(tx, post)
    client = tx.require(Client, post.client_id)
    accounts = accounts_of(tx, version.accounts)
    return PostView(
        post=post,
        version=version,
        client=client,
        accounts=accounts,
        deliveries=tuple(standing_deliveries(tx, post)),
        decisions=tuple(tx.all(Decision, Decision.post_id == post_id, order=Decision.id)),
        pauses=tuple(pause for pause in running_pauses(tx) if any(holds(pause, account) for account in accounts)),
    )


def newest_version(tx: Tx, post: Post) -> PostVersion:
    """What the post says now."""
    return numbered_version(tx, post, post.version)


def numbered_version(tx: Tx, post: Post, number: int) -> PostVersion:
    """What the post said in its version `number`."""
    found = tx.first(PostVersion, PostVersion.post_id == post.id, PostVersion.number == number)
    if found is None:
        raise LookupError(f"post {post.id} has no version {number}")
    return found


def authors(tx: Tx, post: Post) -> frozenset[str]:
    """Everybody who wrote a version of it."""
    return frozenset(row.by for row in tx.all(PostVersion, PostVersion.post_id == post.id)) | {post.author}


def accounts_of(tx: Tx, ids: Sequence[int]) -> tuple[Account, ...]:
    """These accounts, in this order; ones outside the scope are left out."""
    found = {row.id: row for row in tx.all(Account, _column(Account, "id").in_(ids))}
    return tuple(found[one] for one in ids if one in found)


def standing_deliveries(tx: Tx, post: Post) -> list[Delivery]:
    """The deliveries of the post's standing approval, by account."""
    if post.approval_id is None:
        return []
    return tx.all(
        Delivery,
        Delivery.post_id == post.id,
        Delivery.approval_id == post.approval_id,
        order=(Delivery.account_id, Delivery.id),
    )


def running_pauses(tx: Tx) -> list[Pause]:
    """Every pause that nobody has ended."""
    return tx.all(Pause, _column(Pause, "ended_at").is_(None), order=Pause.id)


def holds(pause: Pause, account: Account) -> bool:
    """Whether this pause holds this account."""
    targets = {"all": "", "client": str(account.client_id), "network": account.network, "account": str(account.id)}
    return pause.workspace_id == account.workspace_id and targets.get(pause.scope) == pause.target


def around(tx: Tx, account_ids: Iterable[int], start: datetime, end: datetime, besides: int | None) -> list[Post]:
    """Posts asked for between `start` and `end` that have any of these accounts, to warn of clashes."""
    chosen = set(account_ids)
    rows = tx.all(
        Post,
        _column(Post, "scheduled_at") >= start,
        _column(Post, "scheduled_at") < end,
        _column(Post, "status").not_in(("cancelled", "rejected")),
        _column(Post, "id") != (besides or 0),
        order=Post.scheduled_at,
        limit=50,
    )
    return [row for row in rows if chosen & set(newest_version(tx, row).accounts)]


def recent(tx: Tx, client_id: int, since: datetime, besides: int | None, limit: int = 200) -> list[Post]:
    """The client's latest posts, to compare a new one with."""
    return tx.all(
        Post,
        Post.client_id == client_id,
        _column(Post, "status").not_in(("cancelled", "rejected")),
        _column(Post, "id") != (besides or 0),
        or_(_column(Post, "scheduled_at") >= since, _column(Post, "changed_at") >= since),
        order=_column(Post, "id").desc(),
        limit=limit,
    )


def _column(table: Any, name: str) -> Any:
    return table.__table__.c[name]
