"""Accounts: connected once the network has told whose the credentials are, connected again, and disconnected.

The credentials stand in the form's own state in Slack until they are encrypted: they are in no view that is sent, in
no form that is kept, and in no log.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from bot import connecting
from bot.blocks import accounts as blocks
from bot.blocks.accounts import Choice, Form, Offer, Told
from bot.blocks.basics import Block
from bot.connecting import Checked
from bot.desk import Desk
from bot.errors import BadInput, Refused
from bot.flows import accounts, setup
from bot.handlers._ask import Ask
from bot.handlers._on import On
from bot.handlers.settings import client_view, closed, renew_home, show
from bot.rules.networks import HasUsualServer, Profile
from bot.slack import SlackRefused
from bot.words import sentence, t

QUICK_SECONDS = 1.2
"""What a network may take before the form says so; Slack wants its ack within 3 s of the click."""
SETTLE_SECONDS = 0.5
"""Slack may draw what an ack says after what a call says that was made later: the call waits for it."""


def register(on: On) -> None:
    """What accounts listen to."""
    on.action("account_connect", ack_first=True)(connect)
    on.action(blocks.RECONNECT, ack_first=True)(reconnect)
    on.action(blocks.CHOOSE, ack_first=True)(choose_network)
    on.action(blocks.DISCONNECT, ack_first=True)(disconnect)
    on.view(blocks.CHECK)(check)
    on.view(blocks.CHECKING)(be_patient)
    on.view(blocks.CONNECT)(confirm)
    for view in (blocks.CHECK, blocks.CHECKING, blocks.CONNECT, "account_done"):
        on.closed(view)(closed)


async def connect(ask: Ask) -> None:
    """The form of a new account; for the client whose button was pressed."""
    offer = await _offer(ask)
    if not offer.clients:
        raise BadInput("client", "There is no client yet. Add one first: accounts belong to a client.")
    known = {row.id for row in offer.clients}
    client_id = ask.ticket[0] if ask.ticket[0] in known else offer.clients[0].id or 0
    form = _fresh(Form(client_id=client_id), offer.networks[0])
    await show(ask, blocks.account_form(form, offer))


async def reconnect(ask: Ask) -> None:
    """The form of an account whose credentials no longer work."""
    offer = await _offer(ask, ask.ticket[0])
    await show(ask, blocks.account_form(_again(Form(account_id=ask.ticket[0]), offer), offer))


async def choose_network(ask: Ask) -> None:
    """Another network asks for other things."""
    offer = await _offer(ask)
    form = _typed(ask, offer)
    await ask.update(blocks.account_form(_fresh(form, offer.chosen(form)), offer))


async def check(ask: Ask) -> None:
    """Ask the network whose account it is, and show that before anything is kept."""
    offer, form, found = await _ask_network(ask)
    if found is not None:
        await _show(ask, _found(form, offer, found))


async def confirm(ask: Ask) -> None:
    """Connect the account that was shown. Other credentials, typed since, are shown first."""
    offer, form, found = await _ask_network(ask)
    if found is None:
        return
    if _digest(found.profile) != form.shown:
        await _show(ask, _found(form, offer, found))
        return
    try:
        again = form.account_id or None
        row = await connecting.keep(ask.desk, ask.scope, ask.actor, form.client_id, found, account_id=again)
    except Refused as refused:
        await _show(ask, _refused(form, offer, refused))
        return
    client = next((one.name for one in offer.clients if one.id == row.client_id), "")
    await _show(ask, blocks.connected(row, offer.chosen(form).title, client))
    await renew_home(ask)


async def be_patient(ask: Ask) -> None:
    """The button of a form whose answer is still awaited."""
    offer = await _offer(ask, blocks.from_private(ask.private).account_id)
    title = offer.chosen(_typed(ask, offer)).title
    raise BadInput("secret", "{network} has not answered yet. Wait a moment.", network=title)


async def disconnect(ask: Ask) -> None:
    """Forget an account's credentials; Slack has asked whether this is meant."""
    row = await ask.desk.write(accounts.disconnect, ask.scope, ask.actor, ask.ticket[0], now=ask.now)
    done = t("*{account} is disconnected.* Nothing goes out on it.", account=row.handle)
    await show(ask, await client_view(ask, row.client_id, done))
    await renew_home(ask)


