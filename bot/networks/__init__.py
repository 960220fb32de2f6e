"""The social networks Trellis knows: one module (or package) each, found by looking, named by its file.

A module holds `build(lent: Lent) -> Network`. Shared parts start with `_`. Adding a network is adding its file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import httpx

from bot.rules.networks import Network, Vault


@dataclass(frozen=True)
class Lent:
    """What every adapter is lent when it is built."""

    http: httpx.AsyncClient
    """The one client for all networks (`bot.networks._http.open_client`)."""
    vault: Vault
    now: Callable[[], datetime]
    allow_http: bool = False
    """Plain http is taken, to loopback servers only (`TRELLIS_ALLOW_HTTP`)."""


def names() -> tuple[str, ...]:
    """Every network that has a file here, in alphabetical order."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.name.startswith("_")))


def build_all(lent: Lent) -> dict[str, Network]:
    """Every network, built with what the desk lends."""
    return {name: importlib.import_module(f"bot.networks.{name}").build(lent) for name in names()}
