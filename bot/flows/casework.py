"""Puts on record what happened in a customer's conversation, and tells those who should hear of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bot.flows import outbox
from bot.rules import inbox as rules
from bot.rules.inbox import CONVERSATION_HEARS, REPLY_HEARS, Act, Listener
from bot.rules.people import CLOCK, Actor
from bot.store import Tx, audit, states
from bot.store.audit import Entry
from bot.store.scope import REPLIES
from bot.store.tables import Account, Client, Conversation, Reply, Workspace

SUBJECT = "conversation"
"""What its cards are called (`flows.outbox.show`)."""
ALERT, THREAD, PERSON, ESCALATED, REPLY = (
    "conversation_alert",
    "conversation_thread",
    "conversation_person",
    "conversation_escalated",
    "conversation_reply",
)
"""Topics of the outbox."""
UNREAD = "account_unread"


def channel_of(client: Client) -> str:
    """Where a client's customers are talked about; empty where no channel was chosen."""
    return client.support_channel or client.review_channel


def record(
    tx: Tx,
    row: Conversation,
    by: Actor,
    what: str,
    *,
    now: datetime,
    old: str = "",
    reply: Reply | None = None,
    **facts: Any,
) -> None:
    """Append one act on a conversation (or on an answer in it) to the audit log."""
    entry = Entry(
        workspace_id=row.workspace_id,
        at=now,
        who=by.person,
        door=by.door,
        what=str(what),
        subject=f"conversation:{row.id}" if reply is None else f"reply:{reply.id}",
        old=str(old),
        new=row.status if reply is None else reply.status,
        facts={"conversation": row.id, **facts},
    )
    audit.append(tx, [entry])


def wrote(
    tx: Tx, row: Conversation, message_id: int, before: rules.Conversation, had: str, *, again: bool, now: datetime
) -> None:
    """The customer wrote: for the first time (the card is the alert), or again: the thread hears of it, and who `had`
    the conversation."""
    record(tx, row, CLOCK, Act.WRITE, old=before if again else "", now=now, message=message_id)
    if not again:
        _alert(tx, row, now=now)
        return
    show(tx, row, now=now)
    facts = {"what": Act.WRITE.value, "message": message_id, "before": before.value}
    _thread(tx, THREAD, row, facts, now=now)
    if had:
        _say(tx, PERSON, row, had, facts, now=now)


def told(tx: Tx, row: Conversation, by: Actor, act: Act, had: str, *, now: datetime) -> None:
    """Somebody acted: the card hears of it, and whoever has, or `had`, the conversation, unless they did it."""
    show(tx, row, now=now)
    if Listener.OWNER not in CONVERSATION_HEARS[rules.Conversation(row.status)]:
        return
    for person in sorted({row.owner, had} - {"", by.person}):
        facts = {"what": act.value, "by": by.person, "mine": person == row.owner}
        _say(tx, PERSON, row, person, facts, now=now)


def escalated(tx: Tx, row: Conversation, people: Iterable[str], *, now: datetime) -> None:
    """Somebody asks others to look: each of them hears of it, and the thread keeps why."""
    show(tx, row, now=now)
    _thread(tx, THREAD, row, {"what": Act.ESCALATE.value, "by": row.escalated_by}, now=now)
    for person in sorted(set(people)):
        _say(tx, ESCALATED, row, person, {}, now=now)


def answered(tx: Tx, row: Conversation, reply: Reply, *, now: datetime) -> None:
    """An answer reached a state: tell whom `REPLY_HEARS` names."""
    heard = REPLY_HEARS[rules.Reply(reply.status)]
    facts = {"reply": reply.id, "state": reply.status}
    if Listener.CARD in heard:
        show(tx, row, now=now)
    if Listener.THREAD in heard:
        _thread(tx, REPLY, row, facts, now=now)
    if Listener.AUTHOR in heard:
        _say(tx, REPLY, row, reply.by, facts, now=now)


def unread(tx: Tx, account: Account, why: str, *, now: datetime) -> None:
    """Nobody hears what is written to this account: those who set Trellis up are told, once a day."""
    facts, once = {"why": why}, f"{UNREAD}:{account.id}:{now:%Y-%m-%d}"
    for manager in tx.require(Workspace, account.workspace_id).managers:
        outbox.tell(
            tx,
            UNREAD,
            account.id or 0,
            manager,
            now=now,
            facts=facts,
            once=f"{once}:{manager}",
            workspace_id=account.workspace_id,
        )


def reply_moved(
    tx: Tx,
    row: Conversation,
    reply: Reply,
    before: rules.Reply,
    by: Actor = CLOCK,
    what: str = "",
    *,
    now: datetime,
) -> None:
    """An answer moved: the record grows, the card has changed, and people are told."""
    tx.session.refresh(reply)
    states.touch_conversation(tx, row, now)
    facts = {"url": reply.url, "trouble": reply.trouble}
    record(tx, row, by, what or reply.status, now=now, old=before, reply=reply, **facts)
    answered(tx, row, reply, now=now)
    tx.ring(REPLIES)


def show(tx: Tx, row: Conversation, *, now: datetime) -> None:
    """Draw the cards anew; one is in the client's support channel."""
    channel = channel_of(tx.require(Client, row.client_id))
    outbox.show(tx, SUBJECT, row.id or 0, channel, now=now, workspace_id=row.workspace_id)


def _alert(tx: Tx, row: Conversation, *, now: datetime) -> None:
    """The first card; where no channel was chosen, the person who installed Trellis gets it."""
    if channel_of(tx.require(Client, row.client_id)):
        show(tx, row, now=now)
        return
    for manager in tx.require(Workspace, row.workspace_id).managers[:1]:
        _say(tx, ALERT, row, manager, {}, now=now)


def _thread(tx: Tx, topic: str, row: Conversation, facts: dict[str, Any], *, now: datetime) -> None:
    _say(tx, topic, row, channel_of(tx.require(Client, row.client_id)), facts, now=now)


def _say(tx: Tx, topic: str, row: Conversation, place: str, facts: dict[str, Any], *, now: datetime) -> None:
    outbox.tell(tx, topic, row.id or 0, place, now=now, facts=facts, workspace_id=row.workspace_id)
