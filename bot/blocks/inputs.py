"""What people choose from and type into: menus, and the inputs of forms, within Slack's limits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.blocks.basics import LABEL_TEXT, Block, Element, filled, plain_text

OPTION_TEXT = 75
OPTION_VALUE = 75
"""The documentation says 150 in one place and 75 in another."""
PLACEHOLDER = 150
INPUT_TEXT = 3000
"""No Slack input holds more."""
SELECT_OPTIONS = 100
BOX_OPTIONS = 10
OVERFLOW_OPTIONS = 5
FILES = 10


def option(label: str, value: str, description: str = "") -> Element:
    """One choice."""
    if len(value) > OPTION_VALUE:
        raise ValueError(f"Slack takes {OPTION_VALUE} characters as an option's value: {value[:20]}…")
    shown = plain_text(description, OPTION_TEXT) if description else None
    return filled({"text": plain_text(label, OPTION_TEXT), "value": value}, description=shown)


def overflow(*choices: tuple[str, str, str], name: str = "more") -> Element:
    """The three dots, for up to five acts: (label, action, ticket). Each arrives as a button of that action would."""
    options = [option(label, f"{action}:{value}") for label, action, value in choices[:OVERFLOW_OPTIONS]]
    return {"type": "overflow", "action_id": name, "options": options}


def select(action: str, options: Sequence[Element], *, chosen: str = "", placeholder: str = "") -> Element:
    """A menu of up to 100 choices, of which there must be one; `chosen` is a value."""
    kept = list(options)[:SELECT_OPTIONS]
    first = next((choice for choice in kept if choice["value"] == chosen), None)
    element = {"type": "static_select", "action_id": action, "options": kept}
    return filled(element, initial_option=first, placeholder=_hint(placeholder))


def select_many(
    action: str, options: Sequence[Element], *, chosen: Collection[str] = (), placeholder: str = ""
) -> Element:
    """A menu of up to 100 choices, of which there must be one, to take several from; `chosen` are values."""
    kept = list(options)[:SELECT_OPTIONS]
    first = [choice for choice in kept if choice["value"] in chosen]
    element = {"type": "multi_static_select", "action_id": action, "options": kept}
    return filled(element, initial_options=first, placeholder=_hint(placeholder))


def boxes(action: str, options: Sequence[Element], *, chosen: Collection[str] = ()) -> Element:
    """Up to ten tick boxes; `chosen` are values."""
    return _ticked("checkboxes", action, options, chosen)


def radio(action: str, options: Sequence[Element], *, chosen: str = "") -> Element:
    """Up to ten choices of which one holds."""
    kept = list(options)[:BOX_OPTIONS]
    first = next((choice for choice in kept if choice["value"] == chosen), None)
    return filled({"type": "radio_buttons", "action_id": action, "options": kept}, initial_option=first)


def line(
    action: str, *, typed: str = "", long: bool = False, longest: int = INPUT_TEXT, placeholder: str = ""
) -> Element:
    """A text to type; `long` for several lines. What does not fit one input must be parted by the caller."""
    if len(typed) > longest:
        raise ValueError(f"an input takes {longest} characters, and {len(typed)} were given: nothing may be cut")
    element = {"type": "plain_text_input", "action_id": action, "multiline": long, "max_length": longest}
    return filled(element, initial_value=typed, placeholder=_hint(placeholder))


def moment_picker(action: str, at: datetime | None = None) -> Element:
    """Date and time in the reader's own zone."""
    return filled(
        {"type": "datetimepicker", "action_id": action}, initial_date_time=int(at.timestamp()) if at else None
    )


def date_picker(action: str, day: str = "") -> Element:
    """A day, ISO."""
    return filled({"type": "datepicker", "action_id": action}, initial_date=day)


def time_picker(action: str, at: str = "", zone: str = "") -> Element:
    """A time of day, `HH:MM`; the zone is shown beside it."""
    return filled({"type": "timepicker", "action_id": action}, initial_time=at, timezone=zone)


def people(action: str, chosen: Sequence[str] = (), *, placeholder: str = "") -> Element:
    """Several people, by Slack id."""
    element = {"type": "multi_users_select", "action_id": action}
    return filled(element, initial_users=list(chosen), placeholder=_hint(placeholder))


def person(action: str, chosen: str = "", *, placeholder: str = "") -> Element:
    """One person, by Slack id."""
    return filled({"type": "users_select", "action_id": action}, initial_user=chosen, placeholder=_hint(placeholder))


def channel(action: str, chosen: str = "", *, placeholder: str = "") -> Element:
    """One channel, public or private, not shared with another company: what is posted there is internal."""
    kept = {"include": ["public", "private"], "exclude_external_shared_channels": True, "exclude_bot_users": True}
    element = {"type": "conversations_select", "action_id": action, "filter": kept}
    return filled(element, initial_conversation=chosen, placeholder=_hint(placeholder))


def files(action: str, *, kinds: Sequence[str], most: int = FILES) -> Element:
    """Files to hand in; `kinds` are endings (`png`), which Slack only suggests: check what arrives."""
    return {"type": "file_input", "action_id": action, "filetypes": list(kinds), "max_files": most}


def input_block(
    field: str, label: str, element: Element, *, optional: bool = False, hint: str = "", tells: bool = False
) -> Block:
    """A labelled input. `field` is what `Ask.typed` and `BadInput` call it (`text`, or `text#2` to show it afresh
    in an updated view); with `tells` each change arrives as an action of the element's name."""
    block = {"type": "input", "block_id": field, "label": plain_text(label, LABEL_TEXT), "element": element}
    shown = plain_text(hint, LABEL_TEXT) if hint else None
    return filled(block, optional=optional, hint=shown, dispatch_action=tells)


def _ticked(kind: str, action: str, options: Sequence[Element], chosen: Collection[str]) -> Element:
    kept = list(options)[:BOX_OPTIONS]
    first = [choice for choice in kept if choice["value"] in chosen]
    return filled({"type": kind, "action_id": action, "options": kept}, initial_options=first)


def _hint(text: str) -> Block | None:
    return plain_text(text, PLACEHOLDER) if text else None
