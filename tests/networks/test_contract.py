"""Every network that has a file keeps the contract, against a stand-in server of its own and against strangers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable

import pytest

from bot.errors import NetworkError
from bot.networks import names
from bot.rules.accounts import account_name
from bot.rules.networks import Absent, Unknown
from tests.networks.contract import Line, NetworkContract, lined_up, stage_of
from tests.networks.lending import NOW, Notebook, post

STRANGE_STATUSES = (200, 201, 204, 206, 302, 400, 401, 403, 404, 409, 410, 413, 422, 429, 451, 500, 501, 503, 599)
STRANGE_BODIES = (
    b"",
    b"null",
    b"[]",
    b"7",
    b'"ok"',
    b"{",
    b"<html>Who are you?</html>",
    b"\xff\xfe\x00",
    b"[" * 5_000,
    b'{"id": {"id": []}, "uri": 7, "did": null, "error": {"message": ["x"]}, "message": {}, "url": false}',
    b'{"error": "\\ud800", "message": "\\u0000"}',
)


class TestEveryNetwork(NetworkContract):
    """The contract, once for each network found."""

    @pytest.fixture(params=names())
    async def line(self, request: pytest.FixtureRequest) -> AsyncIterator[Line]:
        """The network's adapter before its stand-in server."""
        async with stage_of(request.param) as stage, lined_up(request.param, stage) as line:
            yield line

    async def test_its_accounts_are_called_by_its_title(self, line: Line) -> None:
        assert account_name("ourshop", line.account.network) == f"ourshop ({line.network.title})"

    @pytest.mark.parametrize("status", STRANGE_STATUSES)
    async def test_whatever_a_stranger_answers_ends_in_one_of_the_six_errors(self, line: Line, status: int) -> None:
        await line.network.verify(line.account)
        for body in STRANGE_BODIES:
            line.wire.let_a_stranger_answer(status, body)
            await ends_well(line.network.publish(line.account, post("Our shop opens"), Notebook()))
            await ends_well(line.network.verify(line.account))
            await ends_well(line.network.limits(line.account))
            found = await line.network.find(line.account, post("Our shop opens"), NOW, Notebook())
            assert isinstance(found, Absent | Unknown)


async def ends_well(attempt: Awaitable[object]) -> None:
    """It gives something, or says in a short sentence why it does not."""
    told = "It did."
    try:
        await attempt
    except NetworkError as error:
        told = error.sentence
    assert 0 < len(told.encode()) < 1_000
