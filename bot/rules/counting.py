"""Counts a text in the units that networks set their limits in. Which unit a network uses is its adapter's to say."""

from __future__ import annotations

import regex  # type: ignore[import-untyped]

_CLUSTER = regex.compile(r"\p{GCB=Regional_Indicator}{2}[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*+|\X")
r"""`\X`, with flags told apart first: for each one `\X` looks back over all before it (100,000 took 25 s, and 0.1 s so)."""


def graphemes(text: str) -> int:
    """Extended grapheme clusters (UAX #29): what a reader calls characters. A family emoji or é is one."""
    return len(text) if _one_cluster_each(text) else len(clusters(text))


def clusters(text: str) -> list[str]:
    """The text cut between its extended grapheme clusters; joined again, it is the text."""
    if _one_cluster_each(text):
        return list(text)
    found: list[str] = _CLUSTER.findall(text)
    return found


def code_points(text: str) -> int:
    """Unicode code points: what Python's `len` counts."""
    return len(text)


def utf8_bytes(text: str) -> int:
    """Bytes in UTF-8. An unpaired surrogate, which UTF-8 cannot hold, counts 3 instead of raising."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def utf16_units(text: str) -> int:
    """UTF-16 code units: what JavaScript's `length` counts. A character beyond U+FFFF is two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _one_cluster_each(text: str) -> bool:
    """ASCII joins nothing but CR LF (UAX #29, rule GB3), so most texts need no search."""
    return text.isascii() and "\r" not in text
