"""Connecting an account from Slack: its network is asked, the profile is shown, and only then it counts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlmodel import SQLModel
from structlog.testing import capture_logs

from bot.blocks.accounts import from_private
from bot.flows import accounts as account_flows
from bot.handlers import On, accounts, home, settings
from bot.sandbox.driver import FormErrors, Person, View
from bot.sandbox.plaza import PlazaServer, serve_plaza
from bot.store import Tx
from bot.store.tables import Account, AuditEntry, Client, Form, Outbox
from tests.factories import NOW
from tests.office import Office

HARBOUR, NORTHLIGHT = "harbour_bakery", "northlight"


@pytest.fixture
def on() -> On:
    on = On()
    for module in (home, settings, accounts):
        module.register(on)
    return on


@pytest.fixture
async def plaza() -> AsyncIterator[PlazaServer]:
    server = await serve_plaza()
    yield server
    await server.close()


async def begin(eve: Person) -> View:
    """The form, opened from Home, for Plaza."""
    await eve.open_home()
    await eve.press(await eve.home(having="account_connect"), "account_connect")
    await eve.choose(await eve.view(having="account_network"), "account_network", "plaza")
    return await eve.view(saying="Account token")


async def connect(eve: Person, plaza: PlazaServer, handle: str = HARBOUR) -> View:
    """Connect an account of Plaza, the whole way."""
    await begin(eve)
    await eve.fill({"server": plaza.url, "secret": plaza.tokens[handle]})
    await eve.submit()
    await eve.view(saying="Connect it?")
    await eve.submit()
    return await eve.view(saying="is connected for Harbour Bakery")


async def open_client(eve: Person) -> View:
    """The page of the office's client."""
    await eve.open_home()
    await eve.press(await eve.home(having="settings_open"), "settings_open")
    await eve.press(await eve.view(having="client_open"), "client_open")
    return await eve.view(saying="Time zone:")


async def rows(office: Office) -> list[Account]:
    return await office.desk.read(lambda tx: tx.all(Account), office.scope)


def inputs(view: View) -> dict[str, str]:
    """What stands in each text field."""
    found = {block.partition("#")[0]: next(iter(held.values())) for block, held in view.values.items()}
    return {name: entry.get("value") or "" for name, entry in found.items() if "value" in entry}


async def test_an_account_is_shown_before_it_is_connected(office: Office, eve: Person, plaza: PlazaServer) -> None:
    await begin(eve)
    await eve.fill({"server": plaza.url, "secret": plaza.tokens[HARBOUR]})
    await eve.submit()
    shown = await eve.view(saying="This is *Harbour Bakery* on Plaza.")
    assert "500 characters, 4 images" in shown.words
    assert await rows(office) == []
    await eve.submit()
    await eve.view(saying="is connected for Harbour Bakery")
    [row] = await rows(office)
    assert (row.handle, row.server, row.connected) == (HARBOUR, plaza.url, True)
    assert office.desk.locker.unlock(row.secret) == {"token": plaza.tokens[HARBOUR]}


async def test_the_next_step_follows_in_the_home_tab(office: Office, eve: Person, plaza: PlazaServer) -> None:
    await connect(eve, plaza)
    await office.dispatch.drain(2)
    await office.say_all()
    steps = [block for block in (await eve.home()).blocks if block.get("block_id", "").startswith("step.")]
    primary = [step["accessory"]["action_id"] for step in steps if step.get("accessory", {}).get("style") == "primary"]
    assert primary == ["draft_open"]


async def test_refused_credentials_are_asked_afresh_and_the_rest_stays(
    office: Office, eve: Person, plaza: PlazaServer
) -> None:
    await begin(eve)
    await eve.fill({"server": plaza.url, "handle": "my bakery", "secret": "no-such-token"})
    await eve.submit()
    form = await eve.view(saying="Plaza says")
    assert inputs(form) == {"server": plaza.url, "handle": "my bakery", "secret": ""}
    assert await rows(office) == []
    await eve.fill({"secret": plaza.tokens[HARBOUR]})
    await eve.submit()
    await eve.view(saying="Connect it?")


async def test_a_server_that_does_not_answer_is_named_and_can_be_mended(eve: Person, plaza: PlazaServer) -> None:
    await begin(eve)
    await eve.fill({"server": "http://127.0.0.1:1", "secret": plaza.tokens[HARBOUR]})
    await eve.submit()
    await eve.view(saying="127.0.0.1", having="secret")
    await eve.fill({"server": plaza.url, "secret": plaza.tokens[HARBOUR]})
    await eve.submit()
    await eve.view(saying="Connect it?")


