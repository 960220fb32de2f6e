"""Workspaces: meeting one, and who may set Trellis up in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.errors import BadInput, NotFound
from bot.flows.clients import require_people
from bot.rules.people import Actor, require_manager
from bot.store import Tx, audit
from bot.store import workspaces as queries
from bot.store.audit import Entry
from bot.store.tables import Workspace


def remember_workspace(
    tx: Tx, team_id: str, enterprise_id: str, name: str, bot_user_id: str, installer: str, *, now: datetime
) -> Workspace:
    """The row of a Slack workspace, made when it is new; what Slack told is kept true.

    `installer` (a Slack user id, or empty) may set Trellis up; it counts only while nobody else may.
    """
    row = queries.workspace_of(tx, team_id, enterprise_id)
    if row is None:
        row = tx.add(Workspace(team_id=team_id, enterprise_id=enterprise_id, name=name, created_at=now))
        audit.append(tx, [_entry(row, "", "clock", "workspace_met", now)])
    row.name, row.bot_user_id = name, bot_user_id
    if installer and not row.managers:
        row.managers = [installer]
        audit.append(tx, [_entry(row, installer, "clock", "managers_changed", now, new=installer)])
    tx.session.add(row)
    tx.session.flush()
    return row


def choose_managers(tx: Tx, by: Actor, people: Sequence[str], *, now: datetime) -> Workspace:
    """Say who may set Trellis up from now on: Slack user ids, at least one."""
    row = tx.require(Workspace, tx.scope.workspace)
    require_manager(by, row.managers)
    chosen = require_people(tx, "managers", people)
    if not chosen:
        raise BadInput("managers", "Choose at least one person, or nobody could change the settings any more.")
    old, row.managers = row.managers, chosen
    changed = _entry(row, by.person, by.door, "managers_changed", now, old=" ".join(old), new=" ".join(chosen))
    audit.append(tx, [changed])
    tx.session.add(row)
    return row


def only_workspace(tx: Tx, team_id: str = "") -> Workspace:
    """The workspace of this team, or the only one there is. Raises NotFound or BadInput with what to do."""
    found = [row for row in queries.workspaces(tx) if team_id in ("", row.team_id)]
    if not found:
        raise NotFound("Trellis knows no such workspace yet. Start it once with the tokens of your Slack app.")
    if len(found) > 1:
        teams = ", ".join(f"{row.team_id} ({row.name})" for row in found)
        raise BadInput("team", "There is more than one workspace: {teams}. Say which one you mean.", teams=teams)
    return found[0]


def known_bot_user(tx: Tx) -> str:
    """Who Trellis is in Slack, as it was told last; empty where it never was."""
    found = queries.workspaces(tx)
    return found[0].bot_user_id if found else ""


def _entry(row: Workspace, who: str, door: str, what: str, now: datetime, old: str = "", new: str = "") -> Entry:
    subject = f"workspace:{row.id}"
    return Entry(row.id or 0, now, who=who, door=door, what=what, subject=subject, old=old, new=new)