async def _ask_network(ask: Ask) -> tuple[Offer, Form, Checked | None]:
    """What was typed, and what its network says of it; None where it says no, which the form then shows.

    What can be seen without asking is refused at its field.
    """
    offer = await _offer(ask, blocks.from_private(ask.private).account_id)
    form = _typed(ask, offer)
    secret = _secret(ask, offer, form)
    trial = connecting.trial_of(ask.desk, network=form.network, server=form.server, handle=form.handle, secret=secret)
    asked = asyncio.create_task(connecting.check(ask.desk, trial))
    try:
        await _wait(ask, asked, blocks.checking(form, offer))
        return offer, form, await asked
    except Refused as refused:
        await _show(ask, _refused(form, offer, refused))
        return offer, form, None
    except Exception:
        if ask.way.acked:  # or it would say "wait" for ever
            await _show(ask, blocks.account_form(blocks.refused_again(form), offer))
        raise
    finally:
        asked.cancel()


async def _wait(ask: Ask, asked: asyncio.Task[Checked], waiting: Block) -> None:
    """Give the network a moment; if that is not enough, say that it is being asked."""
    answered, _ = await asyncio.wait({asked}, timeout=QUICK_SECONDS)
    if not answered:
        await ask.ack_update(waiting)
        await asyncio.sleep(SETTLE_SECONDS)


async def _offer(ask: Ask, account_id: int = 0) -> Offer:
    """What can be chosen. Raises NotAllowed, which names whom to ask."""
    found = await ask.desk.read(setup.connecting, ask.scope, ask.actor, account_id)
    return Offer(_networks(ask.desk), found.clients, found.account)


def _networks(desk: Desk) -> list[Choice]:
    found = [
        Choice(name, network.title, network.asks, network.usual_server if isinstance(network, HasUsualServer) else "")
        for name, network in desk.networks.items()
    ]
    return sorted(found, key=lambda one: one.title)


def _fresh(form: Form, network: Choice) -> Form:
    """The form of a network as it is first shown."""
    return replace(form, network=network.name, server=network.usual_server, handle="", shown="")


def _again(form: Form, offer: Offer) -> Form:
    """What is known of the account that is connected again."""
    row = offer.again
    if row is None:
        return form
    return replace(form, client_id=row.client_id, network=row.network, server=row.server, handle=row.handle)


def _typed(ask: Ask, offer: Offer) -> Form:
    """What stands in the form, without the credentials."""
    form, typed = blocks.from_private(ask.private), ask.typed
    if offer.again is not None:
        return _again(form, offer)
    client = typed.choice("client")
    return replace(
        form,
        client_id=int(client) if client.isdecimal() else form.client_id,
        network=typed.choice("network") or form.network,
        server=typed.text("server").strip(),
        handle=typed.text("handle").strip(),
    )


def _secret(ask: Ask, offer: Offer, form: Form) -> Mapping[str, str]:
    names = offer.chosen(form).asks
    return {name: ask.typed.text(blocks.secret_field(number)) for number, name in enumerate(names)}


def _found(form: Form, offer: Offer, found: Checked) -> Block:
    shown = replace(form, shown=_digest(found.profile))
    return blocks.account_form(shown, offer, Told(profile=found.profile, limits=found.limits))


def _refused(form: Form, offer: Offer, refused: Refused) -> Block:
    """The form with the reason, and all that was typed but the credentials."""
    return blocks.account_form(blocks.refused_again(form), offer, Told(problem=sentence(refused)))


async def _show(ask: Ask, view: Block) -> None:
    """Show it in the form: in the ack while Slack waits for it. Who has closed the form has given it up."""
    if not ask.way.acked:
        await ask.ack_update(view)
        return
    with suppress(SlackRefused):
        await ask.update(view)


def _digest(profile: Profile) -> str:
    """Which profile was shown, without telling it."""
    return hashlib.sha256(profile.remote_id.encode()).hexdigest()[:32]