@pytest.mark.parametrize("server", ["http://plaza.example", "https://ann:pw@plaza.example", "not an address"])
async def test_an_address_that_cannot_be_one_is_refused_at_its_field(eve: Person, server: str) -> None:
    await begin(eve)
    await eve.fill({"server": server, "secret": "token"})
    with pytest.raises(FormErrors) as refused:
        await eve.submit()
    assert set(refused.value.fields) == {"server#plaza"}
    assert inputs((await eve.views())[-1])["secret"] == "token"


async def test_credentials_changed_after_the_check_are_shown_again_first(
    office: Office, eve: Person, plaza: PlazaServer
) -> None:
    await begin(eve)
    await eve.fill({"server": plaza.url, "secret": plaza.tokens[HARBOUR]})
    await eve.submit()
    await eve.view(saying="This is *Harbour Bakery*")
    await eve.fill({"secret": plaza.tokens[NORTHLIGHT]})
    await eve.submit()
    await eve.view(saying="This is *Northlight Cycles*")
    assert await rows(office) == []


async def test_each_network_asks_for_its_own(eve: Person) -> None:
    await eve.open_home()
    await eve.press(await eve.home(having="account_connect"), "account_connect")
    form = await eve.view(having="account_network")
    await eve.choose(form, "account_network", "bluesky")
    form = await eve.view(saying="App password")
    assert inputs(form)["server"] == "https://bsky.social"
    await eve.choose(form, "account_network", "mastodon")
    assert inputs(await eve.view(saying="Access token"))["server"] == ""


async def test_credentials_are_in_nothing_that_is_kept_or_sent(office: Office, eve: Person, plaza: PlazaServer) -> None:
    secret = plaza.tokens[HARBOUR]
    with capture_logs() as logs:
        await begin(eve)
        await eve.fill({"server": plaza.url, "secret": "wrong-" + secret})
        await eve.submit()
        sent = [await eve.view(saying="Plaza says")]
        await eve.fill({"secret": secret})
        await eve.submit()
        sent.append(await eve.view(saying="Connect it?"))
        views = json.dumps([view.json["blocks"] for view in sent] + [view.json["private_metadata"] for view in sent])
        await eve.submit()
        await eve.view(saying="is connected")
        await office.dispatch.drain(2)
    tables = (Account, AuditEntry, Form, Outbox)
    kept = [row.model_dump_json() for table in tables for row in await office.desk.read(_all(table), office.scope)]
    assert secret not in json.dumps(logs, default=str)
    assert secret not in views
    assert secret not in "".join(kept)


async def test_what_travels_with_the_view_is_ids(eve: Person, plaza: PlazaServer) -> None:
    await begin(eve)
    await eve.fill({"server": plaza.url, "secret": plaza.tokens[HARBOUR]})
    await eve.submit()
    form = from_private((await eve.view(saying="Connect it?")).json["private_metadata"])
    assert (form.network, form.server, form.handle) == ("plaza", "", "")


async def test_an_account_is_connected_again(office: Office, eve: Person, plaza: PlazaServer) -> None:
    await connect(eve, plaza)
    await break_it(office)
    await eve.press(await open_client(eve), "account_reconnect")
    await eve.view(saying="Account token")
    await eve.fill({"secret": plaza.tokens[HARBOUR]})
    await eve.submit()
    await eve.view(saying="Connect it?")
    await eve.submit()
    await eve.view(saying="is connected for Harbour Bakery")
    [row] = await rows(office)
    assert (row.connected, row.trouble) == (True, "")


async def test_another_accounts_credentials_do_not_connect_it_again(
    office: Office, eve: Person, plaza: PlazaServer
) -> None:
    await connect(eve, plaza)
    await break_it(office)
    await eve.press(await open_client(eve), "account_reconnect")
    await eve.view(saying="Account token")
    await eve.fill({"secret": plaza.tokens[NORTHLIGHT]})
    await eve.submit()
    await eve.view(saying="Connect it?")
    await eve.submit()
    await eve.view(saying="This signs in as northlight")
    assert [row.connected for row in await rows(office)] == [False]


async def test_a_broken_account_is_mended_from_the_home_tab(office: Office, eve: Person, plaza: PlazaServer) -> None:
    await connect(eve, plaza)
    await break_it(office)
    await eve.open_home()
    tab = await eve.home(saying="Accounts to connect again")
    await eve.press(tab, "account_reconnect")
    form = await eve.view(saying="Account token")
    assert set(inputs(form)) == {"secret"}


