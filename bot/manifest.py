"""The Slack app's manifest, as it lies beside the code: which scopes it asks for, and its form for HTTP.

It is changed line by line, so that its comments stay; a test holds the result against a YAML reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

MANIFEST = Path(__file__).parents[1] / "manifest.yml"
EVENTS_PATH = "/slack/events"
"""Where Slack sends events, commands, clicks and forms alike."""
NEEDS_ADDRESS = re.compile(r"( *)(?:- command: .*|event_subscriptions:|interactivity:)")
SCOPE = re.compile(r" {6}- ([a-z_.]+(?::[a-z_.]+)*)\b")


def socket_form() -> str:
    """The manifest for Socket Mode, as YAML."""
    return MANIFEST.read_text(encoding="utf-8")


def http_form(public_url: str) -> str:
    """The manifest for HTTP, as YAML: each place that Slack calls has an address below `public_url`."""
    lines = _with_addresses(socket_form().splitlines(), f"{public_url.rstrip('/')}{EVENTS_PATH}")
    return "\n".join(lines).replace("socket_mode_enabled: true", "socket_mode_enabled: false") + "\n"


def bot_scopes() -> frozenset[str]:
    """The scopes of the bot token that the manifest asks for."""
    lines = iter(socket_form().splitlines())
    found: set[str] = set()
    for line in lines:
        if line.rstrip() == "    bot:":
            break
    for line in lines:
        scope = SCOPE.match(line)
        if scope is None:
            break
        found.add(scope[1])
    return frozenset(found)


def _with_addresses(lines: list[str], address: str) -> Iterator[str]:
    for line in lines:
        if line.startswith("#"):
            continue  # it speaks of the Socket Mode form
        yield line
        place = NEEDS_ADDRESS.fullmatch(line)
        if place:
            name = "url" if "command:" in line else "request_url"
            yield f"{place[1]}  {name}: {address}"
        if line.strip() == "interactivity:":
            yield f"    message_menu_options_url: {address}"
