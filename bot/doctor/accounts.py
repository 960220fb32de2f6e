"""Looks at the accounts: does each still sign in, as itself?"""

from __future__ import annotations

import asyncio

from bot.desk import Desk, Scope
from bot.errors import Faults, NetworkError, Reconnect, Retryable, SetupFault
from bot.flows.accounts import as_network_account
from bot.rules.accounts import account_name
from bot.rules.networks import Network
from bot.store import workspaces as queries
from bot.store.tables import Account

AT_ONCE = 8
"""Accounts that are verified side by side."""
CONNECT_AGAIN = "Connect it again in Trellis's Home tab, or with `python -m bot connect`."
LATER = "Look again in a few minutes; if it stays so, ask whoever runs that server."


async def account_faults(desk: Desk, scope: Scope) -> list[SetupFault]:
    """What is wrong with each account."""
    gate = asyncio.Semaphore(AT_ONCE)
    rows = await desk.read(queries.accounts, scope)

    async def look(row: Account) -> list[SetupFault]:
        async with gate:
            return await _look(desk, row)

    return [fault for faults in await asyncio.gather(*map(look, rows)) for fault in faults]


async def _look(desk: Desk, row: Account) -> list[SetupFault]:
    name = f"account {account_name(row.handle, row.network)}"
    if not row.connected:
        return [SetupFault(name, f"It is not connected. {row.trouble}".rstrip(), CONNECT_AGAIN)]
    adapter = desk.networks.get(row.network)
    if adapter is None:
        return [SetupFault(name, "This version knows no such network.", "Use the version that connected it.")]
    try:
        return await _verify(desk, row, name, adapter)
    except Faults as faults:
        return list(faults.faults)
    except Reconnect as error:
        return [SetupFault(name, error.sentence, CONNECT_AGAIN)]
    except NetworkError as error:
        later = isinstance(error, Retryable)
        return [SetupFault(name, error.sentence, LATER if later else "Mend that, then run `doctor` again.")]


async def _verify(desk: Desk, row: Account, name: str, adapter: Network) -> list[SetupFault]:
    profile = await adapter.verify(as_network_account(row, desk.locker))
    if profile.remote_id == row.remote_id:
        return []
    return [SetupFault(name, f"Its credentials now belong to {profile.handle}.", CONNECT_AGAIN)]
