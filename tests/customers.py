"""What customers write, for tests: Mara complains to the house's first account."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.flows import answering, messages, replies
from bot.flows.answering import Outcome, Sending
from bot.flows.replies import Seen
from bot.rules.inbox import Reply as State
from bot.rules.networks import Batch, Incoming
from bot.rules.people import Actor
from bot.rules.posts import Step
from bot.store import EVERYWHERE
from bot.store.tables import Conversation, Message, Reply
from tests.factories import ANN, NOW, House

NETWORKS = ("plaza",)
SECOND = timedelta(seconds=1)
HOSTILE = (
    "<!channel> <@U_ANN> <https://evil.example|your bank> &lt;!here&gt; *bold* `code` :smile: > quote",
    "\u202eesrever\u202c \u200bzero\u200bwidth\u2060 \ufeff",
    "x" * 100_000,
    "👩\u200d👩\u200d👧" * 5_000,
    "e" + "\u0301" * 5_000,
    "",
    " \n\t ",
    "\n" * 3_000,
    "nul \x00 and half a pair \ud800",
)
"""Texts that no reader may be hurt by."""


def incoming(text: str = "My bread is stale", **other: Any) -> Incoming:
    """A direct message of Mara's."""
    values: dict[str, Any] = {
        "remote_id": "1",
        "conversation_id": "direct:mara",
        "kind": "direct",
        "author_id": "mara",
        "author_handle": "mara",
        "author_name": "Mara",
        "text": text,
        "at": NOW,
        "refs": {"post": "1", "audience": "direct"},
    }
    return Incoming(**{**values, **other})


def take(house: House, *, worker: str = "one", now: datetime = NOW) -> list[int]:
    """Lease what is to be read; the accounts' ids."""
    errands = house.store.write(messages.take, EVERYWHERE, NETWORKS, worker=worker, limit=10, now=now)
    return [errand.account.id or 0 for errand in errands]


def keep(house: House, *told: Incoming, worker: str = "one", cursor: str = "1", now: datetime = NOW) -> int:
    """Keep a read of the house's first account; how many messages were new."""
    batch = Batch(told, cursor)
    account_id = house.account_ids[0]
    return house.store.write(messages.keep, EVERYWHERE, account_id, batch, worker=worker, chance=0.5, now=now)


def received(house: House, *told: Incoming, now: datetime = NOW) -> Conversation:
    """Read these messages (one of Mara's, if none is given); the newest conversation."""
    take(house, now=now)
    keep(house, *(told or (incoming(),)), now=now)
    return house.rows(Conversation)[-1]


def wrote_again(house: House, text: str = "Hello?", number: int = 2, now: datetime = NOW + SECOND) -> Conversation:
    """Mara writes once more."""
    return received(house, incoming(text, remote_id=str(number)), now=now)


def seen(house: House, conversation_id: int) -> Seen:
    """What stands in a conversation now."""
    written = house.rows(Message, Message.conversation_id == conversation_id)
    said = house.rows(Reply, Reply.conversation_id == conversation_id)
    return Seen(written[-1].id or 0, (said[-1].id or 0) if said else 0)


def answered(house: House, row: Conversation, by: Actor = ANN, text: str = "Sorry!", now: datetime = NOW) -> Reply:
    """An answer, waiting to be sent."""
    row_id = row.id or 0
    return house.write(replies.write, by, row_id, seen(house, row_id), text, (), now=now)


def claim(house: House, *, worker: str = "one", now: datetime = NOW) -> list[Sending]:
    """Lease the answers that are due."""
    return house.store.write(answering.claim, EVERYWHERE, worker=worker, limit=10, now=now)


def begin(house: House, reply_id: int, *, worker: str = "one", now: datetime = NOW) -> Reply | None:
    """Mark an answer as being sent."""
    return house.store.write(answering.begin, EVERYWHERE, reply_id, worker=worker, now=now)


def settle(house: House, reply_id: int, step: Step, now: datetime = NOW + SECOND, **told: Any) -> Reply:
    """Send an answer, and bring it to an outcome."""
    claim(house, now=now)
    begin(house, reply_id, now=now)
    house.store.write(answering.settle, EVERYWHERE, Outcome(reply_id, step, **told), now=now)
    return house.read(lambda tx: tx.require(Reply, reply_id))


def states(house: House) -> list[State]:
    """Where every answer stands."""
    return [State(row.status) for row in house.rows(Reply)]
