"""The card of a post: everything that deciding on it takes, and the buttons that its state allows."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks.basics import Block, Element, actions, button, confirm, context, divider, header, section, ticket, when
from bot.blocks.inputs import overflow
from bot.blocks.posts import (
    Shown,
    change_lines,
    decision_line,
    delivery_line,
    pause_line,
    state_title,
    time_of,
)
from bot.blocks.previews import card_previews
from bot.blocks.remarks import account_name
from bot.blocks.surfaces import Message, message
from bot.errors import Mrkdwn
from bot.rules import posts as rules
from bot.rules.escaping import shorten
from bot.rules.markup import mention
from bot.rules.posts import Step
from bot.words import plain, t

NOTE_CHARACTERS = 600
CHANGES = 8
"""Changes that a card tells; the history tells all."""
HELD = frozenset({*rules.Post} - rules.ENDED - {rules.Post.PARTLY_PUBLISHED, rules.Post.FAILED})
"""A pause matters while something may still go out by itself."""
ANSWERS = 8
"""Deliveries with buttons of their own: as many as a post has accounts, in practice."""


def card(shown: Shown) -> Message:
    """The card as the post stands now."""
    blocks = [
        header(plain("{state}: {title}", state=state_title(shown.post.status), title=shown.post.title)),
        section(about(shown)),
        *internal(shown),
        *standing(shown),
        *outcomes(shown),
        divider(),
        *card_previews(shown),
        *changes(shown),
        *_notes(shown),
        actions(*buttons(shown), block_id=f"post.{shown.post.id}.{shown.post.revision}"),
    ]
    return message(blocks, revision=shown.post.revision)


def more(shown: Shown) -> Element:
    """The acts that are needed more rarely."""
    post, carries = shown.post, ticket(shown.post.id or 0, shown.post.version)
    choices = []
    if rules.may(shown.state, Step.EDIT):
        choices.append((plain("Edit"), "edit_post", carries))
        choices.append((plain("Change the time"), "reschedule", carries))
    choices.append((plain("Duplicate"), "duplicate_post", carries))
    if _may_cancel(shown):
        choices.append((plain("Cancel the post"), "cancel_post", carries))
    choices.append((plain("History"), "post_history", carries))
    return overflow(*choices, name=f"more#{post.id}")


def about(shown: Shown) -> Mrkdwn:
    """Whose it is, for which client, and when."""
    lines = [
        t(
            "*{client}* · by {author} · {when}",
            client=shown.client.name,
            author=mention(shown.post.author),
            when=_time(shown),
        )
    ]
    if shown.version.campaign:
        lines.append(t("Campaign: {campaign}", campaign=shown.version.campaign))
    return Mrkdwn("\n".join(lines))


def _time(shown: Shown) -> Mrkdwn:
    """When it goes out; of one that waited for its approval, the moment that the approval set."""
    at = shown.post.scheduled_at
    return when(at) if shown.version.when_kind == "approved" and at is not None else time_of(shown.version)


def internal(shown: Shown) -> list[Block]:
    """The note, marked so that nobody takes it for a part of the post."""
    if not shown.version.note:
        return []
    note = shorten(shown.version.note, NOTE_CHARACTERS)
    return [section(t("*Internal note, never published:* {note}", note=note))]


def standing(shown: Shown) -> list[Block]:
    """The last decision, and what holds it."""
    lines = [decision_line(decision) for decision in shown.decisions[-1:]]
    lines += [pause_line(pause) for pause in shown.pauses[:3] if shown.state in HELD]
    if shown.state is rules.Post.APPROVED:
        lines += [
            t("It waits until {account} is connected again.", account=account_name(one.account))
            for one in shown.weighed
            if not one.account.connected
        ]
    return [section(Mrkdwn("\n".join(lines)))] if lines else []


def changes(shown: Shown) -> list[Block]:
    """What is other than what was approved before."""
    names = {one.account.id or 0: account_name(one.account) for one in shown.weighed}
    lines = change_lines(shown.changed, names) if shown.changed is not None else []
    if shown.changed_time:
        lines.append(t("Time: {now}, before: {before}", now=time_of(shown.version), before=shown.changed_time))
    if not lines:
        return []
    told = lines[:CHANGES] + ([t("And more: see the history.")] if len(lines) > CHANGES else [])
    return [section(Mrkdwn("\n".join([t("*Changed since it was approved:*"), *told])))]


def _notes(shown: Shown) -> list[Block]:
    return [context(*shown.notes)] if shown.notes else []


def outcomes(shown: Shown) -> list[Block]:
    """What became of it on each account, with buttons where a person is asked."""
    blocks: list[Block] = []
    quiet: list[Mrkdwn] = []
    for one in shown.weighed:
        delivery = shown.delivery_on(one.account)
        if delivery is None or shown.state in {rules.Post.SCHEDULED, rules.Post.APPROVED}:
            continue
        line = delivery_line(one.account, delivery)
        if delivery.status in {*rules.ASKING} and len(blocks) < 2 * ANSWERS:
            blocks += [section(line), actions(*_answers(delivery.status, ticket(delivery.id or 0, delivery.attempts)))]
        else:
            quiet.append(line)
    return [*([section(Mrkdwn("\n".join(quiet)))] if quiet else []), *blocks]


def _answers(status: str, carries: str) -> Sequence[Element]:
    """What a person may answer to a delivery that asks."""
    number = carries.partition(".")[0]
    leave = button(plain("Leave it"), f"leave_it#{number}", carries, says=plain("Leave it: it is not sent"))
    if status == rules.Delivery.UNCONFIRMED:
        live = button(plain("It is live"), f"it_is_live#{number}", carries, style="primary")
        return (live, button(plain("Send it"), f"send_it#{number}", carries, asks=_sure()), leave)
    label = plain("Send it now") if status == rules.Delivery.MISSED else plain("Send it again")
    return (button(label, f"send_it#{number}", carries), leave)


def _sure() -> Block:
    """Nobody knows whether it is out: sending it may publish it twice."""
    return confirm(
        plain("Send it?"),
        plain("Look at the account first. If the post is live already, it will be there twice."),
        plain("Send it"),
    )


def buttons(shown: Shown, *, is_open: bool = False) -> list[Element]:
    """What can be done now; `is_open` where the whole post is before the reader."""
    carries = ticket(shown.post.id or 0, shown.post.version)
    match shown.state:
        case rules.Post.IN_REVIEW:
            first = [
                button(plain("Approve"), "approve", carries, style="primary"),
                button(plain("Request changes"), "request_changes", carries),
                button(plain("Hold"), "hold", carries),
                button(plain("Reject"), "reject", carries, style="danger"),
            ]
        case rules.Post.ON_HOLD:
            first = [
                button(plain("Release"), "release", carries, style="primary"),
                button(plain("Reject"), "reject", carries, style="danger"),
            ]
        case rules.Post.APPROVED | rules.Post.SCHEDULED:
            first = [button(plain("Hold"), "hold", carries)]
        case rules.Post.DRAFT | rules.Post.CHANGES_REQUESTED:
            first = [button(plain("Edit"), "edit_post", carries, style="primary")]
        case _:
            first = []
    look = [] if is_open else [button(plain("Open"), "open_post", carries, says=plain("Open the whole post"))]
    return [*first, *look, more(shown)]


def _may_cancel(shown: Shown) -> bool:
    unsent = any(delivery.status in {*rules.UNSENT} for delivery in shown.deliveries)
    return unsent if shown.state in rules.WORKING else rules.may(shown.state, Step.CANCEL)
