"""How fast Slack may be spoken to: a slot for each call, one a second per channel, so many a minute per method.

It counts in the loop's own seconds and remembers nothing across a restart; Slack's 429 has the last word.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field

CHANNEL_SECONDS = 1.0
"""chat.postMessage: about one message a second and channel (https://docs.slack.dev/apis/web-api/rate-limits)."""
MINUTE = 60.0
PER_MINUTE = {
    "chat.postMessage": 240,  # "several hundred" per workspace
    "chat.update": 50,  # tier 3
    "views.publish": 100,  # tier 4
    "conversations.history": 50,  # tier 3 for an app that a team made for itself
    "conversations.replies": 50,
}
BURST = 5
"""Calls of one method made at once after a pause: Slack tolerates bursts but tells no size."""


@dataclass
class Bucket:
    """Slots of one method or channel: `free_at` is when the next is due if none was saved up."""

    every: float
    burst: int = 1
    free_at: float = 0.0

    def reserve(self, now: float) -> float:
        """Take the next slot; the moment it may be used."""
        self.free_at = max(self.free_at, now - self.every * (self.burst - 1))
        slot = max(self.free_at, now)
        self.free_at += self.every
        return slot

    def close(self, until: float) -> None:
        """No slot before that moment."""
        self.free_at = max(self.free_at, until)


@dataclass
class Pace:
    """All buckets of one courier, keyed by workspace: Slack counts per app and workspace."""

    channels: dict[tuple[int, str], Bucket] = field(
        default_factory=lambda: defaultdict(lambda: Bucket(CHANNEL_SECONDS))
    )
    methods: dict[tuple[int, str], Bucket] = field(default_factory=dict)

    async def wait(self, workspace: int, method: str, channel: str = "") -> None:
        """Return when the call may be made; `channel` for posts."""
        clock = asyncio.get_running_loop().time
        slot = self.method(workspace, method).reserve(clock())
        if channel:
            slot = max(slot, self.channels[workspace, channel].reserve(clock()))
        if (pause := slot - clock()) > 0:
            await asyncio.sleep(pause)

    def close(self, workspace: int, method: str, seconds: float) -> None:
        """Slack wants no such call for so long."""
        self.method(workspace, method).close(asyncio.get_running_loop().time() + seconds)

    def method(self, workspace: int, method: str) -> Bucket:
        """The bucket of a method in a workspace."""
        key = (workspace, method)
        if key not in self.methods:
            self.methods[key] = Bucket(MINUTE / (PER_MINUTE[method] - BURST), BURST)
        return self.methods[key]
