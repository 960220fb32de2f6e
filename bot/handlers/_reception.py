"""Finds out who asks: the workspace's scope and the person, from memory, the database or, once a day, from Slack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.desk import EVERYWHERE, Desk, Scope
from bot.errors import NotAllowed, Refused
from bot.flows import people
from bot.flows.people import Known, Profile
from bot.handlers._payload import Payload, at, first, person_of, person_team, word
from bot.rules.people import Actor
from bot.slack import SlackError, SlackRefused, told

REMEMBERED = 10_000
"""People kept in memory: a large organisation's active ones, a few megabytes."""
NAME_LENGTH = 80
SLACK_ITSELF = Known(Actor(person="", name="Slack", is_bot=True), "en", datetime.max)  # noqa: DTZ901 - never refreshed
NOT_HERE = {"user_not_found", "user_not_visible", "users_not_found"}


@dataclass(frozen=True)
class Visitor:
    """Who asks, and what they may see."""

    scope: Scope
    actor: Actor
    locale: str


@dataclass(frozen=True)
class Reception:
    """Remembers workspaces and people, so that most requests need no query."""

    desk: Desk
    scopes: dict[tuple[str, str], Scope] = field(default_factory=dict)
    people: dict[tuple[int, str], Known] = field(default_factory=dict)

    async def scope(self, enterprise: str, team: str) -> Scope | None:
        """The workspace's scope; None where Trellis was not installed."""
        key = (enterprise, team)
        if key not in self.scopes:
            found = await self.desk.read(people.workspace_scope, EVERYWHERE, enterprise, team)
            if found is None:
                return None
            self.scopes[key] = found
        return self.scopes[key]

    async def visitor(self, body: Payload, enterprise: str, team: str, now: datetime) -> Visitor:
        """Who asks. Raises NotAllowed from an unknown workspace, Refused when Slack does not tell who it is."""
        scope = await self.scope(enterprise, team)
        if scope is None:
            raise NotAllowed("Trellis is not set up in this workspace. Ask the person who runs it to install it here.")
        slack_id = person_of(body)
        found = await self._known(scope, slack_id, team, enterprise, now) if slack_id else SLACK_ITSELF
        actor = found.actor
        if _from_elsewhere(body, team, enterprise):
            actor = replace(actor, is_external=True)
        return Visitor(scope, actor, found.locale)

    async def _known(self, scope: Scope, slack_id: str, team: str, enterprise: str, now: datetime) -> Known:
        key = (scope.workspace, slack_id)
        found = self.people.get(key) or await self.desk.read(people.known, scope, slack_id)
        if found is None or not found.is_fresh(now):
            profile = await self._ask_slack(slack_id, team, enterprise)
            if profile is not None:
                found = await self.desk.write(people.meet, scope, profile, now)
        if found is None:
            raise Refused("Slack did not tell Trellis who you are. Please try again in a moment.")
        if len(self.people) >= REMEMBERED:
            self.people.pop(next(iter(self.people)))
        self.people[key] = found
        return found

    async def _ask_slack(self, slack_id: str, team: str, enterprise: str) -> Profile | None:
        """What Slack tells; None when it tells nothing and an older word may do."""
        if self.desk.slack is None:
            return None
        try:
            answer = await told(self.desk.slack.interactive.users_info(user=slack_id, include_locale=True))
        except SlackRefused as error:
            if error.code in NOT_HERE:
                return Profile(slack_id, name="Somebody from another workspace", is_external=True)
            return None
        except SlackError:
            return None
        return profile_of(at(answer, "user") or {}, slack_id, team, enterprise)


def profile_of(user: Mapping[str, Any], slack_id: str, team: str, enterprise: str) -> Profile:
    """What `users.info` says, in our words."""
    home = first(word(user, "team_id"), word(user, "profile", "team"))
    org = word(user, "enterprise_user", "enterprise_id")
    name = first(word(user, "profile", "display_name"), word(user, "profile", "real_name"), word(user, "real_name"))
    return Profile(
        slack_id=slack_id,
        name=first(name, word(user, "name"), slack_id)[:NAME_LENGTH],
        zone=word(user, "tz") or "UTC",
        locale=word(user, "locale") or "en",
        is_external=bool(at(user, "is_stranger")) or _is_elsewhere(home, org, team, enterprise),
        is_guest=bool(at(user, "is_restricted") or at(user, "is_ultra_restricted")),
        is_bot=bool(at(user, "is_bot")),
        is_admin=bool(at(user, "is_admin")),
        deleted=bool(at(user, "deleted")),
    )


def _from_elsewhere(body: Payload, team: str, enterprise: str) -> bool:
    """Whether the request itself says that its person belongs to another workspace (Slack Connect)."""
    home = person_team(body)
    org = home if home.startswith("E") else word(body, "user", "enterprise_id")
    return _is_elsewhere(home, org, team, enterprise)


def _is_elsewhere(home: str, org: str, team: str, enterprise: str) -> bool:
    """Another workspace, and not one of the same organisation."""
    return bool(home) and home != team and not (enterprise and enterprise in (org, home))
