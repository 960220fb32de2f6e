"""The card of a customer's conversation. What customers write is shown as plain text, so nothing in it can act."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.blocks.basics import Block, Element, actions, button, confirm, context, divider, header, section, ticket, when
from bot.blocks.posts import link
from bot.blocks.previews import exactly
from bot.blocks.remarks import account_name
from bot.blocks.surfaces import Message, message
from bot.errors import Mrkdwn
from bot.rules import inbox as rules
from bot.rules.escaping import one_line, shorten, visible
from bot.rules.inbox import Act
from bot.rules.markup import mention
from bot.store import tables
from bot.store.tables import Account, Client, Conversation, Reply
from bot.words import plain, t

NEWEST_CHARACTERS = 1_200
"""Of the newest message on a card: longer ones push the buttons out of sight."""
EARLIER_CHARACTERS = 300
LINES = 30
"""Of one text: a hundred short lines push the buttons out of sight as well as a long one."""
BLANK_LINES = re.compile(r"\n\s*\n\s*\n")
NAME_CHARACTERS = 60
ENTRIES = 6
"""Messages and answers that a card shows."""

KINDS: Mapping[str, str] = {
    "mention": "Mention",
    "reply": "Reply",
    "comment": "Comment",
    "direct": "Direct message",
}


@dataclass(frozen=True)
class Shown:
    """A conversation as it is shown, messages and answers oldest first. Rows are as they were read."""

    conversation: Conversation
    account: Account
    client: Client
    messages: Sequence[tables.Message]
    replies: Sequence[Reply]
    written: int
    """How many messages the customer wrote in all."""

    @property
    def state(self) -> rules.Conversation:
        """Where it stands."""
        return rules.Conversation(self.conversation.status)

    @property
    def newest(self) -> tables.Message:
        """What an answer answers."""
        return self.messages[-1]


def card(shown: Shown, thread_ts: str = "") -> Message:
    """The card as the conversation stands now."""
    row = shown.conversation
    title = plain("{state}: {kind} from {who}", state=_title(shown), kind=kind_of(row.kind).lower(), who=who_wrote(row))
    blocks = [
        header(title),
        section(about(shown)),
        *_talk(shown),
        section(standing(shown)),
        actions(*buttons(shown), block_id=f"conversation.{row.id}.{row.revision}"),
        context(t("_Talk in this thread stays inside. Only Reply reaches the customer._")),
    ]
    return message(blocks, revision=row.revision, thread_ts=thread_ts)


def about(shown: Shown) -> Mrkdwn:
    """For which client, who wrote, where, how and since when."""
    row = shown.conversation
    said = t(
        "*{client}* · {who} (@{handle}) on {account} · {kind}",
        client=shown.client.name,
        who=who_wrote(row),
        handle=handle_of(row),
        account=account_name(shown.account),
        kind=audience_of(row.kind),
    )
    return Mrkdwn(f"{said}\n{t('Since {at}.', at=when(shown.conversation.opened_at))}")


def standing(shown: Shown) -> Mrkdwn:
    """Who has it, and who asked others to look."""
    row = shown.conversation
    if shown.state is rules.Conversation.CLOSED:
        said = t("*Closed* by {who}, {at}.", who=mention(row.closed_by), at=when(row.closed_at or row.changed_at))
    elif row.owner:
        said = t("{who} has it since {at}.", who=mention(row.owner), at=when(row.owned_at or row.changed_at))
    else:
        said = t("*Nobody has it yet.*")
    if not row.escalated_by:
        return said
    at = when(row.escalated_at or row.changed_at)
    asked = t("*Escalated* by {who}, {at}: {why}", who=mention(row.escalated_by), at=at, why=visible(row.escalation))
    return Mrkdwn(f"{said}\n{asked}")


def buttons(shown: Shown) -> list[Element]:
    """What can be done now."""
    row, carries = shown.conversation, ticket(shown.conversation.id or 0, shown.conversation.revision)
    if shown.state is rules.Conversation.CLOSED:
        return [button(plain("Reopen"), "reopen", carries)]
    style = "primary" if shown.state is rules.Conversation.WAITING else ""
    take = button(plain("Take"), "take", carries, style="primary", says=plain("Take: I answer this customer"))
    escalate = button(plain("Escalate"), "escalate", carries, says=plain("Escalate: ask others to look"))
    return [
        *([take] if rules.may(shown.state, Act.TAKE) else []),
        button(plain("Assign"), "assign", carries, says=plain("Assign it to somebody")),
        button(plain("Reply"), "reply", carries, style="" if style else "primary", says=plain("Answer the customer")),
        *([] if row.escalated_by else [escalate]),
        button(plain("Close"), "close", carries, says=plain("Close: nothing is left to do")),
    ]


def kind_of(kind: str) -> str:
    """A kind of message as people call it."""
    return plain(KINDS.get(kind, "Message"))


def audience_of(kind: str) -> Mrkdwn:
    """The kind of message, and who can read it."""
    said = t("{kind}", kind=kind_of(kind))
    return t("{kind}, private", kind=said) if rules.is_direct(kind) else t("{kind}, public", kind=said)


def who_wrote(row: Conversation) -> str:
    """The customer's name, or handle; a hidden character in it is shown."""
    return one_line(visible(row.contact_name or row.contact_handle), NAME_CHARACTERS) or plain("somebody")


