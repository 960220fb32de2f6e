"""A person's answer to a delivery that asks: it is live, send it, leave it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.errors import BadInput, Stale
from bot.flows import news
from bot.flows.drafts import window_of
from bot.flows.rights import rights_of
from bot.rules import posts as rules
from bot.rules.markup import mention, moment
from bot.rules.people import Actor, require_reviewer
from bot.rules.posts import Step
from bot.store import Tx, states
from bot.store import posts as queries
from bot.store.scope import PUBLISHER
from bot.store.tables import Account, AuditEntry, Decision, Delivery, Post, PostVersion

LINK_CHARACTERS = 2_000
WORDS = {Step.CONFIRM: "confirmed", Step.RESEND: "sent", Step.DROP: "left"}


def confirm(tx: Tx, by: Actor, delivery_id: int, link: str, *, now: datetime) -> Delivery:
    """Somebody looked and it is live, at `link`."""
    url = require_link(link)
    return _answer(tx, by, delivery_id, Step.CONFIRM, now=now, fields={"url": url, "settled_at": now, "trouble": ""})


def resend(tx: Tx, by: Actor, delivery_id: int, *, now: datetime) -> Delivery:
    """Send it now: a decision of its own, on record, good for this one sending.

    Refused while the account is not connected, and when the post is not what was approved any more.
    """
    delivery = tx.require(Delivery, delivery_id)
    account = tx.require(Account, delivery.account_id)
    if not account.connected:
        raise BadInput("account", "{account} must be connected again first.", account=account.handle)
    late = timedelta(seconds=window_of(_version(tx, delivery)).late_seconds)
    fields = {"next_at": now, "late_until": now + late, "settled_at": None, "trouble": "", "sent_at": None}
    answered = _answer(tx, by, delivery_id, Step.RESEND, now=now, fields=fields)
    tx.ring(PUBLISHER)
    return answered


def drop(tx: Tx, by: Actor, delivery_id: int, *, now: datetime) -> Delivery:
    """Leave it: it is never sent."""
    return _answer(tx, by, delivery_id, Step.DROP, now=now, fields={"settled_at": now})


def _answer(
    tx: Tx, by: Actor, delivery_id: int, step: Step, *, now: datetime, fields: Mapping[str, object]
) -> Delivery:
    delivery = tx.require(Delivery, delivery_id)
    post = tx.require(Post, delivery.post_id)
    require_reviewer(by, rights_of(tx, post))
    before = delivery.status
    if post.approval_id != delivery.approval_id or not states.move_deliveries(tx, [delivery_id], step, fields=fields):
        raise _too_late(tx, delivery)
    tx.session.refresh(delivery)
    tx.add(
        Decision(
            workspace_id=post.workspace_id,
            post_id=post.id or 0,
            delivery_id=delivery_id,
            version=delivery.version,
            step=step.value,
            by=by.person,
            door=by.door,
            at=now,
        )
    )
    rolled = states.roll_up(tx, [delivery.post_id], now)
    states.touch_post(tx, {delivery.post_id} - set(rolled), now)
    tx.session.refresh(post)
    news.record(tx, post, by, step, old=before, delivery=delivery, now=now)
    news.tell(tx, post, by, now=now)
    return delivery


def _too_late(tx: Tx, delivery: Delivery) -> Stale:
    state = rules.TITLES[rules.Delivery(delivery.status)].lower()
    number = AuditEntry.__table__.c.number  # type: ignore[attr-defined]
    last = tx.first(AuditEntry, AuditEntry.subject == f"delivery:{delivery.id}", order=number.desc())
    if last is None or last.what not in {str(step) for step in WORDS}:
        return Stale("This has been settled meanwhile: it is {state} now.", state=state)
    return Stale(
        "{who} settled this, {when}. It is {state} now.", who=mention(last.who), when=moment(last.at), state=state
    )


def require_link(link: str) -> str:
    """The address of what somebody saw on the network. Raises BadInput."""
    link = link.strip()
    parts = urlsplit(link) if len(link) <= LINK_CHARACTERS else None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadInput("link", "Paste the link of the published post: it begins with https://.")
    return link


def _version(tx: Tx, delivery: Delivery) -> PostVersion:
    return queries.numbered_version(tx, tx.require(Post, delivery.post_id), delivery.version)
