"""An account's records on its own server: each call gives a value or raises one of the six network errors."""

from __future__ import annotations

import re

import httpx

from bot.errors import Ambiguous, BadContent, Reconnect, Retryable
from bot.networks import Lent
from bot.networks._answers import Answer, number_of, part_of, text_of
from bot.networks._images import read_image
from bot.networks.bluesky.posts import Ref
from bot.networks.bluesky.sessions import DID, Session, Sessions
from bot.networks.bluesky.xrpc import Call, ask, error_of, refusal, sign_in_refusal
from bot.rules.networks import Account, OutgoingImage

GET_RECORD = "com.atproto.repo.getRecord"
PUT_RECORD = "com.atproto.repo.putRecord"
UPLOAD_BLOB = "com.atproto.repo.uploadBlob"
GET_SESSION = "com.atproto.server.getSession"
RESOLVE_HANDLE = "com.atproto.identity.resolveHandle"
REPO_STATUS = "com.atproto.sync.getRepoStatus"

CID = re.compile(r"[A-Za-z0-9]{8,200}")
"""The hash that names one version of a record or an image, in any of its spellings."""


class Repository:
    """Reads and writes accounts' records. Records are read without signing in, as anybody may."""

    def __init__(self, lent: Lent) -> None:
        self._http, self._now = lent.http, lent.now
        self._sessions = Sessions(lent)

    async def owner(self, account: Account) -> Session:
        """Who the account is and where its records live; signs in when that is not known."""
        return await self._sessions.of(account)

    async def signed_in(self, account: Account) -> Session:
        """The session, once the server has accepted it. Raises Reconnect for an account that is not active."""
        session = await self._sessions.of(account)
        answer = await self._sessions.ask(account, session, GET_SESSION, {})
        if not answer.ok:
            raise sign_in_refusal(answer, _host(session), self._now())
        if part_of(answer.json, "active") is False:
            raise Reconnect(f"The Bluesky account {session.handle} is not active. Activate it, then connect it again.")
        return session

    async def create(
        self, account: Account, session: Session, collection: str, key: str, record: dict[str, object]
    ) -> Ref:
        """Put a record where there must be none. One that lies there already is taken for ours: see `find`.

        Raises Ambiguous where it may or may not have been kept.
        """
        put = {"repo": session.did, "collection": collection, "rkey": key, "record": record, "swapRecord": None}
        answer = await self._sessions.tell(account, session, Call(PUT_RECORD, mutates=True, json=put))
        if error_of(answer) == "InvalidSwap":  # the key is taken: an earlier send got through after all
            return await self._taken(session, collection, key)
        if not answer.ok:
            raise refusal(answer, _host(session), self._now(), mutates=True)
        ref = _ref(answer, f"at://{session.did}/{collection}/{key}")
        if ref is None:
            raise Ambiguous(f"{_host(session)} took the post but gave an answer that cannot be read.")
        return ref

    async def read(self, session: Session, collection: str, key: str) -> tuple[Ref, object] | None:
        """A record's reference and content, or None where the server says that there is no such record."""
        params = {"repo": session.did, "collection": collection, "rkey": key}
        answer = await ask(self._http, session.pds, GET_RECORD, params)
        if error_of(answer) == "RecordNotFound":
            return None
        if not answer.ok:
            raise refusal(answer, _host(session), self._now(), mutates=False)
        ref = _ref(answer, f"at://{session.did}/{collection}/{key}")
        if ref is None:
            raise Retryable(f"{_host(session)} gave an answer that cannot be read.")
        return ref, part_of(answer.json, "value")

    async def is_home(self, session: Session) -> bool:
        """Is the account alive on this server? One that has moved away answers "no such record" to everything."""
        answer = await ask(self._http, session.pds, REPO_STATUS, {"did": session.did})
        return answer.ok and text_of(answer.json, "did") == session.did and part_of(answer.json, "active") is True

    async def upload(self, account: Account, session: Session, image: OutgoingImage) -> dict[str, object]:
        """The server's name for an image. The same bytes get the same name, so a second upload harms nothing."""
        content = await read_image(image)
        call = Call(UPLOAD_BLOB, mutates=False, content=content, mime=image.mime)
        answer = await self._sessions.tell(account, session, call)
        if answer.status == 413:
            raise BadContent("An image is bigger than this account's server takes. Make it smaller.")
        if not answer.ok:
            raise refusal(answer, _host(session), self._now(), mutates=False)
        blob = _blob(answer)
        if blob is None:
            raise Retryable(f"{_host(session)} gave an answer that cannot be read.")
        return blob

    async def did_of(self, session: Session, handle: str) -> str | None:
        """The stable id behind a handle, or None where there is no such handle."""
        answer = await ask(self._http, session.pds, RESOLVE_HANDLE, {"handle": handle})
        if answer.status == 400 and error_of(answer):
            return None
        if not answer.ok:
            raise refusal(answer, _host(session), self._now(), mutates=False)
        did = text_of(answer.json, "did")
        return did if DID.fullmatch(did) else None

    async def _taken(self, session: Session, collection: str, key: str) -> Ref:
        found = await self.read(session, collection, key)
        if found is None:
            raise Ambiguous("Bluesky says that this post is there and that it is not. Look at the account's posts.")
        return found[0]


def _ref(answer: Answer, uri: str) -> Ref | None:
    """The record's reference, if the answer is about the record at `uri`."""
    cid = text_of(answer.json, "cid")
    return Ref(uri, cid) if text_of(answer.json, "uri") == uri and CID.fullmatch(cid) else None


def _blob(answer: Answer) -> dict[str, object] | None:
    link, mime = text_of(answer.json, "blob", "ref", "$link"), text_of(answer.json, "blob", "mimeType")
    size = number_of(answer.json, "blob", "size")
    if not CID.fullmatch(link) or not mime or size is None:
        return None
    return {"$type": "blob", "ref": {"$link": link}, "mimeType": mime, "size": size}


def _host(session: Session) -> str:
    return httpx.URL(session.pds).host
