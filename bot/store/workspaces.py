"""Finds workspaces, their clients, accounts and people. It decides nothing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func

from bot.store.scope import Tx
from bot.store.tables import Account, Client, Person, Workspace


def workspace_of(tx: Tx, team_id: str, enterprise_id: str = "") -> Workspace | None:
    """The workspace of a Slack team, if Trellis has met it."""
    return tx.first(Workspace, Workspace.team_id == team_id, Workspace.enterprise_id == enterprise_id)


def workspaces(tx: Tx) -> list[Workspace]:
    """Every workspace, the oldest first."""
    return tx.all(Workspace, order=_columns(Workspace).id)


def clients(tx: Tx) -> list[Client]:
    """The clients that work goes on for, by name."""
    columns = _columns(Client)
    return tx.all(Client, columns.archived_at.is_(None), order=(columns.name, columns.id))


def client_named(tx: Tx, name: str) -> Client | None:
    """The client of that name, however its letters are written."""
    return tx.first(Client, func.lower(_columns(Client).name) == name.lower())


def accounts(tx: Tx, client_id: int | None = None) -> list[Account]:
    """The accounts of one client, or of all, by network and handle; those that are not connected too."""
    columns = _columns(Account)
    of_client = () if client_id is None else (columns.client_id == client_id,)
    return tx.all(Account, *of_client, order=(columns.network, columns.handle, columns.id))


def account_known_as(tx: Tx, network: str, server: str, remote_id: str) -> Account | None:
    """The account that the network knows under this id."""
    return tx.first(Account, Account.network == network, Account.server == server, Account.remote_id == remote_id)


def people(tx: Tx, slack_ids: list[str]) -> dict[str, Person]:
    """Those of these people whom Trellis has met, by their Slack ids."""
    return {person.slack_id: person for person in tx.all(Person, _columns(Person).slack_id.in_(slack_ids))}


def _columns(table: Any) -> Any:
    return table.__table__.c
