"""The faults that the stand-in can be told to play, each a given number of times."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.answers import ClientError, Json

WEB_API = {
    "drop_after": "do the work, then close the connection without an answer",
    "drop_before": "close the connection without doing the work",
    "fail_before": "answer with `status`, work not done",
    "fail_after": "do the work, then answer with `status`",
    "ratelimit": "answer 429 with Retry-After `seconds`",
    "slow": "answer after `seconds`",
    "garbage": "do the work, then answer with bytes that are no JSON",
    "refuse": "answer ok: false with the error code `error`",
}
DELIVERY = {
    "duplicate": "deliver it twice",
    "late": "deliver it `seconds` late",
    "lose_ack": "do not hear the ack",
    "drop_delivery": "never deliver it",
}


@dataclass
class Fault:
    """`on` is a Web API method, a kind of delivery (events_api, slash_commands, interactive), or `*`."""

    do: str
    on: str = "*"
    seconds: float = 0.0
    status: int = 500
    error: str = "internal_error"
    times: int = 1


class Faults:
    """The faults still to be played, oldest first."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, told: Json) -> Fault:
        """Arm a fault from the control API. Raises ClientError when there is no such fault."""
        if told.get("do") not in WEB_API | DELIVERY:
            known = ", ".join([*WEB_API, *DELIVERY])
            raise ClientError("unknown_fault", f"There is no such fault. Known ones: {known}.")
        fields = {name: told[name] for name in ("do", "on", "seconds", "status", "error", "times") if name in told}
        fault = Fault(**fields)
        self.waiting.append(fault)
        return fault

    def take(self, where: str, kinds: dict[str, str]) -> Fault | None:
        """The next fault of one of these kinds that is meant for `where`; it is used up by this."""
        for fault in self.waiting:
            if fault.do in kinds and fault.on in {"*", where}:
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        self.waiting.clear()
