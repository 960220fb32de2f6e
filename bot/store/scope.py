"""The transaction a flow works in, bound to what it may see: every query goes through it, so nothing leaks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import ColumnElement
from sqlmodel import Session, SQLModel, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.errors import NotFound

Row = TypeVar("Row", bound=SQLModel)

PUBLISHER = "publisher"
"""Deliveries became due, or may be claimed again."""
COURIER = "courier"
"""Something is to be said in Slack."""
REPLIES = "replies"
"""An answer to a customer is to be sent."""
INTAKE = "intake"
"""A Slack event was taken in and is still open."""


@dataclass(frozen=True)
class Scope:
    """What a caller may see: one workspace, and within it some clients (None: all of them).

    `workspace_id` None is for the loops alone, which serve every workspace.
    """

    workspace_id: int | None
    client_ids: frozenset[int] | None = None

    @property
    def workspace(self) -> int:
        """The one workspace; a flow that writes needs it."""
        if self.workspace_id is None:
            raise LookupError("this flow needs one workspace, and the scope names none")
        return self.workspace_id


EVERYWHERE = Scope(workspace_id=None)
"""The loops' scope: publisher, courier and clock."""


@dataclass
class Tx:
    """One transaction within a scope. `bells` are rung for the loops once it has committed."""

    session: Session
    scope: Scope
    bells: set[str] = field(default_factory=set)

    def within(self, table: type[SQLModel]) -> list[ColumnElement[bool]]:
        """The conditions that keep a query of `table` inside the scope."""
        columns: Any = table.__table__.c  # type: ignore[attr-defined]
        kept: list[ColumnElement[bool]] = []
        if self.scope.workspace_id is not None:
            kept.append(columns[_workspace_column(table)] == self.scope.workspace_id)
        if self.scope.client_ids is not None and _client_column(table):
            kept.append(columns[_client_column(table)].in_(self.scope.client_ids))
        return kept

    def select(self, table: type[Row], *where: Any) -> SelectOfScalar[Row]:
        """A select of `table` that cannot leave the scope."""
        return select(table).where(*self.within(table), *where)

    def all(self, table: type[Row], *where: Any, order: Any = None, limit: int | None = None) -> list[Row]:
        """The rows within the scope that fulfil `where`."""
        asked = self.select(table, *where).order_by(*(order if isinstance(order, (list, tuple)) else (order,)))
        return list(self.session.scalars(asked.limit(limit) if limit is not None else asked))

    def first(self, table: type[Row], *where: Any, order: Any = None) -> Row | None:
        """The first such row, or None."""
        found = self.all(table, *where, order=order, limit=1)
        return found[0] if found else None

    def get(self, table: type[Row], row_id: int | str) -> Row | None:
        """The row with this id, if it is within the scope."""
        return self.first(table, table.__table__.c.id == row_id)  # type: ignore[attr-defined]

    def require(self, table: type[Row], row_id: int | str) -> Row:
        """The row with this id; NotFound when there is none within the scope, whoever else may have one."""
        row = self.get(table, row_id)
        if row is None:
            raise NotFound("There is no such {thing} here any more.", thing=_noun(table))
        return row

    def add(self, row: Row) -> Row:
        """Insert a row at once, so that it has its id."""
        self.session.add(row)
        self.session.flush()
        return row

    def ring(self, bell: str) -> None:
        """Wake the loop that listens to `bell`, once this has committed."""
        self.bells.add(bell)


def _workspace_column(table: type[SQLModel]) -> str:
    return "id" if table.__name__ == "Workspace" else "workspace_id"


def _client_column(table: type[SQLModel]) -> str:
    if table.__name__ == "Client":
        return "id"
    return "client_id" if "client_id" in table.__table__.c else ""  # type: ignore[attr-defined]


def _noun(table: type[SQLModel]) -> str:
    return {"PostVersion": "version", "DigestRun": "digest"}.get(table.__name__, table.__name__.lower())
