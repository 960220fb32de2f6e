"""Emoji as Slack hands them over (`:tada:`) and as the world reads them.

Slack turns a picked emoji into its name in texts that it gives to apps [?]; published as it is, a post would read
":tada:". Names that only this workspace knows (its own pictures) cannot leave Slack and are named to the author.
"""

from __future__ import annotations

import re
from functools import lru_cache

import emoji

SKIN_TONES = {f"skin-tone-{number}": chr(0x1F3F9 + number) for number in range(2, 7)}
"""Slack's names of the Fitzpatrick modifiers U+1F3FB to U+1F3FF (https://api.slack.com/reference/surfaces/formatting)."""

_NAME = re.compile(r":([a-z0-9_+'-]{1,100}):(?::(skin-tone-[2-6]):)?")
_TEXT_STYLE = "\N{VARIATION SELECTOR-16}"


def to_emoji(text: str) -> str:
    """Every name of a standard emoji replaced by the emoji; all else stays as it is."""
    return _NAME.sub(_written, text)


def only_here(text: str) -> tuple[str, ...]:
    """The names that stay names: emoji that this workspace made itself, or a slip. Call it on `to_emoji`'s answer."""
    return tuple(dict.fromkeys(f":{found[1]}:" for found in _NAME.finditer(text) if _looks_like_a_name(found[1])))


def _written(found: re.Match[str]) -> str:
    character = _standard().get(found[1]) or _flag(found[1])
    if character is None:
        return found[0]
    tone = SKIN_TONES.get(found[2] or "", "")
    if not tone:
        return character
    # A modifier takes the place of the variation selector (UTS #51, ED-13).
    return character.replace(_TEXT_STYLE, "", 1)[:1] + tone + character.replace(_TEXT_STYLE, "", 1)[1:]


def _flag(name: str) -> str | None:
    """Slack names the flags by country code: `flag-lt`."""
    country = name.removeprefix("flag-")
    if len(country) != 2 or country == name or not country.isalpha():
        return None
    flag = "".join(chr(ord(letter) - ord("a") + 0x1F1E6) for letter in country)
    return flag if flag in emoji.EMOJI_DATA else None


def _looks_like_a_name(name: str) -> bool:
    """`:30:` in "12:30:45" is a time of day."""
    return any(letter.isalpha() for letter in name)


@lru_cache(maxsize=1)
def _standard() -> dict[str, str]:
    """Name to emoji, for fully qualified ones. Made on first use: the table has some 5,000 rows."""
    names: dict[str, str] = {}
    for character, facts in emoji.EMOJI_DATA.items():
        if facts["status"] != emoji.STATUS["fully_qualified"]:
            continue
        for name in (facts["en"], *facts.get("alias", ())):
            names.setdefault(name.strip(":").lower(), character)
    return names
