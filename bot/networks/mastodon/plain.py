"""Turns a status's HTML, which each server writes its own way, and our own text into the same comparable text."""

from __future__ import annotations

import html
import re
import unicodedata

ALIKE = 0.8
"""Share of two texts' trigrams that agrees from which on a person should look (a server may cut or rewrite words)."""
_GRAM = 3
_MANY_GRAMS = 40
"""A text of so many trigrams that lies in another is likely its beginning, cut off; "Good morning" is not."""

_MENTIONED_HOST = re.compile(r"(?<=@)([\w.-]+)(?:@[\w.-]*\w)+")
"""Servers show `@user@host` as `@user`; each has its own idea of where a mention may begin."""
_SCHEME = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)
_PICTURE = re.compile(r"<img\b[^<>]*?\balt=\"([^\"<>]*)\"[^<>]*>", re.IGNORECASE)
"""A custom emoji, which some servers write as a picture; it stands for its shortcode."""
_BREAK = re.compile(r"</?(?:br|p|div|li|ul|ol|pre|blockquote|h[1-6])\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
"""Links and mentions are written in pieces, which belong together without a space."""


def text_of_html(content: str) -> str:
    """What a person would read of a status's `content`, on one line. Broken HTML gives what can be read of it."""
    return html.unescape(_TAG.sub("", _BREAK.sub(" ", _PICTURE.sub(r"\1", content)))).strip()


def comparable(text: str) -> str:
    """What stays of a text through every server: letters, digits and pictures, in one spelling.

    Servers change white space, quotes, dashes, Markdown signs, the scheme of links and the host in mentions.
    A text of punctuation alone stays as it is, without its white space.
    """
    spelled = unicodedata.normalize("NFKC", _SCHEME.sub("", _MENTIONED_HOST.sub(r"\1", text))).casefold()
    kept = "".join(character for character in spelled if _stays(character))
    return kept or "".join(spelled.split())


def alike(one: str, other: str) -> bool:
    """Whether two comparable texts agree so far that the one may be the other, cut or rewritten."""
    ones, others = _grams(one), _grams(other)
    if not ones or not others:
        return one == other
    shared, fewer = len(ones & others), min(len(ones), len(others))
    return 2 * shared >= ALIKE * (len(ones) + len(others)) or (fewer >= _MANY_GRAMS and shared >= ALIKE * fewer)


def _grams(text: str) -> set[str]:
    return {text[start : start + _GRAM] for start in range(len(text) - _GRAM + 1)}


def _stays(character: str) -> bool:
    category = unicodedata.category(character)
    return (
        category[0] in "LN" or category in {"So", "Mc"} or (category == "Mn" and not "\ufe00" <= character <= "\ufe0f")
    )
