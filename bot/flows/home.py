"""Reads everything that somebody's Home tab shows, and keeps the hour of their own digest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.errors import BadInput, NotAllowed, NotFound
from bot.flows import forms, outbox, pauses, sheets
from bot.flows.calendar import Shelf, shelf_of
from bot.flows.outbox import Letter
from bot.rules import home as rules
from bot.rules.calendar import known_zone
from bot.rules.calendar_pages import Planned, may_approve
from bot.rules.home import Asking, Broken, Held, HomePage, Listed, Queue, Some, Unfinished, Unsaid, some
from bot.rules.people import Actor, require_member
from bot.rules.posts import ENDED, Post
from bot.rules.posts import Delivery as DeliveryState
from bot.rules.zones import local_day, local_day_bounds
from bot.store import Tx, audit
from bot.store import home as queries
from bot.store import workspaces as places
from bot.store.audit import Entry
from bot.store.home import AskingRow, Wanted
from bot.store.tables import Client, Person, Workspace

ROWS = 5
"""Rows of each list: all lists together must fit the 100 blocks of a Home tab."""
TODAY_ROWS = 8
MOST_MINE = 50
"""Posts of one person looked through for the most urgent ones."""
UNFINISHED_ROWS = 3
PAUSE_ROWS = 3
REMEMBERED = timedelta(days=7)
"""How long a rejection stays in somebody's queue."""
UNSAID_FOR = timedelta(days=3)
"""How long what could not be said in Slack is shown."""

MINE = (Post.DRAFT, Post.CHANGES_REQUESTED, Post.ON_HOLD, Post.IN_REVIEW, Post.APPROVED)
GOING_OUT = (
    Post.APPROVED,
    Post.SCHEDULED,
    Post.PUBLISHING,
    Post.PUBLISHED,
    Post.PARTLY_PUBLISHED,
    Post.UNCONFIRMED,
    Post.FAILED,
    Post.MISSED,
)


@dataclass(frozen=True)
class Desk:
    """Who looks, at what, and when."""

    by: Actor
    shelf: Shelf
    managers: tuple[str, ...]
    now: datetime

    @property
    def clients(self) -> tuple[int, ...]:
        """All clients that work goes on for."""
        return tuple(self.shelf.rows)

    @property
    def reviewed(self) -> tuple[int, ...]:
        """Those whose posts the reader decides on."""
        return tuple(number for number, row in self.shelf.rows.items() if self.by.person in row.reviewers)

    @property
    def is_manager(self) -> bool:
        """Whether the reader may set Trellis up."""
        return self.by.person in self.managers


