"""All that is shown of a post: itself, what was approved before, and what is worth a remark."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.flows import checks, outbox
from bot.flows.checks import Warnings
from bot.flows.drafts import window_of
from bot.rules import posts as rules
from bot.rules.content import from_json
from bot.rules.posts import Step
from bot.store import Tx
from bot.store import posts as queries
from bot.store.posts import PostView
from bot.store.tables import Account, AuditEntry, Delivery, Post, PostVersion

OPEN_STATES = frozenset({rules.Post.DRAFT, rules.Post.IN_REVIEW, rules.Post.CHANGES_REQUESTED, rules.Post.ON_HOLD})
"""While it may still be changed without taking anything back, warnings help."""


@dataclass(frozen=True)
class Look:
    """A post and what belongs beside it."""

    view: PostView
    before: PostVersion | None
    """The version that was approved before this one; None while there is none, or it is this one."""
    warnings: Warnings


@dataclass(frozen=True)
class History:
    """A post's whole story."""

    view: PostView
    versions: tuple[PostVersion, ...]
    """Oldest first."""
    accounts: tuple[Account, ...]
    """Every account that any version named."""
    deliveries: tuple[Delivery, ...]
    """Those of every approval."""
    entries: tuple[AuditEntry, ...]
    """What was done to it and its deliveries, oldest first."""


def look(tx: Tx, post_id: int, *, now: datetime) -> Look:
    """A post as a card shows it; NotFound when it is not within the scope."""
    view = queries.view(tx, post_id)
    warned = _warnings(tx, view, now) if rules.Post(view.post.status) in OPEN_STATES else Warnings()
    return Look(view, _approved_before(tx, view), warned)


def history(tx: Tx, post_id: int) -> History:
    """Everything that was written, decided and done."""
    view = queries.view(tx, post_id)
    versions = tx.all(PostVersion, PostVersion.post_id == post_id, order=PostVersion.number)
    named = sorted({account for version in versions for account in version.accounts})
    deliveries = tx.all(Delivery, Delivery.post_id == post_id, order=Delivery.id)
    subjects = [f"post:{post_id}", *(f"delivery:{delivery.id}" for delivery in deliveries)]
    columns = AuditEntry.__table__.c  # type: ignore[attr-defined]
    entries = tx.all(AuditEntry, columns.subject.in_(subjects), order=columns.number)
    return History(view, tuple(versions), queries.accounts_of(tx, named), tuple(deliveries), tuple(entries))


def _warnings(tx: Tx, view: PostView, now: datetime) -> Warnings:
    content, at = from_json(view.version.content), window_of(view.version).at
    return checks.warnings(tx, view.client.id or 0, view.version.accounts, content, at, view.post.id, now=now)


def _approved_before(tx: Tx, view: PostView) -> PostVersion | None:
    approved = [decision.version for decision in view.decisions if decision.step == Step.APPROVE]
    if not approved or approved[-1] == view.post.version:
        return None
    return queries.numbered_version(tx, view.post, approved[-1])


def draw_anew(tx: Tx, post_id: int, *, now: datetime) -> None:
    """Have every card of a post show what is true; one that is not in the scope has none."""
    if tx.get(Post, post_id) is not None:
        outbox.show(tx, "post", post_id, "", now=now)


def draw_delivery_anew(tx: Tx, delivery_id: int, *, now: datetime) -> None:
    """Have the card of its post, and its client's card of what was missed, show what is true."""
    delivery = tx.get(Delivery, delivery_id)
    if delivery is not None:
        outbox.show(tx, "post", delivery.post_id, "", now=now)
        outbox.show(tx, "missed", delivery.client_id, "", now=now)
