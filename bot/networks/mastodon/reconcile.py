"""Finds out what became of a doubtful POST by reading the account's own statuses.

The Idempotency-Key is not asked: servers keep it for an hour at most, several ignore it, some answer a replay with 500.
It errs to "a person should look": only a list that was read whole, late enough, and that holds nothing like the post
proves that it was not created.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.errors import NetworkError
from bot.networks._answers import Answer, list_of, part_of, text_of
from bot.networks.mastodon.plain import alike, comparable, text_of_html
from bot.networks.mastodon.server import Server, host_of, id_in_path, id_of
from bot.rules.networks import Account, Outgoing, Progress

PAGE = 40
"""Mastodon's own maximum for this list (docs.joinmastodon.org/methods/accounts/#statuses)."""
PAGES = 5
CLOCKS_DIFFER = timedelta(minutes=5)
"""How far a server's clock may be from ours without its saying so in the Date header."""


class Unread(Exception):
    """The list cannot settle it; the sentence says why."""


@dataclass(frozen=True)
class Status:
    """What is compared of one status of the account."""

    id: str
    url: str
    text: str
    images: int
    parent: str | None
    at: datetime | None
    """None where the server's date cannot be read; such a status counts as recent."""


async def own_statuses(server: Server, account: Account, remote_id: str, since: datetime) -> list[Status]:
    """The account's statuses since the doubtful send, oldest first. Raises Unread."""
    found: dict[str, Status] = {}
    last, path = "", f"/api/v1/accounts/{id_in_path(remote_id)}/statuses"
    for _ in range(PAGES):
        params: dict[str, str | int | list[str]] = {"limit": PAGE, "exclude_reblogs": "true"}
        answer = await _page(server, account, path, params | ({"max_id": last} if last else {}))
        start = _window(since, answer, server.lent.now())
        listed = [_status(one) for one in list_of(answer.json)]
        new = [one for one in listed if one.id not in found]
        found |= {one.id: one for one in new}
        if not listed or (listed[-1].at is not None and listed[-1].at < start):
            return [one for one in reversed(found.values()) if one.at is None or one.at >= start]
        if not new:
            break  # the server ignores `max_id` and sends the same page for ever
        last = listed[-1].id
    raise Unread(f"{host_of(account)} does not show enough of this account's posts to tell whether it was published.")


async def own_answers(server: Server, account: Account, remote_id: str, parent: str, since: datetime) -> list[Status]:
    """The account's answers below `parent` since the send; some servers list no answers among statuses. Raises Unread."""
    answer = await _page(server, account, f"/api/v1/statuses/{id_in_path(parent)}/context", {})
    start = _window(since, answer, server.lent.now())
    own = [_status(one) for one in list_of(answer.json, "descendants") if id_of(part_of(one, "account")) == remote_id]
    return [one for one in own if one.at is None or one.at >= start]


def match(
    outgoing: Outgoing, index: int, statuses: list[Status], progress: Progress, parent: str | None
) -> Status | None:
    """The status that is this segment, or None. Raises Unread where one is like it but not the same."""
    segment = outgoing.segments[index]
    text, taken = comparable(segment.text), {value.get("id") for value in progress.done.values()}
    candidates = [one for one in statuses if one.id not in taken]
    for one in candidates:
        if (one.text, one.images) == (text, len(segment.images)) and _answers(one, parent):
            return one
    if any(alike(one.text, text) for one in candidates):
        raise Unread("A post much like this one was published in those minutes. Look whether it is this one.")
    return None


def _answers(status: Status, parent: str | None) -> bool:
    """Whether it hangs where ours would; a server forgets a parent that was deleted."""
    return status.parent == parent or status.parent is None


async def _page(server: Server, account: Account, path: str, params: Mapping[str, str | int | list[str]]) -> Answer:
    try:
        answer = await server.read(account, path, params=params)
    except NetworkError as error:
        raise Unread(error.sentence) from error
    if not answer.ok or not isinstance(answer.json, list | dict):
        raise Unread(f"{host_of(account)} does not show this account's posts ({answer.status}).")
    return answer


def _status(told: object) -> Status:
    return Status(
        id=id_of(told),
        url=text_of(told, "url") or text_of(told, "uri"),
        text=comparable(text_of_html(text_of(told, "content"))),
        images=len(list_of(told, "media_attachments")),
        parent=id_of(told, "in_reply_to_id") or None,
        at=_moment(text_of(told, "created_at")),
    )


def _window(since: datetime, answer: Answer, now: datetime) -> datetime:
    """From when on a status may be ours, on the server's own clock where its Date header shows that it is behind."""
    try:
        told = parsedate_to_datetime(answer.headers.get("date", ""))
        behind = now - told.replace(tzinfo=told.tzinfo or UTC)
    except (ValueError, TypeError, OverflowError):
        behind = timedelta()
    return since - max(behind, timedelta()) - CLOCKS_DIFFER


def _moment(told: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(told)
        return moment.replace(tzinfo=moment.tzinfo or UTC)
    except ValueError:
        return None
