"""What Trellis has to say in Slack: written down in the transaction it speaks of, said later by the courier.

A flow calls `tell`, `show` or `home` and knows nothing of Slack; the words are made when they are sent, from what is
true then. The rest is the courier's: a row is leased, marked as sending just before the call, then settled.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.store import Scope, Tx
from bot.store import slack as queries
from bot.store.scope import COURIER
from bot.store.tables import Outbox, Workspace

CARD, HOME, PLACE_DEAD = queries.CARD, "home", "place_dead"

LEASE = timedelta(seconds=90)
"""Longer than one call (30 s) with its waits for the pace; a courier that died is replaced after it."""
ATTEMPTS = 8
"""How often a call that cannot have worked is made before a person must mend something."""


@dataclass(frozen=True)
class Letter:
    """One row of the outbox: what is said (`topic`), about which row, where (`place`), and what was true then."""

    id: int
    workspace_id: int
    topic: str
    about: int
    place: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    attempts: int = 0
    created_at: datetime | None = None
    perhaps_sent: bool = False
    """A courier died, or lost the answer, while it was sending this."""

    @property
    def scope(self) -> Scope:
        """The workspace it is said in."""
        return Scope(self.workspace_id)

    @property
    def is_card(self) -> bool:
        """Whether it keeps the cards of a thing true."""
        return self.topic.startswith(CARD)

    @property
    def subject(self) -> str:
        """Of a card: what kind of thing it shows."""
        return self.topic.removeprefix(CARD)

    @property
    def lane(self) -> str:
        """Letters of one lane are sent one after the other, oldest first: of a place, or of a thing's cards."""
        return f"{self.workspace_id}/{self.topic}:{self.about}" if self.is_card else f"{self.workspace_id}/{self.place}"


def tell(
    tx: Tx,
    topic: str,
    about: int,
    place: str,
    *,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    once: str | None = None,
    workspace_id: int | None = None,
) -> bool:
    """Say something once in a channel or to a person (their Slack id); False if `once` was said before.

    Where no place was chosen (a client without a channel), the person who installed Trellis is told.
    """
    workspace = workspace_id or tx.scope.workspace
    place = place or next(iter(tx.require(Workspace, workspace).managers), "")
    if not place:
        return False
    written = _write(tx, workspace, topic, about, place, now, facts=dict(facts or {}), once=once)
    return written is not None


def show(tx: Tx, subject: str, about: int, place: str, *, now: datetime, workspace_id: int | None = None) -> None:
    """Keep all cards of a thing true, and have one in `place` (empty: only those that there are).

    `place` is a channel. However often it is called before the courier comes, each card is written once.
    """
    _once_waiting(tx, workspace_id or tx.scope.workspace, f"{CARD}{subject}", about, place, now)


def home(tx: Tx, person: str, *, now: datetime, workspace_id: int | None = None) -> None:
    """Renew somebody's Home tab."""
    _once_waiting(tx, workspace_id or tx.scope.workspace, HOME, 0, person, now)


def take(
    tx: Tx, now: datetime, busy: Collection[str] = (), most: int = 20, most_cards: int | None = None
) -> list[Letter]:
    """Lease the oldest letter of each lane that is due, free and not busy.

    What is said about a thing waits for the thing's card in the same place, so that it can go into its thread. Messages
    come first, and of cards at most `most_cards`: a thousand of them, each at its pace, must not hold back a failure.
    """
    look = most + len(busy)
    messages = [_letter(row) for row in queries.heads_of_places(tx, now, look)]
    shown = [_letter(row) for row in queries.heads_of_cards(tx, now, look)]
    chosen = [letter for letter in messages if letter.lane not in busy][:most]
    chosen += [letter for letter in shown if letter.lane not in busy][:most_cards]
    chosen = chosen[:most]
    leased = queries.lease_letters(tx, [one.id for one in chosen], now, now + LEASE) if chosen else set()
    return [one for one in chosen if one.id in leased]


def mark_sending(tx: Tx, letter: Letter, now: datetime) -> None:
    """Write down that the call is about to be made: from now on it may have been."""
    queries.change_letter(tx, letter.id, state="sending", lease_until=now + LEASE)


