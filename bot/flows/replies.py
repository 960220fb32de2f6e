"""Answers to customers as people decide on them: written in a form, and what becomes of one that asks.

Nothing else reaches a customer. Sending is the loop's (`bot.flows.answering`).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.errors import BadInput, Stale
from bot.flows import casework
from bot.flows.answering import PATIENCE, WROTE_AGAIN
from bot.flows.deliveries import require_link
from bot.rules import inbox as rules
from bot.rules.inbox import Act
from bot.rules.markup import mention, moment
from bot.rules.networks import Fault
from bot.rules.people import Actor, require_member
from bot.rules.posts import Step
from bot.store import Tx, states
from bot.store import inbox as queries
from bot.store.scope import REPLIES
from bot.store.tables import Account, Conversation, Reply


@dataclass(frozen=True)
class Seen:
    """What stood in the conversation when the form was opened: its newest message, and its newest answer (0: none)."""

    message_id: int
    reply_id: int


def write(
    tx: Tx, by: Actor, conversation_id: int, seen: Seen, text: str, faults: Sequence[Fault], *, now: datetime
) -> Reply:
    """Have an answer sent. Who answers what nobody has, has it.

    Stale where somebody answered, or the customer wrote again, since the form was opened; BadInput for what the
    network would refuse.
    """
    require_member(by)
    row = queries.hold(tx, conversation_id)
    _require_unchanged(tx, row, seen)
    _require_sayable(tx, row, text, faults)
    before, has = row.status, {} if row.owner else {"owner": by.person, "owned_at": now}
    states.move_conversation(tx, row, Act.ANSWER, now, **has)
    reply = tx.add(_new(row, by, seen, text, now))
    casework.record(tx, row, by, Act.ANSWER, now=now, old=before, answer=reply.id, text=text, message=seen.message_id)
    casework.answered(tx, row, reply, now=now)
    tx.ring(REPLIES)
    return reply


def confirm(tx: Tx, by: Actor, reply_id: int, link: str, *, now: datetime) -> Reply:
    """Somebody looked and it is there, at `link`."""
    fields = {"url": require_link(link), "settled_at": now, "trouble": ""}
    return _decide(tx, by, reply_id, Step.CONFIRM, fields, now=now)


def resend(tx: Tx, by: Actor, reply_id: int, seen_id: int, *, now: datetime) -> Reply:
    """Send it after all; Stale where the customer wrote since message `seen_id`, which the question showed."""
    reply = tx.require(Reply, reply_id)
    queries.hold(tx, reply.conversation_id)
    if queries.newest_message(tx, reply.conversation_id).id != seen_id:
        raise Stale(WROTE_AGAIN)
    account = tx.require(Account, reply.account_id)
    if not account.connected:
        raise BadInput("account", "{account} must be connected again first.", account=account.handle)
    fields = {"seen_id": seen_id, "next_at": now, "give_up_at": now + PATIENCE, "settled_at": None, "trouble": ""}
    answered = _decide(tx, by, reply_id, Step.RESEND, {**fields, "sent_at": None}, now=now)
    tx.ring(REPLIES)
    return answered


def drop(tx: Tx, by: Actor, reply_id: int, *, now: datetime) -> Reply:
    """Leave it: it is never sent."""
    return _decide(tx, by, reply_id, Step.DROP, {"settled_at": now}, now=now)


def draw_anew(tx: Tx, reply_id: int, *, now: datetime) -> None:
    """Show on every card what is true, for somebody looked at an old one."""
    reply = tx.get(Reply, reply_id)
    if reply is not None:
        casework.show(tx, tx.require(Conversation, reply.conversation_id), now=now)


def require_asking(tx: Tx, by: Actor, reply_id: int) -> Reply:
    """The answer, for one who may say what becomes of it, while that is still a question."""
    require_member(by)
    reply = tx.require(Reply, reply_id)
    if rules.Reply(reply.status) not in rules.ASKING:
        raise _too_late(reply)
    return reply


def _new(row: Conversation, by: Actor, seen: Seen, text: str, now: datetime) -> Reply:
    return Reply(
        workspace_id=row.workspace_id,
        conversation_id=row.id or 0,
        account_id=row.account_id,
        message_id=seen.message_id,
        seen_id=seen.message_id,
        by=by.person,
        text=text,
        status=rules.Reply.DUE.value,
        key=secrets.token_hex(16),
        next_at=now,
        give_up_at=now + PATIENCE,
        created_at=now,
    )


def _require_unchanged(tx: Tx, row: Conversation, seen: Seen) -> None:
    if rules.Conversation(row.status) is rules.Conversation.CLOSED:
        raise Stale(
            "{who} closed this conversation, {when}. Reopen it first.", who=mention(row.closed_by), when=_at(row)
        )
    last = queries.newest_reply(tx, row.id or 0)
    if last is not None and last.id != seen.reply_id:
        raise Stale(
            "{who} answered this, {when}. Look at it first.", who=mention(last.by), when=moment(last.created_at)
        )
    newest = queries.newest_message(tx, row.id or 0)
    if newest.id != seen.message_id:
        raise Stale("The customer wrote again, {when}. Read it first.", when=moment(newest.received_at))


def _require_sayable(tx: Tx, row: Conversation, text: str, faults: Sequence[Fault]) -> None:
    account = tx.require(Account, row.account_id)
    if not account.connected:
        raise BadInput("text", "{account} must be connected again before it can answer.", account=account.handle)
    if not text.strip():
        raise BadInput("text", "Write an answer first.")
    for fault in faults:
        raise BadInput("text", fault.template, **fault.values)


def _decide(tx: Tx, by: Actor, reply_id: int, step: Step, fields: Mapping[str, object], *, now: datetime) -> Reply:
    reply = require_asking(tx, by, reply_id)
    row = queries.hold(tx, reply.conversation_id)
    before = reply.status
    if not states.move_replies(tx, [reply_id], step, fields=fields):
        tx.session.refresh(reply)
        raise _too_late(reply)
    casework.reply_moved(tx, row, reply, rules.Reply(before), by, step, now=now)
    return reply


def _too_late(reply: Reply) -> Stale:
    state = rules.TITLES[rules.Reply(reply.status)].lower()
    return Stale("This has been settled meanwhile: it is {state} now.", state=state)


def _at(row: Conversation) -> object:
    return moment(row.closed_at or row.changed_at)
