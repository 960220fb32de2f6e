"""Opens a desk from the settings, and closes it again: store, keys, networks, bells, the way to Slack."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime

from slack_sdk.web.async_slack_response import AsyncSlackResponse
from sqlalchemy.exc import SQLAlchemyError

from bot.bells import Bells
from bot.desk import Desk, Threads, system_clock
from bot.errors import Faults, SetupFault
from bot.flows.workspaces import remember_workspace
from bot.locker import Locker, kept_key, open_folder
from bot.networks import Lent, build_all
from bot.networks._http import open_client
from bot.sessions import Sessions
from bot.settings import Settings
from bot.slack import Slack, open_slack, told
from bot.store import EVERYWHERE, Scope, open_store
from bot.store.migrations import is_current, migrate

MOST_PER_HOST = 100
"""Connections to one server of a network; a polite client of a small server opens no more."""


@dataclass(frozen=True)
class Met:
    """What Slack says of a bot token: whose it is, where, and what it may do."""

    team_id: str
    enterprise_id: str
    team: str
    bot_user: str
    bot_id: str
    scopes: frozenset[str]
    date: str
    """Slack's clock at its answer, as HTTP writes it."""


@asynccontextmanager
async def open_desk(
    settings: Settings, slack: Slack | None = None, *, now: Callable[[], datetime] = system_clock
) -> AsyncIterator[Desk]:
    """A desk on the settings' database, which must be migrated. What was opened is closed again, `slack` too.

    Raises Faults where the data folder or the key cannot be used.
    """
    async with AsyncExitStack() as opened:
        if slack is not None:
            opened.push_async_callback(slack.close)
        locker = open_locker(settings)
        store = open_store(settings.database_url)
        opened.callback(store.close)
        threads = Threads.of(store)
        http = await opened.enter_async_context(
            open_client(max_connections=settings.in_flight + MOST_PER_HOST, max_per_host=MOST_PER_HOST)
        )
        vault = Sessions(store, locker, threads.writers, settings.data / "locks")
        networks = build_all(Lent(http, vault, now, settings.allow_http))
        bells = Bells()
        bells.hang(store)
        opened.push_async_callback(bells.take_down)
        opened.push_async_callback(bells.take_down)
        desk = Desk(settings, store, networks, locker, bells, threads, now, slack)
        opened.callback(desk.close)
        yield desk


def prepare_store(settings: Settings) -> None:
    """Migrate a file database, since one process owns it. Raises Faults for another one that is not migrated."""
    if settings.is_sqlite:
        migrate_store(settings)
        return
    with _database_faults():
        current = is_current(settings.database_url)
    if not current:
        raise Faults([NOT_MIGRATED])


def migrate_store(settings: Settings) -> None:
    """Bring the database to the tables of this version. Raises Faults where it cannot be reached or written."""
    if settings.is_sqlite:
        open_folder(settings.data)
    with _database_faults():
        migrate(settings.database_url)


def open_locker(settings: Settings) -> Locker:
    """The locker with the keys that were given, or with the one that the data folder keeps."""
    if settings.secret_keys:
        return Locker(settings.secret_keys)
    open_folder(settings.data)
    return Locker([kept_key(settings.data)])


async def slack_of(settings: Settings) -> Slack | None:
    """The way to the workspace of the settings; None without a bot token."""
    if settings.slack_bot_token is None:
        return None
    return await open_slack(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)


async def meet(slack: Slack) -> Met:
    """Ask Slack whose the bot token is. Raises SlackRefused, SlackBusy or SlackSilent."""
    call: asyncio.Task[AsyncSlackResponse] = asyncio.ensure_future(slack.background.auth_test())
    answer = await told(call)
    headers = {name.lower(): value for name, value in call.result().headers.items()}
    return Met(
        team_id=str(answer.get("team_id") or ""),
        enterprise_id=str(answer.get("enterprise_id") or ""),
        team=str(answer.get("team") or ""),
        bot_user=str(answer.get("user_id") or ""),
        bot_id=str(answer.get("bot_id") or ""),
        scopes=frozenset(scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",")) - {""},
        date=headers.get("date", ""),
    )


async def owner_of(slack: Slack) -> str:
    """The workspace's primary owner among its first people: sets Trellis up until others are chosen. Empty: unknown."""
    answer = await told(slack.background.users_list(limit=200))
    people = [person for person in answer.get("members") or [] if isinstance(person, dict)]
    owners = [person for person in people if person.get("is_owner") and not person.get("deleted")]
    owners.sort(key=lambda person: not person.get("is_primary_owner"))
    return str(owners[0].get("id") or "") if owners else ""


async def introduce(desk: Desk, met: Met, installer: str = "") -> Scope:
    """Keep what Slack said of the workspace; the scope in which its flows run."""
    row = await desk.write(
        remember_workspace,
        EVERYWHERE,
        met.team_id,
        met.enterprise_id,
        met.team,
        met.bot_user,
        installer,
        now=desk.now(),
    )
    return Scope(row.id)


@contextmanager
def _database_faults() -> Iterator[None]:
    """Tell what the database said as a fault, in its first line; the rest is SQL."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[:1]
        wrong = f"The database cannot be used: {' '.join(reason).rstrip('.')}."
        raise Faults([SetupFault("DATABASE_URL", wrong, "Run `python -m bot doctor`, which looks closer.")]) from None


NOT_MIGRATED = SetupFault(
    "database schema", "The database does not have the tables of this version.", "Run `python -m bot migrate`."
)
