"""Where things stand in what Slack sends. It trusts nothing: a piece that is missing or odd is empty."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

Payload = Mapping[str, Any]


class Kind(StrEnum):
    """What Slack may send."""

    COMMAND = "command"
    ACTION = "action"
    VIEW = "view"
    CLOSED = "closed"
    SHORTCUT = "shortcut"
    OPTIONS = "options"
    EVENT = "event"


def at(body: object, *path: str) -> Any:
    """What lies at a path of keys; None where any of it is missing."""
    for key in path:
        if not isinstance(body, Mapping):
            return None
        body = body.get(key)
    return body


def word(body: object, *path: str) -> str:
    """The text at a path of keys; empty where there is none."""
    found = at(body, *path)
    return found if isinstance(found, str) else ""


def first(*found: str) -> str:
    """The first text that is not empty."""
    return next((text for text in found if text), "")


def pressed(body: Payload) -> Payload:
    """The button, menu or input that was used."""
    acts = at(body, "actions")
    return acts[0] if isinstance(acts, list) and acts and isinstance(acts[0], Mapping) else {}


def name_of(kind: Kind, body: Payload) -> str:
    """The name under which a handler registers for this request."""
    match kind:
        case Kind.COMMAND:
            return word(body, "command")
        case Kind.ACTION:
            return _act_and_value(body)[0]
        case Kind.VIEW | Kind.CLOSED:
            return word(body, "view", "callback_id")
        case Kind.SHORTCUT:
            return word(body, "callback_id")
        case Kind.OPTIONS:
            return _bare(word(body, "action_id"))
        case Kind.EVENT:
            return word(body, "event", "type")


def value_of(body: Payload) -> str:
    """What the pressed button, or the chosen option, carries."""
    return _act_and_value(body)[1]


def person_of(body: Payload) -> str:
    """The Slack id of who did it; empty for Slack itself."""
    user = at(body, "user")
    event_user = at(body, "event", "user")
    return first(
        word(user, "id"),
        word(body, "user_id"),
        event_user if isinstance(event_user, str) else word(event_user, "id"),
    )


def person_team(body: Payload) -> str:
    """The workspace that who did it belongs to, where Slack tells."""
    return first(word(body, "user", "team_id"), word(body, "event", "user_team"), word(body, "event", "team"))


def channel_of(body: Payload) -> str:
    """The channel it happened in; empty in forms and the Home tab."""
    channel = at(body, "event", "channel")
    return first(
        word(body, "channel", "id"),
        word(body, "channel_id"),
        word(body, "container", "channel_id"),
        channel if isinstance(channel, str) else "",
    )


def message_of(body: Payload) -> Payload:
    """The message that a button stands in, that a shortcut was used on, or that an event tells of."""
    found = at(body, "message") or (at(body, "event") if word(body, "event", "type") == "message" else None)
    return found if isinstance(found, Mapping) else {}


def _act_and_value(body: Payload) -> tuple[str, str]:
    """The act and what it carries. An option of an overflow menu holds both, as `act:value`."""
    act = pressed(body)
    chosen = word(act, "selected_option", "value")
    if word(act, "type") == "overflow":
        name, _, value = chosen.partition(":")
        return name, value
    return _bare(word(act, "action_id")), first(word(act, "value"), chosen)


def _bare(action: str) -> str:
    """An act's name; what follows `#` only keeps two of them in one block apart."""
    return action.partition("#")[0]
