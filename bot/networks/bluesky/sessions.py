"""Keeps each account signed in: one login, then refreshed tokens, one refresh of an account at a time.

A server takes 30 logins in 5 minutes and 300 a day of one account, so a session is stored and used until it ends.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields

import httpx

from bot.errors import Misconfigured, Reconnect
from bot.networks import Lent
from bot.networks._answers import Answer, list_of, text_of
from bot.networks._http import require_server
from bot.networks.bluesky.xrpc import SIGNED_OUT, STALE, Call, ask, error_of, sign_in_refusal, tell
from bot.rules.networks import Account

LOGIN = "com.atproto.server.createSession"
REFRESH = "com.atproto.server.refreshSession"

DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]{1,500}")
TOKEN = re.compile(r"[\x21-\x7e]{1,8000}")
"""What may stand in a header; a server's token is as untrusted as anything else it says."""


@dataclass(frozen=True)
class Session:
    """A signed-in account: who it is, where its records live, and its tokens (access 2 hours, refresh 90 days)."""

    did: str
    handle: str
    pds: str
    """Base URL of the server that holds the account's records."""
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    made_of: str = field(repr=False)
    """Fingerprint of the credentials, so that a session does not outlive a changed password."""


class Sessions:
    """The sessions of all Bluesky accounts, kept in the vault."""

    def __init__(self, lent: Lent) -> None:
        self._http, self._vault, self._now, self._allow_http = lent.http, lent.vault, lent.now, lent.allow_http

    async def of(self, account: Account) -> Session:
        """The account's session as stored (its tokens may have expired), or a new one. Raises as a login does."""
        stored = _stored(await self._vault.load(account.id), account)
        if stored:
            return stored
        async with self._vault.lock(account.id):
            return _stored(await self._vault.load(account.id), account) or await self._signed_in(account)

    async def ask(self, account: Account, session: Session, method: str, params: Mapping[str, str]) -> Answer:
        """Call a query as the account. Any answer is returned but that of a stale token, which is renewed once."""
        answer = await ask(self._http, session.pds, method, params, session.access)
        if error_of(answer) not in STALE:
            return answer
        session = await self._renewed(account, session)
        return await ask(self._http, session.pds, method, params, session.access)

    async def tell(self, account: Account, session: Session, call: Call) -> Answer:
        """Call a procedure as the account; a stale token is refused before anything is done, and renewed once."""
        answer = await tell(self._http, session.pds, call, session.access)
        if error_of(answer) not in STALE:
            return answer
        session = await self._renewed(account, session)
        return await tell(self._http, session.pds, call, session.access)

    async def _renewed(self, account: Account, stale: Session) -> Session:
        """A session newer than `stale`: the one that another has made meanwhile, a refreshed one, or a new login."""
        async with self._vault.lock(account.id):
            stored = _stored(await self._vault.load(account.id), account)
            if stored and stored.access != stale.access:
                return stored
            server = self._server(account)
            answer = await tell(self._http, server, Call(REFRESH, mutates=False), (stored or stale).refresh)
            if answer.ok:
                return await self._kept(account, answer)
            if error_of(answer) in SIGNED_OUT:
                return await self._signed_in(account)
            raise sign_in_refusal(answer, _host(server), self._now())

    async def _signed_in(self, account: Account) -> Session:
        """Log in with the app password. A login whose answer was lost harms nothing, so it is not a mutation."""
        server = self._server(account)
        given = {"identifier": _identifier(account), "password": account.secret.get("app_password", "")}
        answer = await tell(self._http, server, Call(LOGIN, mutates=False, json=given))
        if answer.ok:
            return await self._kept(account, answer)
        raise sign_in_refusal(answer, _host(server), self._now())

    async def _kept(self, account: Account, answer: Answer) -> Session:
        server = self._server(account)
        session = self._read(account, answer, server)
        if session is None:
            raise Misconfigured(f"{_host(server)} does not answer as a Bluesky server does. Check its address.")
        if account.remote_id and session.did != account.remote_id:
            raise Reconnect(f"The app password of {account.handle} now belongs to another account. Connect it again.")
        await self._vault.save(account.id, asdict(session))
        return session

    def _read(self, account: Account, answer: Answer, server: str) -> Session | None:
        told = answer.json
        did, access, refresh = text_of(told, "did"), text_of(told, "accessJwt"), text_of(told, "refreshJwt")
        if not (DID.fullmatch(did) and TOKEN.fullmatch(access) and TOKEN.fullmatch(refresh)):
            return None
        pds = require_server(_pds(told) or server, self._allow_http)
        return Session(did, text_of(told, "handle") or did, pds, access, refresh, _fingerprint(account))

    def _server(self, account: Account) -> str:
        return require_server(account.server, self._allow_http)


def _stored(session: Mapping[str, str], account: Account) -> Session | None:
    """What the vault holds, if it is whole and was made of the credentials that the account has now."""
    if any(not session.get(one.name) for one in fields(Session)) or session["made_of"] != _fingerprint(account):
        return None
    return Session(**{one.name: session[one.name] for one in fields(Session)})


def _fingerprint(account: Account) -> str:
    given = "\0".join((account.server, account.handle, account.secret.get("app_password", "")))
    return hashlib.sha256(given.encode("utf-8", "surrogatepass")).hexdigest()


def _identifier(account: Account) -> str:
    return account.remote_id or account.handle.strip().removeprefix("@")


def _pds(told: object) -> str:
    """Where the account's identity document says that its records live; "" where it does not say."""
    for service in list_of(told, "didDoc", "service"):
        if text_of(service, "id").endswith("#atproto_pds"):
            return text_of(service, "serviceEndpoint")
    return ""


def _host(server: str) -> str:
    return httpx.URL(server).host
