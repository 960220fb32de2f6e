"""The workspace that everybody starts with: five people, their channels, and the app installed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.sandbox.records import Channel, User, UserGroup
from bot.sandbox.workspace import InstalledApp, Workspace

TEAM = "T07TRELLIS1"
PARTNER_TEAM = "T07PARTNER1"
ANN = "U07ANN00001"
BEN = "U07BEN00001"
CAS = "U07CAS00001"
DEE = "U07DEE00001"
EVE = "U07EVE00001"
BOT_USER = "U07TRELLIS9"
BOT_ID = "B07TRELLIS9"
APP = "A07TRELLIS9"
GENERAL = "C07GENERAL1"
REVIEW = "C07REVIEW01"
SUPPORT = "C07SUPPORT1"
DIGEST = "C07DIGEST01"
CLIENT = "C07CLIENT01"
ARCHIVED = "C07OLDNEWS1"
PRIVATE = "C07BOARD001"
UNINVITED = "C07RANDOM01"
EDITORS = "S07EDITORS1"

ALL_SCOPES = frozenset(
    [
        "app_mentions:read",
        "channels:history",
        "channels:join",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "mpim:history",
        "mpim:read",
        "reactions:read",
        "reactions:write",
        "team:read",
        "usergroups:read",
        "users:read",
        "users.profile:read",
    ]
)


def default_workspace(manifest: Mapping[str, Any] | None = None) -> Workspace:
    """Ann drafts, Ben reviews, Cas is on duty, Dee is the client (a stranger), Eve installed the app."""
    workspace = Workspace(TEAM, "Trellis Sandbox", "trellis-sandbox", installed_app(manifest))
    for user in _people():
        workspace.users[user.id] = user
    for channel in _channels():
        workspace.channels[channel.id] = channel
    workspace.groups[EDITORS] = UserGroup(EDITORS, "editors", "Editors", [BEN, EVE])
    return workspace


def installed_app(manifest: Mapping[str, Any] | None) -> InstalledApp:
    """The app as a manifest describes it; without one, every command and event and all scopes are allowed."""
    if manifest is None:
        return InstalledApp(APP, BOT_USER, BOT_ID, "Trellis", ALL_SCOPES)
    features = manifest.get("features", {})
    scopes = manifest.get("oauth_config", {}).get("scopes", {})
    events = manifest.get("settings", {}).get("event_subscriptions", {})
    home = features.get("app_home", {})
    return InstalledApp(
        APP,
        BOT_USER,
        BOT_ID,
        manifest["display_information"]["name"],
        frozenset(scopes.get("bot", [])),
        {command["command"]: command for command in features.get("slash_commands", [])},
        {shortcut["callback_id"]: shortcut for shortcut in features.get("shortcuts", [])},
        frozenset(events.get("bot_events", [])),
        bool(home.get("home_tab_enabled")),
        bool(home.get("messages_tab_enabled")) and not home.get("messages_tab_read_only_enabled"),
    )


def _people() -> list[User]:
    return [
        User(ANN, "ann", "Ann Archer", "Europe/Berlin", TEAM, "drafts the posts"),
        User(BEN, "ben", "Ben Brandt", "Europe/London", TEAM, "reviews the posts"),
        User(CAS, "cas", "Cas Castillo", "America/New_York", TEAM, "is on duty"),
        User(DEE, "dee", "Dee Dahl", "Asia/Kolkata", PARTNER_TEAM, "is the client"),
        User(EVE, "eve", "Eve Evans", "Europe/Berlin", TEAM, "installed Trellis", is_admin=True, is_owner=True),
        User(BOT_USER, "trellis", "Trellis", "UTC", TEAM, is_bot=True),
    ]


def _channels() -> list[Channel]:
    team = {ANN, BEN, CAS, EVE}
    everybody = team | {BOT_USER}
    return [
        Channel(GENERAL, "general", EVE, set(everybody), "All of the team"),
        Channel(REVIEW, "social-review", EVE, set(everybody), "What waits for a decision"),
        Channel(SUPPORT, "support", EVE, set(everybody), "What customers write"),
        Channel(DIGEST, "digest", EVE, set(everybody), "The day at a glance"),
        Channel(CLIENT, "client-dee", EVE, everybody | {DEE}, "Shared with Dee's company", is_ext_shared=True),
        Channel(ARCHIVED, "old-news", EVE, set(everybody), is_archived=True),
        Channel(PRIVATE, "board", EVE, {EVE, BOT_USER}, "Private", is_private=True),
        Channel(UNINVITED, "random", EVE, set(team), "The app is not in here"),
    ]
