"""The connection of a test with the stand-in's control API."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import aiohttp

from bot.sandbox.answers import Json


class Refused(Exception):
    """Slack's client would not do that, or shows that the app did not answer."""

    def __init__(self, code: str, sentence: str, fields: dict[str, str]) -> None:
        super().__init__(f"{code}: {sentence} {fields or ''}".strip())
        self.code = code
        self.sentence = sentence
        self.fields = fields


class Line:
    """The connection of one person (or of the control) with the stand-in."""

    def __init__(self, server_url: str) -> None:
        self._base = server_url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    async def get(self, path: str, **query: str) -> Json:
        async with self._client().get(f"{self._base}/client/{path}", params=query) as response:
            return _checked(await response.json())

    async def post(self, path: str, told: Json) -> Json:
        async with self._client().post(f"{self._base}/client/{path}", json=told) as response:
            return _checked(await response.json())

    async def send(self, path: str, content: bytes, **query: str) -> Json:
        async with self._client().post(f"{self._base}/client/{path}", data=content, params=query) as response:
            return _checked(await response.json())

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session


def _checked(answer: Json) -> Json:
    if not answer.get("ok"):
        fields = answer.get("fields") or {}
        raise Refused(str(answer.get("error")), str(answer.get("sentence", "")), fields)
    return answer
