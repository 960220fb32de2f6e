"""The part of the control API that changes the world itself: faults, the clock, accounts, channels, connections."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.sandbox.answers import ClientError, Json
from bot.sandbox.client_api import request_body
from bot.sandbox.delivery import Courier
from bot.sandbox.http_mode import HttpMode
from bot.sandbox.keys import SLACK
from bot.sandbox.slack import Slack

Deed = Callable[[Slack, Json], Awaitable[Json]]


async def serve_deed(request: web.Request) -> web.StreamResponse:
    """POST /client/control/{deed} with a JSON object."""
    deed = DEEDS.get(request.match_info["deed"])
    if deed is None:
        return web.json_response({"ok": False, "error": "unknown_deed"}, status=404)
    told = await request_body(request)
    try:
        return web.json_response(await deed(request.app[SLACK], told))
    except ClientError as problem:
        return web.json_response(problem.as_json(), status=400)
    except (KeyError, TypeError, ValueError) as wrong:
        return web.json_response({"ok": False, "error": "missing", "sentence": f"Wrong: {wrong}."}, status=400)


async def _fault(slack: Slack, told: Json) -> Json:
    """Arm a fault: `do`, and `on`, `seconds`, `status`, `error`, `times` where it needs them."""
    slack.faults.add(told)
    return {"ok": True, "waiting": len(slack.faults.waiting)}


async def _clear_faults(slack: Slack, _: Json) -> Json:
    slack.faults.clear()
    return {"ok": True}


async def _clock(slack: Slack, told: Json) -> Json:
    """Move the stand-in's clock `seconds` ahead."""
    slack.clock.advance(float(told["seconds"]))
    return {"ok": True, "now": slack.clock.now()}


async def _disconnect(slack: Slack, told: Json) -> Json:
    """Send `disconnect` with a `reason` (refresh_requested, warning, link_disabled) on every connection."""
    await slack.socket_mode.disconnect(str(told.get("reason", "refresh_requested")))
    return {"ok": True}


async def _cut(slack: Slack, _: Json) -> Json:
    """Close every Socket Mode connection without a word."""
    await slack.socket_mode.cut()
    return {"ok": True}


async def _connections(slack: Slack, _: Json) -> Json:
    """How many connections there are, and how many envelopes went over each."""
    return {"ok": True, "sent": [len(connection.sent) for connection in slack.socket_mode.connections]}


async def _token(slack: Slack, told: Json) -> Json:
    """Revoke the app's tokens, or give them back; the app is told with tokens_revoked."""
    slack.tokens.revoked = bool(told.get("revoked", True))
    if slack.tokens.revoked:
        slack.event({"type": "tokens_revoked", "tokens": {"bot": [slack.workspace.app.bot_user], "oauth": []}})
    return {"ok": True}


async def _user(slack: Slack, told: Json) -> Json:
    """Deactivate a person, or bring them back."""
    user = slack.workspace.users[told["user"]]
    user.deleted = bool(told.get("deleted", True))
    slack.changes.add("people")
    slack.event({"type": "user_change", "user": user.as_json(slack.workspace.team, slack.clock.now())})
    return {"ok": True}


async def _channel(slack: Slack, told: Json) -> Json:
    """Archive a channel or bring it back; let a person or the app in or out (`join`, `leave`)."""
    channel = slack.workspace.channels[told["channel"]]
    if "archived" in told:
        channel.is_archived = bool(told["archived"])
        kind = "channel_archive" if channel.is_archived else "channel_unarchive"
        slack.event({"type": kind, "channel": channel.id, "user": channel.creator}, channel=channel.id)
    for word, kind in (("join", "member_joined_channel"), ("leave", "member_left_channel")):
        if word in told:
            (channel.members.add if word == "join" else channel.members.discard)(told[word])
            event = {"type": kind, "user": told[word], "channel": channel.id, "channel_type": "C"}
            slack.event(event | {"team": slack.workspace.team}, channel=channel.id)
    slack.changes.add("channel", channel=channel.id)
    return {"ok": True}


async def _event(slack: Slack, told: Json) -> Json:
    """Send any event, for what the stand-in has no act of its own; `outer` is a whole payload, as app_rate_limited."""
    if "outer" in told:
        slack.post.tell(told["outer"])
        return {"ok": True}
    slack.event(told["event"], channel=str(told.get("channel", "")))
    return {"ok": True}


async def _scopes(slack: Slack, told: Json) -> Json:
    """Take scopes from the app, as an installer may who declines the optional ones."""
    slack.workspace.app.scopes = slack.workspace.app.scopes - set(told["without"])
    return {"ok": True}


async def _transport(slack: Slack, told: Json) -> Json:
    """Deliver to `events_url` from now on (after Slack's handshake), or over Socket Mode when it is empty."""
    address = str(told.get("events_url", ""))
    courier: Courier = slack.socket_mode
    if address:
        courier = HttpMode(address, slack.tokens.signing_secret, slack.ack_seconds)
        if told.get("verify", True) and not await courier.verify_address():
            await courier.close()
            raise ClientError("url_verification_failed", "The address did not answer the challenge.")
    if slack.post.courier is not slack.socket_mode:
        await slack.post.courier.close()
    slack.post.courier = courier
    return {"ok": True}


DEEDS: dict[str, Deed] = {
    "fault": _fault,
    "clear-faults": _clear_faults,
    "clock": _clock,
    "disconnect": _disconnect,
    "cut": _cut,
    "connections": _connections,
    "token": _token,
    "user": _user,
    "channel": _channel,
    "event": _event,
    "scopes": _scopes,
    "transport": _transport,
}
