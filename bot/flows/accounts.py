"""Accounts: connecting one to a client, disconnecting it, and what happens when its credentials stop working.

What a network said of an account (`Profile`, `Limits`) is handed in; nothing here speaks to a network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Protocol

from bot.errors import BadInput
from bot.flows import news, publishing
from bot.rules import networks
from bot.rules.networks import Limits, Profile
from bot.rules.people import Actor, require_manager
from bot.store import Tx, audit
from bot.store import workspaces as queries
from bot.store.audit import Entry
from bot.store.tables import Account, Client, Workspace

LONGEST_NAME = 255
LONGEST_URL = 2_000
"""Characters that are kept of what a network's server says; it may say anything."""


class Unlocks(Protocol):
    """Opens what `Account.secret` holds (`bot.locker.Locker`)."""

    def unlock(self, locked: str) -> dict[str, str]:
        """The credentials."""


def connect(
    tx: Tx,
    by: Actor,
    client_id: int,
    *,
    network: str,
    server: str,
    profile: Profile,
    secret: str,
    limits: Limits,
    now: datetime,
    account_id: int | None = None,
) -> Account:
    """Connect a verified account; the same one again is updated. `secret` is locked.

    `account_id` names the account that is being connected again: another one's credentials are refused. Approved
    posts that waited for it are scheduled. Raises BadInput, NotAllowed or NotFound.
    """
    _require_manager(tx, by)
    client = tx.require(Client, client_id)
    row = queries.account_known_as(tx, network, server, profile.remote_id)
    _require_same(tx, account_id, row, profile)
    if row is not None and row.client_id != client.id:
        other = tx.require(Client, row.client_id)
        raise BadInput("handle", "{handle} is already connected for {client}.", handle=row.handle, client=other.name)
    old = "" if row is None else _standing(row)
    row = row or _new(client, network, server, profile.remote_id, now)
    _renew(row, profile, secret, limits, now)
    tx.add(row)
    _put_on_record(tx, by, row, "account_connected", old, now)
    publishing.schedule_waiting(tx, now=now)
    return row


def disconnect(tx: Tx, by: Actor, account_id: int, *, now: datetime) -> Account:
    """Forget an account's credentials. Its posts stay; none goes out until it is connected again."""
    _require_manager(tx, by)
    row = tx.require(Account, account_id)
    old = _standing(row)
    row.connected, row.secret, row.session = False, "", ""
    row.trouble = "It was disconnected here. Connect it again to publish on it."
    tx.session.add(row)
    _put_on_record(tx, by, row, "account_disconnected", old, now)
    return row


def mark_broken(tx: Tx, account_id: int, sentence: str, *, now: datetime) -> Account:
    """The network refused the account's credentials: say so once to those who can connect it again."""
    row = tx.require(Account, account_id)
    if row.connected:
        row.session = ""
        news.account_broken(tx, row, sentence, now=now)
        tx.session.add(row)
    return row


def as_network_account(row: Account, locker: Unlocks) -> networks.Account:
    """The account as an adapter takes it, with its credentials. Raises Faults where no key opens them."""
    return networks.Account(
        id=row.id or 0,
        network=row.network,
        server=row.server,
        handle=row.handle,
        remote_id=row.remote_id,
        secret=locker.unlock(row.secret),
    )


def limits_as_json(limits: Limits) -> dict[str, Any]:
    """Limits as `Account.limits` holds them."""
    return {**asdict(limits), "image_types": sorted(limits.image_types)}


def limits_of(row: Account) -> Limits:
    """What the account's server said last that it takes."""
    known: Mapping[str, Any] = row.limits
    return Limits(**{**known, "image_types": frozenset(known.get("image_types", ()))})


def _require_same(tx: Tx, account_id: int | None, row: Account | None, profile: Profile) -> None:
    if account_id is None:
        return
    asked = tx.require(Account, account_id)
    if row is None or row.id != asked.id:
        raise BadInput(
            "secret",
            "This signs in as {other}, and the account to connect again is {asked}. Use the credentials of {asked}.",
            other=profile.handle,
            asked=asked.handle,
        )


def _new(client: Client, network: str, server: str, remote_id: str, now: datetime) -> Account:
    return Account(
        workspace_id=client.workspace_id,
        client_id=client.id or 0,
        network=network,
        server=server,
        remote_id=remote_id,
        handle="",
        secret="",
        created_at=now,
    )


def _renew(row: Account, profile: Profile, secret: str, limits: Limits, now: datetime) -> None:
    row.handle, row.name = profile.handle[:LONGEST_NAME], profile.name[:LONGEST_NAME]
    row.url, row.avatar_url = profile.url[:LONGEST_URL], (profile.avatar_url or "")[:LONGEST_URL]
    row.secret, row.session = secret, ""
    row.limits, row.limits_at = limits_as_json(limits), now
    row.connected, row.trouble = True, ""


def _standing(row: Account) -> str:
    return "connected" if row.connected else "broken"


def _require_manager(tx: Tx, by: Actor) -> None:
    require_manager(by, tx.require(Workspace, tx.scope.workspace).managers)


def _put_on_record(tx: Tx, by: Actor, row: Account, what: str, old: str, now: datetime) -> None:
    entry = Entry(
        workspace_id=row.workspace_id,
        at=now,
        who=by.person,
        door=by.door,
        what=what,
        subject=f"account:{row.id}",
        old=old,
        new=_standing(row),
        facts={"network": row.network, "server": row.server, "handle": row.handle},
    )
    audit.append(tx, [entry])
