"""How Plaza misbehaves when told to: the kinds of fault, and which request each one meets.

`POST /control/faults {"kind", "count", "method", "path", "status", "seconds"}` queues a fault for the next `count`
(1) requests with this `method` (POST or PUT) whose path starts with `path` (/api/posts/). The oldest that fits is used.

    refuse      answer `status` (401, 403, 404, 413, 422, 429, 500, 503) and do nothing; 429 and 503 say to wait `seconds`
    fail_after  do the work, then answer 500
    drop        do the work, then close the connection without an answer
    cut         do the work, then close the connection in the middle of the answer
    garbage     do the work, then answer 200 with something that is not JSON
    vanish      close the connection at once and do nothing
    slow        wait `seconds`, then do the work and answer
    twice       publish the post a second time, beside the first
    lose        answer as if the post had been taken, and forget it
    lag         take the post; it can be read `seconds` later
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from bot.sandbox.plaza.rules import Refusal

FaultKind = Literal["refuse", "fail_after", "drop", "cut", "garbage", "vanish", "slow", "twice", "lose", "lag"]

REFUSALS = {
    401: ("bad_token", "The token is not valid."),
    403: ("suspended", "This account may not do that."),
    404: ("not_found", "There is no such thing."),
    413: ("too_large", "That is too large."),
    422: ("refused", "Plaza does not take this content."),
    429: ("too_fast", "Too many requests; wait a little."),
    500: ("broken", "Something went wrong here."),
    503: ("busy", "Plaza is busy; wait a little."),
}
FAULT_FIELDS = frozenset({"kind", "count", "method", "path", "status", "seconds"})
WRITES = frozenset({"POST", "PUT"})
MOST = 1_000_000
"""Requests one fault may meet."""
MOST_SECONDS = 3_600.0
MOST_QUEUED = 1_000


@dataclass(frozen=True, slots=True)
class PlayedFault:
    """One queued misbehaviour; see the module's docstring for each kind."""

    kind: FaultKind
    count: int = 1
    method: str | None = None
    path: str = "/api/posts/"
    status: int = 500
    seconds: float = 1.0

    def refusal(self) -> Refusal:
        """The answer that a `refuse` gives instead of doing anything."""
        code, message = REFUSALS[self.status]
        wait = {"Retry-After": str(max(1, round(self.seconds)))} if self.status in {429, 503} else {}
        return Refusal(self.status, code, message, wait)


class FaultQueue:
    """The faults still to be played, in the order they were asked for."""

    def __init__(self) -> None:
        self._queued: deque[PlayedFault] = deque()

    def add(self, fault: PlayedFault) -> None:
        """Queue one more. Raises Refusal (422) when too many wait."""
        if len(self._queued) >= MOST_QUEUED:
            raise Refusal(422, "too_many_faults", f"{MOST_QUEUED} faults are queued already.")
        self._queued.append(fault)

    def clear(self) -> None:
        """Behave from now on."""
        self._queued.clear()

    def take(self, method: str, path: str) -> PlayedFault | None:
        """The oldest fault that fits this request, used up by one."""
        for index, fault in enumerate(self._queued):
            if method in (WRITES if fault.method is None else {fault.method}) and path.startswith(fault.path):
                if fault.count == 1:
                    del self._queued[index]
                else:
                    self._queued[index] = replace(fault, count=fault.count - 1)
                return fault
        return None

    def listed(self) -> list[dict[str, Any]]:
        """What is queued, for `GET /control/faults`."""
        return [
            {"kind": one.kind, "count": one.count, "method": one.method, "path": one.path, "status": one.status}
            for one in self._queued
        ]


def parse_fault(found: dict[str, Any]) -> PlayedFault:
    """The fault that a control request asks for. Raises Refusal (422)."""
    if found.get("kind") not in get_args(FaultKind):
        raise Refusal(422, "bad_fault", "`kind` must be one of: " + ", ".join(get_args(FaultKind)) + ".")
    count, seconds, status = found.get("count", 1), found.get("seconds", 1.0), found.get("status", 500)
    if type(count) is not int or not 1 <= count <= MOST:
        raise Refusal(422, "bad_fault", f"`count` must be a number from 1 to {MOST}.")
    if type(seconds) not in {int, float} or not 0 <= seconds <= MOST_SECONDS:
        raise Refusal(422, "bad_fault", f"`seconds` must be a number from 0 to {MOST_SECONDS:.0f}.")
    if type(status) is not int or status not in REFUSALS:
        raise Refusal(422, "bad_fault", "`status` must be one of: " + ", ".join(map(str, REFUSALS)) + ".")
    if not all(isinstance(found.get(name, ""), str) for name in ("method", "path")):
        raise Refusal(422, "bad_fault", "`method` and `path` must be texts.")
    return PlayedFault(**found)
