"""The schema that the migrations make is the one that the tables declare, on every database."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine
from sqlmodel import SQLModel

import bot.store.tables  # noqa: F401  (registers every table)
from bot.store.migrations import is_current, migrate


def test_an_empty_database_is_not_current(empty_database_url: str) -> None:
    assert not is_current(empty_database_url)


def test_a_migrated_database_is_current(database_url: str) -> None:
    assert is_current(database_url)


def test_migrating_again_changes_nothing(database_url: str) -> None:
    migrate(database_url)
    assert is_current(database_url)


def test_the_migrations_make_what_the_tables_declare(database_url: str) -> None:
    assert differences(database_url) == []


def differences(url: str) -> list[Any]:
    """What Alembic would change to bring the database to the declared tables."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            return list(compare_metadata(context, SQLModel.metadata))
    finally:
        engine.dispose()
