"""The Slack app's manifest: Slack takes it, and it asks for no more and no less than what Trellis does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bot.handlers import registered

ROOT = Path(__file__).parents[1]
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
FEATURES: dict[str, Any] = MANIFEST["features"]
SETTINGS: dict[str, Any] = MANIFEST["settings"]
SCOPES: dict[str, list[str]] = MANIFEST["oauth_config"]["scopes"]

# Slack's limits in characters, from its reference page of the app manifest, where it says less than its schema allows.
NAME, DESCRIPTION = 35, 140
LONG_DESCRIPTION = range(175, 4_001)
SHORTCUTS, SHORTCUT_NAME, SHORTCUT_DESCRIPTION = 10, 24, 150
COMMANDS, COMMAND, COMMAND_DESCRIPTION, USAGE_HINT = 50, 32, 2_000, 1_000
CALLBACK_ID, SCOPE = 255, 255
BOT_EVENTS = 100

# The scopes that Slack wants before it sends an event; an event that is missing here must be looked up and added.
SCOPES_OF_EVENTS: dict[str, set[str]] = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "channel_archive": {"channels:read"},
    "channel_deleted": {"channels:read"},
    "channel_rename": {"channels:read"},
    "channel_unarchive": {"channels:read"},
    "group_archive": {"groups:read"},
    "group_deleted": {"groups:read"},
    "group_left": {"groups:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "message.im": {"im:history"},
    "tokens_revoked": set(),
    "user_change": {"users:read"},
}


def test_slacks_own_schema_takes_the_manifest(conformance: Callable[[str], Path]) -> None:
    schema = json.loads(conformance("slack/manifest.schema.2.0.0.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    assert [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(MANIFEST)] == []


def test_what_people_read_of_the_app_fits() -> None:
    shown = MANIFEST["display_information"]
    assert len(shown["name"]) <= NAME
    assert len(shown["description"]) <= DESCRIPTION
    assert len(shown["long_description"]) in LONG_DESCRIPTION


def test_the_bots_name_has_only_the_letters_that_slack_documents() -> None:
    assert re.fullmatch(r"[a-z0-9._-]{1,80}", FEATURES["bot_user"]["display_name"])


@pytest.mark.parametrize("command", FEATURES["slash_commands"], ids=lambda command: command["command"])
def test_a_command_fits(command: dict[str, Any]) -> None:
    assert re.fullmatch(rf"/[a-z0-9_-]{{1,{COMMAND - 1}}}", command["command"])
    assert len(command["description"]) <= COMMAND_DESCRIPTION
    assert len(command["usage_hint"]) <= USAGE_HINT


@pytest.mark.parametrize("command", FEATURES["slash_commands"], ids=lambda command: command["command"])
def test_a_command_tells_that_it_has_help(command: dict[str, Any]) -> None:
    assert command["usage_hint"].endswith("help")


@pytest.mark.parametrize("shortcut", FEATURES["shortcuts"], ids=lambda shortcut: shortcut["callback_id"])
def test_a_shortcut_fits(shortcut: dict[str, Any]) -> None:
    assert len(shortcut["name"]) <= SHORTCUT_NAME
    assert len(shortcut["description"]) <= SHORTCUT_DESCRIPTION
    assert len(shortcut["callback_id"]) <= CALLBACK_ID


def test_there_are_no_more_commands_shortcuts_and_events_than_slack_allows() -> None:
    assert len(FEATURES["slash_commands"]) <= COMMANDS
    assert len(FEATURES["shortcuts"]) <= SHORTCUTS
    assert len(_events()) <= BOT_EVENTS


def test_nothing_is_named_twice() -> None:
    for names in (_commands(), _shortcuts(), _events(), SCOPES["bot"]):
        assert len(names) == len(set(names))


def test_every_event_has_the_scopes_that_slack_wants_for_it() -> None:
    wanted = set().union(*(SCOPES_OF_EVENTS[event] for event in _events()))
    assert wanted <= set(SCOPES["bot"])


def test_commands_and_shortcuts_have_their_scope() -> None:
    assert "commands" in SCOPES["bot"]


def test_scopes_that_may_be_declined_are_asked_for_too() -> None:
    assert set(SCOPES.get("bot_optional", [])) <= set(SCOPES["bot"])


def test_no_right_of_a_person_or_of_an_administrator_is_asked_for() -> None:
    assert SCOPES.keys() <= {"bot", "bot_optional"}
    assert not [scope for scope in SCOPES["bot"] if scope.startswith("admin") or len(scope) > SCOPE]


def test_in_socket_mode_no_address_is_named() -> None:
    # Slack sends to an address or to the socket, never to both.
    assert SETTINGS["socket_mode_enabled"] is True
    assert "url" not in json.dumps([FEATURES, SETTINGS])


def test_messages_to_people_reach_a_tab_that_is_there() -> None:
    assert FEATURES["app_home"]["home_tab_enabled"] is True
    assert FEATURES["app_home"]["messages_tab_enabled"] is True


def _commands() -> list[str]:
    return [command["command"] for command in FEATURES["slash_commands"]]


def _shortcuts() -> list[str]:
    return [shortcut["callback_id"] for shortcut in FEATURES["shortcuts"]]


def _events() -> list[str]:
    events: list[str] = SETTINGS["event_subscriptions"]["bot_events"]
    return events


def test_it_offers_exactly_what_the_handlers_register() -> None:
    offered = registered()
    assert {command["command"] for command in FEATURES["slash_commands"]} == set(offered.commands)
    assert {shortcut["callback_id"] for shortcut in FEATURES["shortcuts"]} == set(offered.shortcuts)


def test_it_subscribes_to_exactly_the_events_that_are_handled() -> None:
    assert {event.partition(".")[0] for event in SETTINGS["event_subscriptions"]["bot_events"]} == set(
        registered().events
    )
