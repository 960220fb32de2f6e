"""The Mastodon family: every server that speaks the Mastodon client API, each with limits and gaps of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.errors import Ambiguous, Misconfigured, NetworkError
from bot.networks import Lent
from bot.networks._answers import text_of
from bot.networks._faults import faults_by_limits
from bot.networks.mastodon.counting import characters
from bot.networks.mastodon.instance import Instances
from bot.networks.mastodon.media import POLL_SECONDS, Uploads
from bot.networks.mastodon.reconcile import Unread, match, own_answers, own_statuses
from bot.networks.mastodon.server import Server, host_of, id_of
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

SETTLES = timedelta(seconds=60)
"""A server may go on working on a request after we gave it up (after 30 s); so long nothing proves an absence."""
VISIBILITIES = frozenset({"public", "unlisted", "private", "direct"})


def build(lent: Lent) -> Mastodon:
    """The adapter, with what the desk lends."""
    return Mastodon(lent)


class Mastodon:
    """See `bot.rules.networks.Network`. It keeps nothing but each server's limits."""

    title = "Mastodon"
    keyed = False  # the Idempotency-Key is kept for an hour, by some servers

    def __init__(self, lent: Lent, poll_seconds: float = POLL_SECONDS) -> None:
        self.lent = lent
        self.asks: Mapping[str, str] = {"token": "Access token"}
        self._server = Server(lent)
        self._instances = Instances(self._server)
        self._uploads = Uploads(self._server, poll_seconds)

    async def verify(self, account: Account) -> Profile:
        """Ask whose token it is."""
        answer = await self._server.read(account, "/api/v1/accounts/verify_credentials")
        if not answer.ok:
            raise self._server.unread(answer, host_of(account))
        me = answer.json
        remote_id, acct = id_of(me), text_of(me, "acct") or text_of(me, "username")
        if not remote_id or not acct:
            raise Misconfigured(f"{host_of(account)} does not answer like a Mastodon server. Check the address.")
        handle = acct if "@" in acct else f"{acct}@{_domain(text_of(me, 'url'), account)}"
        name, avatar = text_of(me, "display_name") or acct, text_of(me, "avatar") or None
        return Profile(remote_id, handle, name, text_of(me, "url"), avatar)

    async def limits(self, account: Account) -> Limits:
        """What the account's server says it takes, at most an hour old."""
        return await self._instances.limits(account)

    async def publish(self, account: Account, outgoing: Outgoing, progress: Progress) -> Published:
        """Post each status of the thread once, answering the one before."""
        for index in range(len(outgoing.segments)):
            if _part(index) not in progress.done:
                await self._publish_segment(account, outgoing, index, progress)
        return _published(progress)

    async def find(
        self, account: Account, outgoing: Outgoing, since: datetime, progress: Progress
    ) -> Found | Absent | Unknown:
        """Look for the thread among the account's own statuses; see `reconcile`."""
        try:
            remote_id = account.remote_id or (await self.verify(account)).remote_id
            statuses = await own_statuses(self._server, account, remote_id, since)
            for index in range(len(outgoing.segments)):
                if _part(index) in progress.done:
                    continue
                parent = _parent(outgoing, index, progress)
                status = match(outgoing, index, statuses, progress, parent)
                if status is None and parent is not None:
                    answers = await own_answers(self._server, account, remote_id, parent, since)
                    status = match(outgoing, index, answers, progress, parent)
                if status is None:
                    return self._absent(outgoing, since)
                await progress.record(_part(index), id=status.id, url=status.url)
        except Unread as unread:
            return Unknown(str(unread))
        except NetworkError as error:
            return Unknown(error.sentence)
        return Found(_published(progress))

    def weigh(self, text: str, limits: Limits) -> Weight:
        """Characters as readers count them, links and mentions shortened."""
        return Weight(characters(text, limits.url_characters), limits.characters, "characters")

    def faults(self, outgoing: Outgoing, limits: Limits) -> tuple[Fault, ...]:
        """Why the server would refuse this."""
        return faults_by_limits(outgoing, limits, self.weigh)

    async def _publish_segment(self, account: Account, outgoing: Outgoing, index: int, progress: Progress) -> None:
        status = _status(outgoing, index, _parent(outgoing, index, progress))
        if media_ids := await self._uploads.media_ids(account, outgoing, index, progress):
            status["media_ids"] = media_ids
        # A server that honours the key repeats its first answer within the hour; nothing here rests on it.
        key = {"idempotency-key": f"{outgoing.key}-{index}"}
        # JSON, since one server of the family reads a form and posts an empty text.
        answer = await self._server.create(account, "/api/v1/statuses", json=status, headers=key)
        if not answer.ok:
            raise self._server.refusal(answer, host_of(account), "post")
        remote_id = id_of(answer.json)
        if not remote_id:
            raise Ambiguous(f"{host_of(account)} took the post and answered with something that cannot be read.")
        url = text_of(answer.json, "url") or text_of(answer.json, "uri")
        await progress.record(_part(index), id=remote_id, url=url)

    def _absent(self, outgoing: Outgoing, since: datetime) -> Absent | Unknown:
        if _visibility(outgoing) == "direct":
            return Unknown("Servers need not list direct messages. Look at the conversation.")
        if self.lent.now() < since + SETTLES:
            return Unknown("It is not there yet, but the server may still be working on it. Look again in a minute.")
        return Absent()


def _status(outgoing: Outgoing, index: int, parent: str | None) -> dict[str, object]:
    """The body of `POST /api/v1/statuses`, without the images."""
    status: dict[str, object] = {"status": outgoing.segments[index].text, "visibility": _visibility(outgoing)}
    if parent is not None:
        status["in_reply_to_id"] = parent
    language = (outgoing.language or "").partition("-")[0].lower()
    if language.isascii() and language.isalpha() and len(language) in {2, 3}:  # ISO 639, or the status is refused
        status["language"] = language
    return status


def _visibility(outgoing: Outgoing) -> str:
    """An answer is as visible as what it answers: a direct message is never answered in public."""
    asked = (outgoing.in_reply_to or {}).get("visibility", "public")
    return asked if asked in VISIBILITIES else "direct"


def _parent(outgoing: Outgoing, index: int, progress: Progress) -> str | None:
    """The id of the status that this one answers."""
    return progress.done[_part(index - 1)]["id"] if index else (outgoing.in_reply_to or {}).get("id")


def _part(index: int) -> str:
    return f"segment:{index}"


def _published(progress: Progress) -> Published:
    first = progress.done[_part(0)]
    return Published(first["id"], first.get("url", ""))


def _domain(profile_url: str, account: Account) -> str:
    return urlsplit(profile_url).netloc or host_of(account)
