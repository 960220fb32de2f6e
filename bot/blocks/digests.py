"""The daily digest in words: today's posts, whose turn it is, what went wrong, and buttons that act."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.blocks.basics import Block, actions, button, context, header, section
from bot.blocks.planned import about, buttons, day_name, open_button, state_of, time_of, title_of
from bot.blocks.surfaces import Message, message
from bot.errors import Mrkdwn
from bot.rules.calendar_pages import Planned
from bot.rules.digests import Digest, Turn
from bot.rules.markup import mention
from bot.rules.posts import Post
from bot.words import plain, t

APPROVE = "digest_approve"
OPEN_CALENDAR = "calendar_open"

LINES = 10
"""Posts of today that are named, a line each."""
SHOWN = 5
"""Posts with buttons in each part: a message holds 50 blocks, and nobody reads a long list."""
PEOPLE = 5

_TROUBLE = {
    Post.FAILED: "*{title}* failed. Open it to see why and to send it again.",
    Post.PARTLY_PUBLISHED: "*{title}* is out on some accounts only. Open it to see which.",
    Post.UNCONFIRMED: "*{title}* may be live or not: nobody knows. Open it and say which.",
    Post.MISSED: "*{title}* missed its time and was not sent. Open it and say what to do.",
    Post.APPROVED: "*{title}* is approved, and waits for an account to be connected again.",
}


def digest(told: Digest) -> Message:
    """The whole digest as a message."""
    blocks = [
        header(_heading(told)),
        *_today(told),
        *_turns(told),
        *_trouble(told),
        *_broken(told),
        actions(button(plain("Open the calendar"), OPEN_CALENDAR)),
        context(_why(told)),
    ]
    return message(blocks)


def approved(title: str) -> Mrkdwn:
    """What the one who approved from a digest is told."""
    return t("You approved *{title}*.", title=title)


def _heading(told: Digest) -> str:
    if told.reader:
        return plain("Your day, {day}", day=day_name(told.day))
    return plain("{client}: {day}", client=told.client, day=day_name(told.day))


def _today(told: Digest) -> Iterator[Block]:
    if told.today:
        lines = [_line(told, post) for post in told.today[:LINES]]
        yield section(_lines(t("*Today*"), *lines, *_more(told.today, LINES)))


def _line(told: Digest, post: Planned) -> Mrkdwn:
    return t("{time}  {title} ({state})", time=_time(told, post), title=title_of(post), state=state_of(post).lower())


def _time(told: Digest, post: Planned) -> Mrkdwn:
    """The time in the post's own zone, and the reader's where it differs (Slack shows each reader their own)."""
    if post.at is None:
        return t("no time yet")
    return time_of(post.at, told.clients[post.client_id].zone, day=told.day, reader_zone=told.zone)


def _turns(told: Digest) -> Iterator[Block]:
    if not told.turns:
        return
    yield section(t("*Waiting for you*") if told.reader else t("*Waiting for somebody*"))
    for turn in told.turns[:SHOWN]:
        yield section(_turn(told, turn))
        yield buttons(turn.post, told.approvable, approve=APPROVE)
    for line in _more(told.turns, SHOWN):
        yield context(line)


def _turn(told: Digest, turn: Turn) -> Mrkdwn:
    post = turn.post
    first = t("*{title}*, {time}", title=title_of(post), time=_time(told, post))
    second = about(post, told.clients[post.client_id].name, told.accounts)
    if told.reader:
        return _lines(first, second)
    return _lines(first, second, _whose(turn))


def _whose(turn: Turn) -> Mrkdwn:
    if not turn.people:
        return t("Nobody may decide about it yet. Choose reviewers in Trellis's Home tab.")
    people = _people(turn.people)
    if turn.post.state is Post.CHANGES_REQUESTED:
        return t("It is {people}'s turn: changes were requested.", people=people)
    return t("{people} can decide.", people=people)


def _people(ids: Sequence[str]) -> Mrkdwn:
    named = [mention(one) for one in ids[:PEOPLE]]
    if len(ids) > PEOPLE:
        named.append(t("{more} others", more=len(ids) - PEOPLE))
    return Mrkdwn(named[0] if len(named) == 1 else f"{', '.join(named[:-1])} or {named[-1]}")


def _trouble(told: Digest) -> Iterator[Block]:
    if not told.trouble:
        return
    yield section(t("*Needs somebody*"))
    for post in told.trouble[:SHOWN]:
        first = t(_TROUBLE[post.state], title=title_of(post))
        second = about(post, told.clients[post.client_id].name, told.accounts)
        yield section(_lines(first, second), accessory=open_button(post))
    for line in _more(told.trouble, SHOWN):
        yield context(line)


def _broken(told: Digest) -> Iterator[Block]:
    if told.broken:
        lines = [t("{account}: {why}", account=one.name, why=one.why or "-") for one in told.broken[:SHOWN]]
        first = t("*Accounts to connect again, in Trellis's Home tab*")
        yield section(_lines(first, *lines, *_more(told.broken, SHOWN)))


def _why(told: Digest) -> Mrkdwn:
    """Who asked for it: a digest must not look like something that nobody can stop."""
    values = {"hour": f"{told.hour}:00", "zone": told.zone}
    if told.reader:
        return t("You get this each day at {hour} ({zone}). Change it in Trellis's Home tab.", **values)
    return t("This comes each day at {hour} ({zone}), as set in Trellis's Home tab.", **values)


def _more(found: Sequence[object], shown: int) -> list[Mrkdwn]:
    more = len(found) - shown
    return [t("and {more} more: see the calendar.", more=more)] if more > 0 else []


def _lines(*lines: str) -> Mrkdwn:
    return Mrkdwn("\n".join(lines))
