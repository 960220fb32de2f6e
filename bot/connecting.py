"""Connecting an account: asks the network whose the credentials are, then has a flow keep them. Every door uses it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from bot.desk import Desk, Scope
from bot.errors import BadInput, NetworkError
from bot.flows import accounts
from bot.networks._http import require_server
from bot.rules import networks
from bot.rules.networks import Limits, Profile
from bot.rules.people import Actor
from bot.store.tables import Account

CHECK_SECONDS = 40.0
"""Somebody waits for it; nothing that is asked here creates anything."""
LONGEST_TYPED = 2_000
"""Characters of an address, a handle or a secret; no network's are longer."""


@dataclass(frozen=True)
class Checked:
    """Credentials that their network took, and whose they are."""

    trial: networks.Account
    profile: Profile
    limits: Limits


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
    checked = await check(desk, trial_of(desk, network=network, server=server, handle=handle, secret=secret))
    return await keep(desk, scope, by, client_id, checked, account_id=account_id)


def trial_of(desk: Desk, *, network: str, server: str, handle: str, secret: Mapping[str, str]) -> networks.Account:
    """What was typed, ready to be shown to the network. Raises BadInput for what can be seen without asking it."""
    if network not in desk.networks:
        raise BadInput("network", "Trellis does not know that network. Choose one of {names}.", names=_names(desk))
    return networks.Account(
        id=0,
        network=network,
        server=_server(desk, server),
        handle=_bounded("handle", handle),
        secret={name: _bounded("secret", value) for name, value in secret.items()},
    )


async def check(desk: Desk, trial: networks.Account) -> Checked:
    """Ask the network whose the credentials are. Raises BadInput("secret") with the network's own sentence."""
    adapter = desk.networks[trial.network]
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return Checked(trial, await adapter.verify(trial), await adapter.limits(trial))
    except NetworkError as error:
        raise BadInput("secret", "{sentence}", sentence=error.sentence) from error
    except TimeoutError:
        raise BadInput("secret", "{server} took too long to answer. Please try again.", server=trial.server) from None


async def keep(
    desk: Desk, scope: Scope, by: Actor, client_id: int, checked: Checked, *, account_id: int | None = None
) -> Account:
    """Connect what was checked, the credentials encrypted. Raises BadInput, NotAllowed or NotFound."""
    trial = checked.trial
    return await desk.write(
        accounts.connect,
        scope,
        by,
        client_id,
        network=trial.network,
        server=trial.server,
        profile=checked.profile,
        secret=desk.locker.lock(trial.secret),
        limits=checked.limits,
        now=desk.now(),
        account_id=account_id,
    )


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
