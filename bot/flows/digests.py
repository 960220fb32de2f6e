"""Daily digests: which are due, each decided once for its place and day, and what one says when it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.flows import outbox
from bot.flows.calendar import Shelf, shelf_of
from bot.flows.outbox import Letter
from bot.rules import digests as rules
from bot.rules.accounts import account_name
from bot.rules.calendar import known_zone
from bot.rules.calendar_pages import Planned, may_approve
from bot.rules.digests import BrokenAccount, Digest, Turn
from bot.rules.posts import Post
from bot.rules.zones import local_day_bounds
from bot.store import Scope, Tx
from bot.store import digests as queries
from bot.store import workspaces as places
from bot.store.tables import Client, Person, Workspace

TOPIC = "digest"
MOST = 200
"""Posts that are read for one part of a digest; it names a few and says how many more there are."""


@dataclass(frozen=True)
class Place:
    """Where a digest goes on a local day: to a client's channel, or to a person (`client` is 0 then)."""

    workspace_id: int
    place: str
    """A channel's id, or a person's."""
    client: int
    day: date

    @property
    def key(self) -> str:
        """Two clients may share a channel, each at its own hour."""
        return f"{self.place}/{self.client}" if self.client else self.place

    @property
    def scope(self) -> Scope:
        """The workspace it is in."""
        return Scope(self.workspace_id)


def due(tx: Tx, *, now: datetime) -> list[Place]:
    """The places whose digest is due and not yet decided. It writes nothing."""
    found = [
        Place(row.workspace_id, row.digest_channel, row.id or 0, day)
        for row in queries.clients_with_digest(tx)
        if (day := rules.day_due(now, row.digest_hour, row.zone))
    ]
    found += [
        Place(row.workspace_id, row.slack_id, 0, day)
        for row in queries.people_with_digest(tx)
        if row.digest_hour is not None and (day := rules.day_due(now, row.digest_hour, row.zone))
    ]
    if not found:
        return []
    decided = queries.decided(tx, {place.day for place in found})
    return [one for one in found if (one.workspace_id, one.key, one.day.isoformat()) not in decided]


def decide(tx: Tx, place: Place, *, now: datetime) -> bool:
    """Decide a digest, once for its place and day, and hand it to the outbox unless it is empty; whether it was."""
    digest = _digest(tx, place.client, place.place, place.day, now)
    is_empty = digest is None or digest.is_empty
    if not queries.decide(tx, place.key, place.day, now, empty=is_empty) or is_empty:
        return False
    facts = {"day": place.day.isoformat()}
    once = f"{TOPIC}:{place.key}:{place.day}"
    return outbox.tell(tx, TOPIC, place.client, place.place, now=now, facts=facts, once=once)


def current(tx: Tx, letter: Letter, *, now: datetime) -> Digest | None:
    """What a digest that was decided says now; None if there is nothing to say any more, or its day is over."""
    digest = _digest(tx, letter.about, letter.place, date.fromisoformat(str(letter.facts["day"])), now)
    if digest is None or digest.is_empty or rules.is_over(digest.day, digest.zone, now):
        return None
    return digest


def forget_old(tx: Tx, *, now: datetime) -> int:
    """Forget decisions that can no longer come up; how many."""
    return queries.forget(tx, now - rules.KEPT)


def _digest(tx: Tx, client: int, place: str, day: date, now: datetime) -> Digest | None:
    shelf = shelf_of(tx)
    if client:
        row = shelf.rows.get(client)
        return None if row is None else _of_client(tx, shelf, row, day, now)
    person = places.people(tx, [place]).get(place)
    return None if person is None or person.digest_hour is None else _of_person(tx, shelf, person, day, now)


