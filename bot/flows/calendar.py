"""Reads one page of the calendar for somebody. It writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.rules import calendar as rules
from bot.rules.accounts import account_name
from bot.rules.calendar import CLASH, STATES, Look, Show, View, known_zone
from bot.rules.calendar_pages import AccountName, Board, ClientName, Planned, may_approve
from bot.rules.calendar_words import asked
from bot.rules.people import Actor, require_member
from bot.rules.zones import local_day
from bot.store import Tx
from bot.store import calendar as queries
from bot.store import workspaces as places
from bot.store.calendar import Page, Wanted
from bot.store.tables import Client

PAGE_SIZE = 10
"""Posts of a day, a week or a list that one page shows in full."""
MONTH_PAGE_SIZE = 60
"""Posts of a month, each one line."""
UNTIMED = 5
"""Posts without a time that the first page shows; the filter "No time yet" has them all."""
MOST_SLOTS = 2_000
"""Posts looked through for gaps and clashes; reading them takes some 20 ms."""


@dataclass(frozen=True)
class Shelf:
    """What somebody may look at: the clients that work goes on for, and their accounts."""

    rows: Mapping[int, Client]
    clients: Mapping[int, ClientName]
    accounts: Mapping[int, AccountName]


def opening(tx: Tx, by: Actor, words: str, *, now: datetime) -> Board:
    """The page that `/calendar <words>` asks for. Raises BadInput("words") for what is not understood."""
    require_member(by)
    shelf = shelf_of(tx)
    zone = _zone(by, shelf, Look())
    view, day = asked(words, local_day(now, zone))
    return _board(tx, by, Look(view=view, day=day), shelf, now)


def board(tx: Tx, by: Actor, look: Look, *, now: datetime) -> Board:
    """The page that a look leads to; filters for what is no longer there are left out."""
    require_member(by)
    return _board(tx, by, look, shelf_of(tx), now)


def today(tx: Tx, by: Actor, look: Look, *, now: datetime) -> Board:
    """The page around today, with the same view and filters."""
    require_member(by)
    shelf = shelf_of(tx)
    here = local_day(now, _zone(by, shelf, _kept(look, shelf)))
    return _board(tx, by, look.turned(0, here), shelf, now)


def shelf_of(tx: Tx) -> Shelf:
    """All that may be looked at within the scope."""
    rows = {row.id or 0: row for row in places.clients(tx)}
    clients = {number: ClientName(number, row.name, known_zone(row.zone)) for number, row in rows.items()}
    accounts = {
        row.id or 0: AccountName(row.id or 0, row.client_id, account_name(row.handle, row.network))
        for row in places.accounts(tx)
        if row.client_id in rows
    }
    return Shelf(rows, clients, accounts)


def _board(tx: Tx, by: Actor, look: Look, shelf: Shelf, now: datetime) -> Board:
    look = _kept(look, shelf)
    zone = _zone(by, shelf, look)
    shown = Board(look, zone, known_zone(by.zone), local_day(now, zone), now, shelf.clients, shelf.accounts)
    if not shelf.clients:
        return shown
    wanted = _wanted(shown, shelf)
    page = queries.page(tx, wanted, MONTH_PAGE_SIZE if look.view is View.MONTH else PAGE_SIZE, look.cursor)
    if look.show is Show.UNTIMED:
        shown = replace(shown, untimed=page.posts, earlier=page.earlier, later=page.later)
    else:
        shown = replace(shown, posts=page.posts, earlier=page.earlier, later=page.later)
        shown = _with_untimed(tx, _with_marks(tx, shown, wanted), wanted)
    return replace(shown, approvable=_approvable(by, shelf, [*shown.posts, *shown.untimed]))


def _kept(look: Look, shelf: Shelf) -> Look:
    """Without filters for a client or an account that is not there, or for another client's account."""
    client = look.client if look.client in shelf.clients else 0
    account = shelf.accounts.get(look.account)
    fits = account is not None and client in (0, account.client_id)
    return replace(look, client=client, account=look.account if fits else 0)


def _zone(by: Actor, shelf: Shelf, look: Look) -> str:
    zones = [shelf.clients[number].zone for number in _client_ids(look, shelf)]
    return rules.page_zone(zones, known_zone(by.zone))


def _client_ids(look: Look, shelf: Shelf) -> tuple[int, ...]:
    if look.client:
        return (look.client,)
    return (shelf.accounts[look.account].client_id,) if look.account else tuple(shelf.clients)


def _wanted(shown: Board, shelf: Shelf) -> Wanted:
    look = shown.look
    states = frozenset(status.value for status in STATES[look.show])
    wanted = Wanted(_client_ids(look, shelf), states, look.account, look.person)
    if look.show is Show.UNTIMED:
        return wanted
    start, end = shown.span.bounds(shown.zone)
    return replace(wanted, start=start, end=end)


def _with_marks(tx: Tx, shown: Board, wanted: Wanted) -> Board:
    """With the gaps and clashes of the page's weeks, whatever states and author the page is filtered by."""
    if not shown.days:
        return shown
    start, end = rules.whole_weeks(shown.days[0], shown.days[-1]).bounds(shown.zone)
    going = frozenset(status.value for status in STATES[Show.ALL])
    every = Wanted(wanted.clients, going, start=start - CLASH, end=end + CLASH)
    slots = queries.slots(tx, every, MOST_SLOTS + 1)
    if len(slots) > MOST_SLOTS:
        return replace(shown, is_crowded=True)
    account = shown.look.account
    chosen = [slot for slot in slots if account in (0, *slot.accounts) and start <= slot.at < end]
    busy = {local_day(slot.at, shown.zone) for slot in chosen}
    gaps = frozenset(day for day in rules.gaps(busy) if day >= shown.today)
    return replace(shown, gaps=gaps, clashes=rules.clashes(slots))


def _with_untimed(tx: Tx, shown: Board, wanted: Wanted) -> Board:
    """The first page also has the posts that have no time yet."""
    if shown.look.cursor is not None:
        return shown
    page: Page = queries.page(tx, queries.without_time(wanted), UNTIMED)
    return replace(shown, untimed=page.posts, more_untimed=page.later is not None)


def _approvable(by: Actor, shelf: Shelf, posts: Sequence[Planned]) -> frozenset[int]:
    def may(post: Planned) -> bool:
        client = shelf.rows[post.client_id]
        return may_approve(post, by.person, client.reviewers, four_eyes=client.four_eyes)

    return frozenset(post.id for post in posts if may(post))
