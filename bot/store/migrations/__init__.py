"""How the schema came to be, one file a step, and the call that brings a database up to date."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

HERE = Path(__file__).parent


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest schema; creates what is missing, keeps every row."""
    command.upgrade(_config(url), "head")


def is_current(url: str) -> bool:
    """Whether the database has the newest schema."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            stands = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    return stands == ScriptDirectory.from_config(_config(url)).get_current_head()


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.attributes["url"] = url
    return config
