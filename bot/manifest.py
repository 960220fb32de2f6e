"""The Slack app's manifest, as it lies beside the code: what it asks for, and its form for HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

MANIFEST = Path(__file__).parents[1] / "manifest.yml"
EVENTS_PATH = "/slack/events"
"""Where Slack sends events, commands, clicks and forms alike."""
LINE_CHARACTERS = 120


def socket_form() -> str:
    """The manifest for Socket Mode, as YAML with its comments."""
    return MANIFEST.read_text(encoding="utf-8")


def http_form(public_url: str) -> str:
    """The manifest for HTTP, as YAML: each place that Slack calls has an address below `public_url`."""
    manifest, address = app(), f"{public_url.rstrip('/')}{EVENTS_PATH}"
    for command in manifest["features"]["slash_commands"]:
        command["url"] = address
    settings = manifest["settings"]
    settings["event_subscriptions"]["request_url"] = address
    settings["interactivity"] |= {"request_url": address, "message_menu_options_url": address}
    settings["socket_mode_enabled"] = False
    return yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=LINE_CHARACTERS)


def bot_scopes() -> frozenset[str]:
    """The scopes of the bot token that the manifest asks for."""
    return frozenset(app()["oauth_config"]["scopes"]["bot"])


def app() -> dict[str, Any]:
    """The manifest for Socket Mode, as Slack reads it."""
    manifest: dict[str, Any] = yaml.safe_load(socket_form())
    return manifest
