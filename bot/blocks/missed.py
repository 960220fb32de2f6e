"""The one card that asks about everything of a client whose time went by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blocks.basics import Block, actions, button, confirm, context, header, section, ticket, when
from bot.blocks.remarks import account_name
from bot.blocks.surfaces import Message, message
from bot.store.tables import Account, Client, Delivery, Post
from bot.words import plain, t

ROWS = 15
"""Posts with buttons of their own: each takes two blocks and three elements, and a message holds 50 blocks."""


@dataclass(frozen=True)
class Late:
    """A delivery whose time went by."""

    delivery: Delivery
    post: Post
    account: Account


def missed_card(client: Client, late: Sequence[Late]) -> Message:
    """The card as things stand now."""
    if not late:
        return message([section(t("Nothing of {client} is waiting for an answer any more.", client=client.name))])
    blocks = [header(plain("Missed: {client}", client=client.name)), section(_why(len(late)))]
    for one in late[:ROWS]:
        blocks += _row(one)
    if len(late) > ROWS:
        blocks.append(
            context(t("And {count} more. What is answered for all is answered for them too.", count=len(late) - ROWS))
        )
    if len(late) > 1:
        blocks.append(_all(client, len(late)))
    return message(blocks)


def _why(count: int) -> str:
    if count == 1:
        return t("This was not sent in time, so it was not sent at all. What should happen with it?")
    return t("These {count} were not sent in time, so they were not sent at all. What should happen?", count=count)


def _row(one: Late) -> list[Block]:
    number, carries = one.delivery.id or 0, ticket(one.delivery.id or 0, one.delivery.attempts)
    said = t(
        "“{title}” on {account}, due {at}",
        title=one.post.title,
        account=account_name(one.account),
        at=when(one.delivery.due_at),
    )
    of_post = ticket(one.post.id or 0, one.post.version)
    return [
        section(said),
        actions(
            button(plain("Send"), f"send_it#{number}", carries, says=plain("Send it now")),
            button(plain("Reschedule"), f"reschedule#{number}", of_post),
            button(plain("Drop"), f"leave_it#{number}", carries, says=plain("Drop it: it is not sent")),
            button(plain("Open"), f"open_post#{number}", of_post),
        ),
    ]


def _all(client: Client, count: int) -> Block:
    carries = ticket(client.id or 0, count)
    send = confirm(plain("Send all?"), plain("{count} go out now.", count=count), plain("Send all"))
    drop = confirm(plain("Drop all?"), plain("{count} are never sent.", count=count), plain("Drop all"))
    return actions(
        button(plain("Send all"), "missed_send_all", carries, asks=send),
        button(plain("Reschedule all"), "missed_reschedule_all", carries),
        button(plain("Drop all"), "missed_drop_all", carries, style="danger", asks=drop),
    )
