"""Reads everything that somebody's Home tab shows, and keeps the hour of their own digest."""

from __future__ import annotations

from datetime import datetime

from bot.errors import BadInput, NotAllowed, NotFound
from bot.flows.calendar import shelf_of
from bot.flows.queues import Reader, queue
from bot.rules.calendar import known_zone
from bot.rules.home import HomePage, SetUp
from bot.rules.people import Actor, require_member
from bot.rules.posts import ENDED
from bot.store import Tx, audit
from bot.store import home as queries
from bot.store import workspaces as places
from bot.store.audit import Entry
from bot.store.tables import Person, Workspace


def home(tx: Tx, by: Actor, *, now: datetime) -> HomePage:
    """One person's Home tab as it is now. Guests and people from elsewhere are shown no work."""
    managers = tuple(tx.require(Workspace, tx.scope.workspace).managers)
    if not _is_member(by):
        return HomePage(by.person, is_member=False, managers=managers)
    reader = Reader(by, shelf_of(tx), managers, now)
    done = _done(tx)
    return HomePage(
        person=by.person,
        is_member=True,
        managers=managers,
        clients=reader.shelf.clients,
        accounts=reader.shelf.accounts,
        done=done,
        first_client=min(reader.shelf.rows, default=0),
        first_post=_first_post(tx) if SetUp.PUBLISHED not in done else None,
        queue=queue(tx, reader),
        digest_hour=_digest_hour(tx, by),
        zone=known_zone(by.zone),
    )


def choose_digest_hour(tx: Tx, by: Actor, hour: int | None, *, now: datetime) -> None:
    """Have one's own digest at this hour of one's own zone, or none. Raises BadInput("digest_hour")."""
    require_member(by)
    if hour is not None and not 0 <= hour <= 23:
        raise BadInput("digest_hour", "Choose one of the hours in the list.")
    row = _row(tx, by)
    if row is None:
        raise NotFound("Trellis has not met you yet. Open its Home tab again.")
    old, row.digest_hour = row.digest_hour, hour
    tx.session.add(row)
    facts = {"hour": [old, hour]}
    subject = f"person:{row.id}"
    what = "digest_hour_chosen"
    audit.append(
        tx, [Entry(row.workspace_id, now, who=by.person, door=by.door, what=what, subject=subject, facts=facts)]
    )


def _is_member(by: Actor) -> bool:
    try:
        require_member(by)
    except NotAllowed:
        return False
    return True


def _done(tx: Tx) -> frozenset[SetUp]:
    """The steps of the set-up that are done. Once a post is out, all are: what was set up then may be gone since."""
    if queries.is_published(tx):
        return frozenset(SetUp)
    facts = {
        SetUp.CLIENT: queries.is_client_ready(tx),
        SetUp.ACCOUNT: queries.is_account_connected(tx),
        SetUp.DRAFT: queries.has_posts(tx),
        SetUp.APPROVAL: queries.is_approved(tx),
    }
    return frozenset(step for step, done in facts.items() if done)


def _first_post(tx: Tx) -> tuple[int, int] | None:
    """The oldest post that is still on its way."""
    found = queries.oldest_post(tx, [state.value for state in ENDED])
    return (found.id or 0, found.version) if found else None


def _digest_hour(tx: Tx, by: Actor) -> int | None:
    row = _row(tx, by)
    return row.digest_hour if row else None


def _row(tx: Tx, by: Actor) -> Person | None:
    return places.people(tx, [by.person]).get(by.person)
