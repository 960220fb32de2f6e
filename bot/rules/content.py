"""What a post says, and the fingerprint that an approval signs. It reads no file and knows no network's limits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Image:
    """A picture by the hash of its bytes (hex SHA-256); the file lies in the media folder under that name."""

    sha256: str
    mime: str
    width: int
    height: int
    size: int
    alt: str = ""


@dataclass(frozen=True)
class Segment:
    """One post of a thread; most posts have just one."""

    text: str
    images: tuple[Image, ...] = ()


@dataclass(frozen=True)
class Content:
    """All that will be sent. `variants` holds the accounts that get words of their own instead of `segments`."""

    segments: tuple[Segment, ...]
    variants: Mapping[int, tuple[Segment, ...]] = field(default_factory=dict)

    def for_account(self, account_id: int) -> tuple[Segment, ...]:
        """What this account gets."""
        return self.variants.get(account_id, self.segments)

    def images(self) -> tuple[Image, ...]:
        """Every picture of every variant, without repeats, in order."""
        every = [image for segments in self._all() for segment in segments for image in segment.images]
        return tuple({image.sha256: image for image in every}.values())

    def _all(self) -> Iterable[tuple[Segment, ...]]:
        return (self.segments, *self.variants.values())


@dataclass(frozen=True)
class Window:
    """When it may go out: the asked moment, and how late is still in time.

    `kind` is `at` (a time), `now` or `approved` (as soon as approved). `wall` and `zone` are what the person asked for;
    `at` is the same in UTC, None when there is no asked time.
    """

    kind: str
    at: datetime | None
    wall: str
    zone: str
    late_seconds: int


@dataclass(frozen=True)
class Target:
    """An account as an approval signs it: connecting another profile under the same row changes it."""

    account_id: int
    network: str
    server: str
    remote_id: str


def to_json(content: Content) -> dict[str, Any]:
    """The stored form."""
    return {
        "segments": [asdict(segment) for segment in content.segments],
        "variants": {str(key): [asdict(segment) for segment in value] for key, value in content.variants.items()},
    }


def from_json(stored: Mapping[str, Any]) -> Content:
    """The value that `to_json` stored."""
    return Content(
        segments=_segments(stored["segments"]),
        variants={int(key): _segments(value) for key, value in stored["variants"].items()},
    )


def fingerprint(content: Content, targets: Iterable[Target], window: Window) -> str:
    """Hex SHA-256 over everything that is sent, to whom, and when. Notes and campaigns are not sent, so not in it."""
    signed = {
        "content": [
            {**asdict(target), "segments": [asdict(segment) for segment in content.for_account(target.account_id)]}
            for target in sorted(targets, key=lambda target: target.account_id)
        ],
        "window": {"kind": window.kind, "at": window.at and window.at.isoformat(), "late": window.late_seconds},
    }
    canonical = json.dumps(signed, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _segments(stored: Iterable[Mapping[str, Any]]) -> tuple[Segment, ...]:
    return tuple(Segment(text=one["text"], images=tuple(Image(**image) for image in one["images"])) for one in stored)
