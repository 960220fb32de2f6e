"""Decides whether two texts say nearly the same, so that a person can be asked before both are published."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from bot.rules.links import links

ALIKE = 0.8
"""Share of word triples in common from which two texts are nearly the same."""

_SHINGLE = 3
"""Words that are compared together, so that the same words in another order are not the same text."""

_WORD = re.compile(r"\w+")


def nearly_same(first: str, second: str) -> bool:
    """Whether a reader would say "you have posted that before".

    Case, accents' encoding, white space, punctuation, emoji and links do not count. Texts of nothing else (a link
    alone) are nearly the same only when they are equal.
    """
    mine, theirs = fingerprint_words(first), fingerprint_words(second)
    if not mine or not theirs:
        return first.split() == second.split()
    return likeness(mine, theirs) >= ALIKE


def likeness(first: frozenset[str], second: frozenset[str]) -> float:
    """The share of shingles that two fingerprints have in common (Jaccard): 0 for none, 1 for all."""
    either = len(first | second)
    return len(first & second) / either if either else 1.0


def fingerprint_words(text: str) -> frozenset[str]:
    """The text's shingles: each three words that follow each other, or all its words where it has fewer.

    Made once a text, it can be compared with many; empty for a text without words.
    """
    words = list(_words(text))
    starts = range(max(1, len(words) - _SHINGLE + 1)) if words else range(0)
    return frozenset(" ".join(words[start : start + _SHINGLE]) for start in starts)


def _words(text: str) -> Iterator[str]:
    return (word[0] for word in _WORD.finditer(unicodedata.normalize("NFKC", _without_links(text)).casefold()))


def _without_links(text: str) -> str:
    kept, place = [], 0
    for link in links(text):
        kept.append(text[place : link.start])
        place = link.end
    return " ".join([*kept, text[place:]])
