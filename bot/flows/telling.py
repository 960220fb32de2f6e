"""What the words about a post or an account are made of, read when they are said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.flows import cards
from bot.rules import posts as rules
from bot.store import Tx
from bot.store import posts as queries
from bot.store.tables import Account, Client, Delivery, Post


@dataclass(frozen=True)
class Subject:
    """A post, where its card is, and what became of it on its accounts."""

    post: Post
    channel: str
    card_ts: str
    """Empty while there is no card."""
    deliveries: tuple[tuple[Account, Delivery], ...]


def subject(tx: Tx, post_id: int, chosen: Sequence[int] = ()) -> Subject:
    """A post with its settled deliveries, or with the chosen ones alone; NotFound when it is not within the scope."""
    post = tx.require(Post, post_id)
    channel = tx.require(Client, post.client_id).review_channel
    rows = [row for row in queries.standing_deliveries(tx, post) if not chosen or row.id in chosen]
    accounts = {row.id: row for row in queries.accounts_of(tx, [row.account_id for row in rows])}
    settled = [row for row in rows if row.status not in {*rules.OPEN, rules.Delivery.CANCELLED}]
    return Subject(
        post=post,
        channel=channel,
        card_ts=cards.thread(tx, "post", post_id, channel),
        deliveries=tuple((accounts[row.account_id], row) for row in settled if row.account_id in accounts),
    )


def unconnected(tx: Tx, post_id: int) -> tuple[Account, ...]:
    """The accounts that an approved post waits for; none once it waits no more."""
    post = tx.get(Post, post_id)
    if post is None or rules.Post(post.status) is not rules.Post.APPROVED:
        return ()
    accounts = queries.accounts_of(tx, queries.newest_version(tx, post).accounts)
    return tuple(account for account in accounts if not account.connected)


def broken_account(tx: Tx, account_id: int) -> tuple[Account, int] | None:
    """An account that must be connected again, and how many deliveries wait for it; None when it is connected."""
    account = tx.get(Account, account_id)
    if account is None or account.connected:
        return None
    waiting = tx.all(Delivery, Delivery.account_id == account_id, Delivery.status == rules.Delivery.SCHEDULED.value)
    return account, len(waiting)
