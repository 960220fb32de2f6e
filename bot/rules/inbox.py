"""Where a customer's conversation and an answer to it stand, the only steps between, and who hears of each state.

It moves nothing and reads nothing. It also says how often an account's messages are read, and makes what came storable.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum

from bot.errors import Stale
from bot.rules.networks import Incoming
from bot.rules.posts import Step

QUICK = timedelta(seconds=2)
"""Between two reads of an account to which somebody has just written: a talk feels like one."""
SLOWEST = timedelta(seconds=20)
"""Between two reads of a quiet account, and so about the longest that a first message waits to be read."""
SLOWER = 1.5
"""Each read that brings nothing makes the next wait this much longer."""
LONGEST_WAIT = timedelta(minutes=5)
"""Between two reads of an account that cannot be read."""
JITTER = 0.2
"""Part of a wait that is left to chance, so that many accounts do not ask at one moment."""

NAME_CHARACTERS = 255
URL_CHARACTERS = 2_000
REF_CHARACTERS = 2_000
UNSTORABLE = str.maketrans({"\x00": "\ufffd"})
"""PostgreSQL holds no NUL in a text (https://www.postgresql.org/docs/15/datatype-character.html)."""


class Conversation(StrEnum):
    """Where a conversation stands."""

    WAITING = "waiting"
    TAKEN = "taken"
    CLOSED = "closed"


class Act(StrEnum):
    """What moves a conversation: the customer, then the team."""

    WRITE = "write"
    TAKE = "take"
    ASSIGN = "assign"
    ANSWER = "answer"
    ESCALATE = "escalate"
    CLOSE = "close"
    REOPEN = "reopen"


class Reply(StrEnum):
    """Where an answer stands. Only in `sending` may a request have left."""

    DUE = "due"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    LEFT = "left"


class Listener(StrEnum):
    """Where a state is told."""

    CARD = "card"
    """Every card of the conversation is drawn anew, and posted in the support channel if there is none yet."""
    THREAD = "thread"
    """A line in the thread of the card."""
    OWNER = "owner"
    """A direct message to who has, or had, the conversation, unless they did it themselves."""
    AUTHOR = "author"
    """A direct message to who wrote the answer."""


C, R, S = Conversation, Reply, Step

CONVERSATION_STEPS: dict[tuple[Conversation, Act], Conversation] = {
    (C.WAITING, Act.WRITE): C.WAITING,
    (C.WAITING, Act.TAKE): C.TAKEN,
    (C.WAITING, Act.ASSIGN): C.TAKEN,
    (C.WAITING, Act.ANSWER): C.TAKEN,
    (C.WAITING, Act.ESCALATE): C.WAITING,
    (C.WAITING, Act.CLOSE): C.CLOSED,
    (C.TAKEN, Act.WRITE): C.TAKEN,
    (C.TAKEN, Act.ASSIGN): C.TAKEN,
    (C.TAKEN, Act.ANSWER): C.TAKEN,
    (C.TAKEN, Act.ESCALATE): C.TAKEN,
    (C.TAKEN, Act.CLOSE): C.CLOSED,
    (C.CLOSED, Act.WRITE): C.WAITING,
    (C.CLOSED, Act.REOPEN): C.WAITING,
}

REPLY_STEPS: dict[tuple[Reply, Step], Reply] = {
    (R.DUE, S.CLAIM): R.CLAIMED,
    (R.CLAIMED, S.RELEASE): R.DUE,
    (R.CLAIMED, S.SEND): R.SENDING,
    (R.CLAIMED, S.FAIL): R.FAILED,
    (R.SENDING, S.PUBLISH): R.SENT,
    (R.SENDING, S.RETRY): R.DUE,
    (R.SENDING, S.FAIL): R.FAILED,
    (R.SENDING, S.DOUBT): R.UNCONFIRMED,
    (R.UNCONFIRMED, S.CONFIRM): R.SENT,
    (R.UNCONFIRMED, S.RESEND): R.DUE,
    (R.UNCONFIRMED, S.DROP): R.LEFT,
    (R.FAILED, S.RESEND): R.DUE,
    (R.FAILED, S.DROP): R.LEFT,
}

UNDER_WAY = (R.DUE, R.CLAIMED, R.SENDING)
"""The loop still has it; a later answer in the same conversation waits behind it."""
ASKING = (R.FAILED, R.UNCONFIRMED)
"""A person is asked what to do with it."""

_L = Listener

CONVERSATION_HEARS: dict[Conversation, frozenset[Listener]] = {
    C.WAITING: frozenset({_L.CARD, _L.OWNER}),
    C.TAKEN: frozenset({_L.CARD, _L.OWNER}),
    C.CLOSED: frozenset({_L.CARD, _L.OWNER}),
}
REPLY_HEARS: dict[Reply, frozenset[Listener]] = {
    R.DUE: frozenset({_L.CARD}),
    R.CLAIMED: frozenset({_L.CARD}),
    R.SENDING: frozenset({_L.CARD}),
    R.SENT: frozenset({_L.CARD}),
    R.FAILED: frozenset({_L.CARD, _L.THREAD, _L.AUTHOR}),
    R.UNCONFIRMED: frozenset({_L.CARD, _L.THREAD, _L.AUTHOR}),
    R.LEFT: frozenset({_L.CARD}),
}

TITLES: dict[Conversation | Reply, str] = {
    C.WAITING: "New",
    C.TAKEN: "Taken",
    C.CLOSED: "Closed",
    R.DUE: "About to be sent",
    R.CLAIMED: "About to be sent",
    R.SENDING: "Being sent",
    R.SENT: "Sent",
    R.FAILED: "Not sent",
    R.UNCONFIRMED: "Perhaps sent",
    R.LEFT: "Not sent, left",
}
"""A state as people read it."""


def next_conversation(status: Conversation, act: Act) -> Conversation:
    """Where `act` leads a conversation; Stale when the table has no such step from here."""
    try:
        return CONVERSATION_STEPS[status, act]
    except KeyError:
        raise Stale(
            "This conversation is {state} now, so that cannot be done any more.", state=TITLES[status].lower()
        ) from None


def next_reply(status: Reply, step: Step) -> Reply:
    """Where `step` leads an answer; Stale when the table has no such step from here."""
    try:
        return REPLY_STEPS[status, step]
    except KeyError:
        raise Stale(
            "This answer is {state} now, so that cannot be done any more.", state=TITLES[status].lower()
        ) from None


def may(status: Conversation, act: Act) -> bool:
    """Whether the table has this step from here."""
    return (status, act) in CONVERSATION_STEPS


def is_direct(kind: str) -> bool:
    """Whether a message of this kind, and so the answer to it, is read by the customer and the brand alone."""
    return kind == "direct"


def wait_after(quiet: int, chance: float) -> timedelta:
    """How long to wait after `quiet` reads in a row that brought nothing; `chance` is from 0 to 1."""
    longer = QUICK.total_seconds() * SLOWER ** min(quiet, 20)
    return _about(min(longer, SLOWEST.total_seconds()), chance)


def wait_after_failure(failures: int, chance: float) -> timedelta:
    """How long to wait after `failures` reads in a row that failed; `chance` is from 0 to 1."""
    longer = QUICK.total_seconds() * 2.0 ** min(failures, 20)
    return _about(min(longer, LONGEST_WAIT.total_seconds()), chance)


def storable(message: Incoming) -> Incoming:
    """The message as any database can hold it: all of its text, names and addresses within bounds."""
    return replace(
        message,
        remote_id=_clean(message.remote_id)[:NAME_CHARACTERS],
        conversation_id=_clean(message.conversation_id)[:NAME_CHARACTERS],
        kind=_clean(message.kind)[:NAME_CHARACTERS],
        author_id=_clean(message.author_id)[:NAME_CHARACTERS],
        author_handle=_clean(message.author_handle)[:NAME_CHARACTERS],
        author_name=_clean(message.author_name)[:NAME_CHARACTERS],
        text=_clean(message.text),
        url=_clean(message.url) if len(message.url) <= URL_CHARACTERS else "",
        refs={_clean(name)[:NAME_CHARACTERS]: _clean(value)[:REF_CHARACTERS] for name, value in message.refs.items()},
    )


def _clean(text: str) -> str:
    """Without NUL and lone surrogates, which a database refuses."""
    return text.translate(UNSTORABLE).encode("utf-8", "replace").decode()


def _about(seconds: float, chance: float) -> timedelta:
    return timedelta(seconds=seconds * (1 - JITTER + 2 * JITTER * chance))
