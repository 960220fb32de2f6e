"""One planned post as lists show it: its time in its client's zone and the reader's, its state, accounts and buttons."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.blocks.basics import Block, Element, actions, button, ticket
from bot.errors import Mrkdwn
from bot.rules.calendar_pages import AccountName, Planned
from bot.rules.escaping import one_line
from bot.rules.markup import mention
from bot.rules.posts import TITLES
from bot.rules.when_words import MONTHS, WEEKDAYS
from bot.words import plain, t

OPEN = "open_post"
"""The post's own act; a button carries its id and the version that was shown."""

TITLE_CHARACTERS = 80
NAMED_ACCOUNTS = 4
"""Accounts that a line names; it says how many more there are."""


def day_name(day: date) -> str:
    """`Monday 23 November`."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def short_day(day: date) -> str:
    """`Mon 23 Nov`."""
    return f"{WEEKDAYS[day.weekday()][:3]} {day.day} {MONTHS[day.month - 1][:3]}"


def time_of(at: datetime, zone: str, *, day: date | None = None, reader_zone: str = "") -> Mrkdwn:
    """`09:00` in a zone (with its date, where that is not `day`), and the reader's own time where it differs."""
    there = at.astimezone(ZoneInfo(zone))
    shown = f"{there:%H:%M}" if there.date() == day else f"{short_day(there.date())}, {there:%H:%M}"
    if not reader_zone or at.astimezone(ZoneInfo(reader_zone)).replace(tzinfo=None) == there.replace(tzinfo=None):
        return Mrkdwn(shown)
    return t("{time} ({yours} for you)", time=shown, yours=_readers(at, there.date(), reader_zone))


def title_of(post: Planned) -> str:
    """The first words of a post, on one line."""
    return one_line(post.title, TITLE_CHARACTERS) or plain("(picture)")


def state_of(post: Planned) -> str:
    """Where a post stands, in words."""
    return plain(TITLES[post.state])


def accounts_of(ids: Sequence[int], names: Mapping[int, AccountName]) -> str:
    """The accounts in words; those that are no longer there are left out."""
    known = [names[one].name for one in ids if one in names]
    if not known:
        return plain("no account yet")
    named, more = known[:NAMED_ACCOUNTS], len(known) - NAMED_ACCOUNTS
    return plain("{accounts} and {more} more", accounts=", ".join(named), more=more) if more > 0 else ", ".join(named)


def about(post: Planned, client: str, names: Mapping[int, AccountName]) -> Mrkdwn:
    """Its state, client, accounts and author, in one line."""
    return t(
        "{state} · {client} · {accounts} · by {author}",
        state=state_of(post),
        client=client,
        accounts=accounts_of(post.accounts, names),
        author=mention(post.author),
    )


def buttons(post: Planned, approvable: Collection[int], *, approve: str, move: str = "") -> Block:
    """What can be done with a post from where it is shown: `approve` and `move` are the acts that do it there."""
    return actions(
        _button(plain("Open"), OPEN, post),
        _button(plain("Approve"), approve, post, style="primary") if post.id in approvable else None,
        _button(plain("Reschedule"), move, post) if move and post.is_movable else None,
    )


def open_button(post: Planned) -> Element:
    """The button that shows a post."""
    return _button(plain("Open"), OPEN, post)


def _button(label: str, act: str, post: Planned, style: str = "") -> Element:
    said = plain("{act}: {title}", act=label, title=title_of(post))
    return button(label, act, ticket(post.id, post.version), style=style, says=said)


def _readers(at: datetime, day: date, zone: str) -> Mrkdwn:
    """The moment as each reader's own clock shows it, with the date where it is another day there."""
    here = at.astimezone(ZoneInfo(zone))
    form, shown = (
        ("{time}", f"{here:%H:%M}") if here.date() == day else ("{date_short}, {time}", f"{here:%d %b, %H:%M}")
    )
    return Mrkdwn(f"<!date^{int(at.timestamp())}^{form}|{shown}>")
