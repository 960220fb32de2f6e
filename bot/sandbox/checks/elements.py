"""Block elements: for each type its fields and limits, the blocks that may hold it, and the surfaces it works on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from bot.sandbox.checks import objects as o
from bot.sandbox.checks.rich_text import RICH_TEXT
from bot.sandbox.checks.shapes import (
    Check,
    Report,
    anything,
    by_type,
    choice,
    flag,
    integer,
    listed,
    matching,
    shape,
    string,
)

LONGEST_ID = 255
LONGEST_PLACEHOLDER = 150
LONGEST_INPUT = 3_000
EVERYWHERE = frozenset({"message", "modal", "home"})
MODAL = frozenset({"modal"})
MESSAGE = frozenset({"message"})

ACTION_ID = string(LONGEST_ID)
PLACEHOLDER = o.plain_text(LONGEST_PLACEHOLDER)
SOME_ID = matching(r"[A-Z][A-Z0-9]{2,}", "must be a valid id")


@dataclass(frozen=True)
class Kind:
    """One element type: its check, where it may stand, and on which surfaces."""

    check: Check
    homes: frozenset[str]
    surfaces: frozenset[str] = EVERYWHERE


def focus(value: Any, pointer: str, report: Report) -> None:
    flag(value, pointer, report)
    report.focused += value is True
    if value is True and report.focused > 1:
        report.add("only one element may have focus_on_load", pointer)


def calendar_date(value: Any, pointer: str, report: Report) -> None:
    try:
        if not isinstance(value, str) or date.fromisoformat(value).isoformat() != value:
            raise ValueError
    except ValueError:
        report.add("must be a valid date in the format YYYY-MM-DD", pointer)


def zone(value: Any, pointer: str, report: Report) -> None:
    try:
        ZoneInfo(str(value))
    except (KeyError, ValueError, OSError):
        report.add("must be a valid IANA timezone", pointer)


def element(fields: dict[str, Check], required: str = "", *rules: Check) -> Check:
    """An interactive element: type and action_id, besides its own fields."""
    return shape({"type": anything, "action_id": ACTION_ID, **fields}, f"type {required}", *rules)


def initial_among_options(value: Any, pointer: str, report: Report) -> None:
    """What is chosen at first must be exactly one of the options offered."""
    grouped = [option for group in value.get("option_groups", []) for option in group["options"]]
    offered = [*value.get("options", []), *grouped]
    chosen = value.get("initial_options", [value["initial_option"]] if "initial_option" in value else [])
    if any(one not in offered for one in chosen):
        name = "initial_options" if "initial_options" in value else "initial_option"
        report.add("must match exactly one of the options", f"{pointer}/{name}")


def options_or_groups(value: Any, pointer: str, report: Report) -> None:
    if ("options" in value) == ("option_groups" in value):
        report.add("must provide either options or option_groups", pointer)


def distinct_values(value: Any, pointer: str, report: Report) -> None:
    values = [option["value"] for option in value.get("options", [])]
    if len(set(values)) != len(values):
        report.add("option values must be unique", f"{pointer}/options")


def no_more_chosen_than_allowed(value: Any, pointer: str, report: Report) -> None:
    most = value.get("max_selected_items")
    for name in ("initial_options", "initial_users", "initial_conversations", "initial_channels"):
        if most and len(value.get(name, [])) > most:
            report.add(f"no more than {most} items allowed", f"{pointer}/{name}")


def lengths_agree(value: Any, pointer: str, report: Report) -> None:
    most, least = value.get("max_length", LONGEST_INPUT), value.get("min_length", 0)
    if least > most:
        report.add("must be less than or equal to max_length", f"{pointer}/min_length")
    if len(value.get("initial_value", "")) > most:
        report.add(f"must be less than {most + 1} characters", f"{pointer}/initial_value")


SELECT: dict[str, Check] = {"placeholder": PLACEHOLDER, "confirm": o.CONFIRM, "focus_on_load": focus}
MULTI: dict[str, Check] = SELECT | {"max_selected_items": integer(1, 10_000)}
STATIC: dict[str, Check] = {"options": o.OPTIONS, "option_groups": o.OPTION_GROUPS}
CHOSEN = listed(o.option(), o.MOST_OPTIONS)
IDS = listed(SOME_ID, 1_000)
TYPED: dict[str, Check] = {
    "placeholder": PLACEHOLDER,
    "focus_on_load": focus,
    "dispatch_action_config": o.DISPATCH,
}
CONVERSATIONS: dict[str, Check] = {"default_to_current_conversation": flag, "filter": o.CONVERSATION_FILTER}
RESPONSE: dict[str, Check] = {"response_url_enabled": flag}
NUMBER = matching(r"-?\d+(\.\d+)?", "must be a valid number")
MOMENT = integer(1_000_000_000, 9_999_999_999)
TIME = matching(r"([01]\d|2[0-3]):[0-5]\d", "must be a valid time in the format HH:mm")


def choices(most: int, *, several: bool) -> Check:
    """Checkboxes and radio buttons: up to ten options, whose texts may be mrkdwn."""
    one = o.option(marked=True)
    first: dict[str, Check] = {"initial_options": listed(one, most)} if several else {"initial_option": one}
    fields: dict[str, Check] = {"options": listed(one, most), "confirm": o.CONFIRM, "focus_on_load": focus}
    return element(fields | first, "options", initial_among_options, distinct_values)


def static_select(*, several: bool) -> Check:
    first: dict[str, Check] = {"initial_options": CHOSEN} if several else {"initial_option": o.option()}
    fields = (MULTI if several else SELECT) | STATIC | first
    return element(fields, "", options_or_groups, initial_among_options, no_more_chosen_than_allowed)


def external_select(*, several: bool) -> Check:
    first: dict[str, Check] = {"initial_options": CHOSEN} if several else {"initial_option": o.option()}
    fields = (MULTI if several else SELECT) | first | {"min_query_length": integer(0, 100)}
    return element(fields, "", no_more_chosen_than_allowed)


def listing(one: str, *, several: bool, extra: dict[str, Check] | None = None) -> Check:
    """A select over Slack's own lists; `one` is user, conversation or channel."""
    first: dict[str, Check] = {f"initial_{one}s": IDS} if several else {f"initial_{one}": SOME_ID}
    more = RESPONSE if one != "user" and not several else {}
    fields = (MULTI if several else SELECT) | first | more | (extra or {})
    return element(fields, "", no_more_chosen_than_allowed)


