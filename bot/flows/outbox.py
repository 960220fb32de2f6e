"""What Trellis has to say in Slack: written down in the transaction it speaks of, sent later by the courier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.store import Scope


@dataclass(frozen=True)
class Letter:
    """One row of the outbox: what is said (`topic`), about which row, where (`place`), and what was true then."""

    id: int
    workspace_id: int
    topic: str
    about: int
    place: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    attempts: int = 0
    created_at: datetime | None = None

    @property
    def scope(self) -> Scope:
        """The workspace it is said in."""
        return Scope(self.workspace_id)
