"""The courier's calls to Slack, each at its pace: post, update, publish a Home tab, and look for a lost message."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.blocks.surfaces import Message
from bot.flows.outbox import Letter
from bot.loops.pacing import Pace
from bot.slack import Slack, SlackBusy, SlackRefused, told

HISTORY_LAG = timedelta(minutes=2)
"""How far before the letter's own time its message is looked for: Slack's clock is not ours."""
HISTORY_PAGE = 200
HISTORY_SCOPES = frozenset({"channels:history", "groups:history"})
EVENT_TYPE = "trellis_letter"
"""The type of our messages' metadata, which every app in the workspace can read."""

MESSAGE_GONE = {"message_not_found", "cant_update_message", "edit_window_closed", "is_inactive"}
"""A card that can no longer be written, in a channel that may still take another."""
TOKEN_REFUSED = {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "missing_scope"}
"""Nothing can be said until the operator mends the installation."""
PLACE_CLOSED = {
    "channel_not_found": "Slack knows no such channel, or Trellis is not in it. Invite it with `/invite @trellis`, "
    "or choose another channel in Trellis's Home tab.",
    "not_in_channel": "Trellis is not in that channel. Invite it with `/invite @trellis`.",
    "is_archived": "That channel is archived. Choose another one in Trellis's Home tab.",
    "restricted_action": "A setting of this workspace does not let Trellis post there. Ask an admin, or choose "
    "another channel in Trellis's Home tab.",
    "user_not_found": "Slack does not know that person any more.",
    "user_disabled": "That person's account was deactivated.",
    "cannot_dm_bot": "That is an app, and apps read no messages.",
    "messages_tab_disabled": "Direct messages from Trellis are switched off in the settings of its Slack app.",
}


@dataclass(frozen=True)
class Wire:
    """Slack at the courier's pace. `scopes` are those that the installation granted."""

    slack: Slack
    scopes: frozenset[str] = frozenset()
    pace: Pace = field(default_factory=Pace)

    async def post(self, letter: Letter, place: str, said: Message) -> tuple[str, str]:
        """Post a message; the channel it is in (a person's id becomes that of the conversation with them), and its ts."""
        body = {
            "channel": place,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": _key(letter)}},
            "unfurl_links": False,
            "unfurl_media": False,
            **_content(said),
        }
        if said.thread_ts:
            body["thread_ts"] = said.thread_ts
        answer = await self._call(letter, "chat.postMessage", channel=place, json=body)
        return str(answer["channel"]), str(answer["ts"])

    async def update(self, letter: Letter, channel: str, ts: str, said: Message) -> None:
        """Write a message anew."""
        await self._call(letter, "chat.update", json={"channel": channel, "ts": ts, **_content(said)})

    async def publish_home(self, letter: Letter, view: dict[str, Any]) -> None:
        """Show a Home tab to the person in the letter's place."""
        await self._call(letter, "views.publish", json={"user_id": letter.place, "view": view})

    async def find(self, letter: Letter, channel: str, thread_ts: str = "") -> str | None:
        """The ts of the letter's message, empty if it is not there; None where that cannot be found out."""
        if not self.scopes & HISTORY_SCOPES or letter.created_at is None or channel[:1] not in {"C", "G"}:
            return None
        window = {
            "channel": channel,
            "oldest": f"{(letter.created_at - HISTORY_LAG).timestamp():.6f}",
            "limit": HISTORY_PAGE,
            "include_all_metadata": 1,
        }
        method = "conversations.history"
        if thread_ts:
            method, window["ts"] = "conversations.replies", thread_ts
        try:
            answer = await self._call(letter, method, http_verb="GET", params=window)
        except SlackRefused:
            return None
        return _found(answer, _key(letter))

    async def _call(self, letter: Letter, method: str, *, channel: str = "", **request: Any) -> dict[str, Any]:
        await self.pace.wait(letter.workspace_id, method, channel)
        try:
            return await told(self.slack.background.api_call(method, **request))
        except SlackBusy as busy:
            self.pace.close(letter.workspace_id, method, busy.seconds)
            raise


def _key(letter: Letter) -> str:
    """What tells a letter's message from all others; it says nothing about the letter."""
    return f"letter-{letter.workspace_id}-{letter.id}"


def _content(said: Message) -> dict[str, Any]:
    return {"text": said.text, "blocks": list(said.blocks)} if said.blocks else {"text": said.text}


def _found(answer: dict[str, Any], key: str) -> str | None:
    messages = [one for one in answer.get("messages") or [] if isinstance(one, dict)]
    for one in messages:
        payload = (one.get("metadata") or {}).get("event_payload") or {}
        if payload.get("key") == key:
            return str(one["ts"])
    return None if answer.get("has_more") else ""
