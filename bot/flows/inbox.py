"""What people do with a customer's conversation: take, assign, escalate, close, reopen. First click wins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.errors import BadInput, NotAllowed, Stale
from bot.flows import cards, casework
from bot.flows.clients import require_people
from bot.flows.rights import rights_at
from bot.rules import inbox as rules
from bot.rules.inbox import Act
from bot.rules.markup import mention, moment
from bot.rules.people import Actor, require_member
from bot.store import Tx, states
from bot.store import inbox as queries
from bot.store.tables import Account, AuditEntry, Client, Conversation, Message, Reply

REASON_CHARACTERS = 2_000
SHOWN = 6
"""Messages, and answers, that a card is made of; the network shows the rest."""

DID: dict[str, str] = {
    Act.TAKE: "took",
    Act.ASSIGN: "assigned",
    Act.ANSWER: "answered",
    Act.ESCALATE: "escalated",
    Act.CLOSE: "closed",
    Act.REOPEN: "reopened",
}
"""What somebody did, for "Ben took this conversation"."""


@dataclass(frozen=True)
class Case:
    """A conversation with what its card and forms show of it. Oldest first."""

    conversation: Conversation
    account: Account
    client: Client
    messages: tuple[Message, ...]
    replies: tuple[Reply, ...]
    written: int
    """How many messages the customer wrote in all."""
    card_ts: str = ""
    """Of its card in `channel`; empty while there is none."""
    channel: str = ""

    @property
    def newest(self) -> Message:
        """The message that an answer answers."""
        return self.messages[-1]


def view(tx: Tx, conversation_id: int) -> Case:
    """All that the card of a conversation shows. Raises NotFound."""
    row = tx.require(Conversation, conversation_id)
    client = tx.require(Client, row.client_id)
    channel = casework.channel_of(client)
    return Case(
        conversation=row,
        account=tx.require(Account, row.account_id),
        client=client,
        messages=tuple(queries.last_messages(tx, conversation_id, SHOWN)),
        replies=tuple(queries.last_replies(tx, conversation_id, SHOWN)),
        written=queries.count_messages(tx, conversation_id),
        card_ts=cards.thread(tx, casework.SUBJECT, conversation_id, channel) if channel else "",
        channel=channel,
    )


def message(tx: Tx, message_id: int) -> Message:
    """One message of a customer. Raises NotFound."""
    return tx.require(Message, message_id)


def account(tx: Tx, account_id: int) -> Account:
    """The account that customers write to. Raises NotFound."""
    return tx.require(Account, account_id)


def look(tx: Tx, by: Actor, conversation_id: int, act: Act) -> Case:
    """What a form about `act` shows, for one who may do it; Stale where it cannot be done any more."""
    require_member(by)
    case = view(tx, conversation_id)
    _require_open_to(tx, case.conversation, act)
    return case


def take(tx: Tx, by: Actor, conversation_id: int, *, now: datetime) -> Conversation:
    """Have it oneself. The first one does; who comes later is told who and when."""
    return _own(tx, by, conversation_id, Act.TAKE, by.person, now=now)


def assign(tx: Tx, by: Actor, conversation_id: int, person: str, *, now: datetime) -> Conversation:
    """Have somebody else take care of it; they are told, and so is who had it."""
    require_member(by)
    if not person:
        raise BadInput("person", "Choose who takes care of it.")
    require_people(tx, "person", [person])
    return _own(tx, by, conversation_id, Act.ASSIGN, person, now=now)


def escalate(tx: Tx, by: Actor, conversation_id: int, reason: str, *, now: datetime) -> Conversation:
    """Ask the client's reviewers and those who set Trellis up to look, with the reason."""
    reason = _require_reason(reason)
    row = _require_open(tx, by, conversation_id, Act.ESCALATE)
    rights = rights_at(tx, tx.require(Client, row.client_id))
    others = (rights.managers | rights.reviewers) - {by.person}
    if not others:
        raise NotAllowed("There is nobody to escalate this to. Choose reviewers in Trellis's Home tab first.")
    before = row.status
    fields = {"escalated_by": by.person, "escalated_at": now, "escalation": reason}
    states.move_conversation(tx, row, Act.ESCALATE, now, **fields)
    casework.record(tx, row, by, Act.ESCALATE, now=now, old=before, reason=reason, told=sorted(others))
    casework.escalated(tx, row, others, now=now)
    return row


def close(tx: Tx, by: Actor, conversation_id: int, *, now: datetime) -> Conversation:
    """It is done. When the customer writes again it is open again."""
    fields = {"closed_by": by.person, "closed_at": now, "escalated_by": "", "escalation": "", "escalated_at": None}
    return _act(tx, by, conversation_id, Act.CLOSE, now=now, **fields)


def reopen(tx: Tx, by: Actor, conversation_id: int, *, now: datetime) -> Conversation:
    """It is not done after all; nobody has it yet."""
    return _act(tx, by, conversation_id, Act.REOPEN, now=now, owner="", owned_at=None, closed_by="", closed_at=None)


def draw_anew(tx: Tx, conversation_id: int, *, now: datetime) -> None:
    """Show on every card what is true, for somebody looked at an old one."""
    row = tx.get(Conversation, conversation_id)
    if row is not None:
        casework.show(tx, row, now=now)


def _own(tx: Tx, by: Actor, conversation_id: int, act: Act, owner: str, *, now: datetime) -> Conversation:
    return _act(tx, by, conversation_id, act, now=now, owner=owner, owned_at=now)


def _act(tx: Tx, by: Actor, conversation_id: int, act: Act, *, now: datetime, **fields: object) -> Conversation:
    row = _require_open(tx, by, conversation_id, act)
    before, had = row.status, row.owner
    states.move_conversation(tx, row, act, now, **fields)
    casework.record(tx, row, by, act, now=now, old=before, owner=row.owner, had=had)
    casework.told(tx, row, by, act, had, now=now)
    return row


def _require_open(tx: Tx, by: Actor, conversation_id: int, act: Act) -> Conversation:
    require_member(by)
    row = queries.hold(tx, conversation_id)
    _require_open_to(tx, row, act)
    return row


def _require_open_to(tx: Tx, row: Conversation, act: Act) -> None:
    """Stale where the table has no such step from here, or somebody escalated it already: say who was first."""
    if act is Act.ESCALATE and row.escalated_by:
        raise Stale(
            "{who} escalated this, {when}.",
            who=mention(row.escalated_by),
            when=moment(row.escalated_at or row.changed_at),
        )
    if rules.may(rules.Conversation(row.status), act):
        return
    state = rules.TITLES[rules.Conversation(row.status)].lower()
    number = AuditEntry.__table__.c.number  # type: ignore[attr-defined]
    subject = AuditEntry.subject == f"conversation:{row.id}"
    what = AuditEntry.__table__.c.what.in_([str(act) for act in DID])  # type: ignore[attr-defined]
    last = tx.first(AuditEntry, subject, what, AuditEntry.new == row.status, order=number.desc())
    if last is None:
        raise Stale("This conversation is {state} now, so that cannot be done any more.", state=state)
    raise Stale(
        "{who} {did} this conversation, {when}. It is {state} now.",
        who=mention(last.who),
        did=DID[last.what],
        when=moment(last.at),
        state=state,
    )


def _require_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise BadInput("reason", "Please say why, so that those who are asked know what to do.")
    if len(reason) > REASON_CHARACTERS:
        raise BadInput("reason", "Please keep the reason under {limit} characters.", limit=REASON_CHARACTERS)
    return reason
