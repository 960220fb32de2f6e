"""What is told of a customer's conversation besides its card: in its thread, to who has it, to who is asked to look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.blocks.basics import Block, actions, button, context, section, ticket, when
from bot.blocks.inbox import (
    EARLIER_CHARACTERS,
    NEWEST_CHARACTERS,
    Shown,
    answers,
    buttons,
    reply_line,
    who_wrote,
    written_by_customer,
)
from bot.blocks.posts import link
from bot.blocks.previews import exactly
from bot.blocks.remarks import account_name
from bot.blocks.surfaces import Message, message
from bot.errors import Mrkdwn
from bot.rules import inbox as rules
from bot.rules.escaping import shorten, visible
from bot.rules.inbox import Act
from bot.rules.markup import mention
from bot.store import tables
from bot.store.tables import Account, Reply
from bot.words import plain, t

PERSON: Mapping[tuple[str, bool], str] = {
    (Act.ASSIGN, True): "{by} gave you the conversation with {customer}.",
    (Act.ASSIGN, False): "{by} gave the conversation with {customer}, which you had, to somebody else.",
    (Act.ANSWER, True): "{by} answered {customer}, whom you take care of.",
    (Act.CLOSE, True): "{by} closed your conversation with {customer}.",
    (Act.REOPEN, False): "{by} reopened the conversation with {customer}, which you had.",
}
"""What somebody did, by whether the reader has the conversation now."""


def wrote_again(shown: Shown, written: tables.Message, facts: Mapping[str, Any], thread_ts: str = "") -> Message:
    """The customer wrote again: their words, in the thread of the card or to who has the conversation."""
    name = who_wrote(shown.conversation)
    was_closed = facts.get("before") == rules.Conversation.CLOSED
    template = "{who} wrote again, so this is open again:" if was_closed else "{who} wrote again, {at}:"
    said = section(t(template, who=name, at=when(written.at)))
    blocks = [said, *written_by_customer(written.text, NEWEST_CHARACTERS)]
    if not thread_ts:
        blocks.append(_answer_button(shown))
    return message(blocks, thread_ts=thread_ts)


def to_person(shown: Shown, facts: Mapping[str, Any], permalink: str) -> Message | None:
    """A word to who has, or had, the conversation."""
    template = PERSON.get((str(facts.get("what", "")), bool(facts.get("mine"))))
    if template is None:
        return None
    said = t(template, by=mention(str(facts.get("by", ""))), customer=_customer(shown, permalink))
    newest = written_by_customer(shown.newest.text, EARLIER_CHARACTERS)
    ends = [_answer_button(shown)] if facts.get("mine") and shown.state is not rules.Conversation.CLOSED else []
    return message([section(said), *newest, *ends])


def escalation(shown: Shown, permalink: str) -> Message | None:
    """A word to who is asked to look: the reason, and what the customer wrote. Nothing once it was taken back."""
    row = shown.conversation
    if not row.escalated_by:
        return None
    said = t(
        "{who} asks you to look at the conversation with {customer}.",
        who=_who(shown),
        customer=_customer(shown, permalink),
    )
    blocks = [
        section(said),
        section(t("*Why:* {why}", why=visible(row.escalation))),
        context(t("{client} · {account}", client=shown.client.name, account=account_name(shown.account))),
        *written_by_customer(shown.newest.text, NEWEST_CHARACTERS),
        actions(*buttons(shown)),
    ]
    return message(blocks)


def escalated_line(shown: Shown, thread_ts: str) -> Message | None:
    """A line in the thread that keeps why."""
    row = shown.conversation
    if not row.escalated_by:
        return None
    return message(
        [section(t("{who} escalated this: {why}", who=_who(shown), why=visible(row.escalation)))], thread_ts=thread_ts
    )


def reply_asks(shown: Shown, reply: Reply, permalink: str = "", thread_ts: str = "") -> Message | None:
    """What became of an answer, and what a person may do about it; nothing once it was settled."""
    if reply.status not in {*rules.ASKING}:
        return None
    doubt = reply.status == rules.Reply.UNCONFIRMED
    template = (
        "Nobody knows whether your answer to {customer} arrived. Look at the account, then say so."
        if doubt
        else "The answer to {customer} was not sent."
    )
    blocks: list[Block] = [
        section(t(template, customer=_customer(shown, permalink))),
        context(reply_line(reply, shown.conversation.kind)),
        exactly(shorten(reply.text, NEWEST_CHARACTERS)),
        actions(*answers(reply, shown.newest.id or 0)),
    ]
    return message(blocks, thread_ts=thread_ts)


def unread(account: Account, why: str) -> Message:
    """A word to those who set Trellis up: what customers write to this account is not read."""
    said = t(
        "Trellis cannot read what customers write to {account}, so nobody hears of it here. It goes on trying; nothing "
        "is skipped. Until then look there yourselves. {why}",
        account=account_name(account),
        why=why,
    )
    return message([section(said)])


def _customer(shown: Shown, permalink: str) -> Mrkdwn:
    name = who_wrote(shown.conversation)
    return link(permalink, name) if permalink else t("{name}", name=name)


def _who(shown: Shown) -> Mrkdwn:
    return mention(shown.conversation.escalated_by)


def _answer_button(shown: Shown) -> Block:
    carries = ticket(shown.conversation.id or 0, shown.conversation.revision)
    return actions(button(plain("Reply"), "reply", carries, style="primary", says=plain("Answer the customer")))
