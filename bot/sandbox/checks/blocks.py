"""Blocks: for each type its fields and limits and the surfaces it works on, and the rules over all blocks together."""

from __future__ import annotations

from typing import Any

from bot.sandbox.checks import objects as o
from bot.sandbox.checks.elements import BUTTON, EVERYWHERE, LONGEST_ID, MESSAGE, element_in
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
    shape,
    string,
)

MOST_MARKDOWN = 12_000  # characters of all markdown blocks of a message together
MOST_ROWS = 100
MOST_CELLS = 20
MOST_CHILDREN = 10
NOT_MODAL = frozenset({"message", "home"})

CONTEXT_PART = by_type({"image": element_in("context"), "plain_text": o.any_text(), "mrkdwn": o.any_text()})


def block(fields: dict[str, Check], required: str = "", *rules: Check) -> Check:
    """A block: type and block_id, besides its own fields."""
    return shape({"type": anything, "block_id": string(LONGEST_ID), **fields}, f"type {required}", *rules)


def text_or_fields(value: Any, pointer: str, report: Report) -> None:
    if "text" not in value and "fields" not in value:
        report.add("missing required field: text or fields", pointer)


def one_picture(value: Any, pointer: str, report: Report) -> None:
    if ("image_url" in value) == ("slack_file" in value):
        report.add("must provide either image_url or slack_file", pointer)


def distinct_actions(value: Any, pointer: str, report: Report) -> None:
    """An action_id is unique within its block."""
    seen: set[str] = set()
    for at, element in enumerate(value["elements"]):
        action_id = element.get("action_id")
        if action_id in seen:
            report.add(f"`action_id` {action_id} already exists", f"{pointer}/elements/{at}/action_id")
        seen |= {action_id} if action_id else set()


def response_url_only_in_inputs(value: Any, pointer: str, report: Report) -> None:
    """`response_url_enabled` works in input blocks of modals only, where this rule is not asked."""
    inner = [value.get("accessory"), *value.get("elements", [])]
    if any(isinstance(element, dict) and "response_url_enabled" in element for element in inner):
        report.add("response_url_enabled is only available in input blocks in modals", pointer)


def input_rules(value: Any, pointer: str, report: Report) -> None:
    if report.surface != "modal" and "response_url_enabled" in value["element"]:
        report.add("response_url_enabled is only available in input blocks in modals", f"{pointer}/element")


def count_markdown(value: Any, pointer: str, report: Report) -> None:
    report.markdown += len(value["text"])
    if report.markdown > MOST_MARKDOWN:
        report.add(f"must be less than {MOST_MARKDOWN + 1} characters in all markdown blocks", f"{pointer}/text")


def some_content(value: Any, pointer: str, report: Report) -> None:
    if not {"hero_image", "title", "actions", "body"} & set(value):
        report.add("missing required field: hero_image, title, actions or body", pointer)


def container_rules(value: Any, pointer: str, report: Report) -> None:
    if not {"title", "rich_text_title"} & set(value):
        report.add("missing required field: title", pointer)
    if value.get("is_collapsible") and value.get("has_header_divider"):
        report.add("has_header_divider cannot be set when is_collapsible is true", pointer)


def count_table(_: Any, pointer: str, report: Report) -> None:
    report.tables += 1
    if report.tables > 1:
        report.add("only_one_table_allowed", pointer)


def video_domain(_: Any, pointer: str, report: Report) -> None:
    """Needs links.embed:write and a registered unfurl domain, neither of which an app has here."""
    report.add("the video's domain is not among the app's unfurl domains", f"{pointer}/video_url")


