"""A message or a view as a person has it before them; what tests look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.sandbox.answers import Json
from bot.sandbox.inputs import elements


@dataclass(frozen=True)
class Shown:
    """`json` is all of it, as the stand-in's control API tells it."""

    json: Json

    @property
    def blocks(self) -> list[Json]:
        attached = [block for one in self.json.get("attachments", []) for block in one.get("blocks", [])]
        return [*self.json.get("blocks", []), *attached]

    @property
    def actions(self) -> set[str]:
        """The action ids of all elements on it."""
        return {placed.action_id for placed in elements(self.blocks)}

    @property
    def words(self) -> str:
        """Everything on it that a person reads, one text a line."""
        return "\n".join(_texts([self.json.get("text", ""), self.json.get("title"), self.blocks]))

    @property
    def values(self) -> Json:
        """What was entered: block id -> action id -> Slack's state entry."""
        state: Json = self.json.get("state", {}).get("values", self.json.get("values", {}))
        return state

    def element(self, action_id: str) -> Json:
        """The element of that action id. Raises KeyError when it is not there."""
        for placed in elements(self.blocks):
            if placed.action_id == action_id:
                return placed.element
        raise KeyError(f"{action_id} is not among {sorted(self.actions)}")

    def fits(self, having: str, titled: str, saying: str) -> bool:
        title = (self.json.get("title") or {}).get("text", "")
        return (not having or having in self.actions) and titled in title and saying in self.words

    def changed_since(self, number: int) -> bool:
        return int(self.json.get("changed", 0)) > number


@dataclass(frozen=True)
class View(Shown):
    """A form or App Home."""

    @property
    def id(self) -> str:
        return str(self.json["id"])

    @property
    def title(self) -> str:
        return str((self.json.get("title") or {}).get("text", ""))

    @property
    def errors(self) -> dict[str, str]:
        """The words beside the inputs, by block id."""
        return dict(self.json["errors"])

    @property
    def problem(self) -> str:
        """What Slack says above the form when the app did not answer."""
        return str(self.json["problem"])

    @property
    def address(self) -> dict[str, str]:
        return {"view": self.id}


@dataclass(frozen=True)
class Message(Shown):
    @property
    def ts(self) -> str:
        return str(self.json["ts"])

    @property
    def channel(self) -> str:
        return str(self.json["channel"])

    @property
    def text(self) -> str:
        """The top-level text: what a screen reader reads and a notification shows."""
        return str(self.json["text"])

    @property
    def thread_ts(self) -> str:
        return str(self.json.get("thread_ts", ""))

    @property
    def is_ephemeral(self) -> bool:
        return bool(self.json.get("is_ephemeral"))

    @property
    def from_app(self) -> bool:
        return bool(self.json.get("app_id"))

    @property
    def address(self) -> dict[str, str]:
        return {"channel": self.channel, "ts": self.ts}


def _texts(part: Any) -> list[str]:
    """All texts within, in reading order; the keys that hold no words are passed over."""
    if isinstance(part, str):
        return [part] if part else []
    if isinstance(part, list):
        return [words for one in part for words in _texts(one)]
    if not isinstance(part, dict):
        return []
    silent = {"type", "block_id", "action_id", "value", "url", "image_url", "style", "user_id", "name"}
    return [words for key, one in part.items() if key not in silent for words in _texts(one)]
