"""Slack's rate limits: per method and minute, and one message a second per channel; a bucket each, with a burst."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.answers import Refusal
from bot.sandbox.clock import Clock

# Calls a minute by tier, https://docs.slack.dev/apis/web-api/rate-limits; Slack publishes no burst sizes, so a
# bucket here holds one minute's worth. Where sources disagree on a method, the lower tier counts.
TIERS = {1: 1, 2: 20, 3: 50, 4: 100}
SPECIAL = 300  # "several hundred per minute"
TIER_OF = {
    "chat.postEphemeral": 4,
    "chat.update": 3,
    "chat.delete": 3,
    "views.open": 4,
    "views.push": 4,
    "views.update": 4,
    "views.publish": 4,
    "conversations.list": 2,
    "conversations.info": 3,
    "conversations.open": 3,
    "conversations.join": 3,
    "conversations.history": 3,
    "conversations.replies": 3,
    "conversations.members": 4,
    "users.info": 4,
    "users.list": 2,
    "users.conversations": 2,
    "users.profile.get": 4,
    "usergroups.list": 2,
    "usergroups.users.list": 2,
    "team.info": 3,
    "bots.info": 3,
    "files.getUploadURLExternal": 4,
    "files.completeUploadExternal": 4,
    "files.info": 4,
    "reactions.add": 3,
    "reactions.get": 3,
    "reactions.remove": 2,
}
CONNECTIONS_A_MINUTE = 20  # apps.connections.open is tier 1, but ten connections may be opened and refreshed at once
CHANNEL_BURST = 20  # messages into one channel before "1 per second" is enforced


@dataclass
class Bucket:
    level: float
    filled: float


class Rates:
    """Counts calls. Off, it lets everything pass, for tests that are about something else."""

    def __init__(self, clock: Clock, *, enforced: bool = True) -> None:
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}
        self.enforced = enforced

    def count_post(self, channel: str) -> None:
        """Count one message into this channel. Raises Refusal ratelimited as `count` does."""
        if self.enforced:
            self._draw(f"chat.postMessage {channel}", CHANNEL_BURST, 1.0)

    def count(self, method: str) -> None:
        """Count one call. Raises Refusal ratelimited (429) with the seconds until the next is allowed."""
        if not self.enforced:
            return
        if method == "apps.connections.open":
            self._draw(method, CONNECTIONS_A_MINUTE, CONNECTIONS_A_MINUTE / 60)
            return
        a_minute = TIERS[TIER_OF[method]] if method in TIER_OF else SPECIAL
        self._draw(method, a_minute, a_minute / 60)

    def _draw(self, name: str, size: float, per_second: float) -> None:
        now = self._clock.now()
        bucket = self._buckets.setdefault(name, Bucket(size, now))
        bucket.level = min(size, bucket.level + (now - bucket.filled) * per_second)
        bucket.filled = now
        if bucket.level < 1:
            wait = max(1, round((1 - bucket.level) / per_second))
            raise Refusal("ratelimited", status=429, headers={"Retry-After": str(wait)})
        bucket.level -= 1
