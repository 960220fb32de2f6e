"""One attempt to send an answer, and one look at what became of a doubtful one. Both end in a value, never in an error."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.desk import Desk
from bot.errors import Ambiguous, Faults, NetworkError, Quota, Reconnect, Retryable
from bot.flows import answering
from bot.flows.accounts import as_network_account
from bot.flows.answering import Outcome, Sending
from bot.loops.sending import ABSENT_AFTER, BACKOFF, FIRST_LOOK, UNKNOWN_UNTIL
from bot.rules.networks import Absent, Found, Outgoing, OutgoingSegment, Unknown
from bot.rules.posts import Step
from bot.store.scope import EVERYWHERE

log = structlog.get_logger(__name__)

ATTEMPT_SECONDS = 60.0
"""One attempt, a short text; less than `flows.answering.LEASE`. What takes longer is in doubt."""


@dataclass(frozen=True)
class Doubt:
    """The outcome is not known: ask the network at `look_at`."""

    reply_id: int
    look_at: datetime


class Journal:
    """An answer's progress, written to the store before `record` returns."""

    def __init__(self, desk: Desk, one: Sending) -> None:
        self._desk = desk
        self._reply_id = one.reply.id or 0
        self._done: dict[str, Mapping[str, str]] = dict(one.reply.progress)

    @property
    def done(self) -> Mapping[str, Mapping[str, str]]:
        """What exists on the network already."""
        return self._done

    async def record(self, part: str, **value: str) -> None:
        """Keep that `part` exists."""
        self._done[part] = value
        await self._desk.write(answering.record_part, EVERYWHERE, self._reply_id, part, value)


def outgoing_of(desk: Desk, one: Sending) -> Outgoing:
    """All that this answer sends: the same at every attempt."""
    stamp = one.reply.stamp or desk.now()
    segment = OutgoingSegment(one.reply.text)
    return Outgoing(key=one.reply.key, stamp=stamp, segments=(segment,), in_reply_to=dict(one.refs))


async def attempt(desk: Desk, one: Sending) -> Outcome | Doubt:
    """Try once. Only an error that proves that nothing was created leads to another try."""
    reply_id, network = one.reply.id or 0, desk.networks[one.account.network]
    try:
        account = as_network_account(one.account, desk.locker)
    except Faults:
        return Outcome(reply_id, Step.FAIL, trouble="Trellis cannot open the account's credentials. Connect it again.")
    try:
        async with asyncio.timeout(ATTEMPT_SECONDS):
            published = await network.publish(account, outgoing_of(desk, one), Journal(desk, one))
    except (Ambiguous, TimeoutError):
        return Doubt(reply_id, desk.now() + FIRST_LOOK)
    except NetworkError as error:
        return refused(desk.now(), one, error)
    except Exception:
        log.exception("reply_broke", reply=reply_id, network=one.account.network)
        return Doubt(reply_id, desk.now() + FIRST_LOOK)
    return Outcome(reply_id, Step.PUBLISH, remote_id=published.remote_id, url=published.url)


async def look(desk: Desk, one: Sending) -> Outcome | Doubt:
    """Ask the network what became of a doubtful answer; a person is asked only when it cannot tell in time."""
    network, sent_at = desk.networks[one.account.network], one.reply.sent_at or desk.now()
    try:
        account = as_network_account(one.account, desk.locker)
        async with asyncio.timeout(ATTEMPT_SECONDS):
            found = await network.find(account, outgoing_of(desk, one), sent_at, Journal(desk, one))
    except (NetworkError, TimeoutError) as error:
        found = Unknown(str(error) or "The network did not answer.")
    except Exception:
        log.exception("reply_look_broke", reply=one.reply.id, network=one.account.network)
        found = Unknown("Trellis could not read the network's answer.")
    return concluded(desk.now(), one, found, keyed=network.keyed)


def concluded(now: datetime, one: Sending, found: Found | Absent | Unknown, *, keyed: bool) -> Outcome | Doubt:
    """What one look proves. An answer that was not found is sent again only where that is sure."""
    reply_id, elapsed = one.reply.id or 0, now - (one.reply.sent_at or now)
    again = Doubt(reply_id, now + max(elapsed, FIRST_LOOK))
    if isinstance(found, Found):
        return Outcome(reply_id, Step.PUBLISH, remote_id=found.published.remote_id, url=found.published.url)
    if isinstance(found, Absent):
        return Outcome(reply_id, Step.RETRY, next_at=now) if keyed or elapsed >= ABSENT_AFTER else again
    return again if elapsed < UNKNOWN_UNTIL else Outcome(reply_id, Step.DOUBT, trouble=found.why)


def refused(now: datetime, one: Sending, error: NetworkError) -> Outcome:
    """What an error that proves that nothing was created leads to."""
    reply_id = one.reply.id or 0
    if isinstance(error, Quota):
        return _later(one, error, error.until, quota_until=error.until)
    if isinstance(error, Retryable):
        pause = max(BACKOFF[min(one.reply.attempts, len(BACKOFF) - 1)], error.after or 0)
        return _later(one, error, now + timedelta(seconds=pause))
    return Outcome(reply_id, Step.FAIL, trouble=error.sentence, reconnect=isinstance(error, Reconnect))


def _later(one: Sending, error: NetworkError, at: datetime, quota_until: datetime | None = None) -> Outcome:
    """Another try, unless that comes too late to be an answer."""
    step = Step.FAIL if at > one.reply.give_up_at else Step.RETRY
    return Outcome(one.reply.id or 0, step, trouble=error.sentence, next_at=at, quota_until=quota_until)
