"""Plays faults and changes the world of the stand-in, for tests; every call is one deed of the control API."""

from __future__ import annotations

from typing import Any

from bot.sandbox.answers import Json
from bot.sandbox.line import Line


class Control(Line):
    """`do` names any deed; the methods are the usual ones."""

    async def do(self, deed: str, **told: Any) -> Json:
        return await self.post(f"control/{deed}", told)

    async def fault(self, do: str, *, on: str = "*", times: int = 1, **more: Any) -> None:
        """Arm a fault; the kinds are in `bot.sandbox.faults`. `on` is a method's or a delivery's name."""
        await self.do("fault", do=do, on=on, times=times, **more)

    async def clear_faults(self) -> None:
        await self.do("clear-faults")

    async def advance(self, seconds: float) -> None:
        """Move Slack's clock ahead: triggers and response URLs grow old, rates refill."""
        await self.do("clock", seconds=seconds)

    async def archive(self, channel: str, *, archived: bool = True) -> None:
        await self.do("channel", channel=channel, archived=archived)

    async def invite(self, channel: str, user: str) -> None:
        """Let a person or the app into a channel; `remove` is the reverse."""
        await self.do("channel", channel=channel, join=user)

    async def remove(self, channel: str, user: str) -> None:
        await self.do("channel", channel=channel, leave=user)

    async def deactivate(self, user: str, *, deleted: bool = True) -> None:
        await self.do("user", user=user, deleted=deleted)

    async def revoke(self, *, revoked: bool = True) -> None:
        await self.do("token", revoked=revoked)

    async def withdraw_scopes(self, *scopes: str) -> None:
        await self.do("scopes", without=list(scopes))

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        await self.do("disconnect", reason=reason)

    async def cut(self) -> None:
        """Close every Socket Mode connection without a word."""
        await self.do("cut")

    async def connections(self) -> list[int]:
        """For each open Socket Mode connection, how many envelopes went over it."""
        return list((await self.do("connections"))["sent"])

    async def event(self, event: Json, channel: str = "") -> None:
        await self.do("event", event=event, channel=channel)

    async def outer(self, payload: Json) -> None:
        """Deliver a whole payload as it is, such as `{"type": "app_rate_limited", ...}`, which wraps no event."""
        await self.do("event", outer=payload)

    async def use_http(self, events_url: str) -> None:
        """Deliver over HTTP from now on; an empty address means Socket Mode."""
        await self.do("transport", events_url=events_url)
