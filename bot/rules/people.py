"""Who may do what. It looks nobody up: the flow hands in the person and the client's own lists."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.errors import Mrkdwn, NotAllowed
from bot.rules.markup import mention


@dataclass(frozen=True)
class Actor:
    """Who acts, as the edge knows them at the moment of the act.

    `person` is a Slack user id; `door` is the way in (`slack`, `cli`, `clock`).
    """

    person: str
    name: str
    door: str = "slack"
    is_external: bool = False
    """From another workspace (Slack Connect), or Slack does not know them here."""
    is_guest: bool = False
    is_bot: bool = False
    zone: str = "UTC"

    @property
    def mention(self) -> Mrkdwn:
        """How Slack names them."""
        return mention(self.person) if self.door == "slack" else Mrkdwn(self.name)


CLOCK = Actor(person="", name="Trellis", door="clock")
"""Acts where no person does."""


@dataclass(frozen=True)
class Rights:
    """Who holds the rights at one client: Slack user ids. `managers` set things up; `reviewers` approve and publish."""

    client: str
    managers: frozenset[str]
    reviewers: frozenset[str]
    four_eyes: bool = True


def require_member(actor: Actor) -> None:
    """Refuse everybody who is not a full member of this workspace."""
    if actor.is_external:
        raise NotAllowed("Only people of this workspace can do that. Ask the person who invited you to do it for you.")
    if actor.is_guest or actor.is_bot:
        raise NotAllowed("Guests and apps cannot do that. Ask a full member of this workspace to do it.")


def require_manager(actor: Actor, managers: Collection[str]) -> None:
    """Refuse who may not set Trellis up."""
    require_member(actor)
    if actor.door != "cli" and actor.person not in managers:
        raise NotAllowed("Only {who} can change the settings of Trellis. Ask them to do it.", who=_names(managers))


def require_pauser(actor: Actor, people: Collection[str], what: str) -> None:
    """Refuse who may not stop publishing there and let it go on."""
    require_member(actor)
    if actor.door != "cli" and actor.person not in people:
        raise NotAllowed("Only {who} can pause or resume {what}. Ask them to do it.", who=_names(people), what=what)


def require_reviewer(actor: Actor, rights: Rights) -> None:
    """Refuse who may not decide about this client's posts."""
    require_member(actor)
    if not rights.reviewers:
        raise NotAllowed(
            "Nobody reviews posts for {client} yet. {who} can choose the reviewers in Trellis's Home tab.",
            client=rights.client,
            who=_names(rights.managers),
        )
    if actor.person not in rights.reviewers:
        raise NotAllowed(
            "You do not review posts for {client}. {who} can decide.",
            client=rights.client,
            who=_names(rights.reviewers),
        )


def require_four_eyes(actor: Actor, authors: Collection[str], rights: Rights) -> None:
    """Refuse the approval of one's own words where the client wants a second pair of eyes."""
    if rights.four_eyes and actor.person in authors:
        others = rights.reviewers - {actor.person}
        raise NotAllowed(
            "You wrote this post, and {client} wants a second person to approve it. {who} can.",
            client=rights.client,
            who=_names(others) if others else "Another reviewer, once one is chosen in Trellis's Home tab,",
        )


def _names(people: Collection[str]) -> Mrkdwn:
    """People as mentions, in one English phrase."""
    mentions = [mention(person) for person in sorted(people)]
    if not mentions:
        return Mrkdwn("The person who installed Trellis")
    return Mrkdwn(mentions[0] if len(mentions) == 1 else f"{', '.join(mentions[:-1])} or {mentions[-1]}")
