"""Clients: opening one, and changing its name, zone, channels, reviewers and habits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

from bot.errors import BadInput
from bot.rules.people import Actor, require_manager
from bot.rules.zones import require_zone
from bot.store import Tx, audit
from bot.store import workspaces as queries
from bot.store.audit import Entry
from bot.store.tables import Client, Workspace

LONGEST_NAME = 75
"""Characters: a client is a choice in Slack's menus (https://docs.slack.dev/reference/block-kit/composition-objects)."""
MOST_REVIEWERS = 50
MOST_LATE_MINUTES = 7 * 24 * 60
"""A week: what goes out later than that is another post."""
CHANNEL = re.compile(r"[CG][A-Z0-9]{2,30}")
PERSON = re.compile(r"[UW][A-Z0-9]{2,30}")


class Wanted(TypedDict, total=False):
    """What can be set at a client; what is left out stays as it is."""

    name: str
    zone: str
    review_channel: str
    support_channel: str
    digest_channel: str
    digest_hour: int
    late_minutes: int
    reviewers: Sequence[str]
    four_eyes: bool


def create(tx: Tx, by: Actor, *, now: datetime, **wanted: Unpack[Wanted]) -> Client:
    """Open a client; it needs a name and a zone. Raises BadInput naming the field, or NotAllowed."""
    workspace = _require_manager(tx, by)
    checked = _checked(tx, Wanted(**({"name": "", "zone": ""} | dict(wanted))), None)  # type: ignore[typeddict-item]
    row = tx.add(Client(workspace_id=workspace.id or 0, created_at=now, **checked))
    _put_on_record(tx, by, row, "client_created", {name: ["", value] for name, value in checked.items()}, now)
    return row


def change(tx: Tx, by: Actor, client_id: int, *, now: datetime, **wanted: Unpack[Wanted]) -> Client:
    """Change what is given. Raises BadInput naming the field, NotAllowed, or NotFound."""
    _require_manager(tx, by)
    row = tx.require(Client, client_id)
    checked = _checked(tx, wanted, row)
    changed = {name: [old, value] for name, value in checked.items() if (old := getattr(row, name)) != value}
    if not changed:
        return row
    for name, (_, value) in changed.items():
        setattr(row, name, value)
    tx.session.add(row)
    _put_on_record(tx, by, row, "client_changed", changed, now)
    return row


def require_people(tx: Tx, field: str, people: Sequence[str]) -> list[str]:
    """Slack user ids, each once. Raises BadInput for what is none, and for people who may not decide anything."""
    chosen = list(dict.fromkeys(people))
    if len(chosen) > MOST_REVIEWERS:
        raise BadInput(field, "Choose at most {most} people.", most=MOST_REVIEWERS)
    for person in chosen:
        if not PERSON.fullmatch(person):
            raise BadInput(field, "“{person}” is not a Slack user id. It looks like U0123ABCD.", person=person[:40])
    for known in queries.people(tx, chosen).values():
        if known.is_external or known.is_guest or known.is_bot or known.deleted:
            raise BadInput(field, "{name} is not a full member of this workspace. Choose others.", name=known.name)
    return chosen


def _require_manager(tx: Tx, by: Actor) -> Workspace:
    workspace = tx.require(Workspace, tx.scope.workspace)
    require_manager(by, workspace.managers)
    return workspace


def _checked(tx: Tx, wanted: Wanted, row: Client | None) -> dict[str, Any]:
    checks: Mapping[str, Callable[[Any], Any]] = {
        "name": lambda name: _name(tx, name, row),
        "zone": lambda zone: require_zone(zone).key,
        "review_channel": lambda channel: _channel("review_channel", channel),
        "support_channel": lambda channel: _channel("support_channel", channel),
        "digest_channel": lambda channel: _channel("digest_channel", channel),
        "digest_hour": lambda hour: _between("digest_hour", hour, 0, 23),
        "late_minutes": lambda minutes: _between("late_minutes", minutes, 1, MOST_LATE_MINUTES),
        "reviewers": lambda people: require_people(tx, "reviewers", people),
        "four_eyes": bool,
    }
    return {name: checks[name](value) for name, value in wanted.items()}


def _name(tx: Tx, typed: str, row: Client | None) -> str:
    name = " ".join(typed.split())
    if not name or not name.isprintable():
        raise BadInput("name", "Give the client a name.")
    if len(name) > LONGEST_NAME:
        raise BadInput("name", "That name is too long. Use at most {most} characters.", most=LONGEST_NAME)
    other = queries.client_named(tx, name)
    if other is not None and (row is None or other.id != row.id):
        raise BadInput("name", "There is already a client named {name}. Choose another name.", name=other.name)
    return name


def _channel(field: str, channel: str) -> str:
    if channel and not CHANNEL.fullmatch(channel):
        raise BadInput(field, "“{channel}” is not a channel id. It looks like C0123ABCD.", channel=channel[:40])
    return channel


def _between(field: str, number: int, least: int, most: int) -> int:
    if not least <= number <= most:
        raise BadInput(field, "Choose a number from {least} to {most}.", least=least, most=most)
    return number


def _put_on_record(tx: Tx, by: Actor, row: Client, what: str, facts: dict[str, Any], now: datetime) -> None:
    subject = f"client:{row.id}"
    entry = Entry(row.workspace_id, now, who=by.person, door=by.door, what=what, subject=subject, facts=facts)
    audit.append(tx, [entry])
