"""Speaks to one server of the Mastodon family, and tells what its refusals mean."""

from __future__ import annotations

from datetime import timedelta
from typing import Unpack
from urllib.parse import quote, urlsplit

from bot.errors import Ambiguous, BadContent, Misconfigured, NetworkError, Quota, Reconnect, Retryable
from bot.networks import Lent
from bot.networks._answers import Answer, number_of, opens_at, text_of, wait_of
from bot.networks._http import Parts, require_server, send
from bot.rules.networks import Account

WINDOW = timedelta(minutes=5)
"""Mastodon counts 300 requests in 5 minutes (docs.joinmastodon.org/api/rate-limits); waited when no reset is told."""
REFUSES_CONTENT = frozenset({400, 413, 415, 422, 451})
"""Mastodon answers 422, GoToSocial 400 too, reverse proxies 413."""
SAID_CHARACTERS = 300
"""How much of a server's own words reaches a person."""


class Server:
    """Every request of the adapter goes through here."""

    def __init__(self, lent: Lent) -> None:
        self.lent = lent

    async def read(self, account: Account, path: str, **parts: Unpack[Parts]) -> Answer:
        """GET, whatever the status. Raises Retryable, Misconfigured."""
        return await self._send("GET", account, path, False, parts)

    async def create(self, account: Account, path: str, **parts: Unpack[Parts]) -> Answer:
        """POST, whatever the status. Raises Retryable (nothing was sent), Ambiguous, Misconfigured."""
        return await self._send("POST", account, path, True, parts)

    async def _send(self, method: str, account: Account, path: str, mutates: bool, parts: Parts) -> Answer:
        base = require_server(account.server, self.lent.allow_http)
        token = {"authorization": f"Bearer {account.secret.get('token', '')}"}
        carried: Parts = {**parts, "headers": {**parts.get("headers", {}), **token}}
        return await send(self.lent.http, method, f"{base}{path}", mutates=mutates, **carried)

    def refusal(self, answer: Answer, host: str, what: str) -> NetworkError:
        """The error that an answer beyond 2xx to a POST means. `what` was asked of it: "post", "image"."""
        status, now = answer.status, self.lent.now()
        if status in {401, 403}:
            return Reconnect(f"{host} no longer lets this account in{_said(answer)}. Connect the account again.")
        if status == 429:
            return Quota(f"{host} takes no more from this account for now.", opens_at(answer, now) or now + WINDOW)
        if status in REFUSES_CONTENT:
            return BadContent(f"{host} does not take this {what}{_said(answer)}.")
        if status in {404, 410}:
            return BadContent(f"{host} says that something this {what} needs is gone{_said(answer)}.")
        if status == 503 and _is_own(answer) and (after := wait_of(answer, now)) is not None:
            return Retryable(f"{host} is busy.", after)
        if 300 <= status < 400 or status == 405:
            return Misconfigured(f"{host} does not answer like a Mastodon server ({status}). Check the address.")
        return Ambiguous(f"{host} failed while it had the {what} ({status}).")

    def unread(self, answer: Answer, host: str) -> NetworkError:
        """The error that an answer beyond 2xx to a GET means: nothing was created, so nothing is in doubt."""
        if answer.status in {404, 410} or answer.status in REFUSES_CONTENT:
            return Misconfigured(f"{host} does not answer like a Mastodon server ({answer.status}). Check the address.")
        error = self.refusal(answer, host, "question")
        return Retryable(error.sentence) if isinstance(error, Ambiguous) else error


def host_of(account: Account) -> str:
    """The server's name for a sentence."""
    return urlsplit(account.server).netloc or account.server


def id_of(told: object, name: str = "id") -> str:
    """An id as text, or "". The API says that ids are texts; a few servers send numbers."""
    number = number_of(told, name)
    return text_of(told, name) if number is None else str(number)


def id_in_path(remote_id: str) -> str:
    """An id as one step of a path: ids are opaque, and some servers' hold slashes."""
    return quote(remote_id, safe="")


def _is_own(answer: Answer) -> bool:
    """The server itself says so in JSON, before it did anything (GoToSocial's throttle does).

    A proxy's 503 proves nothing: Varnish sends one with Retry-After when the server behind it was merely slow.
    """
    return bool(text_of(answer.json, "error"))


def _said(answer: Answer) -> str:
    said = " ".join(text_of(answer.json, "error").split())[:SAID_CHARACTERS].rstrip(".")
    return f" ({said})" if said else ""
