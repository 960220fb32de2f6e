"""The Home tab in Slack: shown when it is opened, renewed when something changes, and acted on where it stands."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.flows import outbox
from bot.handlers import On, home
from bot.sandbox.cast import ANN, BEN, DEE, EVE
from bot.sandbox.driver import Person
from tests.factories import NOW
from tests.office import Office


@pytest.fixture
def on() -> On:
    on = On()
    home.register(on)
    return on


@pytest.fixture
async def eve(office: Office) -> AsyncIterator[Person]:
    async with Person(office.slack.url, EVE) as person:
        yield person


@pytest.fixture
async def ben(office: Office) -> AsyncIterator[Person]:
    async with Person(office.slack.url, BEN) as person:
        yield person


async def test_opening_the_tab_shows_the_main_action_first(office: Office, ann: Person) -> None:
    await ann.open_home()
    tab = await ann.home(having="draft_open")
    assert tab.blocks[0]["elements"][0]["action_id"] == "draft_open"


async def test_who_installed_trellis_sees_what_to_do_next(office: Office, eve: Person) -> None:
    await eve.open_home()
    tab = await eve.home(saying="Set up Trellis")
    assert tab.element("account_connect")["style"] == "primary"
