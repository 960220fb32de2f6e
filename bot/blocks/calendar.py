"""The calendar as a form: a page of days with their posts, gaps and clashes in words, and the ways to turn and filter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

from bot.blocks.basics import Block, Element, actions, button, context, divider, header, section, ticket
from bot.blocks.inputs import SELECT_OPTIONS, option, person, select
from bot.blocks.planned import about, accounts_of, buttons, day_name, short_day, state_of, time_of, title_of
from bot.blocks.surfaces import modal
from bot.errors import Mrkdwn
from bot.rules.calendar import Look, Show, View, encode
from bot.rules.calendar_pages import Board, Planned
from bot.rules.calendar_words import EXAMPLES
from bot.rules.when_words import MONTHS, say
from bot.words import plain, t

CALENDAR, FEED, TIME = "calendar", "calendar_feed", "calendar_time"
"""Callbacks of the calendar, of the view with the feed's address, and of the form for another time."""
TURN_BACK, TURN_TODAY, TURN_ON = "calendar_previous", "calendar_today", "calendar_next"
EARLIER, LATER = "calendar_earlier", "calendar_later"
VIEW, DAY, CLIENT, ACCOUNT, SHOW = (
    "calendar_view",
    "calendar_day",
    "calendar_client",
    "calendar_account",
    "calendar_show",
)
PERSON, ANYBODY = "calendar_person", "calendar_anybody"
APPROVE, MOVE = "calendar_approve", "calendar_reschedule"
OPEN_FEED, NEW_FEED = "calendar_feed", "calendar_feed_new"

EVERY = "0"
"""The value of "all" in the menus of clients and accounts."""
LINES_A_DAY = 20
"""Posts of one day that a month names; a section holds 3,000 characters."""

_VIEWS = {View.DAY: "Day", View.WEEK: "Week", View.MONTH: "Month", View.LIST: "List"}
_TURNS = {
    View.DAY: ("Previous day", "Today", "Next day"),
    View.WEEK: ("Previous week", "This week", "Next week"),
    View.MONTH: ("Previous month", "This month", "Next month"),
    View.LIST: ("Earlier", "From today", "Later"),
}
_SHOWS = {
    Show.ALL: "Every state",
    Show.AUTHORS: "With its author",
    Show.REVIEW: "With its reviewers",
    Show.PLANNED: "Approved, to go out",
    Show.OUT: "Published",
    Show.TROUBLE: "Needs somebody",
    Show.OFF: "Rejected or cancelled",
    Show.UNTIMED: "No time yet",
}
HELP = (
    "*/calendar* shows this week's posts. You can also write {examples}.\n"
    "In the calendar you turn the pages, choose a client, an account, a state or a person, and open, approve or "
    "reschedule a post. Only you see it. *Calendar feed* gives you a private address for your own calendar program."
)


def usage() -> Mrkdwn:
    """What `/calendar help` says."""
    return t(HELP, examples=EXAMPLES)


def calendar(board: Board) -> Block:
    """The whole page, as a form without inputs to hand in."""
    blocks = [header(_heading(board)), *_ways(board)]
    blocks += [*_page(board), *_untimed(board)] if board.clients else [_nothing_set_up()]
    return modal(CALENDAR, plain("Calendar"), blocks, close=plain("Close"), private=encode(board.look))


def feed(address: str) -> Block:
    """The private address of somebody's feed; empty: there is none."""
    if not address:
        off = t(
            "The calendar feed is off, because Trellis has no public address. Ask the person who runs Trellis to set "
            "TRELLIS_PUBLIC_URL; everything in Slack works without it."
        )
        return modal(FEED, plain("Calendar feed"), [section(off)], close=plain("Back"))
    blocks = [
        section(t("Add this address to your calendar program, as a calendar from the internet:")),
        section(address),
        context(
            t(
                "It is yours alone: whoever has it can read the posts that you can see. If somebody else got it, make a "
                "new one; the old one then stops working."
            )
        ),
        actions(button(plain("New link"), NEW_FEED, style="danger")),
    ]
    return modal(FEED, plain("Calendar feed"), blocks, close=plain("Back"))


