"""What a person does with the elements of a message, a form or App Home: press, choose, fill in, search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.sandbox import payloads
from bot.sandbox.acts import present, require_ack, seen_message
from bot.sandbox.answers import ClientError, Json
from bot.sandbox.entering import entry_for
from bot.sandbox.inputs import STATE, Placed, Typed, elements, options_of
from bot.sandbox.records import Message
from bot.sandbox.screens import View
from bot.sandbox.slack import Slack

PRESSED = frozenset({"button", "workflow_button", "icon_button"})
SHORTEST_QUERY = 3  # characters before an external select asks, unless it says otherwise


@dataclass(frozen=True)
class Place:
    """Where an element stands: a message of a channel, or a view (form or App Home)."""

    within: View | Message
    typed: Typed

    @property
    def name(self) -> str:
        """Tells this place from all others."""
        return self.within.id if isinstance(self.within, View) else f"{self.within.channel}/{self.within.ts}"

    @property
    def blocks(self) -> list[Json]:
        blocks = list(self.within.blocks)
        if isinstance(self.within, Message):
            for attachment in self.within.attachments:
                blocks += attachment.get("blocks", [])
        return blocks


def find_place(slack: Slack, user: str, told: Json) -> Place:
    """The form or Home (`view`), or the message (`channel`, `ts`), that this person has before them."""
    present(slack, user)
    if told.get("view"):
        view = slack.screens.find(str(told["view"]))
        if view is None or view.user != user:
            raise ClientError("view_not_found", "This form is no longer open.")
        if view.content["type"] == "modal" and slack.screens.top(user) is not view:
            raise ClientError("view_is_covered", "Another form lies on top of this one.")
        return Place(view, view.typed)
    message = seen_message(slack, user, str(told.get("channel")), str(told.get("ts")))
    return Place(message, slack.screens.typed.setdefault((user, message.channel, message.ts), {}))


async def act(slack: Slack, user: str, told: Json) -> Json:
    """Press a button, or choose in a select; the app hears of it at once unless it is an input's answer.

    `told`: the place, `action_id`, `block_id` where two blocks share the action, `value`, and `confirmed`
    for elements that ask "are you sure".
    """
    place = find_place(slack, user, told)
    placed = find_element(place, str(told.get("action_id")), str(told.get("block_id") or ""))
    entry = await _entry(slack, user, place, placed, told)
    if placed.element.get("confirm") and not told.get("confirmed"):
        raise ClientError("confirm_needed", "Slack asks whether you are sure.")
    if placed.element["type"] in STATE:
        place.typed.setdefault(placed.block_id, {})[placed.action_id] = entry
        slack.changes.add("typed", user=user, quiet=True)
    if placed.in_input and not placed.block.get("dispatch_action"):
        return {"ok": True}
    if isinstance(place.within, View):
        payload = payloads.block_actions_in_view(slack, place.within, placed, entry)
    else:
        payload = payloads.block_actions_in_message(slack, user, place.within, placed, entry)
    answer = await slack.post.interact("interactive", payload, accepts_response=False)
    require_ack(slack, user, answer, slack.workspace.app.name)
    return {"ok": True}


def fill(slack: Slack, user: str, told: Json) -> Json:
    """Enter values into several inputs at once: `values` maps an action_id (or "block/action") to a value."""
    place = find_place(slack, user, told)
    values = told.get("values") or {}
    if not isinstance(values, dict):
        raise KeyError("values")
    for name, value in values.items():
        block, _, action = name.rpartition("/")
        placed = find_element(place, action, block)
        entry = entry_for(slack, user, placed, value, slack.screens.offered.get((user, place.name, action)))
        place.typed.setdefault(placed.block_id, {})[placed.action_id] = entry
    slack.changes.add("typed", user=user, quiet=True)
    return {"ok": True}


async def suggest(slack: Slack, user: str, told: Json) -> Json:
    """Type into an external select; answers the options that the app offers for it."""
    place = find_place(slack, user, told)
    placed = find_element(place, str(told.get("action_id")), str(told.get("block_id") or ""))
    if placed.element["type"] not in {"external_select", "multi_external_select"}:
        raise ClientError("not_a_search", "This select has fixed options.")
    query = str(told.get("query") or "")
    if len(query) < placed.element.get("min_query_length", SHORTEST_QUERY):
        return {"ok": True, "options": []}
    payload = payloads.suggestion(slack, user, placed, query, place.within)
    answer = await slack.post.interact("interactive", payload, accepts_response=True)
    require_ack(slack, user, answer, slack.workspace.app.name)
    options = _offered(answer.payload)
    slack.screens.offered[user, place.name, placed.action_id] = options
    return {"ok": True, "options": options}


def find_element(place: Place, action_id: str, block_id: str) -> Placed:
    """The element of that name. Raises ClientError when it is not there, or there twice."""
    found = [
        placed
        for placed in elements(place.blocks)
        if placed.action_id == action_id and (not block_id or placed.block_id == block_id)
    ]
    if not found:
        there = ", ".join(sorted({placed.action_id for placed in elements(place.blocks)}))
        raise ClientError("no_such_element", f"There is no element {action_id} here; there are: {there or 'none'}.")
    if len(found) > 1:
        raise ClientError("which_element", f"There are {len(found)} elements {action_id}; name the block, too.")
    return found[0]


async def _entry(slack: Slack, user: str, place: Place, placed: Placed, told: Json) -> Json:
    element, value = placed.element, told.get("value")
    if element["type"] in PRESSED:
        return {}
    if element["type"] in {"overflow", "feedback_buttons"}:
        options = element.get("options") or [element["positive_button"], element["negative_button"]]
        chosen = next((option for option in options if option.get("value") == value), None)
        if chosen is None:
            raise ClientError("no_such_option", f"There is no option “{value}” here.")
        return {"selected_option": chosen} if element["type"] == "overflow" else chosen
    return entry_for(slack, user, placed, value, slack.screens.offered.get((user, place.name, placed.action_id)))


def _offered(payload: Any) -> list[Json]:
    if not isinstance(payload, dict) or not ({"options", "option_groups"} & set(payload)):
        raise ClientError("bad_options", "The app answered no options.")
    options = options_of(payload)
    if len(options) > 100:
        raise ClientError("bad_options", "The app answered more options than Slack shows.")
    return options
