"""What changed between two versions of a post: its words line by line, its accounts, its pictures. It phrases nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from bot.rules.content import Content, Image, Segment

EVERYBODY = 0
"""In place of an account's id: the words of all that have none of their own."""
MOST_LINES = 2_000
"""Lines that are matched one by one; beyond that the whole text counts as changed, since matching is quadratic."""


@dataclass(frozen=True)
class Edit:
    """Lines that went and lines that came in one post of the thread; `account` is `EVERYBODY` or an account's id."""

    account: int
    segment: int
    removed: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(frozen=True)
class Differences:
    """All that changed in what is sent and to whom."""

    edits: tuple[Edit, ...] = ()
    joined: tuple[int, ...] = ()
    """Accounts that it goes to now and did not before."""
    left: tuple[int, ...] = ()
    new_images: tuple[Image, ...] = ()
    gone_images: tuple[Image, ...] = ()
    described: tuple[Image, ...] = ()
    """Pictures that stayed, with other words for those who cannot see them."""

    def __bool__(self) -> bool:
        return any(vars(self).values())


def differences(
    before: Content, accounts_before: Sequence[int], after: Content, accounts_after: Sequence[int]
) -> Differences:
    """What changed from one version to the next."""
    old = {image.sha256: image for image in before.images()}
    new = {image.sha256: image for image in after.images()}
    return Differences(
        edits=_edits(before, after, [one for one in accounts_after if one in accounts_before]),
        joined=tuple(one for one in accounts_after if one not in accounts_before),
        left=tuple(one for one in accounts_before if one not in accounts_after),
        new_images=tuple(image for sha, image in new.items() if sha not in old),
        gone_images=tuple(image for sha, image in old.items() if sha not in new),
        described=tuple(image for sha, image in new.items() if sha in old and old[sha].alt != image.alt),
    )


def _edits(before: Content, after: Content, accounts: Sequence[int]) -> tuple[Edit, ...]:
    """Changes for all once; those of an account with words of its own, before or now, under its name."""
    found = list(_thread(EVERYBODY, before.segments, after.segments))
    for account in accounts:
        if account in before.variants or account in after.variants:
            found += _thread(account, before.for_account(account), after.for_account(account))
    return tuple(found)


def _thread(account: int, before: Sequence[Segment], after: Sequence[Segment]) -> list[Edit]:
    length = max(len(before), len(after))
    pairs = [(_text(before, place), _text(after, place)) for place in range(length)]
    return [_edit(account, place, old, new) for place, (old, new) in enumerate(pairs) if old != new]


def _edit(account: int, segment: int, old: str, new: str) -> Edit:
    was, now = old.splitlines(), new.splitlines()
    if len(was) > MOST_LINES or len(now) > MOST_LINES:
        return Edit(account, segment, tuple(was), tuple(now))
    removed: list[str] = []
    added: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if kind != "equal":
            removed += was[a:b]
            added += now[c:d]
    return Edit(account, segment, tuple(removed), tuple(added))


def _text(segments: Sequence[Segment], place: int) -> str:
    return segments[place].text if place < len(segments) else ""
