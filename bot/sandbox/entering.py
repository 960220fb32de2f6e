"""What Slack's client lets a person enter: it refuses bad entries itself, so the app never hears of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.answers import ClientError, Json
from bot.sandbox.inputs import STATE, Placed, elements, is_empty, options_of, state_values
from bot.sandbox.screens import View
from bot.sandbox.slack import Slack

LONGEST_INPUT = 3_000  # characters that one text input takes when it names no limit of its own
REQUIRED = "Please complete this required field."


def entry_for(slack: Slack, user: str, placed: Placed, value: Any, offered: list[Json] | None = None) -> Json:
    """The state entry for `value`: text, an option's value (or a list of them), an id, a date, a time, file ids.

    `offered` are the options that an external select was just given. `None` empties the element.
    Raises ClientError when the element does not offer that.
    """
    kind = placed.element["type"]
    key, _, empty = STATE[kind]
    entry: Json = {"type": kind, key: empty}
    if kind == "timepicker" and "timezone" in placed.element:
        entry["timezone"] = placed.element["timezone"]
    if value in (None, "", []):
        return entry
    options = options_of(placed.element) if offered is None else offered
    if key in {"selected_option", "selected_options"}:
        chosen = [_option(options, one) for one in (value if isinstance(value, list) else [value])]
        entry[key] = chosen if key == "selected_options" else chosen[0]
    elif key == "files":
        entry[key] = [_file(slack, user, one) for one in (value if isinstance(value, list) else [value])]
    else:
        entry[key] = _CONVERT.get(kind, _text)(slack, value)
    _require_count(placed.element, entry[key])
    return entry


def require_complete(view: View) -> None:
    """What the client checks at submit. Raises ClientError with the words beside each block."""
    values = state_values(view.blocks, view.typed)
    problems: dict[str, str] = {}
    for placed in elements(view.blocks):
        if placed.in_input:
            problem = _problem(placed, values[placed.block_id][placed.action_id])
            if problem:
                problems[placed.block_id] = problem
    if problems:
        raise ClientError("invalid_input", "Some answers are missing or do not fit.", problems)


def _problem(placed: Placed, entry: Json) -> str:
    if is_empty(entry):
        return "" if placed.block.get("optional") else REQUIRED
    element, value = placed.element, entry[STATE[entry["type"]][0]]
    if entry["type"] == "plain_text_input":
        shortest, longest = element.get("min_length", 0), element.get("max_length", LONGEST_INPUT)
        if len(value) < shortest:
            return f"Please enter at least {shortest} characters."
        if len(value) > longest:
            return f"Please enter no more than {longest} characters."
    if entry["type"] == "number_input":
        return _number_problem(element, value)
    if entry["type"] == "email_text_input" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        return "Please enter a valid email address."
    if entry["type"] == "url_text_input" and not (urlsplit(value).scheme and urlsplit(value).netloc):
        return "Please enter a valid URL."
    return ""


def _number_problem(element: Json, value: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return "Please enter a number."
    if not element["is_decimal_allowed"] and number != number.to_integral_value():
        return "Please enter a whole number."
    if "min_value" in element and number < Decimal(element["min_value"]):
        return f"Please enter a number of at least {element['min_value']}."
    if "max_value" in element and number > Decimal(element["max_value"]):
        return f"Please enter a number of at most {element['max_value']}."
    return ""


def _option(options: list[Json], value: object) -> Json:
    for option in options:
        if option.get("value") == value:
            return option
    raise ClientError("no_such_option", f"There is no option “{value}” here.")


def _require_count(element: Json, value: object) -> None:
    most = element.get("max_selected_items") or element.get("max_files")
    if most and isinstance(value, list) and len(value) > most:
        raise ClientError("too_many_chosen", f"Choose at most {most}.")


def _file(slack: Slack, user: str, file_id: object) -> Json:
    file = slack.workspace.files.get(str(file_id))
    if file is None or file.user != user:
        raise ClientError("no_such_file", "That file is not yours or is gone.")
    return file.as_json(slack.base)


def _text(_: Slack, value: object) -> object:
    if not isinstance(value, str):
        raise ClientError("not_text", "Only text fits here.")
    return value


def _rich_text(_: Slack, value: object) -> object:
    if isinstance(value, dict):
        return value
    line = {"type": "rich_text_section", "elements": [{"type": "text", "text": str(value)}]}
    return {"type": "rich_text", "elements": [line]}


def _date(_: Slack, value: object) -> object:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ClientError("not_a_date", "Choose a date.") from None


def _time(_: Slack, value: object) -> object:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", str(value)):
        raise ClientError("not_a_time", "Choose a time.")
    return value


def _moment(_: Slack, value: object) -> object:
    if not isinstance(value, int) or len(str(value)) != 10:
        raise ClientError("not_a_moment", "Choose a date and a time.")
    return value


def _person(slack: Slack, value: object) -> object:
    for one in value if isinstance(value, list) else [value]:
        if not isinstance(one, str) or one not in slack.workspace.users:
            raise ClientError("no_such_person", "There is no such person here.")
    return value


def _channel(slack: Slack, value: object) -> object:
    for one in value if isinstance(value, list) else [value]:
        if not isinstance(one, str) or not {one} & (slack.workspace.channels.keys() | slack.workspace.users.keys()):
            raise ClientError("no_such_channel", "There is no such channel here.")
    return value


_CONVERT: dict[str, Callable[[Slack, Any], Any]] = {
    "rich_text_input": _rich_text,
    "datepicker": _date,
    "timepicker": _time,
    "datetimepicker": _moment,
    "users_select": _person,
    "multi_users_select": _person,
    "conversations_select": _channel,
    "multi_conversations_select": _channel,
    "channels_select": _channel,
    "multi_channels_select": _channel,
}
