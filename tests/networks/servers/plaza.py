"""Plaza itself, as the contract's server for its adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.rules.networks import Account
from bot.sandbox.plaza import serve_plaza
from tests.networks.contract import Stage
from tests.networks.lending import Clock

HANDLE = "harbour_bakery"


@asynccontextmanager
async def open_stage() -> AsyncIterator[Stage]:
    """A Plaza of its own."""
    plaza = await serve_plaza(now=Clock())

    def account(url: str) -> Account:
        return Account(1, "plaza", url, HANDLE, secret={"token": plaza.tokens[HANDLE]})

    async def texts() -> list[str]:
        return plaza.texts(HANDLE)

    yield Stage(plaza.url, account, texts, publishes)
    await plaza.close()


def publishes(method: str, path: str) -> bool:
    """Does this request create a post?"""
    return method == "POST" and path.startswith("/api/posts/")
