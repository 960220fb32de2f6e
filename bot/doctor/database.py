"""Looks at the database, the disk and the key: reachable, of a version that works, migrated, with room to grow."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import SetupFault
from bot.locker import KEY_FILE
from bot.opening import NOT_MIGRATED
from bot.settings import Settings
from bot.settings.mends import MENDS
from bot.store.migrations import is_current

OLDEST_POSTGRESQL = 13
"""The oldest that its makers still mended when this was written; the tests run on 15 and 18."""
CONNECT_SECONDS = 5
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Found:
    """A fault, and whether nothing in the database can be looked at while it lasts."""

    fault: SetupFault
    hides: bool = False


def database_faults(settings: Settings) -> list[Found]:
    """What is wrong with the database and the data folder. Makes neither."""
    reached = list(_unreachable(settings))
    found = reached or list(_schema(settings))
    return [*found, *(Found(fault) for fault in _disk(settings)), *(Found(fault) for fault in _key_file(settings))]


def _unreachable(settings: Settings) -> Iterator[Found]:
    if settings.is_sqlite:
        return
    address = make_url(settings.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(address, connect_timeout=CONNECT_SECONDS) as connection:
            version = connection.info.server_version // 10_000
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()
        wrong = f"The database cannot be reached: {reason[0] if reason else 'no reason given'}."
        yield Found(SetupFault("DATABASE_URL", wrong, "Start the database, or correct the address."), hides=True)
        return
    if version < OLDEST_POSTGRESQL:
        wrong = f"The server is PostgreSQL {version}, which is too old."
        yield Found(SetupFault("PostgreSQL", wrong, f"Use PostgreSQL {OLDEST_POSTGRESQL} or newer."), hides=True)


def _schema(settings: Settings) -> Iterator[Found]:
    path = make_url(settings.database_url).database or ""
    if settings.is_sqlite and not Path(path).exists():
        wrong = f"There is no database at {path} yet."
        yield Found(SetupFault("database", wrong, "Run `python -m bot migrate`, or start Trellis once."), hides=True)
        return
    try:
        current = is_current(settings.database_url)
    except SQLAlchemyError as error:
        wrong = f"The database cannot be read: {str(getattr(error, 'orig', error)).strip()}."
        yield Found(SetupFault("database", wrong, "Put back a backup, or set another DATABASE_URL."), hides=True)
        return
    if not current:
        yield Found(NOT_MIGRATED, hides=True)


def _disk(settings: Settings) -> Iterator[SetupFault]:
    folder = _existing(settings.data)
    if not folder.is_dir():
        yield SetupFault("TRELLIS_DATA", f"{folder} is not a folder.", MENDS["TRELLIS_DATA"])
        return
    free = shutil.disk_usage(folder).free // MEGABYTE
    if free < settings.disk_megabytes:
        wrong = f"There are {free} MB free in the data folder, and {settings.disk_megabytes} MB should be."
        yield SetupFault("disk", wrong, "Make room, or set TRELLIS_DATA to a folder on another disk.")


def _key_file(settings: Settings) -> Iterator[SetupFault]:
    path = settings.data / KEY_FILE
    if settings.secret_keys or not path.exists():
        return
    if path.stat().st_mode & 0o077:
        yield SetupFault("secret key", f"Others on this machine can read {path}.", f"Run `chmod 600 {path}`.")


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next((path for path in (folder.absolute(), *folder.absolute().parents) if path.exists()), Path("/"))
