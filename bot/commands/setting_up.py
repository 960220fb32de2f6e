"""`setup` and `connect`: what the first steps in Trellis's Home tab do, for a script."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import typer

from bot.connecting import connect_account
from bot.desk import EVERYWHERE, Desk, Scope, Tx
from bot.errors import BadInput
from bot.flows import clients, workspaces
from bot.flows.clients import Wanted
from bot.opening import introduce, meet, open_desk, owner_of, prepare_store, slack_of
from bot.rules.people import Actor
from bot.settings import Settings, account_secret, account_variable
from bot.slack import SlackError, SlackRefused
from bot.store import workspaces as queries
from bot.store.tables import Client

COMMAND_LINE = Actor(person="", name="the command line", door="cli")


async def set_up(settings: Settings, team: str, managers: Sequence[str], given: Mapping[str, object]) -> str:
    """Open the client of that name, or change it. What was done, as a sentence."""
    wanted = Wanted(**given)  # type: ignore[typeddict-item]
    async with _desk(settings) as desk:
        scope = await _scope(desk, team)
        if managers:
            await desk.write(workspaces.choose_managers, scope, COMMAND_LINE, managers, now=desk.now())
        known = await desk.read(queries.client_named, scope, wanted.get("name", ""))
        if known is None:
            row = await desk.write(clients.create, scope, COMMAND_LINE, now=desk.now(), **wanted)
            return f"{row.name} is set up."
        row = await desk.write(clients.change, scope, COMMAND_LINE, known.id or 0, now=desk.now(), **wanted)
        return f"{row.name} is changed."


async def connect(settings: Settings, team: str, client: str, network: str, server: str, handle: str) -> str:
    """Connect an account with credentials from the environment or from a prompt. What was done, as a sentence."""
    async with _desk(settings) as desk:
        scope = await _scope(desk, team)
        row = await desk.read(_client, scope, client)
        adapter = desk.networks.get(network)
        asks = adapter.asks if adapter else {}
        account = await connect_account(
            desk,
            scope,
            COMMAND_LINE,
            row.id or 0,
            network=network,
            server=server,
            handle=handle,
            secret=_ask_for(asks),
        )
        return f"{account.handle} ({account.name}) is connected for {row.name}."


def _ask_for(asks: Mapping[str, str]) -> dict[str, str]:
    """Each part of the credentials: from its environment variable, or typed without being shown."""
    given = {name: account_secret(name) for name in asks}
    return {
        name: value or typer.prompt(f"{asks[name]} (or set {account_variable(name)})", hide_input=True, err=True)
        for name, value in given.items()
    }


@asynccontextmanager
async def _desk(settings: Settings) -> AsyncIterator[Desk]:
    prepare_store(settings)
    async with open_desk(settings, await slack_of(settings)) as desk:
        await _introduce(desk)
        yield desk


async def _introduce(desk: Desk) -> None:
    """Meet the workspace of the tokens, if Slack can be reached; else what is known of it must do."""
    if desk.slack is None:
        return
    try:
        met = await meet(desk.slack)
        await introduce(desk, met, await owner_of(desk.slack))
    except SlackRefused as error:
        raise BadInput("slack", "Slack refuses the bot token ({code}). Run `doctor`.", code=error.code) from None
    except SlackError as error:
        typer.echo(f"{error} Going on with what is known of the workspace.", err=True)


async def _scope(desk: Desk, team: str) -> Scope:
    row = await desk.read(workspaces.only_workspace, EVERYWHERE, team)
    return Scope(row.id)


def _client(tx: Tx, name: str) -> Client:
    """The client of that name, or the only one."""
    found = [row for row in queries.clients(tx) if name.lower() in ("", row.name.lower())]
    if not found:
        raise BadInput("client", "There is no such client. Make one with `setup`.")
    if len(found) > 1:
        names = ", ".join(row.name for row in found)
        raise BadInput("client", "There is more than one client: {names}. Name one with --client.", names=names)
    return found[0]
