"""A newsroom for each test, and that nothing went wrong in it unseen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from tests.ways.newsroom import Newsroom, open_newsroom


@pytest.fixture
def logged() -> Iterator[list[EventDict]]:
    """All that was logged since the test began."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture
async def room(sqlite_template: Path, tmp_path: Path, logged: list[EventDict]) -> AsyncIterator[Newsroom]:
    async with open_newsroom(sqlite_template, tmp_path) as opened:
        yield opened
        assert await opened.unsaid() == []
        assert await opened.broken_record() is None
        assert [entry for entry in logged if entry["log_level"] in {"error", "critical"}] == []
