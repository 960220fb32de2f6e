"""The strict small Mastodon, as the contract's server for its adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.rules.networks import Account
from tests.networks.contract import Stage
from tests.networks.lending import NOW
from tests.networks.mastodon_fake import TOKEN, FakeMastodon, served


@asynccontextmanager
async def open_stage() -> AsyncIterator[Stage]:
    """A server with one account, Ann's."""
    fake = FakeMastodon(NOW)
    async with served(fake):
        yield Stage(fake.url, account, fake.texts, lambda *request: request == ("POST", "/api/v1/statuses"))


def account(url: str) -> Account:
    """Ann's account on the server at `url`."""
    return Account(1, "mastodon", url, "ann", secret={"token": TOKEN})
