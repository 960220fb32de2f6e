"""Giving a post another time, and nothing else."""

from __future__ import annotations

from datetime import date, datetime, time

from bot.errors import BadInput
from bot.flows import posts
from bot.flows.drafts import Draft, window_of
from bot.rules import when
from bot.rules.content import Window, from_json
from bot.rules.people import Actor
from bot.store import Tx
from bot.store import posts as queries
from bot.store.tables import Client, Post


def reschedule(
    tx: Tx, by: Actor, post_id: int, version: int, kind: str, day: str, clock: str, *, now: datetime
) -> Post:
    """Write a version that differs in its time alone: `kind` is `at` or `approved`, `day` and `clock` are ISO.

    What was approved must be approved again. Raises BadInput("when"), Stale or NotAllowed.
    """
    shown = queries.view(tx, post_id)
    before = window_of(shown.version)
    asked = _asked(shown.client, kind, day, clock, now)
    draft = Draft(
        client_id=shown.post.client_id,
        accounts=tuple(shown.version.accounts),
        content=from_json(shown.version.content),
        window=Window(asked.kind, asked.at, asked.wall, asked.zone, before.late_seconds),
        campaign=shown.version.campaign,
        note=shown.version.note,
    )
    return posts.edit(tx, by, post_id, version, draft, now=now)


def _asked(client: Client, kind: str, day: str, clock: str, now: datetime) -> when.Asked:
    if kind == "approved":
        return when.parse("as soon as approved", now=now, zone=client.zone)
    try:
        chosen, hour = date.fromisoformat(day), time.fromisoformat(clock)
    except ValueError:
        raise BadInput("when", "Choose the day and the time.") from None
    return when.asked_at(chosen, hour, now=now, zone=client.zone)
