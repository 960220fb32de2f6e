"""Composition objects: texts, options, confirmation dialogs, and the small settings of selects and inputs."""

from __future__ import annotations

from typing import Any

from bot.sandbox.checks.shapes import Check, Report, choice, flag, listed, matching, shape, string

LONGEST_TEXT = 3_000  # characters of any text object
LONGEST_OPTION = 75
LONGEST_OPTION_VALUE = 150
LONGEST_URL = 3_000
MOST_OPTIONS = 100
MOST_GROUPS = 100

URL = matching(r"(?is)https?://[^\s]+|mailto:\S+|slack://\S+|tel:\S+", "must be a valid URL")


def plain_text(most: int, least: int = 1) -> Check:
    """A plain_text object of at most this many characters."""
    fields = {"type": choice("plain_text"), "text": string(most, least), "emoji": flag}
    return shape(fields, "type text")


def mrkdwn(most: int) -> Check:
    return shape({"type": choice("mrkdwn"), "text": string(most), "verbatim": flag}, "type text")


def any_text(most: int = LONGEST_TEXT) -> Check:
    """A plain_text or mrkdwn object."""
    plain, marked = plain_text(most), mrkdwn(most)

    def check(value: Any, pointer: str, report: Report) -> None:
        if isinstance(value, dict) and value.get("type") == "mrkdwn":
            marked(value, pointer, report)
        elif isinstance(value, dict) and value.get("type") not in {"plain_text", None}:
            report.add(f"unsupported type: {value['type']}", f"{pointer}/type")
        else:
            plain(value, pointer, report)

    return check


def url(value: Any, pointer: str, report: Report) -> None:
    string(LONGEST_URL)(value, pointer, report)
    if isinstance(value, str) and len(value) <= LONGEST_URL:
        URL(value, pointer, report)


def option(*, marked: bool = False, with_url: bool = False) -> Check:
    """An option. Only those of checkboxes and radio buttons may be mrkdwn; only overflow's may carry a url."""
    text = any_text(LONGEST_OPTION) if marked else plain_text(LONGEST_OPTION)
    fields: dict[str, Check] = {"text": text, "value": string(LONGEST_OPTION_VALUE), "description": text}
    if with_url:
        fields["url"] = url
    return shape(fields, "text value")


OPTIONS = listed(option(), MOST_OPTIONS)
OPTION_GROUPS = listed(shape({"label": plain_text(LONGEST_OPTION), "options": OPTIONS}, "label options"), MOST_GROUPS)

CONFIRM = shape(
    {
        "title": plain_text(100),
        "text": any_text(300),
        "confirm": plain_text(30),
        "deny": plain_text(30),
        "style": choice("primary", "danger"),
    },
    "title text confirm deny",
)

DISPATCH = shape(
    {"trigger_actions_on": listed(choice("on_enter_pressed", "on_character_entered"), 2)},
    "trigger_actions_on",
)

CONVERSATION_FILTER = shape(
    {
        "include": listed(choice("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
)

SLACK_FILE = shape({"id": string(255), "url": url})
