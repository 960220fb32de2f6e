"""What the tests of one network share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.networks.contract import Line, lined_up
from tests.networks.servers.bluesky import StandIn, serving, stage


@pytest.fixture
async def server() -> AsyncIterator[StandIn]:
    """Ann's Bluesky server."""
    async with serving(StandIn()) as stand_in:
        yield stand_in


@pytest.fixture
async def line(server: StandIn) -> AsyncIterator[Line]:
    """The Bluesky adapter and Ann's account on `server`."""
    async with lined_up("bluesky", stage(server)) as line:
        yield line
