"""Puts on record what was done to a post, and tells those who should hear of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from bot.flows import outbox
from bot.rules import posts as rules
from bot.rules.news import ASKS, HEARS, Listener
from bot.rules.people import Actor
from bot.store import Tx, audit
from bot.store.audit import Entry
from bot.store.tables import Account, Client, Decision, Delivery, Post, Workspace


def record(
    tx: Tx,
    post: Post,
    by: Actor,
    what: str,
    *,
    now: datetime,
    old: str = "",
    delivery: Delivery | None = None,
    **facts: Any,
) -> None:
    """Append one act on a post (or on one of its deliveries) to the audit log."""
    subject = f"post:{post.id}" if delivery is None else f"delivery:{delivery.id}"
    new = post.status if delivery is None else delivery.status
    entry = Entry(
        workspace_id=post.workspace_id,
        at=now,
        who=by.person,
        door=by.door,
        what=what,
        subject=subject,
        old=str(old),
        new=str(new),
        facts={"post": post.id, **facts},
    )
    audit.append(tx, [entry])


def tell(tx: Tx, post: Post, by: Actor, *, now: datetime, reason: str = "") -> None:
    """Tell a post's new state to everybody who should hear of it (`bot.rules.news.HEARS`)."""
    spread(tx, post, HEARS[rules.Post(post.status)], now=now, facts={"by": by.person, "reason": reason})


def call_back(tx: Tx, post: Post, by: Actor, *, now: datetime) -> None:
    """Call who decided last on a post that was edited since: a card that is drawn anew calls nobody."""
    columns: Any = Decision.__table__.c  # type: ignore[attr-defined]
    decisions = tx.all(Decision, columns.post_id == post.id, order=(columns.id,))
    if decisions and decisions[-1].by != by.person:
        spread(tx, post, {Listener.THREAD}, now=now, facts={"by": by.person, "to": decisions[-1].by})


def tell_asking(tx: Tx, post: Post, deliveries: Sequence[Delivery], *, now: datetime) -> None:
    """Tell at once of deliveries that need a person, even while the post's others still move."""
    for status in dict.fromkeys(rules.Delivery(row.status) for row in deliveries):
        chosen = [row.id for row in deliveries if row.status == status]
        facts = {"state": status.value, "deliveries": chosen}
        spread(tx, post, ASKS[status] | {Listener.CARD}, now=now, facts=facts)


def followed(tx: Tx, post: Post, asking: Sequence[Delivery], *, rolled: bool, now: datetime) -> None:
    """Tell of deliveries that moved: of the post's new state, if it has one, and of those that ask a person."""
    if rolled:
        ids = [row.id for row in asking]
        spread(tx, post, HEARS[rules.Post(post.status)], now=now, facts={"by": "", "deliveries": ids})
    elif asking:
        tell_asking(tx, post, asking, now=now)
    else:
        spread(tx, post, {Listener.CARD}, now=now, facts={})


def account_broken(tx: Tx, account: Account, why: str, *, now: datetime) -> None:
    """Mark an account as not connected, and ask those who can connect it again."""
    account.connected, account.trouble = False, why
    entry = Entry(
        workspace_id=account.workspace_id,
        at=now,
        who="",
        door="clock",
        what="account_broken",
        subject=f"account:{account.id}",
        old="connected",
        new="broken",
        facts={"why": why},
    )
    audit.append(tx, [entry])
    facts = {"why": why}
    for manager in tx.require(Workspace, account.workspace_id).managers:
        outbox.tell(
            tx, "account_broken", account.id or 0, manager, workspace_id=account.workspace_id, facts=facts, now=now
        )
        outbox.home(tx, manager, workspace_id=account.workspace_id, now=now)


def spread(tx: Tx, post: Post, listeners: Iterable[Listener], *, now: datetime, facts: dict[str, Any]) -> None:
    """Hand one piece of news to the outbox, once for each place it is told at."""
    heard = set(listeners)
    client = tx.require(Client, post.client_id)
    workspace_id, post_id = post.workspace_id, post.id or 0
    facts = {"state": post.status, "revision": post.revision, **facts}
    if Listener.CARD in heard:
        outbox.show(tx, "post", post_id, client.review_channel, workspace_id=workspace_id, now=now)
    if Listener.THREAD in heard:
        outbox.tell(tx, "post_thread", post_id, client.review_channel, workspace_id=workspace_id, facts=facts, now=now)
    if Listener.AUTHOR in heard and post.author != facts.get("by"):
        outbox.tell(tx, "post_author", post_id, post.author, workspace_id=workspace_id, facts=facts, now=now)
    if Listener.MANAGERS in heard:
        for manager in tx.require(Workspace, workspace_id).managers[:1]:
            outbox.tell(tx, "post_waits", post_id, manager, workspace_id=workspace_id, facts=facts, now=now)
    if Listener.MISSED in heard:
        outbox.show(tx, "missed", post.client_id, client.review_channel, workspace_id=workspace_id, now=now)
    if Listener.HOME in heard:
        for person in sorted({post.author, *client.reviewers}):
            outbox.home(tx, person, workspace_id=workspace_id, now=now)
