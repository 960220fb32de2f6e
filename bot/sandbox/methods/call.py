"""One Web API call: its arguments as JSON, form or query brought them, and the lookups that most methods share."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.answers import Json, Refusal
from bot.sandbox.records import Channel, Message, User
from bot.sandbox.slack import Slack

LONGEST_PAGE = 1_000  # rows of a list; https://docs.slack.dev/apis/web-api/pagination


@dataclass(frozen=True)
class Method:
    """How to run a method, and the scopes of which the app needs one. `app_token` methods want the xapp token."""

    run: Callable[[Call], Json]
    scopes: tuple[str, ...] = ()
    app_token: bool = False


@dataclass(frozen=True)
class Call:
    slack: Slack
    method: str
    args: Json

    def text(self, name: str, default: str = "") -> str:
        """A string argument; numbers that a form made of it count as strings."""
        value = self.args.get(name)
        if value is None:
            return default
        if isinstance(value, (dict, list)):
            raise invalid_argument(f"must provide a string [json-pointer:/{name}]")
        return str(value)

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise invalid_argument(f"missing required field: {name}")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.args.get(name)
        if value is None:
            return default
        return value if isinstance(value, bool) else str(value).lower() in {"true", "1"}

    def number(self, name: str, default: int, most: int = LONGEST_PAGE) -> int:
        """A positive number. Raises Refusal invalid_limit as the list methods do."""
        value = self.text(name)
        if not value:
            return default
        if not value.isdecimal() or not 1 <= int(value) <= most:
            raise Refusal("invalid_limit")
        return int(value)

    def structure(self, name: str, code: str = "") -> Any:
        """A JSON argument; forms carry it as a string. None when it was not given; `code` is for no JSON."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            if code:
                raise Refusal(code) from None
            raise invalid_argument(f"invalid JSON [json-pointer:/{name}]") from None

    def user(self, name: str = "user") -> User:
        """The person or bot an argument names. Raises Refusal user_not_found."""
        found = self.slack.workspace.users.get(self.required(name))
        if found is None:
            raise Refusal("user_not_found")
        return found

    def channel(self, name: str = "channel") -> Channel:
        """A channel by id that the app may know of: private ones only when it is in them."""
        found = self.slack.workspace.channels.get(self.required(name))
        if found is None or not self._visible(found):
            raise Refusal("channel_not_found")
        return found

    def place(self, name: str = "channel") -> Channel:
        """Where to write: a channel by id or name, or a person's direct message by the person's id."""
        asked = self.required(name)
        workspace = self.slack.workspace
        if asked in workspace.users:
            if workspace.users[asked].deleted:
                raise Refusal("user_disabled")
            return workspace.direct(asked)
        bare = asked.removeprefix("#")
        found = workspace.channels.get(asked) or next(
            (channel for channel in workspace.channels.values() if channel.name == bare and not channel.partner), None
        )
        if found is None or not self._visible(found):
            raise Refusal("channel_not_found")
        return found

    def place_to_write(self, name: str = "channel") -> Channel:
        """The same, refused when it is archived or the app is not in it."""
        channel = self.place(name)
        if channel.is_archived:
            raise Refusal("is_archived")
        if self.slack.workspace.app.bot_user not in channel.members:
            raise Refusal("not_in_channel")
        return channel

    def require_scope(self, *scopes: str) -> None:
        """Raises Refusal missing_scope unless the app has one of these."""
        granted = self.slack.workspace.app.scopes
        if scopes and not granted & set(scopes):
            raise Refusal("missing_scope", needed=",".join(scopes), provided=",".join(sorted(granted)))

    def own_message(self, channel: Channel, ts: str, otherwise: str) -> Message:
        """A message that the app itself posted; `otherwise` is the code for somebody else's."""
        message = self.slack.workspace.message(channel.id, ts)
        if message is None or message.only_for:
            raise Refusal("message_not_found")
        if message.app_id != self.slack.workspace.app.id:
            raise Refusal(otherwise)
        return message

    def page(self, rows: list[Json], default: int = 100) -> tuple[list[Json], Json]:
        """One page of rows by `cursor` and `limit`, with Slack's response_metadata."""
        start = self._cursor()
        limit = self.number("limit", default)
        after = start + limit
        cursor = f"row:{after}" if after < len(rows) else ""
        return rows[start:after], {"next_cursor": cursor}

    def _cursor(self) -> int:
        cursor = self.text("cursor")
        if not cursor:
            return 0
        if not cursor.startswith("row:") or not cursor[4:].isdecimal():
            raise Refusal("invalid_cursor")
        return int(cursor[4:])

    def _visible(self, channel: Channel) -> bool:
        private = channel.is_private or channel.partner
        return not private or self.slack.workspace.app.bot_user in channel.members


def invalid_argument(message: str) -> Refusal:
    return Refusal("invalid_arguments", response_metadata={"messages": [f"[ERROR] {message}"]})
