"""Finds the sentence in the reader's language, fills it in, and keeps what was filled in from acting as markup.

It decides nothing and knows no block. English is the source: without a catalogue each sentence is its own translation.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from gettext import NullTranslations, translation
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import Mrkdwn, Refused
from bot.rules.escaping import from_mrkdwn, to_mrkdwn
from bot.rules.markup import moment

LOCALES = Path(__file__).parent / "locale"
"""Catalogues: `<language>/LC_MESSAGES/trellis.mo`."""

DOMAIN = "trellis"


@dataclass(frozen=True)
class Reader:
    """Who reads what is said next: the sentences in their language, and the zone of times in plain text."""

    catalogue: NullTranslations = field(default_factory=NullTranslations)
    zone: str = "UTC"


_reader: ContextVar[Reader] = ContextVar("reader", default=Reader())  # noqa: B039 - a Reader never changes


@contextmanager
def read_by(locale: str, zone: str = "UTC", locales: Path = LOCALES) -> Iterator[None]:
    """Speak to a reader for a while: Slack's locale (`lt-LT`) and an IANA zone. Unknown languages read English."""
    token = _reader.set(Reader(_catalogue(locale.replace("-", "_"), locales), zone))
    try:
        yield
    finally:
        _reader.reset(token)


def t(template: str, **values: object) -> Mrkdwn:
    """The sentence as mrkdwn. Every value is escaped, but for what is `Mrkdwn` already; a moment becomes a date
    that each reader sees in their own zone."""
    said = _reader.get().catalogue.gettext(template)
    return Mrkdwn(said.format(**{name: _marked(value) for name, value in values.items()}))


def plain(template: str, **values: object) -> str:
    """The sentence for a place that shows plain text (a label, a button, a form's error): nothing is escaped."""
    said = _reader.get().catalogue.gettext(template)
    return said.format(**{name: _bare(value) for name, value in values.items()})


def sentence(refused: Refused) -> Mrkdwn:
    """What a refusal says, as mrkdwn."""
    return t(refused.template, **refused.values)


def plain_sentence(refused: Refused) -> str:
    """What a refusal says, for a form's field."""
    return plain(refused.template, **refused.values)


def wall_clock(at: datetime, zone: str | None = None) -> str:
    """`Mon 23 Nov 2026, 09:00 (Europe/Vilnius)`, for places where Slack converts no times; None: the reader's zone."""
    name = zone or _reader.get().zone
    return f"{at.astimezone(_zone(name)):%a %-d %b %Y, %H:%M} ({name})"


def _marked(value: object) -> object:
    if isinstance(value, Mrkdwn):
        return value
    return moment(value) if isinstance(value, datetime) else to_mrkdwn(str(value))


def _bare(value: object) -> object:
    if isinstance(value, Mrkdwn):
        return from_mrkdwn(value)
    return wall_clock(value) if isinstance(value, datetime) else value


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):  # Slack may know a zone that this machine does not
        return ZoneInfo("UTC")


@lru_cache(maxsize=64)
def _catalogue(locale: str, locales: Path) -> NullTranslations:
    return translation(DOMAIN, localedir=locales, languages=[locale], fallback=True)