def _of_client(tx: Tx, shelf: Shelf, row: Client, day: date, now: datetime) -> Digest:
    """All that concerns a client; whoever reads it in the channel may be the one who can act."""
    clients = [row.id or 0]
    zone = known_zone(row.zone)
    turns = _turns(tx, shelf, clients, now)
    return Digest(
        day=day,
        hour=row.digest_hour,
        zone=zone,
        client=row.name,
        reader="",
        clients=shelf.clients,
        accounts=shelf.accounts,
        today=_today(tx, clients, day, zone),
        turns=turns,
        trouble=_trouble(tx, clients, now),
        broken=_broken(tx, clients),
        approvable=frozenset(turn.post.id for turn in turns if turn.post.state is Post.IN_REVIEW and turn.people),
    )


def _of_person(tx: Tx, shelf: Shelf, row: Person, day: date, now: datetime) -> Digest:
    """What waits on one person: their turns, their posts of today, and what went wrong with what is theirs."""
    reader, zone = row.slack_id, known_zone(row.zone)
    reviewed = [number for number, client in shelf.rows.items() if reader in client.reviewers]
    manages = reader in tx.require(Workspace, tx.scope.workspace).managers
    turns = _own_turns(tx, shelf, reviewed, reader, now)
    return Digest(
        day=day,
        hour=row.digest_hour or 0,
        zone=zone,
        client="",
        reader=reader,
        clients=shelf.clients,
        accounts=shelf.accounts,
        today=_today(tx, list(shelf.rows), day, zone, author=reader),
        turns=turns,
        trouble=_own_trouble(tx, shelf, reviewed, reader, now),
        broken=_broken(tx, list(shelf.rows)) if manages else (),
        approvable=frozenset(turn.post.id for turn in turns if turn.post.state is Post.IN_REVIEW),
    )


def _own_turns(tx: Tx, shelf: Shelf, reviewed: Sequence[int], reader: str, now: datetime) -> tuple[Turn, ...]:
    decidable = queries.standing(tx, reviewed, rules.DECIDABLE, now, MOST)
    returned = queries.standing(tx, list(shelf.rows), rules.RETURNED, now, MOST, author=reader)
    turns = (Turn(post, _whose(post, shelf.rows[post.client_id])) for post in (*decidable, *returned))
    return tuple(turn for turn in turns if reader in turn.people)


def _own_trouble(tx: Tx, shelf: Shelf, reviewed: Sequence[int], reader: str, now: datetime) -> tuple[Planned, ...]:
    since = now - rules.RECENT
    authored = queries.standing(tx, list(shelf.rows), rules.TROUBLE, since, MOST, author=reader)
    others = queries.standing(tx, reviewed, rules.TROUBLE, since, MOST)
    return tuple({post.id: post for post in (*authored, *others)}.values())


def _today(tx: Tx, clients: Sequence[int], day: date, zone: str, author: str = "") -> tuple[Planned, ...]:
    start, end = local_day_bounds(day, zone)
    return tuple(queries.today(tx, clients, start, end, MOST, author))


def _turns(tx: Tx, shelf: Shelf, clients: Sequence[int], now: datetime) -> tuple[Turn, ...]:
    waiting = queries.standing(tx, clients, rules.DECIDABLE | rules.RETURNED, now, MOST)
    return tuple(Turn(post, _whose(post, shelf.rows[post.client_id])) for post in waiting)


def _whose(post: Planned, client: Client) -> tuple[str, ...]:
    if post.state is Post.CHANGES_REQUESTED:
        return (post.author,)
    if post.state is Post.ON_HOLD:
        return tuple(client.reviewers)
    return tuple(
        one for one in client.reviewers if may_approve(post, one, client.reviewers, four_eyes=client.four_eyes)
    )


def _trouble(tx: Tx, clients: Sequence[int], now: datetime) -> tuple[Planned, ...]:
    return tuple(queries.standing(tx, clients, rules.TROUBLE, now - rules.RECENT, MOST))


def _broken(tx: Tx, clients: Sequence[int]) -> tuple[BrokenAccount, ...]:
    rows = queries.broken_accounts(tx, clients)
    return tuple(BrokenAccount(account_name(row.handle, row.network), row.trouble) for row in rows)