def new_time(form: Block, look: Look) -> Block:
    """The form for a post's other time (`blocks.decisions.ask_time`), opened from this page of the calendar."""
    return form | {"callback_id": TIME, "private_metadata": f"{form['private_metadata']}:{encode(look)}"}


def _heading(board: Board) -> str:
    first, last = board.span.days[0], board.span.days[-1]
    match board.look.view:
        case View.DAY:
            return f"{day_name(first)} {first.year}"
        case View.WEEK:
            return plain("Week of {first} to {last}", first=day_name(first), last=f"{day_name(last)} {last.year}")
        case View.MONTH:
            return f"{MONTHS[first.month - 1]} {first.year}"
        case View.LIST:
            return plain("{first} to {last}", first=say(first), last=say(last))


def _ways(board: Board) -> Iterator[Block]:
    """Where to turn, and what to filter by."""
    look = board.look
    previous, today, following = (plain(label) for label in _TURNS[look.view])
    yield actions(
        button(previous, TURN_BACK),
        button(today, TURN_TODAY),
        button(following, TURN_ON),
        select(VIEW, [option(plain(label), view) for view, label in _VIEWS.items()], chosen=look.view),
        block_id=f"turn#{encode(look)}",
    )
    accounts = [one for one in board.accounts.values() if look.client in (0, one.client_id)]
    yield actions(
        _menu(CLIENT, plain("All clients"), ((one.id, one.name) for one in board.clients.values()), look.client),
        _menu(ACCOUNT, plain("All accounts"), ((one.id, one.name) for one in accounts), look.account),
        select(SHOW, [option(plain(label), show) for show, label in _SHOWS.items()], chosen=look.show),
        block_id=f"filter#{encode(look)}",
    )
    yield actions(
        person(PERSON, look.person, placeholder=plain("By anybody")),
        button(plain("By anybody"), ANYBODY) if look.person else None,
        button(plain("Calendar feed"), OPEN_FEED),
        block_id=f"person#{encode(look)}",
    )
    yield context(*_remarks(board, len(accounts)))


def _menu(act: str, every: str, choices: Iterable[tuple[int, str]], chosen: int) -> Element | None:
    """A menu to choose one; none where there is nothing to choose between."""
    listed = list(choices)
    if len(listed) < 2 and not chosen:
        return None
    listed.sort(key=lambda one: one[0] != chosen)  # a menu holds 100: the chosen one must be among them
    options = [option(every, EVERY), *(option(name, str(number)) for number, name in listed[: SELECT_OPTIONS - 1])]
    return select(act, options, chosen=str(chosen))


def _remarks(board: Board, accounts: int) -> Iterator[Mrkdwn]:
    yield t("The days are those of {zone}.", zone=board.zone)
    if max(accounts, len(board.clients)) >= SELECT_OPTIONS:
        yield t("The menus hold the first {most}. Choose a client to see all its accounts.", most=SELECT_OPTIONS - 1)
    if board.is_crowded:
        yield t("There are too many posts here to look for gaps and clashes. Choose a client or a shorter time.")


def _page(board: Board) -> Iterator[Block]:
    if board.look.show is Show.UNTIMED:
        return
    yield divider()
    is_month = board.look.view is View.MONTH
    shows_empty = board.look.view in (View.DAY, View.WEEK)
    for kind, days in groupby(board.days, key=lambda day: _kind(board, day)):
        if kind == "posts":
            for day in days:
                yield from _month_day(board, day) if is_month else _full_day(board, day)
        elif kind == "gap" or shows_empty:
            yield context(_empty(list(days), is_gap=kind == "gap"))
    if not board.posts:
        yield section(t("There is no post here. Turn the page, change the filters, or plan one with `/draft`."))
    yield from _turns(board)


def _kind(board: Board, day: date) -> str:
    if board.on(day):
        return "posts"
    return "gap" if day in board.gaps else "empty"


