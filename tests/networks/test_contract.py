"""Every network that has a file keeps the contract, against a stand-in server of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.networks import names
from tests.networks.contract import Line, NetworkContract, lined_up, stage_of


class TestEveryNetwork(NetworkContract):
    """The contract, once for each network found."""

    @pytest.fixture(params=names())
    async def line(self, request: pytest.FixtureRequest) -> AsyncIterator[Line]:
        """The network's adapter before its stand-in server."""
        async with stage_of(request.param) as stage, lined_up(request.param, stage) as line:
            yield line
