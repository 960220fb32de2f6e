"""What is told of a post besides its card: a line in the card's thread, a word to its author or to those who connect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.blocks.basics import ACTIONS, Block, Element, actions, button, section, ticket
from bot.blocks.posts import delivery_line, link
from bot.blocks.remarks import account_name
from bot.blocks.surfaces import Message, message
from bot.errors import Mrkdwn
from bot.rules import posts as rules
from bot.rules.markup import mention
from bot.store.tables import Account, Delivery, Post
from bot.words import plain, t

EDITED = "{to}: {post} was edited after your decision, and waits for a new one."
THREAD: Mapping[str, str] = {
    rules.Post.PUBLISHED: "{post} is published.",
    rules.Post.PARTLY_PUBLISHED: "{post} is out on some accounts only.",
    rules.Post.FAILED: "{post} could not be published. Look at it and send it again, or leave it.",
    rules.Post.UNCONFIRMED: "Nobody knows whether {post} is out. Look at the account, then say so on its card.",
    rules.Post.MISSED: "{post} was not sent in time, so it was not sent at all. What should happen with it?",
}
"""By the state that was reached, of a post or of a delivery that asks; the two share these words."""

AUTHOR: Mapping[str, str] = {
    **THREAD,
    rules.Post.CHANGES_REQUESTED: "{who} asks for changes to {post}: {reason}",
    rules.Post.ON_HOLD: "{who} put {post} on hold: {reason}",
    rules.Post.REJECTED: "{who} rejected {post}: {reason}",
    rules.Post.APPROVED: "{who} approved {post}. It waits until its account is connected again.",
}


@dataclass(frozen=True)
class Told:
    """A post that something is told of, with what became of it on its accounts."""

    post: Post
    permalink: str
    """Of its card; empty while it has none, or Slack does not say."""
    deliveries: Sequence[tuple[Account, Delivery]]
    """Those that are spoken of."""

    @property
    def name(self) -> Mrkdwn:
        """The post by its first words, linked to its card."""
        title = plain("“{title}”", title=self.post.title)
        return link(self.permalink, title) if self.permalink else t("{title}", title=title)


def in_thread(told: Told, state: str, thread_ts: str, to: str = "") -> Message | None:
    """A line in the thread of the card; None for a state that its card alone tells. `to` is who is called by it."""
    template = EDITED if to and state == rules.Post.IN_REVIEW else THREAD.get(state)
    if template is None:
        return None
    return message([_said(t(template, post=told.name, to=mention(to)), told)], thread_ts=thread_ts)


def to_author(told: Told, facts: Mapping[str, Any]) -> Message | None:
    """A word to the author, with what they can do about it."""
    state = str(facts.get("state", ""))
    template = AUTHOR.get(state)
    if template is None:
        return None
    who, reason = mention(str(facts.get("by", ""))), str(facts.get("reason", ""))
    said = _said(t(template, post=told.name, who=who, reason=reason), told)
    return message([said, actions(*_buttons(told.post, state))])


def waits(told: Told, accounts: Sequence[Account]) -> Message:
    """A word to those who can connect the account that an approved post waits for."""
    names = ", ".join(account_name(account) for account in accounts)
    said = t(
        "{post} is approved, and waits until {accounts} is connected again.",
        post=told.name,
        accounts=names,
    )
    return message([section(said), actions(*_reconnect(accounts))])


def broken(account: Account, why: str, waiting: int) -> Message:
    """A word to those who can connect an account again."""
    lines = [t("*{account} must be connected again.* {why}", account=account_name(account), why=why)]
    if waiting:
        lines.append(t("Approved posts that wait for it: {count}.", count=waiting))
    return message([section(Mrkdwn("\n".join(lines))), actions(*_reconnect([account]))])


def _said(sentence: Mrkdwn, told: Told) -> Block:
    lines = [delivery_line(account, delivery) for account, delivery in told.deliveries]
    return section(Mrkdwn("\n".join([sentence, *lines])))


def _reconnect(accounts: Sequence[Account]) -> list[Element]:
    """A way to each account that must be connected again; the label names it where there are several."""
    return [
        button(
            plain("Connect {account} again", account=account_name(one))
            if len(accounts) > 1
            else plain("Connect again"),
            f"account_reconnect#{one.id}",
            ticket(one.id or 0),
            style="primary",
            says=plain("Connect again: {account}", account=account_name(one)),
        )
        for one in accounts[:ACTIONS]
    ]


def _buttons(post: Post, state: str) -> list[Element]:
    carries = ticket(post.id or 0, post.version)
    look = button(plain("Open"), "open_post", carries, says=plain("Open the whole post"))
    if state == rules.Post.CHANGES_REQUESTED:
        return [button(plain("Edit"), "edit_post", carries, style="primary"), look]
    if state == rules.Post.REJECTED:
        return [button(plain("Duplicate"), "duplicate_post", carries), look]
    return [look]