def _empty(days: Sequence[date], *, is_gap: bool) -> Mrkdwn:
    shown = short_day(days[0]) if len(days) == 1 else f"{short_day(days[0])} – {short_day(days[-1])}"
    if is_gap:
        return t("{days}: *a gap.* Nothing is planned, between days of the same week that have posts.", days=shown)
    return t("{days}: nothing planned.", days=shown)


def _full_day(board: Board, day: date) -> Iterator[Block]:
    yield section(_day_title(board, day))
    for post in board.on(day):
        yield section(_post(board, post, day))
        yield buttons(post, board.approvable, approve=APPROVE, move=MOVE)


def _month_day(board: Board, day: date) -> Iterator[Block]:
    posts = board.on(day)
    lines = [_line(board, post, day) for post in posts[:LINES_A_DAY]]
    if len(posts) > LINES_A_DAY:
        lines.append(t("and {more} more", more=len(posts) - LINES_A_DAY))
    look_at = button(plain("Open day"), DAY, ticket(day.toordinal()), says=plain("Open day: {day}", day=day_name(day)))
    yield section(_lines(_day_title(board, day), *lines), accessory=look_at)


def _day_title(board: Board, day: date) -> Mrkdwn:
    return t("*Today, {day}*", day=day_name(day)) if day == board.today else t("*{day}*", day=day_name(day))


def _line(board: Board, post: Planned, day: date) -> Mrkdwn:
    said = t(
        "{time}  {title} ({state})", time=_time(board, post, day), title=title_of(post), state=state_of(post).lower()
    )
    return t("{line} *Clash.*", line=said) if _clashing(board, post) else said


def _post(board: Board, post: Planned, day: date | None) -> Mrkdwn:
    client = board.clients[post.client_id].name
    shown = title_of(post)
    first = (
        t("*{time}*  {title}", time=_time(board, post, day), title=shown) if post.at else t("*{title}*", title=shown)
    )
    clash = _clashing(board, post)
    if not clash:
        return _lines(first, about(post, client, board.accounts))
    warned = t(
        "*Clash:* another post goes out on {accounts} less than an hour away.",
        accounts=accounts_of(clash, board.accounts),
    )
    return _lines(first, about(post, client, board.accounts), warned)


def _time(board: Board, post: Planned, day: date | None) -> Mrkdwn:
    if post.at is None:
        return t("no time yet")
    return time_of(post.at, board.zone_of(post), day=day, reader_zone=board.reader_zone)


def _clashing(board: Board, post: Planned) -> tuple[int, ...]:
    """Accounts on which a post clashes, while something can still be done about it."""
    is_ahead = post.at is not None and post.at >= board.now
    return tuple(sorted(board.clashes.get(post.id, ()))) if is_ahead else ()


def _untimed(board: Board) -> Iterator[Block]:
    alone = board.look.show is Show.UNTIMED
    if not board.untimed and not alone:
        return
    yield divider()
    yield section(t("*No time yet*"))
    for post in board.untimed:
        yield section(_post(board, post, None))
        yield buttons(post, board.approvable, approve=APPROVE, move=MOVE)
    if alone:
        yield from [] if board.untimed else [section(t("Every post has its time."))]
        yield from _turns(board)
    elif board.more_untimed:
        yield context(t("There are more. Choose “No time yet” in the menu of states to see all."))


def _turns(board: Board) -> Iterator[Block]:
    """The ways to the rest of this view's posts."""
    if board.earlier or board.later:
        places = ((plain("Earlier posts"), EARLIER, board.earlier), (plain("More posts"), LATER, board.later))
        yield actions(
            *(
                button(label, act, encode(replace(board.look, cursor=place))) if place else None
                for label, act, place in places
            ),
            block_id="rest",
        )


def _nothing_set_up() -> Block:
    return section(t("No client is set up yet. Open Trellis's Home tab to set up the first one."))


def _lines(*lines: str) -> Mrkdwn:
    return Mrkdwn("\n".join(line for line in lines if line))


__all__ = ["Look", "calendar", "feed", "usage"]
