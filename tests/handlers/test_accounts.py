"""Connecting an account from Slack: its network is asked, the profile is shown, and only then it counts."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from bot.blocks.accounts import RECONNECT
from bot.blocks.basics import actions, button, section, ticket
from bot.handlers import On, accounts, home, settings
from bot.sandbox.cast import ANN, EVE, REVIEW
from bot.sandbox.driver import FormErrors, Person, View
from bot.sandbox.plaza import PlazaServer, serve_plaza
from bot.slack import told
from bot.store.tables import Account, AuditEntry, Form
from tests.office import Office


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


@pytest.fixture
async def eve(office: Office) -> AsyncIterator[Person]:
    async with Person(office.slack.url, EVE) as person:
        yield person


async def begin(eve: Person) -> View:
    """The form, opened from Home, for Plaza."""
    await eve.open_home()
    tab = await eve.home(having="account_connect")
    await eve.press(tab, "account_connect")
    form = await eve.view(having="account_network")
    await eve.choose(form, "account_network", "plaza")
    return await eve.view(saying="Account token")


async def connected(office: Office) -> list[Account]:
    return await office.desk.read(lambda tx: tx.all(Account), office.scope)


async def test_an_account_is_shown_before_it_is_connected(office: Office, eve: Person, plaza: PlazaServer) -> None:
    await begin(eve)
    await eve.fill({"server": plaza.url, "secret": plaza.tokens["harbour_bakery"]})
    await eve.submit()
    shown = await eve.view(saying="This is *Harbour Bakery* on Plaza.")
    assert "500 characters, 4 images" in shown.words
    assert await connected(office) == []
    await eve.submit()
    await eve.view(saying="is connected for Harbour Bakery")
    [row] = await connected(office)
    assert (row.handle, row.server, row.connected) == ("harbour_bakery", plaza.url, True)
    assert office.desk.locker.unlock(row.secret) == {"token": plaza.tokens["harbour_bakery"]}
