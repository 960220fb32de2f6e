"""The Home tab: the main action first, then what waits on its reader, what is theirs, today, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import TypeVar

from bot.blocks.basics import Block, Element, actions, button, confirm, context, divider, header, section, ticket
from bot.blocks.inputs import option, select
from bot.blocks.planned import OPEN, about, open_button, title_of
from bot.blocks.setup import explanation, set_up, whom_to_ask
from bot.blocks.surfaces import home as surface
from bot.errors import Mrkdwn
from bot.rules.calendar_pages import Planned
from bot.rules.escaping import one_line
from bot.rules.home import Asking, Broken, Held, HomePage, Listed, Some, Unfinished, Unsaid
from bot.rules.markup import channel_link, mention
from bot.rules.posts import TITLES, Post
from bot.rules.posts import Delivery as DeliveryState
from bot.words import plain, t

DRAFT, CALENDAR, FEED, SETTINGS = "draft_open", "calendar_open", "calendar_feed", "settings_open"
EDIT, LIVE, SEND, LEAVE = "edit_post", "it_is_live", "send_it", "leave_it"
CONTINUE, PAUSES, RESUME, RECONNECT = "draft_resume", "pause_open", "resume", "account_reconnect"
APPROVE, THROW_AWAY, DIGEST_HOUR = "home_approve", "home_discard", "home_digest_hour"
"""Acts of the tab's own: they show it as it is afterwards."""

MORE = "And {count} more."
MORE_POSTS = "And {count} more. The calendar has them all."
MORE_ACCOUNTS = "And {count} more. The settings have them all."
NO_DIGEST = "none"
REASON_CHARACTERS = 300
EDITABLE = (Post.DRAFT, Post.CHANGES_REQUESTED, Post.ON_HOLD)

T = TypeVar("T")


def home(page: HomePage) -> Block:
    """The whole tab."""
    if not page.is_member or not (page.can_draft or page.is_manager):
        return surface(explanation(page))
    blocks = [
        actions(*_main(page)),
        *(set_up(page) if page.is_manager else ()),
        *(_queue(page) if page.can_draft else ()),
        *_own_settings(page),
    ]
    return surface(blocks)


def _main(page: HomePage) -> Iterator[Element]:
    """What people come for."""
    if page.can_draft:
        yield button(plain("Draft a post"), DRAFT, style="primary" if page.next_step is None else "")
        yield button(plain("Calendar"), CALENDAR)
    if page.is_manager:
        yield button(plain("Settings"), SETTINGS)


def _queue(page: HomePage) -> Iterator[Block]:
    queue = page.queue
    if queue.is_empty:
        yield section(t("Nothing waits on you, and nothing goes out today."))
        return
    yield from _part(plain("To review"), queue.to_review, lambda one: _to_review(page, one), MORE_POSTS)
    yield from _part(plain("To settle"), queue.to_settle, lambda one: _to_settle(page, one), MORE_POSTS)
    yield from _part(plain("Accounts to connect again"), queue.broken, lambda one: [_broken(one)], MORE_ACCOUNTS)
    yield from _part(plain("Went wrong"), queue.failures, lambda one: [_failure(page, one)], MORE_POSTS)
    if queue.unfinished.items or queue.mine.items:
        yield header(plain("Mine"))
        yield from _rows(queue.mine, lambda one: _mine(page, one), MORE_POSTS)
        yield from _rows(queue.unfinished, _unfinished)
    yield from _part(plain("Today"), queue.today, lambda one: [_today(page, one)], MORE_POSTS)
    yield from _part(plain("Messages that may not have arrived"), queue.unsaid, lambda one: [_unsaid(one)])
    yield from _part(plain("Paused"), queue.pauses, _pause)


def _part(title: str, some: Some[T], row: Callable[[T], list[Block]], more: str = MORE) -> Iterator[Block]:
    """One list with its title; nothing where the list is empty."""
    if some.items:
        yield header(title)
        yield from _rows(some, row, more)


def _rows(some: Some[T], row: Callable[[T], list[Block]], more: str = MORE) -> Iterator[Block]:
    yield from chain.from_iterable(row(one) for one in some.items)
    if some.more:
        yield context(t(more, count=some.more))


def _to_review(page: HomePage, one: Listed) -> list[Block]:
    approve = button(
        plain("Approve"),
        APPROVE,
        ticket(one.post.id, one.post.version),
        style="primary",
        says=plain("Approve: {title}", title=title_of(one.post)),
    )
    return [section(_post(page, one.post)), actions(approve if one.approvable else None, open_button(one.post))]


def _to_settle(page: HomePage, one: Asking) -> list[Block]:
    return [section(_asking(page, one)), actions(*_answers(one), open_button(one.post))]


def _answers(one: Asking) -> Iterator[Element]:
    """What may be answered to a delivery that asks, in the words of the post's card."""
    carries, title = ticket(one.delivery_id, one.attempts), title_of(one.post)
    if one.state is DeliveryState.UNCONFIRMED:
        yield button(
            plain("It is live"), LIVE, carries, style="primary", says=plain("It is live: {title}", title=title)
        )
        yield button(plain("Send it"), SEND, carries, says=plain("Send it: {title}", title=title), asks=_sure())
    else:
        again = plain("Send it now") if one.state is DeliveryState.MISSED else plain("Send it again")
        yield button(again, SEND, carries, says=plain("{act}: {title}", act=again, title=title))
    yield button(plain("Leave it"), LEAVE, carries, says=plain("Leave it: {title}", title=title))


