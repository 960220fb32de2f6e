"""Who is who: the workspace a request comes from, and the person behind a Slack id as Slack told last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.rules.people import Actor
from bot.store import Scope, Tx
from bot.store import workspaces as queries
from bot.store.slack import insert_once
from bot.store.tables import Person

FRESH = timedelta(days=1)
"""How long what Slack told of somebody is believed: a guest may become a member, and somebody may move."""


@dataclass(frozen=True)
class Profile:
    """What Slack tells of somebody (`users.info`)."""

    slack_id: str
    name: str
    zone: str = "UTC"
    locale: str = "en"
    is_external: bool = False
    is_guest: bool = False
    is_bot: bool = False
    is_admin: bool = False
    deleted: bool = False


@dataclass(frozen=True)
class Known:
    """Somebody, as Slack told at `seen_at`."""

    actor: Actor
    locale: str
    seen_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether that is still to be believed."""
        return now - self.seen_at < FRESH


def workspace_scope(tx: Tx, enterprise_id: str, team_id: str) -> Scope | None:
    """The workspace of a request; None where Trellis was not installed."""
    row = queries.workspace_of(tx, team_id, enterprise_id)
    return Scope(row.id) if row is not None else None


def known(tx: Tx, slack_id: str) -> Known | None:
    """Somebody Trellis has met in this workspace."""
    row = _person(tx, slack_id)
    return _known(row) if row is not None else None


def meet(tx: Tx, profile: Profile, now: datetime) -> Known:
    """Remember what Slack tells of somebody."""
    told: dict[str, Any] = {
        "name": profile.name,
        "zone": profile.zone,
        "locale": profile.locale,
        "is_external": profile.is_external,
        "is_guest": profile.is_guest,
        "is_bot": profile.is_bot,
        "is_admin": profile.is_admin,
        "deleted": profile.deleted,
        "seen_at": now,
    }
    insert_once(tx, Person, workspace_id=tx.scope.workspace, slack_id=profile.slack_id, feed_version=1, **told)
    row = _person(tx, profile.slack_id)
    if row is None:
        raise LookupError("the person just remembered is not there")
    for name, value in told.items():
        setattr(row, name, value)
    tx.session.flush()
    return _known(row)


def names(tx: Tx, slack_ids: set[str]) -> dict[str, str]:
    """The names of people Trellis has met, by Slack id, for places where Slack shows no mentions."""
    return {slack_id: row.name for slack_id, row in queries.people(tx, sorted(slack_ids)).items()}


def _person(tx: Tx, slack_id: str) -> Person | None:
    return queries.people(tx, [slack_id]).get(slack_id)


def _known(row: Person) -> Known:
    actor = Actor(
        person=row.slack_id,
        name=row.name,
        is_external=row.is_external or row.deleted,
        is_guest=row.is_guest,
        is_bot=row.is_bot,
        zone=row.zone,
    )
    return Known(actor, row.locale, row.seen_at)
