"""Knows time zones by the names people give them, and where a day begins and ends there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.errors import BadInput

_NOT_PLACES = frozenset({"Factory", "localtime"})
"""Names in the zone database that mean "not set" and "whatever this machine has"."""

_LONGEST_NAME = 64
"""Characters of a name that are looked at; the longest in the database has 32."""


def require_zone(name: str) -> ZoneInfo:
    """The zone of a name such as `Europe/Vilnius`, `europe/vilnius`, `Vilnius` or `New York`.

    Raises BadInput("zone") with the nearest names when it is unknown or names several places.
    """
    asked = name.strip()[:_LONGEST_NAME]
    key = asked.lower().replace(" ", "_")
    named = _names().get(key) or _places().get(key, ())
    if len(named) == 1:
        return ZoneInfo(named[0])
    if named:
        raise BadInput("zone", "“{name}” names more than one time zone: {zones}.", name=asked, zones=" or ".join(named))
    raise _unknown(asked, key)


def local_day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """The first moment of a local day and the first after it, aware UTC: 23 to 25 hours apart where clocks change.

    A day begins at the first of two midnights, and where midnight is skipped when the clocks have moved.
    """
    there = require_zone(zone)
    return _first_moment(day, there), _first_moment(day + timedelta(days=1), there)


def local_day(at: datetime, zone: str) -> date:
    """The calendar day that a moment (aware) falls on in a zone."""
    return at.astimezone(require_zone(zone)).date()


def _first_moment(day: date, there: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), there).astimezone(UTC)


def _unknown(asked: str, key: str) -> BadInput:
    near = get_close_matches(key, [*_names(), *_places()], n=3)
    zones = dict.fromkeys(zone for match in near for zone in (_names().get(match) or _places()[match]))
    if not zones:
        return BadInput(
            "zone",
            "I do not know the time zone “{name}”. Give a region and a city, for example Europe/Vilnius.",
            name=asked,
        )
    return BadInput(
        "zone", "I do not know the time zone “{name}”. Did you mean {zones}?", name=asked, zones=" or ".join(zones)
    )


@cache
def _names() -> Mapping[str, tuple[str, ...]]:
    """Every zone by its own name in small letters."""
    return {name.lower(): (name,) for name in sorted(available_timezones() - _NOT_PLACES)}


@cache
def _places() -> Mapping[str, tuple[str, ...]]:
    """Every zone by the last part of its name: the city. Some cities have two names in the database."""
    places: dict[str, tuple[str, ...]] = {}
    for key, names in _names().items():
        city = key.rpartition("/")[2]
        places[city] = places.get(city, ()) + names
    return places
