"""The round that asks accounts' servers once a day: what they take, and whether the credentials still work."""

from __future__ import annotations

import structlog

from bot.desk import EVERYWHERE, Desk
from bot.errors import NetworkError, Reconnect
from bot.flows import renewals
from bot.flows.accounts import as_network_account, mark_broken
from bot.rules.networks import Account, Limits, Network

log = structlog.get_logger(__name__)

SECONDS = 600
"""Between two rounds; each asks a few of those accounts that were not asked for a day."""


async def turn(desk: Desk) -> None:
    """Ask the accounts that are due (`scheduler.every(SECONDS, …)`)."""
    for row in await desk.read(renewals.stale, EVERYWHERE, now=desk.now()):
        network = desk.networks.get(row.network)
        if network is None:
            continue
        account = as_network_account(row, desk.locker)
        try:
            limits = await _asked(network, account)
        except Reconnect as refused:
            await desk.write(mark_broken, EVERYWHERE, account.id, refused.sentence, now=desk.now())
        else:
            await desk.write(renewals.renew, EVERYWHERE, account.id, limits, now=desk.now())


async def _asked(network: Network, account: Account) -> Limits | None:
    """What the server takes; None when it cannot be asked now. Raises Reconnect."""
    try:
        await network.verify(account)
        return await network.limits(account)
    except Reconnect:
        raise
    except NetworkError as error:
        log.warning("account_not_asked", account=account.id, network=account.network, why=error.sentence)
        return None
