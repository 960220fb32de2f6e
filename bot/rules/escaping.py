"""Turns plain text into Slack's mrkdwn and back, and makes it safe to show. It builds no blocks.

Where a block can hold plain text (`plain_text`, `rich_text`), prefer that: it needs none of this.
"""

from __future__ import annotations

import re

import regex  # type: ignore[import-untyped]

from bot.rules.counting import clusters, utf16_units
from bot.rules.links import links

_GUARD = "\u2060"
"""WORD JOINER: takes no room, allows no line break, and is neither a space nor punctuation, so that a mark between two
of them is not where Slack looks for one. Slack has no escape for its marks (slackhq/slack-api-docs#34)."""

_ACTS = re.compile(
    r"(?<![^\W_])[*_~](?=\S)|(?<=\S)[*_~](?![^\W_])"  # what may open or close bold, italic, struck through
    r"|`|(?<!\w)[@#](?=\w)|:(?=[a-z0-9_+'-]+:)|^>"  # code, mention, channel, emoji, quote
    rf"|(?<={_GUARD})[*_~`@#:>]|[*_~`@#:>](?={_GUARD})",  # a guard that was typed, kept apart from ours
    re.MULTILINE,
)

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
"""The three that Slack reads; it decodes no others."""

_CHARACTERS = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}

_WRITTEN = re.compile(rf"{_GUARD}([*_~`@#:]|&gt;){_GUARD}|<([^<>]*)>|&(?:amp|lt|gt);")
"""What stands for something else in mrkdwn: a guarded mark, an object in angle brackets, an entity."""

_HIDDEN = regex.compile(
    r"(?V1)(?P<kept>"
    r"\U0001F3F4[\U000E0020-\U000E007E]{2,6}\U000E007F"  # flags of England, Scotland, Wales
    r"|(?<=[\p{Extended_Pictographic}\uFE0F\U0001F3FB-\U0001F3FF])\u200D(?=\p{Extended_Pictographic})"  # joined emoji
    r"|(?<=[\p{Extended_Pictographic}0-9#*])[\uFE0E\uFE0F]|(?<=\p{Han})[\uFE00-\uFE02\U000E0100-\U000E01EF]"
    # Persian and the scripts of India join and part letters with these two
    r"|(?<=[[\p{L}\p{M}]--[\p{Latin}\p{Greek}\p{Cyrillic}\p{Han}\p{Hangul}\p{Inherited}\p{Common}]])[\u200C\u200D]"
    r")|[[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\u2800\uFFF9-\uFFFB]--[\n\t]]"
)
"""All that a reader cannot see or that turns the reading direction, but for what ordinary writing needs (`kept`)."""


def to_mrkdwn(plain: str) -> str:
    """Mrkdwn that reads exactly as `plain`: nothing typed mentions, formats, quotes or becomes an emoji or object.

    A bare address stays as typed, which Slack may make a link of. Give mrkdwn objects `verbatim: true` besides.
    """
    linked = {place for link in links(plain) for place in range(link.start, link.end)}

    def guarded(match: re.Match[str]) -> str:
        typed_guard = _GUARD in plain[max(0, match.start() - 1) : match.end() + 1]
        return match[0] if match.start() in linked and not typed_guard else f"{_GUARD}{match[0]}{_GUARD}"

    return _ACTS.sub(guarded, plain).translate(_ENTITIES)


def fit_mrkdwn(plain: str, limit: int) -> str:
    """`to_mrkdwn` of as much of the text as fits `limit` (in UTF-16 units) once escaped; `…` ends a cut text."""
    fits, too_long = 0, min(limit, utf16_units(plain)) + 1
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if utf16_units(to_mrkdwn(shorten(plain, middle))) <= limit:
            fits = middle
        else:
            too_long = middle
    return to_mrkdwn(shorten(plain, fits))


def from_mrkdwn(text: str) -> str:
    """The plain text of what Slack sends: commands, messages. The exact inverse of `to_mrkdwn`.

    People, channels and groups become `@ann`, `#general` (their id where Slack tells no name); a link whose label says
    something else becomes `label (address)`; a date its fallback. Formatting marks stay as they were typed.
    """
    return _WRITTEN.sub(_plain, text)


def one_line(text: str, limit: int) -> str:
    """The text on one line, every run of white space one space, at most `limit` UTF-16 units."""
    return shorten(" ".join(text.split()), limit)


def shorten(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units of the text, cut between graphemes; `…` (within the limit) tells that it was cut.

    Slack does not say in which unit it counts; UTF-16 units are never fewer than code points, so both fit.
    """
    if utf16_units(text) <= limit:
        return text
    kept, room = [], limit - 1
    for cluster in clusters(text[: limit + 1]):
        room -= utf16_units(cluster)
        if room < 0:
            break
        kept.append(cluster)
    return "".join(kept).rstrip() + "…" if limit > 0 else ""


def visible(text: str) -> str:
    """The text with every hidden character shown as `[U+202E]`, so that none can disguise what will be published.

    New lines and tabs stay, and so does what emoji, Persian and Indian scripts are written with.
    """
    shown: str = _HIDDEN.sub(lambda match: match["kept"] or f"[U+{ord(match[0]):04X}]", text.replace("\r\n", "\n"))
    return shown


def _plain(match: re.Match[str]) -> str:
    mark, inner = match.groups()
    if mark is not None:
        return _CHARACTERS.get(mark, mark)
    if inner is None:
        return _CHARACTERS[match[0]]
    return from_mrkdwn(_object(inner)) if inner else "<>"


def _object(inner: str) -> str:
    """What stands between Slack's angle brackets, in words; still with entities."""
    target, _, label = inner.partition("|")
    kind, name = target[:1], target[1:]
    if kind in {"@", "#"}:
        return kind + (label or name).removeprefix(kind)
    if kind == "!":
        return _special(name, label)
    return _link(target, label)


def _special(name: str, label: str) -> str:
    if name.startswith("date^"):
        return label or name.split("^", 2)[-1]
    return "@" + (label or name.removeprefix("subteam^")).removeprefix("@")


def _link(target: str, label: str) -> str:
    said = label.rstrip("/")
    if not label or target.rstrip("/") in {said, f"http://{said}", f"https://{said}", f"mailto:{said}", f"tel:{said}"}:
        return label or target
    return f"{label} ({target})"
