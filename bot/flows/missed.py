"""Everything of one client whose time went by, asked about on one card: send, reschedule or drop, each or all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.errors import Stale
from bot.flows import deliveries, outbox, schedules
from bot.flows.rights import rights_at, rights_of
from bot.rules import posts as rules
from bot.rules.people import Actor, require_reviewer
from bot.store import Tx
from bot.store import posts as queries
from bot.store.tables import Account, Client, Delivery, Post

SUBJECT = "missed"


@dataclass(frozen=True)
class Missed:
    """One delivery that asks a person, with its post and its account."""

    delivery: Delivery
    post: Post
    account: Account


@dataclass(frozen=True)
class MissedView:
    """All of a client's, the longest waiting first."""

    client: Client
    missed: tuple[Missed, ...]


def of_client(tx: Tx, client_id: int) -> MissedView:
    """What waits for an answer."""
    client = tx.require(Client, client_id)
    rows = _rows(tx, client_id)
    accounts = {one.id: one for one in queries.accounts_of(tx, [row.account_id for row in rows])}
    found = ((row, tx.require(Post, row.post_id)) for row in rows)
    return MissedView(client, tuple(Missed(row, post, accounts[row.account_id]) for row, post in found))


def asking(tx: Tx, by: Actor, delivery_id: int) -> Missed:
    """A delivery that still asks, for somebody who may answer. Raises Stale once it was settled."""
    delivery = tx.require(Delivery, delivery_id)
    post = tx.require(Post, delivery.post_id)
    require_reviewer(by, rights_of(tx, post))
    if delivery.status not in {*rules.ASKING}:
        state = rules.TITLES[rules.Delivery(delivery.status)].lower()
        raise Stale("This has been settled meanwhile: it is {state} now.", state=state)
    return Missed(delivery, post, tx.require(Account, delivery.account_id))


def answering_all(tx: Tx, by: Actor, client_id: int, shown: int) -> Client:
    """The client, for somebody who may answer all that was shown. Stale when it is not exactly what the card said."""
    _require_as_shown(tx, by, client_id, shown)
    return tx.require(Client, client_id)


def send_all(tx: Tx, by: Actor, client_id: int, shown: int, *, now: datetime) -> int:
    """Send everything that was shown; how many. Stale when it is not exactly what the card said."""
    return _answer_all(tx, by, client_id, shown, lambda row: deliveries.resend(tx, by, row, now=now), now)


def drop_all(tx: Tx, by: Actor, client_id: int, shown: int, *, now: datetime) -> int:
    """Leave everything that was shown; how many."""
    return _answer_all(tx, by, client_id, shown, lambda row: deliveries.drop(tx, by, row, now=now), now)


def reschedule_all(
    tx: Tx, by: Actor, client_id: int, shown: int, kind: str, day: str, clock: str, *, now: datetime
) -> int:
    """Give the posts of everything that was shown one new time; how many deliveries. All of them are approved anew."""
    rows = _require_as_shown(tx, by, client_id, shown)
    for post_id in dict.fromkeys(row.post_id for row in rows):
        post = tx.require(Post, post_id)
        try:
            schedules.reschedule(tx, by, post_id, post.version, kind, day, clock, now=now)
        except Stale as why:  # part of it is out, or still moves
            raise Stale(
                "“{title}” can have no other time any more, so nothing was changed. Answer it by itself first.",
                title=post.title,
            ) from why
    draw_anew(tx, client_id, now=now)
    return len(rows)


def draw_anew(tx: Tx, client_id: int, *, now: datetime) -> None:
    """Have the client's card, if there is one, show what is true."""
    outbox.show(tx, SUBJECT, client_id, "", now=now)


def _answer_all(tx: Tx, by: Actor, client_id: int, shown: int, answer: Callable[[int], Delivery], now: datetime) -> int:
    """One transaction: all of them, or none where one cannot be answered."""
    rows = _require_as_shown(tx, by, client_id, shown)
    for row in rows:
        answer(row.id or 0)
    draw_anew(tx, client_id, now=now)
    return len(rows)


def _require_as_shown(tx: Tx, by: Actor, client_id: int, shown: int) -> list[Delivery]:
    """Everything that waits, if this person may answer it and it is what the card said."""
    require_reviewer(by, rights_at(tx, tx.require(Client, client_id)))
    rows = _rows(tx, client_id)
    if len(rows) != shown:
        raise Stale("The list has changed since. Waiting now: {count}. Look at the card again.", count=len(rows))
    return rows


def _rows(tx: Tx, client_id: int) -> list[Delivery]:
    """Missed deliveries of standing approvals."""
    rows = tx.all(
        Delivery,
        Delivery.client_id == client_id,
        Delivery.status == rules.Delivery.MISSED.value,
        order=(Delivery.due_at, Delivery.id),
    )
    return [row for row in rows if tx.require(Post, row.post_id).approval_id == row.approval_id]
