"""Stopping publishing: what is stopped, what waits behind it, and the form that stops more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blocks.basics import Block, Element, actions, button, confirm, context, divider, section, ticket, when
from bot.blocks.inputs import SELECT_OPTIONS, input_block, line, option, select
from bot.blocks.posts import pause_line
from bot.blocks.remarks import account_name
from bot.blocks.surfaces import modal
from bot.errors import Mrkdwn
from bot.rules.accounts import network_title
from bot.store.tables import Account, Client, Delivery, Pause, Post
from bot.words import plain, t

FORM = "pause"
LISTED = 12
"""Waiting posts that are named for each pause."""
SHOWN = 10
"""Running pauses that one view tells."""
REASON_CHARACTERS = 500


@dataclass(frozen=True)
class Held:
    """A running pause with what waits behind it, soonest first."""

    pause: Pause
    holds: str
    waiting: Sequence[tuple[Post, Account, Delivery]]
    more: int

    @property
    def count(self) -> int:
        """How many wait."""
        return len(self.waiting) + self.more


def pause_form(held: Sequence[Held], clients: Sequence[Client], accounts: Sequence[Account]) -> Block:
    """What is paused now, with the list to look through before resuming, and the form that pauses more."""
    blocks = [block for one in held[:SHOWN] for block in _running(one)]
    if len(held) > SHOWN:
        blocks.append(context(t("More pauses are running: {count}.", count=len(held) - SHOWN)))
    if not held:
        blocks.append(section(t("Nothing is paused: approved posts go out at their time.")))
    what = select("what", _targets(clients, accounts), placeholder=plain("Choose what to stop"))
    blocks += [
        divider(),
        input_block("what", plain("Stop publishing"), what),
        input_block(
            "reason",
            plain("Why"),
            line("reason", longest=REASON_CHARACTERS),
            hint=plain("Everybody sees it on the cards of the posts that wait."),
        ),
    ]
    return modal(FORM, plain("Pause publishing"), blocks, submit=plain("Pause"), close=plain("Close"))


def _targets(clients: Sequence[Client], accounts: Sequence[Account]) -> list[Element]:
    networks = sorted({account.network for account in accounts})
    targets = [option(plain("Everything"), "all:")]
    targets += [option(plain("Client: {name}", name=one.name), f"client:{one.id}") for one in clients]
    targets += [option(plain("Network: {name}", name=network_title(one)), f"network:{one}") for one in networks]
    targets += [option(plain("Account: {name}", name=account_name(one)), f"account:{one.id}") for one in accounts]
    return targets[:SELECT_OPTIONS]


def _running(one: Held) -> list[Block]:
    head = t("*{what}:* {pause}", what=_name(one), pause=pause_line(one.pause))
    lines = [_line(*waiting) for waiting in one.waiting[:LISTED]]
    if one.count > len(lines):
        lines.append(t("and {count} more", count=one.count - len(lines)))
    waits = t("These wait behind it:") if lines else t("Nothing waits behind it.")
    return [
        section(head),
        section(Mrkdwn("\n".join([waits, *lines]))),
        actions(_resume(one)),
    ]


def _resume(one: Held) -> Element:
    asked = confirm(
        plain("Resume?"),
        plain("What is still in time goes out at once. What is too late is not sent, and you are asked about it."),
        plain("Resume"),
    )
    number = one.pause.id or 0
    says = plain("Resume {what}", what=_name(one))
    return button(plain("Resume"), f"resume#{number}", ticket(number), style="primary", says=says, asks=asked)


def _line(post: Post, account: Account, delivery: Delivery) -> Mrkdwn:
    return t(
        "• “{title}” on {account}, due {at}", title=post.title, account=account_name(account), at=when(delivery.due_at)
    )


def _name(one: Held) -> str:
    return plain("Everything") if one.pause.scope == "all" else one.holds