async def test_disconnecting_forgets_the_credentials(office: Office, eve: Person, plaza: PlazaServer) -> None:
    await connect(eve, plaza)
    await eve.press(await open_client(eve), "account_disconnect")
    await eve.view(saying="is disconnected.")
    [row] = await rows(office)
    assert (row.connected, row.secret, row.session) == (False, "", "")


async def test_the_same_account_is_not_connected_for_two_clients(
    office: Office, eve: Person, plaza: PlazaServer
) -> None:
    done = await connect(eve, plaza)
    second = await office.desk.write(_second_client, office.scope, office.client_id)
    await eve.press(done, "account_connect")
    await eve.choose(await eve.view(having="account_network"), "account_network", "plaza")
    await eve.view(saying="Account token")
    await eve.fill({"client": str(second), "server": plaza.url, "secret": plaza.tokens[HARBOUR]})
    await eve.submit()
    await eve.view(saying="Connect it?")
    await eve.submit()
    await eve.view(saying="is already connected for Harbour Bakery")


async def test_a_form_that_is_closed_before_it_was_confirmed_connects_nothing(
    office: Office, eve: Person, plaza: PlazaServer
) -> None:
    await begin(eve)
    await eve.fill({"server": plaza.url, "secret": plaza.tokens[HARBOUR]})
    await eve.submit()
    await eve.view(saying="Connect it?")
    await eve.close_view()
    await office.dispatch.drain(5)
    assert await rows(office) == []


@dataclass
class Odd:
    """A network that answers when it is told to, and then breaks."""

    told: asyncio.Event = field(default_factory=asyncio.Event)
    title: str = "Odd"
    keyed: bool = False
    asks: Mapping[str, str] = field(default_factory=lambda: {"key": "Key"})

    async def verify(self, account: object) -> None:
        await self.told.wait()
        raise RuntimeError("a bug")


async def ask_odd(office: Office, eve: Person) -> Odd:
    """The form, handed in for a network that does not answer yet."""
    known: Any = office.desk.networks
    odd = known["odd"] = Odd()
    await eve.open_home()
    await eve.press(await eve.home(having="account_connect"), "account_connect")
    await eve.choose(await eve.view(having="account_network"), "account_network", "odd")
    await eve.view(saying="Key")
    await eve.fill({"server": "https://odd.example", "secret": "key"})
    return odd


async def test_a_slow_network_is_waited_for_and_asked_once(office: Office, eve: Person) -> None:
    await ask_odd(office, eve)
    await eve.submit()
    waiting = await eve.view(saying="Asking Odd whose account this is.")
    assert inputs(waiting) == {"server": "https://odd.example", "handle": "", "secret": "key"}
    with pytest.raises(FormErrors) as refused:
        await eve.submit()
    assert list(refused.value.fields.values()) == ["Odd has not answered yet. Wait a moment."]


async def test_whatever_breaks_later_the_form_comes_back_and_a_reference_is_told(office: Office, eve: Person) -> None:
    odd = await ask_odd(office, eve)
    await eve.submit()
    await eve.view(saying="Asking Odd")
    odd.told.set()
    assert "tell the person who runs Trellis this reference" in (await eve.direct()).words
    [form] = await eve.views()
    assert form.json["submit"]["text"] == "Check"
    assert inputs(form) == {"server": "https://odd.example", "handle": "", "secret": ""}


async def test_whatever_breaks_at_once_is_told_over_the_form(office: Office, eve: Person) -> None:
    odd = await ask_odd(office, eve)
    odd.told.set()
    await eve.submit()
    form, notice = await eve.views()
    assert "tell the person who runs Trellis this reference" in notice.words
    assert inputs(form) == {"server": "https://odd.example", "handle": "", "secret": "key"}


async def break_it(office: Office) -> None:
    """The network refuses the account's credentials."""
    [row] = await rows(office)
    await office.desk.write(
        account_flows.mark_broken, office.scope, row.id or 0, "The token was taken back.", now=office.desk.now()
    )


def _all(table: type[SQLModel]) -> Callable[[Tx], list[SQLModel]]:
    return lambda tx: tx.all(table)


def _second_client(tx: Tx, first: int) -> int:
    known = tx.require(Client, first)
    row = Client(workspace_id=known.workspace_id, name="Northlight Cycles", zone="Europe/London", created_at=NOW)
    return tx.add(row).id or 0
