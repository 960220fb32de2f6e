"""views.*: forms opened with a trigger, pushed, updated under a hash, and App Home."""

from __future__ import annotations

import json
from typing import Any

from bot.sandbox.answers import Json, Refusal, invalid
from bot.sandbox.checks import view_faults
from bot.sandbox.inputs import elements
from bot.sandbox.methods.call import Call, Method, invalid_argument
from bot.sandbox.screens import View
from bot.sandbox.slack import Slack, named

LARGEST_VIEW = 250_000  # bytes of JSON; second-hand, see the reference notes on view_too_large


def open_view(call: Call) -> Json:
    content = view_argument(call, "modal")
    trigger = call.slack.triggers.exchange(trigger_argument(call))
    view = call.slack.screens.open(trigger.user, content)
    return _shown(call.slack, view, "view_opened")


def push(call: Call) -> Json:
    """One more view on the stack of the modal that the trigger came from."""
    content = view_argument(call, "modal")
    slack = call.slack
    trigger = slack.triggers.exchange(trigger_argument(call))
    if not trigger.view or slack.screens.find(trigger.view) is None:
        raise Refusal("not_found")
    return _shown(slack, slack.screens.push(trigger.user, content), "view_opened")


def update(call: Call) -> Json:
    content = view_argument(call, "")
    slack = call.slack
    view = slack.screens.find(call.text("view_id"), call.text("external_id"))
    if view is None:
        raise Refusal("not_found")
    if content["type"] != view.content["type"]:
        raise invalid_argument("cannot change the view's type [json-pointer:/view/type]")
    require_hash(call, view)
    slack.screens.require_free(content, instead_of=view)
    view.replace(content)
    return _shown(slack, view, "view_updated")


def publish(call: Call) -> Json:
    content = view_argument(call, "home")
    user = call.user("user_id")
    if not call.slack.workspace.app.home_tab:
        raise Refusal("not_enabled")
    if user.deleted or user.is_bot:
        raise Refusal("user_not_found" if user.is_bot else "user_disabled")
    home = call.slack.screens.homes.get(user.id)
    if home:
        require_hash(call, home)
    elif "hash" in call.args:
        raise Refusal("hash_conflict")
    return _shown(call.slack, call.slack.screens.publish(user.id, content), "home")


def require_hash(call: Call, view: View) -> None:
    """With a hash, the view must not have changed since; an empty hash is a mistake, not a leave."""
    if "hash" in call.args and call.args["hash"] is not None and call.text("hash") != view.hash:
        raise Refusal("hash_conflict")


def trigger_argument(call: Call) -> str:
    return call.text("trigger_id") or call.required("interactivity_pointer")


def view_argument(call: Call, surface: str) -> Json:
    """The `view` argument, checked for this surface (any, when it is empty) and named."""
    view = call.structure("view")
    if not isinstance(view, dict):
        raise invalid_argument("missing required field: view" if view is None else "must provide an object")
    return checked_view(call.slack, view, surface)


def checked_view(slack: Slack, view: Any, surface: str) -> Json:
    """The view ready to be shown. Raises Refusal view_too_large or invalid_arguments."""
    if len(json.dumps(view)) > LARGEST_VIEW:
        raise Refusal("view_too_large")
    faults = view_faults(view, surface)
    if faults:
        raise invalid("invalid_arguments", faults)
    content: Json = view | {"blocks": named(view["blocks"])}
    takes_files = any(placed.element["type"] == "file_input" for placed in elements(content["blocks"]))
    if takes_files and "files:read" not in slack.workspace.app.scopes:
        raise invalid("invalid_arguments", ["file_input needs the scope files:read [json-pointer:/view/blocks]"])
    return content


def _shown(slack: Slack, view: View, kind: str) -> Json:
    slack.note_view(kind, view)
    return {"ok": True, "view": view.as_json(slack.workspace)}


METHODS = {
    "views.open": Method(open_view),
    "views.push": Method(push),
    "views.update": Method(update),
    "views.publish": Method(publish),
}
