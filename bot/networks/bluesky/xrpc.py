"""Speaks XRPC, the atproto protocol's way of calling a server, and says what a refusal means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from bot.errors import Ambiguous, BadContent, Misconfigured, NetworkError, Quota, Reconnect, Retryable
from bot.networks._answers import Answer, opens_at, text_of, wait_of
from bot.networks._http import send

STALE = frozenset({"ExpiredToken", "InvalidToken"})
"""A token that a new one may replace. They come with status 400, so the name decides and never the status."""

SIGNED_OUT = STALE | {
    "AuthenticationRequired",
    "AuthMissing",
    "AuthFactorTokenRequired",
    "AccountTakedown",
    "AccountSuspended",
    "AccountDeactivated",
    "RepoTakendown",
    "RepoSuspended",
    "RepoDeactivated",
}
NOT_HERE = frozenset({"MethodNotImplemented", "XRPCNotSupported"})
"""The server speaks XRPC but does not know the method: it is no account's home."""

MESSAGE_CHARACTERS = 200
"""Of a server's own words, kept for a person to read."""


@dataclass(frozen=True)
class Call:
    """One procedure to call with POST: `json`, or raw `content` of type `mime`."""

    method: str
    mutates: bool
    json: object = field(default=None, repr=False)
    content: bytes = field(default=b"", repr=False)
    mime: str = ""


async def ask(http: httpx.AsyncClient, base: str, method: str, params: Mapping[str, str], token: str = "") -> Answer:
    """Call a query of the server at `base`. Raises Retryable where no whole answer came."""
    return await send(http, "GET", f"{base}/xrpc/{method}", mutates=False, params=dict(params), headers=_bearer(token))


async def tell(http: httpx.AsyncClient, base: str, call: Call, token: str = "") -> Answer:
    """Call a procedure of the server at `base`. Raises Retryable or Ambiguous where no whole answer came."""
    url = f"{base}/xrpc/{call.method}"
    if call.mime:
        headers = {**_bearer(token), "content-type": call.mime}
        return await send(http, "POST", url, mutates=call.mutates, content=call.content, headers=headers)
    if call.json is None:
        return await send(http, "POST", url, mutates=call.mutates, headers=_bearer(token))
    return await send(http, "POST", url, mutates=call.mutates, json=call.json, headers=_bearer(token))


def error_of(answer: Answer) -> str:
    """The name of the error in an answer, or "" where it holds none."""
    return "" if answer.ok else text_of(answer.json, "error")


def refusal(answer: Answer, host: str, now: datetime, *, mutates: bool) -> NetworkError:
    """What an answer that is no success means. Only an error with a name proves that the server itself refused."""
    name = error_of(answer)
    if answer.status == 429 or name == "RateLimitExceeded":
        return _too_many(answer, host, now)
    if name in SIGNED_OUT or answer.status == 401:
        return Reconnect("Bluesky no longer accepts this account's app password. Connect the account again.")
    if name in NOT_HERE:
        return Misconfigured(f"{host} is not the server of this account. Connect the account with its own server.")
    if answer.status >= 500 or not name:
        return _unclear(answer, host, now, mutates)
    if name == "BlobNotFound":
        return Retryable("Bluesky has dropped an image that was uploaded for this post. It will be uploaded again.")
    return BadContent(f"Bluesky refused this: {_words(answer) or name}.")


def sign_in_refusal(answer: Answer, host: str, now: datetime) -> NetworkError:
    """What it means that a server does not let an account in."""
    name = error_of(answer)
    if name == "AuthFactorTokenRequired":
        return Reconnect("Bluesky asks for a code from your e-mail. Use an app password instead of your own password.")
    if name == "AuthenticationRequired":
        return Reconnect("Bluesky did not accept the handle or the app password. Check both, or make a new one.")
    refused = refusal(answer, host, now, mutates=False)
    return Reconnect(refused.sentence) if isinstance(refused, BadContent) else refused


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"} if token else {}


def _too_many(answer: Answer, host: str, now: datetime) -> NetworkError:
    until = opens_at(answer, now)
    if until is None:
        return Retryable(f"{host} takes no more requests for the moment.")
    return Quota(f"{host} takes no more requests for the moment.", until)


def _unclear(answer: Answer, host: str, now: datetime, mutates: bool) -> NetworkError:
    """Server faults, and answers that something between us and the server gave (a proxy names no XRPC error)."""
    if mutates:
        return Ambiguous(f"{host} failed (status {answer.status}), so it may or may not have taken the post.")
    if answer.status >= 500:
        return Retryable(f"{host} failed (status {answer.status}).", wait_of(answer, now))
    return Misconfigured(f"{host} does not answer as a Bluesky server does. Check the account's server address.")


def _words(answer: Answer) -> str:
    return " ".join(text_of(answer.json, "message").split())[:MESSAGE_CHARACTERS].rstrip(".")
