"""Column types that every table shares."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, DateTime, Dialect, literal_column
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field

Json = JSON().with_variant(JSONB(), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, always UTC: what goes in must be aware, what comes out is."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """SQLite has no zones: there it is text that sorts as time does."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time: its zone would be a guess."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def moment(*, index: bool = False) -> Any:
    """A column that always holds a moment."""
    return Field(sa_type=UtcDateTime, nullable=False, index=index)


def perhaps() -> Any:
    """A column that may hold a moment."""
    return Field(default=None, sa_type=UtcDateTime, nullable=True)


def json_column(*, empty: Any = dict) -> Any:
    """A column of JSON that is never null."""
    return Field(default_factory=empty, sa_type=Json, nullable=False)


def among(column: Any, states: Iterable[str]) -> ColumnElement[bool]:
    """`column IN (…)` with the states written out, which must be our own words.

    SQLite takes a partial index only where the index's own condition stands in the query; a bound value proves nothing
    (https://www.sqlite.org/partialindex.html, section 3.1).
    """
    written: ColumnElement[bool] = column.in_([literal_column(f"'{state}'") for state in states])
    return written
