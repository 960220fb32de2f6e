"""What Slack hands out for a short while: trigger ids that open one view, and response URLs for a few answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.sandbox.answers import Refusal
from bot.sandbox.clock import Clock
from bot.sandbox.ids import long_token

TRIGGER_SECONDS = 3.0  # https://docs.slack.dev/interactivity/handling-user-interaction
RESPONSE_USES = 5  # the same page
RESPONSE_SECONDS = 30 * 60.0  # the same page


@dataclass
class Trigger:
    """Leave to open one view for one person; `view` is the modal that it came from, if any."""

    id: str
    user: str
    issued: float
    view: str = ""
    used: bool = False


class Triggers:
    """Trigger ids: three seconds, one use."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, Trigger] = {}

    def issue(self, user: str, view: str = "") -> str:
        made = Trigger(f"{int(self._clock.now() * 1000)}.{long_token()}", user, self._clock.now(), view)
        self._issued[made.id] = made
        return made.id

    def exchange(self, id_: str) -> Trigger:
        """Use it up. Raises Refusal as views.open does for one that is unknown, used or too old."""
        trigger = self._issued.get(id_)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if self._clock.now() - trigger.issued > TRIGGER_SECONDS:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger


@dataclass
class ResponseUrl:
    """Where the app may answer one interaction; `message_ts` is the message that was acted on, if any."""

    secret: str
    user: str
    channel: str
    issued: float
    message_ts: str = ""
    uses: int = 0


@dataclass
class ResponseUrls:
    """Response URLs: five uses within thirty minutes."""

    clock: Clock
    issued: dict[str, ResponseUrl] = field(default_factory=dict)

    def issue(self, user: str, channel: str, message_ts: str = "") -> ResponseUrl:
        made = ResponseUrl(long_token(), user, channel, self.clock.now(), message_ts)
        self.issued[made.secret] = made
        return made

    def use(self, secret: str) -> ResponseUrl:
        """One use of it. Raises Refusal with status 404 when it is unknown, used up or too old."""
        found = self.issued.get(secret)
        if found is None:
            raise Refusal("invalid_url", status=404)
        if self.clock.now() - found.issued > RESPONSE_SECONDS:
            raise Refusal("expired_url", status=404)
        if found.uses >= RESPONSE_USES:
            raise Refusal("used_url", status=404)
        found.uses += 1
        return found
