"""How a payload travels to the app: what every transport promises, and the repeats that Slack makes of events."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from bot.sandbox.answers import Json
from bot.sandbox.faults import DELIVERY, Faults

ACK_SECONDS = 3.0  # https://docs.slack.dev/interactivity/handling-user-interaction
RETRY_DELAYS = (0.0, 60.0, 300.0)  # seconds; https://docs.slack.dev/apis/events-api/ "almost at once, 1 min, 5 min"
TIMED_OUT = "operation_timeout"  # the code that Slack shows to a person when the ack is late
FAILED = "dispatch_failed"  # and when there was nobody to take it, or it answered with an error


@dataclass(frozen=True)
class Envelope:
    """One delivery. `kind` is events_api, slash_commands or interactive, as Socket Mode names them."""

    kind: str
    payload: Json
    accepts_response: bool = False
    attempt: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Answer:
    """What came back. `failure` is empty when it was acked in time; `final` forbids further attempts."""

    payload: Any = None
    failure: str = ""
    reason: str = ""
    final: bool = False

    @property
    def acked(self) -> bool:
        return not self.failure


class Courier(Protocol):
    """A transport. It sends once and waits at most the ack's time; it never raises for the app's faults."""

    async def send(self, envelope: Envelope) -> Answer: ...

    async def close(self) -> None: ...


class Post:
    """The sorting office: hands envelopes to the courier, plays the faults, repeats unacked events."""

    def __init__(self, courier: Courier, faults: Faults, retry_delays: tuple[float, ...] = RETRY_DELAYS) -> None:
        self.courier = courier
        self._faults = faults
        self._retry_delays = retry_delays
        self._running: set[asyncio.Task[Any]] = set()

    async def interact(self, kind: str, payload: Json, *, accepts_response: bool) -> Answer:
        """Deliver what a person did, once. Slack never repeats these."""
        return await self._once(Envelope(kind, payload, accepts_response))

    def tell(self, payload: Json) -> None:
        """Deliver an event in the background, and again while it is not acked."""
        self.spawn(self._with_retries(payload))

    async def _with_retries(self, payload: Json) -> None:
        answer = await self._once(Envelope("events_api", payload))
        for attempt, delay in enumerate(self._retry_delays, start=1):
            if answer.acked or answer.final:
                return
            await asyncio.sleep(delay)
            answer = await self._once(Envelope("events_api", payload, attempt=attempt, reason=answer.reason))

    async def _once(self, envelope: Envelope) -> Answer:
        fault = self._faults.take(envelope.kind, DELIVERY)
        if fault is None:
            return await self.courier.send(envelope)
        if fault.do == "drop_delivery":
            return Answer(failure=TIMED_OUT, reason="timeout", final=True)
        if fault.do == "late":
            await asyncio.sleep(fault.seconds)
        if fault.do == "duplicate":
            self.spawn(self.courier.send(envelope))
        answer = await self.courier.send(envelope)
        return Answer(failure=TIMED_OUT, reason="timeout") if fault.do == "lose_ack" else answer

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self.courier.close()
