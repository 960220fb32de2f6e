"""What Trellis keeps of Slack: deliveries it took in, words it still has to say, cards, forms, digests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.store.columns import json_column, moment, perhaps

_OPEN = text("state IN ('waiting', 'sending')")


class Intake(SQLModel, table=True):
    """An event that Slack delivered: kept before the ack, open until its flow has committed."""

    __table_args__ = (
        UniqueConstraint("event_id"),
        Index("intake_open", "id", sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    team_id: str
    event_id: str
    body: dict[str, Any] = json_column()
    attempts: int = 0
    received_at: datetime = moment(index=True)
    done_at: datetime | None = perhaps()


class Outbox(SQLModel, table=True):
    """Something Trellis has to say in Slack. Committed with the change it speaks of; sent by the courier.

    `topic` names what is said and `about` of which row; the words are made when it is sent, from what is true then.
    """

    __table_args__ = (
        UniqueConstraint("workspace_id", "once"),
        Index("outbox_waiting", "next_at", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("outbox_same", "about", "topic", "place", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("outbox_places", "workspace_id", "place", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: int | None = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    topic: str
    about: int
    place: str
    """A channel id, a person's id (a direct message), or empty for wherever the thing's cards are."""
    facts: dict[str, Any] = json_column()
    """What cannot be read from the database later: which state was reached, who was asked."""
    once: str | None = None
    """At most one row with this key is ever made; None: no such promise."""
    state: str = "waiting"
    """`waiting`, `sending` (marked just before the call), `sent`, `doubtful` (perhaps sent), `dead` (refused)."""
    attempts: int = 0
    next_at: datetime = moment()
    lease_until: datetime | None = perhaps()
    trouble: str = ""
    created_at: datetime = moment()


class Card(SQLModel, table=True):
    """A message in Slack that shows a thing and is kept true. `live` is false once a newer card took its place."""

    __table_args__ = (Index("card_subject", "subject", "about"), UniqueConstraint("channel", "ts"))

    id: int | None = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    subject: str
    """`post` or `conversation`."""
    about: int
    channel: str
    ts: str
    revision: int = 0
    """The thing's revision that it shows."""
    live: bool = True
    created_at: datetime = moment()


class Form(SQLModel, table=True):
    """What somebody is typing: saved on every step, so that nothing typed is ever lost."""

    id: str = Field(primary_key=True)
    """Unguessable; the only thing that travels in the view's `private_metadata`."""
    workspace_id: int = Field(foreign_key="workspace.id")
    person: str = Field(index=True)
    kind: str
    values: dict[str, Any] = json_column()
    post_id: int | None = Field(default=None, foreign_key="post.id")
    version: int | None = None
    """The version of the post that the edit began on."""
    done_at: datetime | None = perhaps()
    changed_at: datetime = moment()


class DigestRun(SQLModel, table=True):
    """A digest that was decided on, once for each place and day, whatever happens to the process."""

    __table_args__ = (UniqueConstraint("workspace_id", "place", "day"),)

    id: int | None = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    place: str
    day: str
    """The local date, ISO."""
    empty: bool = False
    at: datetime = moment()
