"""The settings: the list of clients, one client with its accounts, and the forms of a client and of who manages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.blocks.accounts import account_card
from bot.blocks.basics import Block, actions, button, context, divider, header, section, ticket
from bot.blocks.drafts import length
from bot.blocks.inputs import boxes, channel, input_block, line, option, people, select
from bot.blocks.setup import ADD_CLIENT, CHANGE_CLIENT, CONNECT
from bot.blocks.surfaces import modal
from bot.errors import Mrkdwn
from bot.rules.escaping import one_line
from bot.rules.markup import channel_link, mention
from bot.store.tables import Account, Client
from bot.words import plain, t

SETTINGS, CLIENT, CLIENT_FORM, MANAGERS_FORM = "settings", "client_page", "client_form", "managers_form"
"""Callbacks of the views."""
OPEN, OPEN_CLIENT, PAGE, MANAGERS = "settings_open", "client_open", "settings_page", "managers_change"

CLIENTS_A_PAGE = 40
"""A view holds 100 blocks."""
ACCOUNTS_A_PAGE = 28
"""Each takes up to three blocks."""
LATE_MINUTES = (15, 60, 240, 1_440)
NAME_CHARACTERS = 75
ZONE_CHARACTERS = 64
NAMED_PEOPLE = 5


@dataclass(frozen=True)
class ClientValues:
    """What stands in the form of a client at first."""

    name: str = ""
    zone: str = ""
    review_channel: str = ""
    digest_channel: str = ""
    support_channel: str = ""
    reviewers: Sequence[str] = field(default_factory=tuple)
    four_eyes: bool = True
    digest_hour: int = 9
    late_minutes: int = 60


def settings(managers: Sequence[str], clients: Sequence[Client], accounts: Sequence[Account], first: int = 0) -> Block:
    """All clients, from the `first` on, and who manages."""
    shown = clients[first : first + CLIENTS_A_PAGE]
    count = Counter(account.client_id for account in accounts)
    broken = Counter(account.client_id for account in accounts if not account.connected)
    change = button(plain("Change"), MANAGERS, says=plain("Change who sets Trellis up"))
    blocks = [
        section(t("*Who sets Trellis up*\n{people}", people=_people(managers)), accessory=change),
        divider(),
        header(plain("Clients")),
        *([] if clients else [section(t("There is no client yet. Add one to begin."))]),
        *(_client(row, count[row.id or 0], broken[row.id or 0]) for row in shown),
        actions(*_pages(first, len(clients))) if len(clients) > CLIENTS_A_PAGE else None,
        actions(
            button(plain("Add a client"), ADD_CLIENT, style="" if clients else "primary"),
            button(plain("Connect an account"), CONNECT, ticket(0)) if clients else None,
        ),
    ]
    return modal(SETTINGS, plain("Settings"), [block for block in blocks if block], close=plain("Close"))


def client_page(client: Client, accounts: Sequence[Account], titles: dict[str, str], done: str = "") -> Block:
    """One client with its accounts; `done` says what was just changed, `titles` are the networks'."""
    first = sorted(accounts, key=lambda account: account.connected)[:ACCOUNTS_A_PAGE]
    cards = [block for account in first for block in account_card(account, titles.get(account.network, ""))]
    blocks = [
        *([section(done), divider()] if done else []),
        section(_facts(client)),
        actions(
            button(plain("Change"), CHANGE_CLIENT, ticket(client.id or 0), says=plain("Change this client")),
            button(plain("Connect an account"), CONNECT, ticket(client.id or 0), style="" if accounts else "primary"),
            button(plain("All settings"), OPEN),
        ),
        header(plain("Accounts")),
        *(cards or [section(t("No account yet. Connect one, so that posts can go out."))]),
        *([context(t("And {count} more.", count=len(accounts) - len(first)))] if len(accounts) > len(first) else []),
    ]
    return modal(CLIENT, plain("Client"), blocks, close=plain("Close"))


def client_form(values: ClientValues, client_id: int = 0) -> Block:
    """The form of a client; of a new one without an id."""
    title = plain("Change the client") if client_id else plain("New client")
    return modal(CLIENT_FORM, title, list(_client_fields(values)), submit=plain("Save"), private=str(client_id or ""))


def managers_form(managers: Sequence[str]) -> Block:
    """Who sets Trellis up."""
    hint = plain("They connect accounts, and change clients and these settings.")
    chosen = input_block("managers", plain("Who sets Trellis up"), people("managers", managers), hint=hint)
    return modal(MANAGERS_FORM, plain("Who sets Trellis up"), [chosen], submit=plain("Save"))


