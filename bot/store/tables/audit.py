"""The record of everything that was done: append-only, each entry chained to the one before it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.columns import json_column, moment


class AuditEntry(SQLModel, table=True):
    """Who did what to which thing, when, from which door. `digest` covers the entry and the digest before it."""

    __table_args__ = (UniqueConstraint("workspace_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    number: int
    at: datetime = moment()
    who: str
    door: str
    what: str
    subject: str = Field(index=True)
    """`post:12`, `delivery:3`, `account:1`."""
    old: str = ""
    new: str = ""
    facts: dict[str, Any] = json_column()
    digest: str
