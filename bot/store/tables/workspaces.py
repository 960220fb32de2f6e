"""Workspaces, their clients and accounts, the people in them, and what is paused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.store.columns import json_column, moment, perhaps


class Workspace(SQLModel, table=True):
    """One Slack workspace (or organisation). `managers` are Slack user ids; the first one installed Trellis."""

    __table_args__ = (UniqueConstraint("enterprise_id", "team_id"),)

    id: int | None = Field(default=None, primary_key=True)
    enterprise_id: str = ""
    team_id: str
    name: str
    bot_user_id: str = ""
    managers: list[str] = json_column(empty=list)
    created_at: datetime = moment()


class Client(SQLModel, table=True):
    """A boundary: accounts, channels, zone, habits. A team with no clients has one row, named after itself."""

    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id", index=True)
    name: str
    zone: str
    review_channel: str = ""
    support_channel: str = ""
    digest_channel: str = ""
    digest_hour: int = 9
    reviewers: list[str] = json_column(empty=list)
    four_eyes: bool = True
    late_minutes: int = 60
    """How late one of its posts may still go out, unless the post says otherwise."""
    created_at: datetime = moment()
    archived_at: datetime | None = perhaps()


class Account(SQLModel, table=True):
    """An account on a network. `secret` and `session` are encrypted; the rest is what its server told last."""

    __table_args__ = (UniqueConstraint("workspace_id", "network", "server", "remote_id"),)

    id: int | None = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id", index=True)
    client_id: int = Field(foreign_key="client.id", index=True)
    network: str
    server: str
    handle: str
    remote_id: str
    name: str = ""
    url: str = ""
    avatar_url: str = ""
    secret: str = Field(repr=False)
    session: str = Field(default="", repr=False)
    limits: dict[str, Any] = json_column()
    limits_at: datetime | None = perhaps()
    connected: bool = True
    trouble: str = ""
    """Why it is not connected, as a sentence; empty while it is."""
    quota_until: datetime | None = perhaps()
    """The network takes nothing from it before this moment."""
    created_at: datetime = moment()


class Person(SQLModel, table=True):
    """Somebody in Slack, as Slack told last (`users.info`)."""

    __table_args__ = (UniqueConstraint("workspace_id", "slack_id"),)

    id: int | None = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id", index=True)
    slack_id: str
    name: str
    zone: str = "UTC"
    locale: str = "en"
    is_external: bool = False
    is_guest: bool = False
    is_bot: bool = False
    is_admin: bool = False
    deleted: bool = False
    feed_version: int = 1
    """Counts up when the person makes a new calendar link: older links stop working."""
    digest_hour: int | None = None
    """The hour of their own digest in their zone; none if they want none."""
    seen_at: datetime = moment()


class Pause(SQLModel, table=True):
    """Somebody stopped publishing: everywhere (`all`), or for a client, a network or an account (`target`)."""

    __table_args__ = (
        Index(
            "pause_once",
            "workspace_id",
            "scope",
            "target",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    scope: str
    target: str = ""
    """Client id, network name or account id, by `scope`; empty for `all`."""
    reason: str = ""
    by: str
    at: datetime = moment()
    ended_by: str = ""
    ended_at: datetime | None = perhaps()
