"""Finds the web links in a plain text, as a reader would mark them. It fetches and judges none."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CANDIDATE = re.compile(
    r"(?<![A-Za-z0-9])https?://"
    r"[^\s<>\"\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff。、，！？；：（）「」『』【】《》“”«»]+",
    re.IGNORECASE,
)
"""A scheme and all that may stand in an address: not quotes, not what cannot be seen, not CJK punctuation."""

_HOST = re.compile(r"https?://(?:[^/?#@]*@)?(?:\[:*)?[^\W_]", re.IGNORECASE)
"""An address names a host: a letter or digit (or an IPv6 bracket) after the scheme and an optional user."""

_CLOSES_SENTENCE = frozenset(".,;:!?'’…")
_OPENER = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True)
class Link:
    """One link: `text[start:end] == url`, counted in code points."""

    start: int
    end: int
    url: str


def links(text: str) -> tuple[Link, ...]:
    """Every http and https link, from left to right.

    A sentence's own punctuation after a link is left out, and so is a closing bracket that the link did not open:
    `(see https://a.lt/x_(y)).` holds `https://a.lt/x_(y)`.
    """
    found = ((match.start(), _trimmed(match.group())) for match in _CANDIDATE.finditer(text))
    return tuple(Link(start, start + len(url), url) for start, url in found if _HOST.match(url))


def _trimmed(candidate: str) -> str:
    surplus = {closer: candidate.count(closer) - candidate.count(opener) for closer, opener in _OPENER.items()}
    end = len(candidate)
    while end and _ends_before(candidate[end - 1], surplus):
        end -= 1
        for closer, opener in _OPENER.items():
            surplus[closer] -= (candidate[end] == closer) - (candidate[end] == opener)
    return candidate[:end]


def _ends_before(last: str, surplus: dict[str, int]) -> bool:
    return last in _CLOSES_SENTENCE or surplus.get(last, 0) > 0
