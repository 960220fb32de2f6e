"""Reads somebody's queue: what waits on them, what is theirs, what goes out today, and what went wrong. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.flows import forms, outbox, pauses, sheets
from bot.flows.calendar import Shelf
from bot.flows.outbox import Letter
from bot.rules.calendar import known_zone
from bot.rules.calendar_pages import Planned, may_approve
from bot.rules.home import Asking, Broken, Held, Listed, Queue, Some, Unfinished, Unsaid, some
from bot.rules.people import Actor
from bot.rules.posts import Delivery as DeliveryState
from bot.rules.posts import Post
from bot.rules.zones import local_day, local_day_bounds
from bot.store import Tx
from bot.store import home as queries
from bot.store.home import AskingRow, Wanted

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
class Reader:
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


def queue(tx: Tx, reader: Reader) -> Queue:
    """All that concerns one person."""
    return Queue(
        to_review=_to_review(tx, reader),
        to_settle=_asking(tx, reader, settles=True),
        unfinished=_unfinished(tx, reader),
        mine=_mine(tx, reader),
        today=_today(tx, reader),
        failures=_asking(tx, reader, settles=False),
        unsaid=_unsaid(tx, reader),
        pauses=_pauses(tx, reader),
        broken=_broken(tx, reader),
    )


def _to_review(tx: Tx, reader: Reader) -> Some[Listed]:
    """Posts in review that the reader may decide on and did not write."""
    wanted = Wanted(reader.reviewed, [Post.IN_REVIEW.value], not_by=reader.by.person)
    found, count = queries.posts(tx, wanted, ROWS)
    return some([_listed(post, reader, {}) for post in found], ROWS, count)


def _mine(tx: Tx, reader: Reader) -> Some[Listed]:
    """The reader's posts that are not on their way yet, and those that were rejected lately."""
    going = _posts(tx, Wanted(reader.clients, _values(MINE), author=reader.by.person), MOST_MINE)
    since = reader.now - REMEMBERED
    rejected = _posts(tx, Wanted(reader.clients, [Post.REJECTED.value], author=reader.by.person, changed_since=since))
    found = sorted([*going.items, *rejected.items], key=_urgency)
    reasons = _reasons(tx, found)
    return some([_listed(post, reader, reasons) for post in found], ROWS, going.count + rejected.count)


def _today(tx: Tx, reader: Reader) -> Some[Planned]:
    """What goes out, or went out, on the reader's own day."""
    zone = known_zone(reader.by.zone)
    start, end = local_day_bounds(local_day(reader.now, zone), zone)
    return _posts(tx, Wanted(reader.clients, _values(GOING_OUT), start=start, end=end), TODAY_ROWS)


def _asking(tx: Tx, reader: Reader, *, settles: bool) -> Some[Asking]:
    """Deliveries that ask: those the reader may answer; or the others, of their own posts, and for managers of all."""
    reviews = queries.of_clients(reader.reviewed)
    if settles:
        found, count = queries.asking(tx, reader.clients, ROWS, reviews)
    elif reader.is_manager:
        found, count = queries.asking(tx, reader.clients, ROWS, ~reviews)
    else:
        found, count = queries.asking(tx, reader.clients, ROWS, ~reviews, queries.of_author(reader.by.person))
    return some([_asked(row, settles=settles) for row in found], ROWS, count)


def _unfinished(tx: Tx, reader: Reader) -> Some[Unfinished]:
    found = forms.unfinished_forms(tx, reader.by, now=reader.now)
    return some([Unfinished(row.id, sheets.title_of(row), row.changed_at) for row in found], UNFINISHED_ROWS)


def _unsaid(tx: Tx, reader: Reader) -> Some[Unsaid]:
    """What may not have been said in Slack, the newest first: for those who can mend it."""
    if not reader.is_manager:
        return Some()
    found = [told for told in outbox.troubles(tx, reader.now - UNSAID_FOR) if told[0].topic != outbox.HOME]
    return some([_unsaid_one(letter, trouble) for letter, trouble in reversed(found)], ROWS)


def _pauses(tx: Tx, reader: Reader) -> Some[Held]:
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


def _broken(tx: Tx, reader: Reader) -> Some[Broken]:
    if not reader.is_manager:
        return Some()
    shelf = reader.shelf
    found = [
        Broken(row.id or 0, shelf.accounts[row.id or 0].name, shelf.clients[row.client_id].name, row.trouble)
        for row in queries.broken_accounts(tx, reader.clients)
    ]
    return some(found, ROWS)


def _posts(tx: Tx, wanted: Wanted, most: int = ROWS) -> Some[Planned]:
    found, count = queries.posts(tx, wanted, most)
    return some(found, most, count)


def _reasons(tx: Tx, found: Sequence[Planned]) -> Mapping[int, tuple[str, str]]:
    """Post id to why it was turned down last, and by whom; only where it still is."""
    turned_down = [post.id for post in found if post.state in {Post.CHANGES_REQUESTED, Post.ON_HOLD, Post.REJECTED}]
    return {number: (row.reason, row.by) for number, row in queries.last_reasons(tx, turned_down).items()}


def _listed(post: Planned, reader: Reader, reasons: Mapping[int, tuple[str, str]]) -> Listed:
    client = reader.shelf.rows[post.client_id]
    reason, reason_by = reasons.get(post.id, ("", ""))
    approvable = may_approve(post, reader.by.person, client.reviewers, four_eyes=client.four_eyes)
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
