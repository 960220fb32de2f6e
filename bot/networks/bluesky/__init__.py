"""Bluesky, and any other server of its protocol (atproto), through an app password.

A post's record is kept under a key that follows from the delivery alone, so sending it twice makes one post:
`putRecord` with `swapRecord: null` creates the record, finds it there unchanged, or refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.errors import BadContent, NetworkError
from bot.networks import Lent
from bot.networks._answers import text_of
from bot.networks.bluesky import checks
from bot.networks.bluesky.facets import handles
from bot.networks.bluesky.posts import COLLECTION, Ref, Thread, record, record_key
from bot.networks.bluesky.repository import CID, Repository
from bot.networks.bluesky.sessions import Session
from bot.rules.networks import (
    Absent,
    Account,
    Fault,
    Found,
    Limits,
    Outgoing,
    Profile,
    Progress,
    Published,
    Unknown,
    Weight,
)

WEB = "https://bsky.app/profile"
"""Where people read; a server of one's own has no pages."""


def build(lent: Lent) -> Bluesky:
    """The adapter, with what it is lent."""
    return Bluesky(Repository(lent))


class Bluesky:
    """The network; `bot.rules.networks.Network` says what each method promises."""

    title = "Bluesky"
    keyed = True
    asks: Mapping[str, str] = {"app_password": "App password"}
    usual_server = "https://bsky.social"

    def __init__(self, records: Repository) -> None:
        self._records = records

    async def verify(self, account: Account) -> Profile:
        """Sign in, have the server accept the session, and read the name that people see."""
        session = await self._records.signed_in(account)
        shown = await self._profile(session)
        name = text_of(shown, "displayName") or session.handle
        return Profile(session.did, session.handle, name, f"{WEB}/{session.did}", _avatar_url(session, shown))

    async def limits(self, account: Account) -> Limits:
        """The lexicon's limits: no server has its own."""
        return checks.LIMITS

    async def publish(self, account: Account, outgoing: Outgoing, progress: Progress) -> Published:
        """Send each post of the thread that was not seen yet, each only when the one before it is kept.

        A post that was once seen is never sent again, even if it is gone: that would bring back what a person deleted.
        """
        wrong = checks.faults(outgoing, checks.LIMITS)
        if wrong:
            raise BadContent(str(wrong[0]))
        session = await self._records.owner(account)
        for segment in range(len(outgoing.segments)):
            if _seen(progress, segment) is None:
                await _keep(progress, segment, await self._sent(account, session, outgoing, segment, progress))
        return _published(session, progress)

    async def find(
        self, account: Account, outgoing: Outgoing, since: datetime, progress: Progress
    ) -> Found | Absent | Unknown:
        """Look for each post under its own key, in the account's records and not in what readers are shown.

        Whatever lies under one of our keys counts as ours, without a look at its content. Another program hits the
        same key once in a billion; a text that differs is our post, edited since or with a handle resolved otherwise.
        Calling that Absent would gain nothing either: a second send would be refused, since the key is taken.
        """
        try:
            session, posts = await self._records.owner(account), len(outgoing.segments)
            missing = [n for n in range(posts) if not await self._is_there(session, outgoing, n, progress)]
            if missing:
                return await self._why_missing(session, posts, missing, progress)
            return Found(_published(session, progress))
        except NetworkError as error:
            return Unknown(error.sentence)

    def weigh(self, text: str, limits: Limits) -> Weight:
        """Characters as readers count them, or bytes where those run out first."""
        return checks.weigh(text, limits)

    def faults(self, outgoing: Outgoing, limits: Limits) -> tuple[Fault, ...]:
        """Why Bluesky would refuse this."""
        return checks.faults(outgoing, limits)

    async def _profile(self, session: Session) -> object:
        """The record of what people see of the account; an account can be connected without it."""
        try:
            found = await self._records.read(session, "app.bsky.actor.profile", "self")
        except NetworkError:
            return None
        return found[1] if found else None

    async def _sent(
        self, account: Account, session: Session, outgoing: Outgoing, segment: int, progress: Progress
    ) -> Ref:
        """Create one post, after the names in it are resolved and its images are there."""
        said, thread = outgoing.segments[segment], _thread(outgoing, segment, progress)
        resolved = [(handle, await self._records.did_of(session, handle)) for handle in handles(said.text)]
        blobs = [await self._records.upload(account, session, image) for image in said.images]
        content = record(outgoing, segment, {handle: did for handle, did in resolved if did}, blobs, thread)
        return await self._records.create(account, session, COLLECTION, record_key(outgoing, segment), content)

    async def _is_there(self, session: Session, outgoing: Outgoing, segment: int, progress: Progress) -> bool:
        """Was this post seen before, or is it there now? What is found is kept in `progress`."""
        if _seen(progress, segment):
            return True
        found = await self._records.read(session, COLLECTION, record_key(outgoing, segment))
        if found:
            await _keep(progress, segment, found[0])
        return found is not None

    async def _why_missing(
        self, session: Session, posts: int, missing: list[int], progress: Progress
    ) -> Absent | Unknown:
        if any(_seen(progress, later) for later in range(missing[0], posts)):
            return Unknown("A post in the middle of this thread is gone from Bluesky. Look at the account's posts.")
        if not await self._records.is_home(session):
            return Unknown(f"{session.handle} is not active on its server, so nobody can say what was posted.")
        return Absent()


def _seen(progress: Progress, segment: int) -> Ref | None:
    return Ref.of(progress.done.get(f"segment:{segment}", {}))


async def _keep(progress: Progress, segment: int, ref: Ref) -> None:
    await progress.record(f"segment:{segment}", uri=ref.uri, cid=ref.cid)


def _thread(outgoing: Outgoing, segment: int, progress: Progress) -> Thread | None:
    """What the post answers: the message that the whole answers, or the post before it in the thread."""
    asked = outgoing.in_reply_to
    root = Ref.of(asked, "root_") if asked else None
    parent = Ref.of(asked) if asked else None
    if asked and parent is None:
        raise BadContent("The message that this answers cannot be found any more. Answer it on Bluesky.")
    if segment > 0:
        root, parent = root or parent or _seen(progress, 0), _seen(progress, segment - 1)
    return Thread(root or parent, parent) if parent else None


def _published(session: Session, progress: Progress) -> Published:
    first = _seen(progress, 0)
    if first is None:
        raise AssertionError("a published delivery has its first post in its progress")
    return Published(first.uri, f"{WEB}/{session.did}/post/{first.uri.rsplit('/', 1)[-1]}")


def _avatar_url(session: Session, profile: object) -> str | None:
    cid = text_of(profile, "avatar", "ref", "$link")
    if not CID.fullmatch(cid) or not session.pds.startswith("https://"):
        return None
    return f"{session.pds}/xrpc/com.atproto.sync.getBlob?did={session.did}&cid={cid}"
