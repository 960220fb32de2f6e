"""The small language in which Block Kit is described: checks that report each fault with its JSON pointer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Report:
    """The faults found so far, for one message or view on `surface`: message, modal or home."""

    surface: str
    faults: list[str] = field(default_factory=list)
    block_ids: set[str] = field(default_factory=set)
    focused: int = 0
    markdown: int = 0
    tables: int = 0
    charts: int = 0

    def add(self, fault: str, pointer: str) -> None:
        self.faults.append(f"{fault} [json-pointer:{pointer}]")


Check = Callable[[Any, str, Report], None]


def string(most: int, least: int = 1) -> Check:
    """A string of `least` to `most` characters (code points; Slack does not define its unit)."""

    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, str):
            report.add("must provide a string", pointer)
        elif len(value) > most:
            report.add(f"must be less than {most + 1} characters", pointer)
        elif len(value) < least:
            report.add(f"must be more than {least - 1} characters", pointer)

    return check


def matching(pattern: str, words: str) -> Check:
    """A string of this form; `words` is the fault."""

    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            report.add(words, pointer)

    return check


def integer(least: int, most: int) -> Check:
    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            report.add("must provide an integer", pointer)
        elif value > most:
            report.add(f"must be less than or equal to {most}", pointer)
        elif value < least:
            report.add(f"must be greater than or equal to {least}", pointer)

    return check


def flag(value: Any, pointer: str, report: Report) -> None:
    if not isinstance(value, bool):
        report.add("must provide a boolean", pointer)


def anything(_value: Any, _pointer: str, _report: Report) -> None:
    """No rule is documented."""


def choice(*allowed: str) -> Check:
    def check(value: Any, pointer: str, report: Report) -> None:
        if value not in allowed:
            report.add("must be a valid enum value", pointer)

    return check


def listed(item: Check, most: int, least: int = 1) -> Check:
    """An array of `least` to `most` items."""

    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, list):
            report.add("must provide an array", pointer)
            return
        if len(value) > most:
            report.add(f"no more than {most} items allowed", pointer)
        if len(value) < least:
            report.add(f"no fewer than {least} items allowed", pointer)
        for at, one in enumerate(value[:most]):
            item(one, f"{pointer}/{at}", report)

    return check


def shape(fields: Mapping[str, Check], required: str = "", *rules: Check) -> Check:
    """An object with these fields and no others. `rules` look at the whole object once its fields are right."""
    needed = required.split()

    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add("must provide an object", pointer)
            return
        before = len(report.faults)
        for name in needed:
            if name not in value:
                report.add(f"missing required field: {name}", pointer)
        for name, inner in value.items():
            if name not in fields:
                report.add(f"invalid additional property: {name}", pointer)
            else:
                fields[name](inner, f"{pointer}/{name}", report)
        if len(report.faults) == before:
            for rule in rules:
                rule(value, pointer, report)

    return check


def by_type(kinds: Mapping[str, Check]) -> Check:
    """An object whose `type` says which of these checks it must pass."""

    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add("must provide an object", pointer)
        elif "type" not in value:
            report.add("missing required field: type", pointer)
        elif not isinstance(value["type"], str) or value["type"] not in kinds:
            report.add(f"unsupported type: {value['type']}", f"{pointer}/type")
        else:
            kinds[value["type"]](value, pointer, report)

    return check
