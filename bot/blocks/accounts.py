"""Accounts in words, and the form that connects one: asked, being checked, and shown whose it is before it counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.blocks.basics import Block, actions, button, confirm, context, divider, section, ticket
from bot.blocks.inputs import input_block, line, option, select
from bot.blocks.posts import link
from bot.blocks.remarks import account_name
from bot.blocks.surfaces import modal
from bot.errors import Mrkdwn
from bot.rules.networks import Limits, Profile
from bot.store.tables import Account, Client
from bot.words import plain, t

CHECK, CHECKING, CONNECT = "account_check", "account_checking", "account_confirm"
"""Callbacks of the form: as it is filled in, while the network is asked, and once it has told whose account it is."""
CHOOSE, RECONNECT, DISCONNECT = "account_network", "account_reconnect", "account_disconnect"

LONGEST_TYPED = 2_000


@dataclass(frozen=True)
class Choice:
    """A network as people choose it; `asks` as in `bot.rules.networks.Network`."""

    name: str
    title: str
    asks: Mapping[str, str]
    usual_server: str = ""


@dataclass(frozen=True)
class Form:
    """What stands in the form. The credentials are not here: they stand in Slack's own state of the view alone."""

    client_id: int = 0
    network: str = ""
    server: str = ""
    handle: str = ""
    account_id: int = 0
    """The account that is connected again; 0: a new one."""
    attempt: int = 0
    """Counts refusals: after each one the credentials are asked for afresh."""
    shown: str = ""
    """Which profile the person was shown, as a digest."""


@dataclass(frozen=True)
class Offer:
    """What the form lets people choose from."""

    networks: Sequence[Choice]
    clients: Sequence[Client] = ()
    again: Account | None = None
    """The account that is connected again."""

    def chosen(self, form: Form) -> Choice:
        """The network that the form is for."""
        return next((one for one in self.networks if one.name == form.network), self.networks[0])


@dataclass(frozen=True)
class Told:
    """What is said above the form: why it was refused, or whose account it is."""

    problem: str = ""
    profile: Profile | None = None
    limits: Limits | None = None


def account_form(form: Form, offer: Offer, told: Told | None = None) -> Block:
    """The form. Once the network has told whose account it is, it asks whether that is the one."""
    said = told or Told()
    network = offer.chosen(form)
    above = [section(said.problem), divider()] if said.problem else []
    if said.profile is None or said.limits is None:
        return _form(CHECK, form, offer, above, plain("Check"))
    found = Mrkdwn(t("This is *{name}* on {network}. Connect it?", name=said.profile.name, network=network.title))
    limits = limits_in_words(said.limits.characters, said.limits.images)
    card = _card(said.profile.name, said.profile.handle, said.profile.url, network.title, limits)
    return _form(CONNECT, form, offer, [section(found), section(card), divider()], plain("Connect"))


def checking(form: Form, offer: Offer) -> Block:
    """Shown while the network is asked; what was typed stays in it, so that it is there again afterwards."""
    title = offer.chosen(form).title
    wait = section(t("*Asking {network} whose account this is.* It can take some seconds.", network=title))
    return _form(CHECKING, form, offer, [wait, divider()], plain("Please wait"))


def refused_again(form: Form) -> Form:
    """The form after a refusal: all that was typed, but the credentials."""
    return replace(form, attempt=form.attempt + 1, shown="")


def private_of(form: Form) -> str:
    """What travels with the view: ids of ours."""
    return f"{form.client_id}.{form.account_id}.{form.attempt}.{form.network}.{form.shown}"


def from_private(text: str) -> Form:
    """The inverse of `private_of`; what is odd is left out."""
    client, account, attempt, network, shown = (text.split(".", 4) + [""] * 5)[:5]
    return Form(
        client_id=_number(client),
        account_id=_number(account),
        attempt=_number(attempt),
        network=network,
        shown=shown,
    )


