"""The settings: clients, their channels and reviewers, and who may change all this."""

from __future__ import annotations

from bot.blocks import settings_forms as blocks
from bot.blocks.basics import Block
from bot.blocks.settings_forms import ClientValues
from bot.blocks.setup import ADD_CLIENT, CHANGE_CLIENT
from bot.errors import BadInput
from bot.flows import clients, outbox, setup, workspaces
from bot.flows.clients import Wanted
from bot.handlers._ask import Ask
from bot.handlers._channels import require_channels
from bot.handlers._on import On
from bot.handlers._people import meet_all
from bot.words import t

CHANNELS = ("review_channel", "digest_channel", "support_channel")


def register(on: On) -> None:
    """What the settings listen to."""
    on.action(blocks.OPEN, ack_first=True)(settings)
    on.action(blocks.PAGE, ack_first=True)(settings)
    on.action(blocks.OPEN_CLIENT, ack_first=True)(client)
    on.action(ADD_CLIENT, ack_first=True)(new_client)
    on.action(CHANGE_CLIENT, ack_first=True)(change_client)
    on.action(blocks.MANAGERS, ack_first=True)(managers)
    on.view(blocks.CLIENT_FORM)(client_given)
    on.view(blocks.MANAGERS_FORM)(managers_given)
    for view in (blocks.SETTINGS, blocks.CLIENT, blocks.CLIENT_FORM, blocks.MANAGERS_FORM):
        on.closed(view)(closed)


async def settings(ask: Ask) -> None:
    """All clients, or another page of them."""
    page = await ask.desk.read(setup.settings, ask.scope, ask.actor)
    first = ask.ticket[0] if ask.name == blocks.PAGE else 0
    await show(ask, blocks.settings(page.managers, page.clients, page.accounts, first))


async def client(ask: Ask) -> None:
    """One client with its accounts."""
    await show(ask, await client_view(ask, ask.ticket[0]))


async def new_client(ask: Ask) -> None:
    """The form of a new client, in the asker's own zone."""
    await ask.desk.read(setup.settings, ask.scope, ask.actor)
    await show(ask, blocks.client_form(ClientValues(zone=ask.actor.zone, reviewers=[ask.actor.person])))


async def change_client(ask: Ask) -> None:
    """The form of a client as it is now."""
    row = (await ask.desk.read(setup.client_page, ask.scope, ask.actor, ask.ticket[0])).client
    values = ClientValues(
        name=row.name,
        zone=row.zone,
        review_channel=row.review_channel,
        digest_channel=row.digest_channel,
        support_channel=row.support_channel,
        reviewers=row.reviewers,
        four_eyes=row.four_eyes,
        digest_hour=row.digest_hour,
        late_minutes=row.late_minutes,
    )
    await show(ask, blocks.client_form(values, row.id or 0))


async def client_given(ask: Ask) -> None:
    """Keep the form of a client; every refusal stands at its field."""
    wanted = _wanted(ask)
    await require_channels(ask, {field: ask.typed.choice(field) for field in CHANNELS})
    await meet_all(ask, wanted["reviewers"])
    if ask.private.isdecimal():
        row = await ask.desk.write(clients.change, ask.scope, ask.actor, int(ask.private), now=ask.now, **wanted)
    else:
        row = await ask.desk.write(clients.create, ask.scope, ask.actor, now=ask.now, **wanted)
    await ask.ack_update(await client_view(ask, row.id or 0, t("*Saved.*")))
    await renew_home(ask)


async def managers(ask: Ask) -> None:
    """The form of who sets Trellis up."""
    page = await ask.desk.read(setup.settings, ask.scope, ask.actor)
    await show(ask, blocks.managers_form(page.managers))


async def managers_given(ask: Ask) -> None:
    """Keep who sets Trellis up; who has just given that up is shown no settings any more."""
    chosen = ask.typed.choices("managers")
    await meet_all(ask, chosen)
    await ask.desk.write(workspaces.choose_managers, ask.scope, ask.actor, chosen, now=ask.now)
    if ask.actor.person in chosen:
        page = await ask.desk.read(setup.settings, ask.scope, ask.actor)
        await ask.ack_update(blocks.settings(page.managers, page.clients, page.accounts))
    await ask.ack()
    for person in {ask.actor.person, *chosen}:
        await renew_home(ask, person)


async def closed(ask: Ask) -> None:
    """A form that is closed is given up: what is set up changes only by Save."""


async def show(ask: Ask, view: Block) -> None:
    """Show it in place of the form it was asked from, or as a new one: one view is open at a time."""
    await (ask.update(view) if ask.way.is_form else ask.open(view))


async def client_view(ask: Ask, client_id: int, done: str = "") -> Block:
    """One client with its accounts, as a view."""
    page = await ask.desk.read(setup.client_page, ask.scope, ask.actor, client_id)
    titles = {name: network.title for name, network in ask.desk.networks.items()}
    return blocks.client_page(page.client, page.accounts, titles, done)


async def renew_home(ask: Ask, person: str = "") -> None:
    """Have somebody's Home tab follow; the asker's, if nobody is named."""
    await ask.desk.write(outbox.home, ask.scope, person or ask.actor.person, now=ask.now)


def _wanted(ask: Ask) -> Wanted:
    typed = ask.typed
    return Wanted(
        name=typed.text("name"),
        zone=typed.text("zone"),
        review_channel=typed.choice("review_channel"),
        digest_channel=typed.choice("digest_channel"),
        support_channel=typed.choice("support_channel"),
        reviewers=_reviewers(typed.choices("reviewers")),
        four_eyes="four_eyes" in typed.choices("four_eyes"),
        digest_hour=_number("digest_hour", typed.choice("digest_hour")),
        late_minutes=_number("late_minutes", typed.choice("late_minutes")),
    )


def _reviewers(chosen: tuple[str, ...]) -> tuple[str, ...]:
    if not chosen:
        raise BadInput("reviewers", "Choose at least one person, or nothing could ever be approved.")
    return chosen


def _number(field: str, chosen: str) -> int:
    if not (chosen.isascii() and chosen.isdigit()):
        raise BadInput(field, "Choose one of the list.")
    return int(chosen)