def handle_of(row: Conversation) -> str:
    """The customer's handle, in one short line."""
    return one_line(visible(row.contact_handle), NAME_CHARACTERS)


def written_by_customer(text: str, most: int) -> list[Block]:
    """What a customer wrote, as it is and as plain text; told where it was cut."""
    whole = BLANK_LINES.sub("\n\n", text.strip())
    cut = shorten("\n".join(whole.split("\n")[:LINES]), most)
    blocks = [exactly(cut or plain("(no text)"))]
    return [*blocks, context(t("Shortened here. The network shows all of it."))] if cut != whole else blocks


def reply_line(reply: Reply, kind: str) -> Mrkdwn:
    """Who answered a message of this kind, and what became of it. A direct message has no page that all may open."""
    state = plain(rules.TITLES[rules.Reply(reply.status)]).lower()
    at = when(reply.settled_at or reply.created_at)
    said = t("*Answer* by {who} · {state}, {at}", who=mention(reply.by), state=state, at=at)
    if reply.url and not rules.is_direct(kind):
        said = Mrkdwn(f"{said} · {link(reply.url, plain('see it there'))}")
    return Mrkdwn(f"{said} · {t('{trouble}', trouble=reply.trouble)}") if reply.trouble else said


def answers(reply: Reply, newest: int) -> list[Element]:
    """What a person may answer to an answer that asks; `newest` is the customer's newest message."""
    carries = ticket(reply.id or 0, newest)
    leave = button(plain("Leave it"), f"reply_leave#{reply.id}", carries, says=plain("Leave it: it is not sent"))
    if reply.status == rules.Reply.UNCONFIRMED:
        live = button(plain("It is live"), f"reply_live#{reply.id}", carries, style="primary")
        return [live, button(plain("Send it"), f"reply_send#{reply.id}", carries, asks=_sure()), leave]
    return [button(plain("Send it"), f"reply_send#{reply.id}", carries), leave]


def _sure() -> Block:
    return confirm(
        plain("Send it?"),
        plain("Look at the account first. If the answer is there already, the customer will get it twice."),
        plain("Send it"),
    )


def _title(shown: Shown) -> str:
    if shown.state is rules.Conversation.TAKEN and _is_answered(shown):
        return plain("Answered")
    return plain(rules.TITLES[shown.state])


def _is_answered(shown: Shown) -> bool:
    last = shown.replies[-1] if shown.replies else None
    return last is not None and last.status == rules.Reply.SENT and last.message_id == shown.newest.id


def _talk(shown: Shown) -> list[Block]:
    """The newest of what was said, oldest first."""
    said: list[tuple[object, int, tables.Message | Reply]] = [
        *[(one.received_at, one.id or 0, one) for one in shown.messages],
        *[(one.created_at, one.id or 0, one) for one in shown.replies],
    ]
    kept = [one for *_, one in sorted(said, key=lambda entry: entry[:2])][-ENTRIES:]
    if shown.newest not in kept:
        kept[0] = shown.newest
    earlier = shown.written - sum(isinstance(one, tables.Message) for one in kept)
    blocks = [context(t("{count} earlier messages: the network shows them.", count=earlier))] if earlier > 0 else []
    for one in kept:
        blocks += _entry(shown, one)
    return [divider(), *blocks, divider()]


def _entry(shown: Shown, one: tables.Message | Reply) -> list[Block]:
    if isinstance(one, Reply):
        ask = [actions(*answers(one, shown.newest.id or 0))] if one.status in {*rules.ASKING} else []
        return [context(reply_line(one, shown.conversation.kind)), exactly(shorten(one.text, EARLIER_CHARACTERS)), *ask]
    most = NEWEST_CHARACTERS if one is shown.newest else EARLIER_CHARACTERS
    said = t("{kind} · {at}", kind=kind_of(one.kind), at=when(one.at))
    if one.url:
        said = Mrkdwn(f"{said} · {link(one.url, plain('see it there'))}")
    return [context(said), *written_by_customer(one.text, most)]
