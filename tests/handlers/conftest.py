"""An office whose handlers the test registers itself, and the cast at their screens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.handlers import On
from bot.sandbox.cast import ANN, BEN, CAS, DEE, EVE
from bot.sandbox.driver import Control, Person
from tests.handlers.desks import Desk, open_desk
from tests.office import Office, copy_of, open_office


@pytest.fixture
def on() -> On:
    return On()


@pytest.fixture
async def office(sqlite_template: Path, tmp_path: Path, on: On) -> AsyncIterator[Office]:
    async with open_office(copy_of(sqlite_template, tmp_path), on) as office:
        yield office


@pytest.fixture
async def desk(office: Office) -> Desk:
    return await open_desk(office)


@pytest.fixture
async def ann(office: Office) -> AsyncIterator[Person]:
    async with Person(office.slack.url, ANN) as person:
        yield person


@pytest.fixture
async def ben(office: Office) -> AsyncIterator[Person]:
    async with Person(office.slack.url, BEN) as person:
        yield person


@pytest.fixture
async def cas(office: Office) -> AsyncIterator[Person]:
    async with Person(office.slack.url, CAS) as person:
        yield person


@pytest.fixture
async def dee(office: Office) -> AsyncIterator[Person]:
    async with Person(office.slack.url, DEE) as person:
        yield person


@pytest.fixture
async def eve(office: Office) -> AsyncIterator[Person]:
    async with Person(office.slack.url, EVE) as person:
        yield person


@pytest.fixture
async def control(office: Office) -> AsyncIterator[Control]:
    async with Control(office.slack.url) as line:
        yield line