ACTIONS = block(
    {"elements": listed(element_in("actions"), 25)}, "elements", distinct_actions, response_url_only_in_inputs
)
IMAGE = block(
    {
        "image_url": o.url,
        "slack_file": o.SLACK_FILE,
        "alt_text": string(2_000),
        "title": o.plain_text(2_000),
    },
    "alt_text",
    one_picture,
)
SECTION = block(
    {
        "text": o.any_text(3_000),
        "fields": listed(o.any_text(2_000), 10),
        "accessory": element_in("section"),
        "expand": flag,
    },
    "",
    text_or_fields,
    response_url_only_in_inputs,
)
INPUT = block(
    {
        "label": o.plain_text(2_000),
        "element": element_in("input"),
        "dispatch_action": flag,
        "hint": o.plain_text(2_000),
        "optional": flag,
    },
    "label element",
    input_rules,
)
VIDEO = block(
    {
        "alt_text": string(2_000),
        "title": o.plain_text(199),
        "title_url": o.url,
        "author_name": string(49),
        "description": o.plain_text(200),
        "provider_icon_url": o.url,
        "provider_name": string(255),
        "thumbnail_url": o.url,
        "video_url": o.url,
    },
    "alt_text title thumbnail_url video_url",
    video_domain,
)
CELL = by_type(
    {
        "raw_text": shape({"type": anything, "text": string(3_000, 0)}, "text"),
        "raw_number": shape({"type": anything, "value": anything, "text": string(3_000, 0)}),
        "rich_text": RICH_TEXT,
    }
)
COLUMN = shape({"align": choice("left", "center", "right"), "is_wrapped": flag})
TABLE = block(
    {
        "rows": listed(listed(CELL, MOST_CELLS), MOST_ROWS),
        "column_settings": listed(COLUMN, MOST_CELLS),
    },
    "rows",
    count_table,
)
PICTURE = shape(
    {"type": choice("image"), "image_url": o.url, "slack_file": o.SLACK_FILE, "alt_text": string(2_000)},
    "type alt_text",
    one_picture,
)
CARD = block(
    {
        "hero_image": PICTURE,
        "icon": PICTURE,
        "title": o.any_text(150),
        "subtitle": o.any_text(150),
        "body": o.any_text(200),
        "actions": listed(by_type({"button": BUTTON}), 5),
    },
    "",
    some_content,
)
SIMPLE: dict[str, Check] = {
    "actions": ACTIONS,
    "context": block({"elements": listed(CONTEXT_PART, 10)}, "elements"),
    "divider": block({}),
    "header": block({"text": o.plain_text(150), "level": integer(1, 4)}, "text"),
    "image": IMAGE,
    "rich_text": RICH_TEXT,
    "section": SECTION,
}
CONTAINER = block(
    {
        "title": o.plain_text(150),
        "rich_text_title": RICH_TEXT,
        "subtitle": o.any_text(150),
        "child_blocks": listed(by_type(SIMPLE), MOST_CHILDREN),
        "icon": PICTURE,
        "width": choice("narrow", "standard", "wide", "full"),
        "is_collapsible": flag,
        "default_collapsed": flag,
        "has_header_divider": flag,
    },
    "child_blocks",
    container_rules,
)
KINDS: dict[str, tuple[Check, frozenset[str]]] = {
    **{name: (check, EVERYWHERE) for name, check in SIMPLE.items()},
    "input": (INPUT, EVERYWHERE),
    "video": (VIDEO, EVERYWHERE),
    "context_actions": (block({"elements": listed(element_in("context_actions"), 5)}, "elements"), MESSAGE),
    "markdown": (block({"text": string(MOST_MARKDOWN)}, "text", count_markdown), MESSAGE),
    "table": (TABLE, MESSAGE),
    "card": (CARD, MESSAGE),
    "carousel": (block({"elements": listed(by_type({"card": CARD}), 10)}, "elements"), MESSAGE),
    "container": (CONTAINER, NOT_MODAL),
    "alert": (
        block(
            {"text": o.any_text(), "level": choice("default", "info", "warning", "error", "success")},
            "text",
        ),
        frozenset({"modal"}),
    ),
}
BLOCK = by_type({name: check for name, (check, _) in KINDS.items()})


def check_block(value: Any, pointer: str, report: Report) -> None:
    """One block at the top of a message or view."""
    kind = value.get("type") if isinstance(value, dict) else None
    if isinstance(kind, str) and kind in KINDS and report.surface not in KINDS[kind][1]:
        report.add(f"{kind} is not supported on this surface", f"{pointer}/type")
        return
    BLOCK(value, pointer, report)
    block_id = value.get("block_id") if isinstance(value, dict) else None
    if isinstance(block_id, str) and block_id:
        if block_id in report.block_ids:
            report.add(f"`block_id` {block_id} already exists", f"{pointer}/block_id")
        report.block_ids.add(block_id)