def home(tx: Tx, by: Actor, *, now: datetime) -> HomePage:
    """One person's Home tab as it is now. Guests and people from elsewhere are shown no work."""
    managers = tuple(tx.require(Workspace, tx.scope.workspace).managers)
    if not _is_member(by):
        return HomePage(by.person, is_member=False, managers=managers)
    desk = Desk(by, shelf_of(tx), managers, now)
    oldest = queries.oldest_post(tx, [state.value for state in ENDED])
    return HomePage(
        person=by.person,
        is_member=True,
        managers=managers,
        clients=desk.shelf.clients,
        accounts=desk.shelf.accounts,
        done=_done(tx),
        first_client=min(desk.shelf.rows, default=0),
        first_post=(oldest.id or 0, oldest.version) if oldest else None,
        queue=_queue(tx, desk),
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


def _done(tx: Tx) -> frozenset[rules.SetUp]:
    return rules.steps_done(
        client=queries.is_client_ready(tx),
        account=queries.is_account_connected(tx),
        draft=queries.has_posts(tx),
        approval=queries.is_approved(tx),
        published=queries.is_published(tx),
    )


def _queue(tx: Tx, desk: Desk) -> Queue:
    return Queue(
        to_review=_to_review(tx, desk),
        to_settle=_asking(tx, desk, settles=True),
        unfinished=_unfinished(tx, desk),
        mine=_mine(tx, desk),
        today=_today(tx, desk),
        failures=_asking(tx, desk, settles=False),
        unsaid=_unsaid(tx, desk),
        pauses=_pauses(tx, desk),
        broken=_broken(tx, desk),
    )


def _to_review(tx: Tx, desk: Desk) -> Some[Listed]:
    """Posts in review that the reader may decide on and did not write."""
    wanted = Wanted(desk.reviewed, [Post.IN_REVIEW.value], not_by=desk.by.person)
    found, count = queries.posts(tx, wanted, ROWS)
    return some([_listed(post, desk, {}) for post in found], ROWS, count)


def _mine(tx: Tx, desk: Desk) -> Some[Listed]:
    """The reader's posts that are not on their way yet, and those that were rejected lately."""
    going = _posts(tx, Wanted(desk.clients, _values(MINE), author=desk.by.person), MOST_MINE)
    since = desk.now - REMEMBERED
    rejected = _posts(tx, Wanted(desk.clients, [Post.REJECTED.value], author=desk.by.person, changed_since=since))
    found = sorted([*going.items, *rejected.items], key=_urgency)
    reasons = _reasons(tx, found)
    return some([_listed(post, desk, reasons) for post in found], ROWS, going.count + rejected.count)


def _today(tx: Tx, desk: Desk) -> Some[Planned]:
    """What goes out, or went out, on the reader's own day."""
    zone = known_zone(desk.by.zone)
    start, end = local_day_bounds(local_day(desk.now, zone), zone)
    return _posts(tx, Wanted(desk.clients, _values(GOING_OUT), start=start, end=end), TODAY_ROWS)


def _asking(tx: Tx, desk: Desk, *, settles: bool) -> Some[Asking]:
    """Deliveries that ask: those the reader may answer; or the others, of their own posts, and for managers of all."""
    reviews = queries.of_clients(desk.reviewed)
    if settles:
        found, count = queries.asking(tx, desk.clients, ROWS, reviews)
    elif desk.is_manager:
        found, count = queries.asking(tx, desk.clients, ROWS, ~reviews)
    else:
        found, count = queries.asking(tx, desk.clients, ROWS, ~reviews, queries.of_author(desk.by.person))
    return some([_asked(row, settles=settles) for row in found], ROWS, count)


def _unfinished(tx: Tx, desk: Desk) -> Some[Unfinished]:
    found = forms.unfinished_forms(tx, desk.by, now=desk.now)
    return some([Unfinished(row.id, sheets.title_of(row), row.changed_at) for row in found], UNFINISHED_ROWS)


def _unsaid(tx: Tx, desk: Desk) -> Some[Unsaid]:
    """What may not have been said in Slack, the newest first: for those who can mend it."""
    if not desk.is_manager:
        return Some()
    found = [told for told in outbox.troubles(tx, desk.now - UNSAID_FOR) if told[0].topic != outbox.HOME]
    return some([_unsaid_one(letter, trouble) for letter, trouble in reversed(found)], ROWS)


def _pauses(tx: Tx, desk: Desk) -> Some[Held]:
    found = pauses.running(tx)
    return some(
        [
            Held(
                one.pause.id or 0,
                one.holds,
                one.pause.by,
                one.pause.at,
                one.pause.reason,
                len(one.waiting) + one.more,
            )
            for one in found
        ],
        PAUSE_ROWS,
    )


def _broken(tx: Tx, desk: Desk) -> Some[Broken]:
    if not desk.is_manager:
        return Some()
    shelf = desk.shelf
    found = [
        Broken(row.id or 0, shelf.accounts[row.id or 0].name, shelf.clients[row.client_id].name, row.trouble)
        for row in queries.broken_accounts(tx, desk.clients)
    ]
    return some(found, ROWS)


def _posts(tx: Tx, wanted: Wanted, most: int = ROWS) -> Some[Planned]:
    found, count = queries.posts(tx, wanted, most)
    return some(found, most, count)


def _reasons(tx: Tx, found: Sequence[Planned]) -> Mapping[int, tuple[str, str]]:
    """Post id to why it was turned down last, and by whom; only where it still is."""
    turned_down = [post.id for post in found if post.state in {Post.CHANGES_REQUESTED, Post.ON_HOLD, Post.REJECTED}]
    return {number: (row.reason, row.by) for number, row in queries.last_reasons(tx, turned_down).items()}


def _listed(post: Planned, desk: Desk, reasons: Mapping[int, tuple[str, str]]) -> Listed:
    client: Client = desk.shelf.rows[post.client_id]
    reason, reason_by = reasons.get(post.id, ("", ""))
    approvable = may_approve(post, desk.by.person, client.reviewers, four_eyes=client.four_eyes)
    return Listed(post, reason, reason_by, approvable)


def _asked(row: AskingRow, *, settles: bool) -> Asking:
    delivery = row.delivery
    return Asking(
        delivery_id=delivery.id or 0,
        attempts=delivery.attempts,
        state=DeliveryState(delivery.status),
        account=delivery.account_id,
        trouble=delivery.trouble,
        post=row.post,
        settles=settles,
    )


def _unsaid_one(letter: Letter, trouble: str) -> Unsaid:
    is_post = letter.topic.startswith("post") or letter.subject == "post"
    return Unsaid(
        topic=letter.topic,
        place=letter.place,
        trouble=trouble,
        at=letter.created_at,
        post_id=letter.about if is_post else 0,
    )


_URGENT: Mapping[Post, int] = {Post.CHANGES_REQUESTED: 0, Post.ON_HOLD: 1, Post.DRAFT: 2, Post.REJECTED: 3}


def _urgency(post: Planned) -> tuple[int, bool, Any]:
    """What waits for its author comes first."""
    return _URGENT.get(post.state, len(_URGENT)), post.at is None, post.at or post.changed_at


def _values(states: Sequence[Post]) -> list[str]:
    return [state.value for state in states]


def _digest_hour(tx: Tx, by: Actor) -> int | None:
    row = _row(tx, by)
    return row.digest_hour if row else None


def _row(tx: Tx, by: Actor) -> Person | None:
    return places.people(tx, [by.person]).get(by.person)
