"""Bolt's side of the door: one middleware that keeps events before the ack, one listener for each kind of request."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from bot.desk import EVERYWHERE
from bot.flows import intake
from bot.handlers._dispatch import Dispatch, Origin
from bot.handlers._payload import Kind, Payload, word

log = structlog.get_logger(__name__)

ANYTHING = re.compile(".*", re.DOTALL)
LISTENED = {
    "block_actions",
    "block_suggestion",
    "event_callback",
    "message_action",
    "shortcut",
    "view_closed",
    "view_submission",
}
EVENT_ROW = "trellis_event_row"
"""Where the context keeps the id of the event's row."""

Next = Callable[[], Awaitable[BoltResponse]]


def attach(app: AsyncApp, dispatch: Dispatch) -> None:
    """Let every request that Bolt has verified come to the dispatch."""
    app.use(_doorkeeper(dispatch))
    app.command(ANYTHING)(_listener(dispatch, Kind.COMMAND))
    app.action(ANYTHING)(_listener(dispatch, Kind.ACTION))
    app.view_submission(ANYTHING)(_listener(dispatch, Kind.VIEW))
    app.view_closed(ANYTHING)(_listener(dispatch, Kind.CLOSED))
    app.shortcut(ANYTHING)(_listener(dispatch, Kind.SHORTCUT))
    app.options(ANYTHING)(_listener(dispatch, Kind.OPTIONS))
    app.event(ANYTHING)(_listener(dispatch, Kind.EVENT))


def _doorkeeper(dispatch: Dispatch) -> Callable[..., Awaitable[Any]]:
    async def doorkeeper(body: dict[str, Any], context: AsyncBoltContext, ack: AsyncAck, next_: Next) -> Any:
        """Answer what no listener knows; keep an event, once, before Slack hears that it arrived.

        Where it cannot be kept this raises, Slack hears nothing, and delivers it again.
        """
        kind = word(body, "type")
        if kind == "app_rate_limited":
            log.warning("slack_holds_events_back")  # more than 30,000 within an hour
            return await ack()
        if kind not in LISTENED and not word(body, "command"):
            return await ack()
        if kind != "event_callback":
            return await next_()
        context[EVENT_ROW] = await _keep(dispatch, body, _origin(context))
        return await ack() if context[EVENT_ROW] is None else await next_()

    return doorkeeper


async def _keep(dispatch: Dispatch, body: Payload, origin: Origin) -> int | None:
    """Keep an event that somebody handles; None for all others, and for one that was delivered before."""
    event_id = word(body, "event_id")
    if not event_id or not dispatch.handles(Kind.EVENT, word(body, "event", "type")):
        return None
    if await dispatch.reception.scope(origin.enterprise, origin.team) is None:
        log.warning("event_from_unknown_workspace", team=origin.team)
        return None
    desk = dispatch.desk
    return await desk.write(intake.take_in, EVERYWHERE, origin.team, event_id, body, desk.now())


def _listener(dispatch: Dispatch, kind: Kind) -> Callable[..., Awaitable[None]]:
    async def listener(body: dict[str, Any], context: AsyncBoltContext, ack: AsyncAck) -> None:
        await dispatch.take(kind, body, _origin(context), ack, context.get(EVENT_ROW))

    return listener


def _origin(context: AsyncBoltContext) -> Origin:
    return Origin(context.enterprise_id or "", context.team_id or "")
