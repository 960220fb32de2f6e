"""Judges blocks and views as Slack does. Each fault reads like Slack's and ends in its JSON pointer."""

from __future__ import annotations

from typing import Any

from bot.sandbox.checks import objects as o
from bot.sandbox.checks.blocks import check_block
from bot.sandbox.checks.shapes import Check, Report, choice, flag, listed, shape, string

MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}

COMMON: dict[str, Check] = {
    "type": choice("modal", "home"),
    "private_metadata": string(3_000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
    "blocks": listed(check_block, 100),
}
FORM: dict[str, Check] = {
    "title": o.plain_text(24),
    "close": o.plain_text(24),
    "submit": o.plain_text(24),
    "clear_on_close": flag,
    "notify_on_close": flag,
    "submit_disabled": flag,
}


def blocks_faults(blocks: Any, surface: str, pointer: str = "/blocks") -> list[str]:
    """What Slack would refuse in the blocks of a message; empty when it would take them."""
    report = Report(surface)
    listed(check_block, MOST_BLOCKS[surface], 0)(blocks, pointer, report)
    return report.faults


def view_faults(view: Any, surface: str = "") -> list[str]:
    """What Slack would refuse in a view; `surface` (modal or home) is what the method wants, if it wants one."""
    kind = view.get("type") if isinstance(view, dict) else None
    report = Report(str(kind))
    if surface and kind != surface:
        report.add(f"must be of type {surface}", "/view/type")
    elif kind == "modal":
        shape(COMMON | FORM, "type title blocks", _inputs_need_submit)(view, "/view", report)
    else:
        shape(COMMON, "type blocks")(view, "/view", report)
    return report.faults


def _inputs_need_submit(view: Any, pointer: str, report: Report) -> None:
    if "submit" not in view and any(block["type"] == "input" for block in view["blocks"]):
        report.add("`submit` is required when an `input` block is within blocks", f"{pointer}/submit")
