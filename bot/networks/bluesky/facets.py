"""Finds the links, mentions and tags in a text and marks them by UTF-8 byte offsets, as Bluesky wants them.

The server accepts marks that lie outside the text or within a character, and clients then show nonsense: so each mark
is made from the text itself and slices back to what was typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import regex  # type: ignore[import-untyped]

from bot.rules.counting import graphemes, utf8_bytes
from bot.rules.links import links

TAG_GRAPHEMES = 64
TAG_BYTES = 640
HANDLE_CHARACTERS = 253

_BEFORE = r"""(?:^|(?<=[\s(\[{<"'“‘«„]))"""
"""A mark begins the text or follows a space, a bracket or a quotation mark: an e-mail address is no mention."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ENDINGS = "com|org|net|edu|gov|info|biz|app|dev|shop|store|blog|news|online|site|social|cloud|tech|agency|xyz|[a-z]{2}"
"""Endings that make a word with a dot a link without https://: every country's (two letters), and common ones."""

_BARE_LINK = regex.compile(
    rf"{_BEFORE}(?:(?i:{_LABEL})\.)+(?:{_ENDINGS})(?![\w@-]|\.\w)(?::\d{{1,5}}(?!\w))?(?:[/?#][^\s<>]*)?"
)
_MENTION = regex.compile(rf"{_BEFORE}@((?i:(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?))(?![\w@-]|\.\w)")
_TAG = regex.compile(rf"{_BEFORE}[#＃](?!\uFE0F)([^\s#＃\u00AD\u2060\u200A-\u200D\u20E2]+)")

_TAG_TRAILING = regex.compile(r"\p{P}+$")
_SOMETHING_TO_SAY = regex.compile(r"[^\d\p{P}\s]")


@dataclass(frozen=True)
class Mark:
    """A stretch of a text, by character positions, and what it is: `kind` is `link`, `mention` or `tag`."""

    start: int
    end: int
    kind: str
    value: str
    """The link's whole address, the handle without its @ in lower case, or the tag without its #."""


def marks(text: str) -> tuple[Mark, ...]:
    """Every link, mention and tag in the text, in order and without overlap; a link wins over what is within it."""
    found = list(_links(text))
    for mark in (*_mentions(text), *_tags(text)):
        if all(mark.end <= other.start or other.end <= mark.start for other in found):
            found.append(mark)
    return tuple(sorted(found, key=lambda mark: mark.start))


def facets(text: str, dids: Mapping[str, str]) -> list[dict[str, object]]:
    """The marks of `text` as the record holds them. `dids` resolves handles; one it lacks stays plain text."""
    told: list[dict[str, object]] = []
    for mark in marks(text):
        feature = _feature(mark, dids)
        if feature:
            start = utf8_bytes(text[: mark.start])
            index = {"byteStart": start, "byteEnd": start + utf8_bytes(text[mark.start : mark.end])}
            told.append({"index": index, "features": [feature]})
    return told


def handles(text: str) -> tuple[str, ...]:
    """The handles that the text mentions, each once, in order."""
    return tuple(dict.fromkeys(mark.value for mark in marks(text) if mark.kind == "mention"))


def first_link(text: str) -> str | None:
    """The address of the text's first link."""
    return next((mark.value for mark in marks(text) if mark.kind == "link"), None)


def _feature(mark: Mark, dids: Mapping[str, str]) -> dict[str, str] | None:
    if mark.kind == "link":
        return {"$type": "app.bsky.richtext.facet#link", "uri": mark.value}
    if mark.kind == "tag":
        return {"$type": "app.bsky.richtext.facet#tag", "tag": mark.value}
    did = dids.get(mark.value)
    return {"$type": "app.bsky.richtext.facet#mention", "did": did} if did else None


def _links(text: str) -> Iterator[Mark]:
    """Links as every preview shows them, and host names that stand alone."""
    whole = links(text)
    for link in whole:
        yield Mark(link.start, link.end, "link", link.url)
    for match in _BARE_LINK.finditer(text):
        if all(match.end() <= link.start or link.end <= match.start() for link in whole):
            address = links(f"https://{match[0]}")[0].url
            yield Mark(match.start(), match.start() + len(address) - len("https://"), "link", address)


def _mentions(text: str) -> Iterator[Mark]:
    for match in _MENTION.finditer(text):
        if len(match[1]) <= HANDLE_CHARACTERS:
            yield Mark(match.start(), match.end(), "mention", match[1].lower())


def _tags(text: str) -> Iterator[Mark]:
    for match in _TAG.finditer(text):
        tag = _TAG_TRAILING.sub("", match[1])
        if _SOMETHING_TO_SAY.search(tag) and graphemes(tag) <= TAG_GRAPHEMES and utf8_bytes(tag) <= TAG_BYTES:
            yield Mark(match.start(), match.start(1) + len(tag), "tag", tag)
