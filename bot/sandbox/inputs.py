"""What a person enters into the elements of a view or a message, and the `state.values` that Slack makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox.answers import Json

# element type -> (the key in state, the element's field with the first value, what empty looks like)
STATE: dict[str, tuple[str, str, Any]] = {
    "plain_text_input": ("value", "initial_value", None),
    "email_text_input": ("value", "initial_value", None),
    "url_text_input": ("value", "initial_value", None),
    "number_input": ("value", "initial_value", None),
    "rich_text_input": ("rich_text_value", "initial_value", None),
    "static_select": ("selected_option", "initial_option", None),
    "external_select": ("selected_option", "initial_option", None),
    "radio_buttons": ("selected_option", "initial_option", None),
    "users_select": ("selected_user", "initial_user", None),
    "conversations_select": ("selected_conversation", "initial_conversation", None),
    "channels_select": ("selected_channel", "initial_channel", None),
    "multi_static_select": ("selected_options", "initial_options", []),
    "multi_external_select": ("selected_options", "initial_options", []),
    "checkboxes": ("selected_options", "initial_options", []),
    "multi_users_select": ("selected_users", "initial_users", []),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", []),
    "multi_channels_select": ("selected_channels", "initial_channels", []),
    "datepicker": ("selected_date", "initial_date", None),
    "timepicker": ("selected_time", "initial_time", None),
    "datetimepicker": ("selected_date_time", "initial_date_time", None),
    "file_input": ("files", "", []),
}


@dataclass(frozen=True)
class Placed:
    """An interactive element with the block that holds it."""

    block: Json
    element: Json

    @property
    def block_id(self) -> str:
        return str(self.block["block_id"])

    @property
    def action_id(self) -> str:
        return str(self.element["action_id"])

    @property
    def in_input(self) -> bool:
        return bool(self.block["type"] == "input")


Typed = dict[str, dict[str, Json]]  # block id -> action id -> entry of state.values


def elements(blocks: list[Json]) -> Iterator[Placed]:
    """Every interactive element of these blocks, in reading order."""
    for block in blocks:
        for element in inner_elements(block):
            if "action_id" in element:
                yield Placed(block, element)
        yield from elements(inner_blocks(block))


def inner_elements(block: Json) -> list[Json]:
    """The elements that stand in this block itself."""
    held = [block.get("element"), block.get("accessory"), *block.get("actions", [])]
    if block["type"] in {"actions", "context", "context_actions"}:
        held += block["elements"]
    return [element for element in held if isinstance(element, dict)]


def inner_blocks(block: Json) -> list[Json]:
    """The blocks within a container or a carousel."""
    cards: list[Json] = block["elements"] if block["type"] == "carousel" else []
    return [*block.get("child_blocks", []), *cards]


def state_values(blocks: list[Json], typed: Typed) -> Typed:
    """The `state.values` of a view or a message: what was entered, else the initial value, else Slack's empty."""
    values: Typed = {}
    for placed in elements(blocks):
        if placed.element["type"] in STATE:
            entry = typed.get(placed.block_id, {}).get(placed.action_id) or initial(placed.element)
            if entry["type"] == placed.element["type"]:
                values.setdefault(placed.block_id, {})[placed.action_id] = entry
    return values


def initial(element: Json) -> Json:
    """The entry of an element that nobody touched."""
    key, first, empty = STATE[element["type"]]
    entry: Json = {"type": element["type"], key: element.get(first, empty)}
    if element["type"] == "timepicker" and "timezone" in element:
        entry["timezone"] = element["timezone"]
    return entry


def is_empty(entry: Json) -> bool:
    """Whether a required input still lacks its answer. Blanks alone are none, as in Slack's client."""
    value = entry.get(STATE[entry["type"]][0])
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def options_of(element: Json) -> list[Json]:
    """All options that an element offers, groups opened."""
    grouped = [option for group in element.get("option_groups", []) for option in group["options"]]
    return [*element.get("options", []), *grouped]
