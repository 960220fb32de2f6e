"""Connecting an account: asks the network whose the credentials are, then has a flow keep them. Every door uses it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.desk import Desk, Scope
from bot.errors import BadInput, NetworkError
from bot.flows import accounts
from bot.networks._http import require_server
from bot.rules import networks
from bot.rules.networks import Limits, Network, Profile
from bot.rules.people import Actor
from bot.store.tables import Account

LONGEST_TYPED = 2_000
"""Characters of an address, a handle or a secret; no network's are longer."""


async def connect_account(
    desk: Desk,
    scope: Scope,
    by: Actor,
    client_id: int,
    *,
    network: str,
    server: str,
    handle: str,
    secret: Mapping[str, str],
    account_id: int | None = None,
) -> Account:
    """Verify the credentials and connect the account. `account_id` names one that is connected again.

    Raises BadInput at the field to mend (`network`, `server`, `handle`, `secret`), or NotAllowed or NotFound.
    """
    adapter = desk.networks.get(network)
    if adapter is None:
        raise BadInput("network", "Trellis does not know that network. Choose one of {names}.", names=_names(desk))
    trial = networks.Account(
        id=0,
        network=network,
        server=_server(desk, server),
        handle=_bounded("handle", handle),
        secret={name: _bounded("secret", value) for name, value in secret.items()},
    )
    profile, limits = await _verified(adapter, trial)
    return await desk.write(
        accounts.connect,
        scope,
        by,
        client_id,
        network=network,
        server=trial.server,
        profile=profile,
        secret=desk.locker.lock(trial.secret),
        limits=limits,
        now=desk.now(),
        account_id=account_id,
    )


async def _verified(adapter: Network, trial: networks.Account) -> tuple[Profile, Limits]:
    try:
        return await adapter.verify(trial), await adapter.limits(trial)
    except NetworkError as error:
        raise BadInput("secret", "{sentence}", sentence=error.sentence) from error


def _server(desk: Desk, typed: str) -> str:
    try:
        return require_server(typed, desk.settings.allow_http)
    except NetworkError as error:
        raise BadInput("server", "{sentence}", sentence=error.sentence) from error


def _bounded(field: str, typed: str) -> str:
    if len(typed) > LONGEST_TYPED:
        raise BadInput(field, "That is too long. Copy it again.")
    return typed.strip()


def _names(desk: Desk) -> str:
    return ", ".join(sorted(desk.networks))