def _sure() -> Block:
    return confirm(
        plain("Send it?"),
        plain("Look at the account first. If the post is live already, it will be there twice."),
        plain("Send it"),
    )


def _unfinished(one: Unfinished) -> list[Block]:
    said = t("*{title}*\nAn unfinished form, from {at}", title=one.title, at=one.at)
    says = plain("Continue: {title}", title=one.title)
    return [
        section(said),
        actions(
            button(plain("Continue"), CONTINUE, one.form_id, style="primary", says=says),
            button(plain("Throw it away"), THROW_AWAY, one.form_id, says=plain("Throw away: {title}", title=one.title)),
        ),
    ]


def _mine(page: HomePage, one: Listed) -> list[Block]:
    said = _post(page, one.post)
    if one.reason:
        reason = one_line(one.reason, REASON_CHARACTERS)
        said = t("{post}\n{who}: “{reason}”", post=said, who=mention(one.reason_by), reason=reason)
    return [section(said), actions(_act_on_mine(one), open_button(one.post))]


def _act_on_mine(one: Listed) -> Element | None:
    carries, title = ticket(one.post.id, one.post.version), title_of(one.post)
    if one.approvable:  # a client without four eyes
        return button(plain("Approve"), APPROVE, carries, style="primary", says=plain("Approve: {title}", title=title))
    if one.post.state in EDITABLE:
        return button(plain("Edit"), EDIT, carries, style="primary", says=plain("Edit: {title}", title=title))
    return None


def _today(page: HomePage, post: Planned) -> Block:
    return section(_post(page, post), accessory=open_button(post))


def _failure(page: HomePage, one: Asking) -> Block:
    return section(_asking(page, one), accessory=open_button(one.post))


def _unsaid(one: Unsaid) -> Block:
    place = mention(one.place) if one.place[:1] in {"U", "W"} else channel_link(one.place) if one.place else Mrkdwn("")
    said = t("{place} {trouble}", place=place, trouble=one.trouble)
    if one.at is not None:
        said = t("{said} ({at})", said=said, at=one.at)
    opens = button(plain("Open the post"), OPEN, ticket(one.post_id)) if one.post_id else None
    return section(said, accessory=opens)


def _pause(one: Held) -> list[Block]:
    said = t("*{what}*, by {who}, {at}", what=one.holds, who=mention(one.by), at=one.at)
    if one.reason:
        said = t("{said}: “{reason}”", said=said, reason=one_line(one.reason, REASON_CHARACTERS))
    waits = t("1 delivery waits.") if one.waiting == 1 else t("{count} deliveries wait.", count=one.waiting)
    sure = confirm(
        plain("Resume?"),
        plain("What is still in time goes out at once. What is too late is not sent, and you are asked about it."),
        plain("Resume"),
    )
    again = button(plain("Resume"), RESUME, ticket(one.id), says=plain("Resume: {what}", what=one.holds), asks=sure)
    return [section(Mrkdwn(f"{said}\n{waits}")), actions(again, button(plain("See what waits"), PAUSES))]


def _broken(one: Broken) -> Block:
    said = t("*{account}*, {client}\n{why}", account=one.name, client=one.client, why=one.why)
    says = plain("Connect again: {account}", account=one.name)
    return section(said, accessory=button(plain("Connect again"), RECONNECT, ticket(one.id), says=says))


def _post(page: HomePage, post: Planned) -> Mrkdwn:
    """Its first words, when it goes out by the reader's own clock, and where it stands."""
    client = page.clients[post.client_id].name
    told = about(post, client, page.accounts)
    if post.at is None:
        return t("*{title}*\nNo time yet · {about}", title=title_of(post), about=told)
    return t("*{title}*\n{at} · {about}", title=title_of(post), at=post.at, about=told)


def _asking(page: HomePage, one: Asking) -> Mrkdwn:
    account = page.accounts[one.account].name if one.account in page.accounts else plain("an account that is gone")
    said = t(
        "*{title}*\n{state} on {account}, {client}",
        title=title_of(one.post),
        state=plain(TITLES[one.state]),
        account=account,
        client=page.clients[one.post.client_id].name,
    )
    return t("{said}\n{trouble}", said=said, trouble=one.trouble) if one.trouble else said


def _own_settings(page: HomePage) -> Iterator[Block]:
    """What everybody chooses for themselves."""
    yield divider()
    hours = [option(plain("No digest"), NO_DIGEST), *(option(f"{hour:02}:00", str(hour)) for hour in range(24))]
    chosen = NO_DIGEST if page.digest_hour is None else str(page.digest_hour)
    said = t("*My daily digest*\nA message of my own, by my clock ({zone}).", zone=page.zone)
    yield section(said, accessory=select(DIGEST_HOUR, hours, chosen=chosen), block_id=f"digest_hour#{chosen}")
    feed = button(plain("Calendar feed"), FEED)
    yield section(t("*My calendar feed*\nThe posts in my own calendar program."), accessory=feed)
    if not page.is_manager:
        yield context(whom_to_ask(page.managers))