BUTTON = element(
    {
        "text": o.plain_text(75),
        "url": o.url,
        "value": string(2_000),
        "style": choice("primary", "danger"),
        "confirm": o.CONFIRM,
        "accessibility_label": string(75),
    },
    "text",
)
FEEDBACK_BUTTON = shape(
    {"text": o.plain_text(75), "value": string(2_000), "accessibility_label": string(75)}, "text value"
)

ANY_HOME = frozenset({"section", "actions", "input"})
INPUT = frozenset({"input"})
PRESSED = frozenset({"section", "actions"})
MANY = frozenset({"section", "input"})

KINDS: dict[str, Kind] = {
    "button": Kind(BUTTON, PRESSED),
    "overflow": Kind(
        element({"options": listed(o.option(with_url=True), 5), "confirm": o.CONFIRM}, "options", distinct_values),
        PRESSED,
    ),
    "checkboxes": Kind(choices(10, several=True), ANY_HOME),
    "radio_buttons": Kind(choices(10, several=False), ANY_HOME),
    "static_select": Kind(static_select(several=False), ANY_HOME),
    "external_select": Kind(external_select(several=False), ANY_HOME),
    "users_select": Kind(listing("user", several=False), ANY_HOME),
    "conversations_select": Kind(listing("conversation", several=False, extra=CONVERSATIONS), ANY_HOME),
    "channels_select": Kind(listing("channel", several=False), ANY_HOME),
    "multi_static_select": Kind(static_select(several=True), MANY),
    "multi_external_select": Kind(external_select(several=True), MANY),
    "multi_users_select": Kind(listing("user", several=True), MANY),
    "multi_conversations_select": Kind(listing("conversation", several=True, extra=CONVERSATIONS), MANY),
    "multi_channels_select": Kind(listing("channel", several=True), MANY),
    "datepicker": Kind(element(SELECT | {"initial_date": calendar_date}), ANY_HOME),
    "timepicker": Kind(element(SELECT | {"initial_time": TIME, "timezone": zone}), ANY_HOME),
    "datetimepicker": Kind(
        element({"initial_date_time": MOMENT, "confirm": o.CONFIRM, "focus_on_load": focus}),
        frozenset({"actions", "input"}),
    ),
    "plain_text_input": Kind(
        element(
            TYPED
            | {
                "initial_value": string(LONGEST_INPUT, 0),
                "multiline": flag,
                "min_length": integer(0, 3_000),
                "max_length": integer(1, 3_000),
            },
            "",
            lengths_agree,
        ),
        INPUT,
    ),
    "email_text_input": Kind(element(TYPED | {"initial_value": string(LONGEST_INPUT, 0)}), INPUT),
    "url_text_input": Kind(element(TYPED | {"initial_value": string(LONGEST_INPUT, 0)}), INPUT),
    "number_input": Kind(
        element(
            TYPED | {"is_decimal_allowed": flag, "initial_value": NUMBER, "min_value": NUMBER, "max_value": NUMBER},
            "is_decimal_allowed",
        ),
        INPUT,
    ),
    "rich_text_input": Kind(
        element(TYPED | {"initial_value": RICH_TEXT, "min_lines": integer(1, 100), "max_lines": integer(1, 100)}),
        INPUT,
    ),
    "file_input": Kind(
        element({"filetypes": listed(string(255), 100), "max_files": integer(1, 10)}),
        INPUT,
        MODAL,
    ),
    "workflow_button": Kind(
        element(
            {
                "text": o.plain_text(75),
                "workflow": anything,
                "style": choice("primary", "danger"),
                "accessibility_label": string(75),
            },
            "text workflow action_id",
        ),
        PRESSED,
        MESSAGE,
    ),
    "feedback_buttons": Kind(
        element(
            {"positive_button": FEEDBACK_BUTTON, "negative_button": FEEDBACK_BUTTON}, "positive_button negative_button"
        ),
        frozenset({"context_actions"}),
        MESSAGE,
    ),
    "icon_button": Kind(
        element(
            {
                "icon": choice("trash"),
                "text": o.plain_text(75),
                "value": string(2_000),
                "confirm": o.CONFIRM,
                "accessibility_label": string(75),
                "visible_to_user_ids": IDS,
            },
            "icon text",
        ),
        frozenset({"context_actions"}),
        MESSAGE,
    ),
    "image": Kind(
        shape(
            {"type": anything, "image_url": o.url, "slack_file": o.SLACK_FILE, "alt_text": string(2_000)},
            "type alt_text",
        ),
        frozenset({"section", "context"}),
    ),
}


def element_in(home: str) -> Check:
    """Any element that a block of this type may hold, on a surface where it works."""
    allowed = {name: kind for name, kind in KINDS.items() if home in kind.homes}
    inner = by_type({name: kind.check for name, kind in allowed.items()})

    def check(value: Any, pointer: str, report: Report) -> None:
        name = value.get("type") if isinstance(value, dict) else None
        if isinstance(name, str) and name in allowed and report.surface not in allowed[name].surfaces:
            report.add(f"{name} is not supported on this surface", f"{pointer}/type")
            return
        inner(value, pointer, report)

    return check