def _client(row: Client, accounts: int, broken: int) -> Block:
    known = t("1 account") if accounts == 1 else t("{count} accounts", count=accounts)
    if broken:
        known = t("{accounts}, {broken} to connect again", accounts=known, broken=broken)
    place = channel_link(row.review_channel) if row.review_channel else t("no channel yet")
    said = t("*{name}*\n{zone} · {place} · {accounts}", name=row.name, zone=row.zone, place=place, accounts=known)
    opens = button(plain("Open"), OPEN_CLIENT, ticket(row.id or 0), says=plain("Open {client}", client=row.name))
    return section(said, accessory=opens)


def _pages(first: int, count: int) -> Iterator[Block]:
    if first > 0:
        yield button(plain("Back"), f"{PAGE}#back", ticket(max(0, first - CLIENTS_A_PAGE)))
    if first + CLIENTS_A_PAGE < count:
        yield button(plain("More clients"), f"{PAGE}#on", ticket(first + CLIENTS_A_PAGE))


def _facts(client: Client) -> Mrkdwn:
    lines = [
        t("*{name}*", name=client.name),
        t("Time zone: {zone}", zone=client.zone),
        t("Reviews: {where}, by {who}", where=_channel(client.review_channel), who=_people(client.reviewers)),
        t("A second person must approve.") if client.four_eyes else t("Reviewers may approve their own posts."),
        t("Daily digest: {where}, at {hour}", where=_channel(client.digest_channel), hour=_hour(client.digest_hour)),
        t("Customers' messages: {where}", where=_channel(client.support_channel)),
        t("A post may go out up to {time} late.", time=length(client.late_minutes)),
    ]
    return Mrkdwn("\n".join(lines))


def _client_fields(values: ClientValues) -> Iterator[Block]:
    name = line("name", typed=one_line(values.name, NAME_CHARACTERS), longest=NAME_CHARACTERS)
    yield input_block("name", plain("Name"), name, hint=plain("A client, a brand, or your own team."))
    zone = line("zone", typed=values.zone, longest=ZONE_CHARACTERS)
    yield input_block("zone", plain("Time zone"), zone, hint=plain("Such as Europe/Vilnius. Posts keep its time."))
    yield from _channels(values)
    hint = plain("They approve posts before they go out.")
    yield input_block("reviewers", plain("Who reviews"), people("reviewers", values.reviewers), hint=hint)
    eyes = [option(plain("Nobody approves their own post"), "four_eyes")]
    ticks = boxes("four_eyes", eyes, chosen=["four_eyes"] if values.four_eyes else [])
    yield input_block("four_eyes", plain("Four eyes"), ticks, optional=True)
    hours = [option(_hour(hour), str(hour)) for hour in range(24)]
    hour = select("digest_hour", hours, chosen=str(values.digest_hour))
    yield input_block("digest_hour", plain("Hour of the daily digest"), hour)
    minutes = sorted({*LATE_MINUTES, values.late_minutes})
    late = select("late_minutes", [option(length(one), str(one)) for one in minutes], chosen=str(values.late_minutes))
    hint = plain("Later than this a post is not sent, and people are asked. A post may say otherwise.")
    yield input_block("late_minutes", plain("How late a post may go out"), late, hint=hint)


def _channels(values: ClientValues) -> Iterator[Block]:
    hint = plain("Trellis must be in it. In the channel, write: /invite @Trellis")
    review = channel("review_channel", values.review_channel)
    yield input_block("review_channel", plain("Channel for reviews"), review, hint=hint)
    digest = channel("digest_channel", values.digest_channel)
    yield input_block("digest_channel", plain("Channel for the daily digest"), digest, optional=True)
    support = channel("support_channel", values.support_channel)
    yield input_block("support_channel", plain("Channel for customers' messages"), support, optional=True)


def _channel(channel_id: str) -> Mrkdwn:
    return channel_link(channel_id) if channel_id else t("no channel")


def _people(people_ids: Sequence[str]) -> Mrkdwn:
    if not people_ids:
        return t("nobody yet")
    named = Mrkdwn(", ".join(mention(person) for person in people_ids[:NAMED_PEOPLE]))
    more = len(people_ids) - NAMED_PEOPLE
    return t("{people} and {count} more", people=named, count=more) if more > 0 else named


def _hour(hour: int) -> str:
    return f"{hour:02}:00"
