"""Reads what the settings show, for those who may change them. It writes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from bot.rules.people import Actor, require_manager
from bot.store import Tx
from bot.store import workspaces as queries
from bot.store.tables import Account, Client, Workspace


@dataclass(frozen=True)
class SettingsPage:
    """All that is set up in a workspace."""

    managers: tuple[str, ...]
    clients: tuple[Client, ...]
    accounts: tuple[Account, ...]


@dataclass(frozen=True)
class ClientPage:
    """One client with its accounts, connected or not."""

    client: Client
    accounts: tuple[Account, ...]


@dataclass(frozen=True)
class Connecting:
    """What an account can be connected to; `account` is the one that is connected again."""

    clients: tuple[Client, ...]
    account: Account | None = None


def settings(tx: Tx, by: Actor) -> SettingsPage:
    """Everything. Raises NotAllowed, which names whom to ask."""
    managers = _require_manager(tx, by)
    return SettingsPage(managers, tuple(queries.clients(tx)), tuple(queries.accounts(tx)))


def client_page(tx: Tx, by: Actor, client_id: int) -> ClientPage:
    """One client. Raises NotAllowed or NotFound."""
    _require_manager(tx, by)
    return ClientPage(tx.require(Client, client_id), tuple(queries.accounts(tx, client_id)))


def connecting(tx: Tx, by: Actor, account_id: int = 0) -> Connecting:
    """What the form of an account offers. Raises NotAllowed or NotFound."""
    _require_manager(tx, by)
    account = tx.require(Account, account_id) if account_id else None
    return Connecting(tuple(queries.clients(tx)), account)


def _require_manager(tx: Tx, by: Actor) -> tuple[str, ...]:
    managers = tx.require(Workspace, tx.scope.workspace).managers
    require_manager(by, managers)
    return tuple(managers)