def sent(tx: Tx, letter: Letter) -> None:
    """It was said, or need not be said any more."""
    queries.change_letter(tx, letter.id, state="sent", lease_until=None)


def put_off(tx: Tx, letter: Letter, until: datetime, trouble: str, *, counted: bool, doubt: bool = False) -> None:
    """It is tried again then. `counted`: after too many of these it is given up; `doubt`: it may have been said."""
    attempts = letter.attempts + 1 if counted else letter.attempts
    state = "sending" if doubt else "waiting"
    if attempts >= ATTEMPTS:
        state = "doubtful" if doubt and not letter.is_card else "dead"
        _tell_managers(tx, letter, until)
    queries.change_letter(
        tx, letter.id, state=state, attempts=attempts, next_at=until, lease_until=None, trouble=trouble
    )


def doubt(tx: Tx, letter: Letter, trouble: str, now: datetime) -> None:
    """Perhaps it was said: it is not repeated, and the Home tab of who installed Trellis says so."""
    queries.change_letter(tx, letter.id, state="doubtful", lease_until=None, trouble=trouble)
    _tell_managers(tx, letter, now)


def dead(tx: Tx, letter: Letter, trouble: str, now: datetime, *, place: str = "") -> None:
    """It can never be said. A `place` that takes nothing is told, once a day, to the person who installed Trellis."""
    queries.change_letter(tx, letter.id, state="dead", lease_until=None, trouble=trouble)
    _tell_managers(tx, letter, now)
    managers = tx.require(Workspace, letter.workspace_id).managers
    if not place or not managers or place == managers[0]:
        return
    facts = {"place": place, "trouble": trouble}
    once = f"{PLACE_DEAD}:{place}:{now:%Y-%m-%d}"
    tell(tx, PLACE_DEAD, 0, managers[0], now=now, facts=facts, once=once, workspace_id=letter.workspace_id)


def next_at(tx: Tx) -> datetime | None:
    """When the next letter may be sent; None while all is said."""
    return queries.next_letter_at(tx)


def troubles(tx: Tx, since: datetime) -> list[tuple[Letter, str]]:
    """What was perhaps said or could not be said since a moment, with the reason as a sentence."""
    return [(_letter(row), row.trouble) for row in queries.doubtful_letters(tx, since)]


def prune(tx: Tx, before: datetime) -> int:
    """Forget what was said before a moment; how many letters."""
    return queries.prune_letters(tx, before)


def free_leases(tx: Tx) -> None:
    """Forget what other couriers held: for a database that one process owns, at its start."""
    queries.free_letters(tx)


def _tell_managers(tx: Tx, letter: Letter, now: datetime) -> None:
    """Renew the Home tabs of those who set Trellis up: they list what was not, or perhaps not, said (`troubles`)."""
    if letter.topic != HOME:
        for manager in tx.require(Workspace, letter.workspace_id).managers:
            home(tx, manager, now=now, workspace_id=letter.workspace_id)


def _once_waiting(tx: Tx, workspace: int, topic: str, about: int, place: str, now: datetime) -> None:
    waiting = queries.waiting_like(tx, workspace, topic, about, place)
    if waiting is None:
        _write(tx, workspace, topic, about, place, now, facts={}, once=None)
    else:
        tx.ring(COURIER)


def _write(tx: Tx, workspace: int, topic: str, about: int, place: str, now: datetime, **rest: Any) -> int | None:
    tx.ring(COURIER)
    return queries.insert_once(
        tx,
        Outbox,
        workspace_id=workspace,
        topic=topic,
        about=about,
        place=place,
        state="waiting",
        attempts=0,
        trouble="",
        next_at=now,
        created_at=now,
        **rest,
    )


def _letter(row: Outbox) -> Letter:
    return Letter(
        id=row.id or 0,
        workspace_id=row.workspace_id,
        topic=row.topic,
        about=row.about,
        place=row.place,
        facts=row.facts,
        attempts=row.attempts,
        created_at=row.created_at,
        perhaps_sent=row.state == "sending",
    )
