"""Somebody's calendar feed: whose it is, what it holds, and how an address that got lost is made worthless."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.errors import NotFound
from bot.flows.calendar import shelf_of
from bot.rules.calendar import STATES, Show
from bot.rules.calendar_pages import AccountName, ClientName, Planned
from bot.rules.feeds import MOST_EVENTS, claim, window
from bot.rules.people import Actor, require_member
from bot.store import Scope, Tx, audit
from bot.store import calendar as queries
from bot.store import workspaces as places
from bot.store.audit import Entry
from bot.store.calendar import Wanted
from bot.store.tables import Person, Workspace


@dataclass(frozen=True)
class Owner:
    """Whose feed it is. `claim` is what their address must have signed."""

    row: int
    scope: Scope
    locale: str
    claim: bytes


@dataclass(frozen=True)
class FeedPage:
    """All that a feed holds."""

    workspace: str
    """The Slack team's id: it makes the events' ids unique in the world."""
    posts: tuple[Planned, ...]
    clients: Mapping[int, ClientName]
    accounts: Mapping[int, AccountName]
    authors: Mapping[str, str]
    """Names by Slack id, of those whom Trellis has met."""


def own(tx: Tx, by: Actor) -> Owner:
    """The owner that somebody is."""
    require_member(by)
    return _owner(_own_row(tx, by))


def renew(tx: Tx, by: Actor, *, now: datetime) -> Owner:
    """Make a new address; the old one stops working at once."""
    require_member(by)
    row = _own_row(tx, by)
    row.feed_version += 1
    tx.session.add(row)
    what, subject = "feed_renewed", f"person:{row.id}"
    audit.append(tx, [Entry(row.workspace_id, now, who=by.person, door=by.door, what=what, subject=subject)])
    return _owner(row)


def owner(tx: Tx, row: int) -> Owner | None:
    """Whose feed it is, by the person's row; None for nobody and for those who may no longer see anything."""
    found = tx.get(Person, row)
    if found is None or found.deleted or found.is_external or found.is_guest or found.is_bot:
        return None
    return _owner(found)


def feed(tx: Tx, *, now: datetime) -> FeedPage:
    """The posts within the scope that a feed reaches, the cancelled ones too: programs then take them out."""
    shelf = shelf_of(tx)
    start, end = window(now)
    states = frozenset(status.value for show in (Show.ALL, Show.OFF) for status in STATES[show])
    wanted = Wanted(tuple(shelf.clients), states, start=start, end=end)
    posts = queries.page(tx, wanted, MOST_EVENTS).posts
    names = places.people(tx, sorted({post.author for post in posts}))
    return FeedPage(
        workspace=tx.require(Workspace, tx.scope.workspace).team_id,
        posts=posts,
        clients=shelf.clients,
        accounts=shelf.accounts,
        authors={slack_id: person.name for slack_id, person in names.items()},
    )


def _own_row(tx: Tx, by: Actor) -> Person:
    row = places.people(tx, [by.person]).get(by.person)
    if row is None:
        raise NotFound("Trellis has not met you yet. Use `/calendar` once more, and then ask for the link again.")
    return row


def _owner(row: Person) -> Owner:
    signed = claim(row.workspace_id, row.slack_id, row.feed_version)
    return Owner(row.id or 0, Scope(row.workspace_id), row.locale, signed)
