"""Counts a text as Mastodon does: grapheme clusters, a link as so many, `@user@host` as `@user`.

The server shortens links with a scheme only; its web client shortens bare domains too, and people compare with what
it shows. Where the two differ the larger count holds. What is doubtful counts in full.
"""

from __future__ import annotations

import re

from bot.rules.counting import graphemes

_HOST = r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+(?:xn--[a-z0-9-]+|[^\W\d_]{2,})(?::\d{1,5})?"
_PATH = r"(?:/(?:[\w!*';:=+,.$/%#\[\]\-~@|&]|\([\w!*';:=+,.$/%#\[\]\-~@|&]*\))*)?"
_QUERY = r"(?:\?[\w!?*'();:&=+$/%#\[\]\-.,~|@]*)?"
_FOLLOWS_NO_WORD = r"(?<![\w@$#.＠＃-])"

LINK = re.compile(rf"{_FOLLOWS_NO_WORD}https?://{_HOST}{_PATH}{_QUERY}", re.IGNORECASE)
BARE_LINK = re.compile(rf"{_FOLLOWS_NO_WORD}(?:https?://)?{_HOST}{_PATH}{_QUERY}", re.IGNORECASE)
REMOTE_MENTION = re.compile(r"(?<![=/\w])@([a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)@[\w.-]*\w", re.IGNORECASE)
_SENTENCE_END = "!?*\"'「」<>;:,.$%[]()~&|@"
"""Characters that a link does not end with: they belong to the sentence around it."""


def characters(text: str, url_characters: int | None) -> int:
    """How many characters Mastodon counts; `url_characters` None: links count in full."""
    with_schemes = graphemes(_shortened(text, LINK, url_characters))
    with_bare = graphemes(_shortened(text, BARE_LINK, url_characters))
    return max(with_schemes, with_bare)


def local_mentions(text: str) -> str:
    """The text as it is shown: `@user@host` as `@user`."""
    return REMOTE_MENTION.sub(r"@\1", text)


def _shortened(text: str, link: re.Pattern[str], url_characters: int | None) -> str:
    if url_characters is None:
        return local_mentions(text)
    pieces, start = [], 0
    for match in link.finditer(text):
        end = match.start() + _length(match.group())
        pieces += [local_mentions(text[start : match.start()]), "x" * url_characters]
        start = end
    return "".join(pieces) + local_mentions(text[start:])


def _length(link: str) -> int:
    """How far a link reaches: not over the end of a sentence, but over a bracket that it opened itself."""
    end, unopened = len(link), link.count(")") - link.count("(")
    while link[end - 1] in _SENTENCE_END and not (link[end - 1] == ")" and unopened <= 0):
        unopened -= link[end - 1] == ")"
        end -= 1
    return end