def account_card(account: Account, network: str) -> list[Block]:
    """A connected account: its profile, what its server takes, whether it works, and what can be done."""
    limits = limits_in_words(account.limits.get("characters", 0), account.limits.get("images", 0))
    card = _card(account.name or account.handle, account.handle, account.url, network, limits)
    name = account_name(account)
    again = button(
        plain("Connect again"),
        RECONNECT,
        ticket(account.id or 0),
        style="" if account.connected else "primary",
        says=plain("Connect again: {account}", account=name),
    )
    return [
        section(card),
        *([] if account.connected else [context(_trouble(account))]),
        actions(again, _disconnect(account, name) if account.connected else None),
    ]


def connected(account: Account, network: str, client: str) -> Block:
    """What became of the form."""
    said = t("*{account}* is connected for {client}.", account=account.handle, client=client)
    blocks = [
        section(said),
        *account_card(account, network)[:1],
        actions(
            button(plain("Draft a post"), "draft_open", style="primary"),
            button(plain("Connect another"), "account_connect", ticket(account.client_id)),
        ),
    ]
    return modal("account_done", plain("Connected"), blocks, close=plain("Close"))


def _form(callback: str, form: Form, offer: Offer, above: Sequence[Block], submit: str) -> Block:
    title = plain("Connect again") if offer.again else plain("Connect an account")
    blocks = [*above, *_where(form, offer), *_who(form, offer)]
    return modal(callback, title, blocks, submit=submit, close=plain("Close"), private=private_of(form))


def _where(form: Form, offer: Offer) -> Iterator[Block]:
    """The client, the network and its server; of an account that is connected again they are known."""
    network = offer.chosen(form)
    if offer.again is not None:
        said = t("*{account}* on {network}, {server}", account=form.handle, network=network.title, server=form.server)
        yield section(said)
        return
    if len(offer.clients) > 1:
        names = [option(client.name, str(client.id)) for client in offer.clients]
        yield input_block("client", plain("Client"), select("client", names, chosen=str(form.client_id)))
    names = [option(one.title, one.name) for one in offer.networks]
    yield input_block("network", plain("Network"), select(CHOOSE, names, chosen=network.name), tells=True)
    server = line("server", typed=form.server, longest=LONGEST_TYPED, placeholder="https://…")
    hint = plain("The address of the server that the account is on.")
    yield input_block(f"server#{network.name}", plain("Server"), server, hint=hint)
    handle = line("handle", typed=form.handle, longest=LONGEST_TYPED)
    hint = plain("Leave it out where the network tells by itself whose account it is.")
    yield input_block(f"handle#{network.name}", plain("Name of the account"), handle, optional=True, hint=hint)


def _who(form: Form, offer: Offer) -> Iterator[Block]:
    """The credentials, which are never filled in."""
    network = offer.chosen(form)
    hint = plain("It is kept encrypted, and nobody can read it here again. Slack shows it while you type.")
    for number, label in enumerate(network.asks.values()):
        block = f"{secret_field(number)}#{network.name}.{form.attempt}"
        yield input_block(block, plain(label), line("secret", longest=LONGEST_TYPED), hint=hint)


def secret_field(number: int) -> str:
    """The field of a network's n-th secret; the first is the one that refusals name."""
    return f"secret.{number}" if number else "secret"


def _card(name: str, handle: str, url: str, network: str, limits: Mrkdwn) -> Mrkdwn:
    said = t("*{name}*\n{handle} on {network}", name=name, handle=handle, network=network)
    if url:
        said = Mrkdwn(f"{said} · {link(url, plain('see it there'))}")
    return Mrkdwn(f"{said}\n{limits}")


def limits_in_words(characters: int, images: int) -> Mrkdwn:
    """`300 characters, 4 images`; empty where the server has not told yet."""
    if not characters:
        return Mrkdwn("")
    if images == 1:
        return t("{characters} characters, 1 image", characters=characters)
    return t("{characters} characters, {images} images", characters=characters, images=images)


def _trouble(account: Account) -> Mrkdwn:
    return t("*Not connected.* {why}", why=account.trouble)


def _disconnect(account: Account, name: str) -> Block:
    sure = confirm(
        plain("Disconnect this account?"),
        plain("{account} gets no posts any more until it is connected again. Its posts stay.", account=name),
        plain("Disconnect"),
        plain("Keep it"),
    )
    says = plain("Disconnect {account}", account=name)
    return button(plain("Disconnect"), DISCONNECT, ticket(account.id or 0), style="danger", says=says, asks=sure)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
