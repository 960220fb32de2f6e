"""One attempt at a network, and one look at what became of a doubtful one. Both end in a value, never in an error."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.desk import Desk
from bot.errors import Ambiguous, BadContent, Misconfigured, NetworkError, Quota, Reconnect, Retryable
from bot.flows import publishing
from bot.flows.accounts import as_network_account
from bot.flows.jobs import Job
from bot.flows.publishing import Outcome
from bot.rules.networks import Absent, Found, Outgoing, OutgoingImage, OutgoingSegment, Unknown
from bot.rules.posts import Step
from bot.store.scope import EVERYWHERE

log = structlog.get_logger(__name__)

ATTEMPT_SECONDS = 120.0
"""A whole attempt, uploads and all; what takes longer is in doubt."""
BACKOFF = (1, 5, 15, 60, 300)
"""Seconds before the next try, by the number of tries so far; the last one repeats."""
FIRST_LOOK = timedelta(seconds=1)
ABSENT_AFTER = timedelta(seconds=ATTEMPT_SECONDS + 30)
"""Where the key does not protect from a double post, "not there" counts only this long after the request began.

The attempt may have been under way until then, and lists lag behind what was posted.
"""
UNKNOWN_UNTIL = timedelta(minutes=10)
"""How long a network that cannot be asked, or cannot tell, is asked again before a person is."""


@dataclass(frozen=True)
class Doubt:
    """The outcome is not known: ask the network at `look_at`."""

    delivery_id: int
    look_at: datetime


class Journal:
    """A delivery's progress, written to the store before `record` returns."""

    def __init__(self, desk: Desk, job: Job) -> None:
        self._desk = desk
        self._delivery_id = job.delivery.id or 0
        self._done: dict[str, Mapping[str, str]] = dict(job.delivery.progress)

    @property
    def done(self) -> Mapping[str, Mapping[str, str]]:
        """What exists on the network already."""
        return self._done

    async def record(self, part: str, **value: str) -> None:
        """Keep that `part` exists."""
        self._done[part] = value
        await self._desk.write(publishing.record_part, EVERYWHERE, self._delivery_id, part, value)


def outgoing_of(desk: Desk, job: Job, stamp: datetime) -> Outgoing:
    """Everything that this delivery sends."""
    segments = tuple(
        OutgoingSegment(
            text=segment.text,
            images=tuple(
                OutgoingImage(
                    path=desk.picture(image.sha256),
                    sha256=image.sha256,
                    mime=image.mime,
                    width=image.width,
                    height=image.height,
                    size=image.size,
                    alt=image.alt,
                )
                for image in segment.images
            ),
        )
        for segment in job.segments
    )
    return Outgoing(key=job.delivery.key, stamp=stamp, segments=segments)


async def attempt(desk: Desk, job: Job, outgoing: Outgoing) -> Outcome | Doubt:
    """Try once. Only an error that proves that nothing was created leads to another try."""
    delivery_id = job.delivery.id or 0
    network = desk.networks[job.account.network]
    try:
        async with asyncio.timeout(ATTEMPT_SECONDS):
            published = await network.publish(
                as_network_account(job.account, desk.locker), outgoing, Journal(desk, job)
            )
    except (Ambiguous, TimeoutError):
        return Doubt(delivery_id, desk.now() + FIRST_LOOK)
    except NetworkError as error:
        return refused(desk, job, error)
    except Exception:
        log.exception("publish_broke", delivery=delivery_id, network=job.account.network)
        return Doubt(delivery_id, desk.now() + FIRST_LOOK)
    return Outcome(delivery_id, Step.PUBLISH, remote_id=published.remote_id, url=published.url)


async def look(desk: Desk, job: Job, outgoing: Outgoing) -> Outcome | Doubt:
    """Ask the network what became of a doubtful send; a person is asked only when it cannot tell in time."""
    network = desk.networks[job.account.network]
    sent_at = job.delivery.sent_at or desk.now()
    try:
        async with asyncio.timeout(ATTEMPT_SECONDS):
            found = await network.find(
                as_network_account(job.account, desk.locker), outgoing, sent_at, Journal(desk, job)
            )
    except (NetworkError, TimeoutError) as error:
        return concluded(desk.now(), job, Unknown(str(error) or "The network did not answer."))
    except Exception:
        log.exception("look_broke", delivery=job.delivery.id, network=job.account.network)
        return concluded(desk.now(), job, Unknown("Trellis could not read the network's answer."))
    if isinstance(found, Unknown) and network.keyed and desk.now() <= job.delivery.late_until:
        # The same key again is a no-op, so the answer to a second send settles the first. Nothing but success does.
        ended = await attempt(desk, job, outgoing)
        if isinstance(ended, Outcome) and ended.step is Step.PUBLISH:
            return ended
    return concluded(desk.now(), job, found, keyed=network.keyed)


def concluded(now: datetime, job: Job, found: Found | Absent | Unknown, *, keyed: bool = False) -> Outcome | Doubt:
    """What one look proves."""
    delivery_id = job.delivery.id or 0
    elapsed = now - (job.delivery.sent_at or now)
    again = Doubt(delivery_id, now + max(elapsed, FIRST_LOOK))
    if isinstance(found, Found):
        return Outcome(delivery_id, Step.PUBLISH, remote_id=found.published.remote_id, url=found.published.url)
    if isinstance(found, Absent):
        trusted = keyed or elapsed >= ABSENT_AFTER
        return Outcome(delivery_id, Step.RETRY, next_at=now) if trusted else again
    return again if elapsed < UNKNOWN_UNTIL else Outcome(delivery_id, Step.DOUBT, trouble=found.why)


def refused(desk: Desk, job: Job, error: NetworkError) -> Outcome:
    """What an error that proves that nothing was created leads to."""
    now, delivery_id = desk.now(), job.delivery.id or 0
    if isinstance(error, Quota):
        step = Step.MISS if error.until > job.delivery.late_until else Step.RETRY
        return Outcome(delivery_id, step, trouble=error.sentence, next_at=error.until, quota_until=error.until)
    if isinstance(error, Retryable):
        pause = timedelta(seconds=max(_backoff(job.delivery.attempts), error.after or 0))
        return Outcome(delivery_id, Step.RETRY, trouble=error.sentence, next_at=now + pause)
    if isinstance(error, Reconnect):
        return Outcome(delivery_id, Step.FAIL, trouble=error.sentence, account_trouble=error.sentence)
    if not isinstance(error, BadContent | Misconfigured):
        raise error
    return Outcome(delivery_id, Step.FAIL, trouble=error.sentence)


def _backoff(attempts: int) -> float:
    return BACKOFF[min(attempts, len(BACKOFF) - 1)]
