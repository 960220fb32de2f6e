"""What a form holds, by the names of its fields: Slack's nested state, taken apart once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.handlers._payload import at, word
from bot.rules.shortcodes import to_emoji

LAST_MOMENT = 253_402_300_800
"""Unix seconds at the end of the year 9999, where Python's calendar ends."""


@dataclass(frozen=True)
class Typed:
    """The fields of a form as they stand. A field that is missing, empty or of another kind is empty."""

    elements: Mapping[str, Mapping[str, Any]]
    """Field to its element's state. Of `text#2` the field is `text`."""

    @classmethod
    def of(cls, state: object) -> Typed:
        """Read a payload's `state` (a form's, or that of a message with inputs)."""
        blocks = at(state, "values")
        if not isinstance(blocks, Mapping):
            return cls({})
        held = {str(block).partition("#")[0]: held for block, held in blocks.items() if isinstance(held, Mapping)}
        return cls(
            {name: next((one for one in some.values() if isinstance(one, Mapping)), {}) for name, some in held.items()}
        )

    def __contains__(self, field: str) -> bool:
        """Whether the form has this field."""
        return field in self.elements

    def text(self, field: str) -> str:
        """What was typed, with emoji in place of Slack's names for them; Slack does not escape it in forms."""
        return to_emoji(word(self.elements.get(field), "value"))

    def choice(self, field: str) -> str:
        """The value chosen: of a menu, a radio button, a person, a channel, a day (ISO) or a time of day (`HH:MM`)."""
        element = self.elements.get(field)
        names = ("selected_user", "selected_conversation", "selected_channel", "selected_date", "selected_time")
        found = (word(element, name) for name in names)
        return word(element, "selected_option", "value") or next((one for one in found if one), "")

    def choices(self, field: str) -> tuple[str, ...]:
        """The values chosen: of tick boxes, a menu that takes several, or people."""
        element = self.elements.get(field)
        options = at(element, "selected_options")
        if isinstance(options, list):
            return tuple(value for one in options if (value := word(one, "value")))
        people = at(element, "selected_users") or at(element, "selected_conversations")
        return tuple(one for one in people if isinstance(one, str)) if isinstance(people, list) else ()

    def moment(self, field: str) -> datetime | None:
        """The moment picked, aware UTC."""
        seconds = at(self.elements.get(field), "selected_date_time")
        usable = isinstance(seconds, int) and 0 < seconds < LAST_MOMENT
        return datetime.fromtimestamp(seconds, UTC) if usable else None

    def files(self, field: str) -> tuple[Mapping[str, Any], ...]:
        """The files handed in, as Slack describes them. Nothing in the description is proved."""
        found = at(self.elements.get(field), "files")
        return tuple(one for one in found if isinstance(one, Mapping)) if isinstance(found, list) else ()
