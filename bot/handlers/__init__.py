"""Slack in: ack, take the payload apart, call one flow, show. One module a noun, found by looking.

A module holds `register(on)`: `on.command("/draft")(draft)`. A handler is `async def draft(ask: Ask) -> None` and raises
`bot.errors.Refused` for what a person must read; it never catches that. Modules that start with `_` are the plumbing.
"""

from __future__ import annotations

import importlib
import pkgutil

from bot.handlers import _places
from bot.handlers._ask import Ask
from bot.handlers._dispatch import Dispatch, Origin, open_dispatch
from bot.handlers._intake import attach
from bot.handlers._on import On, Registered
from bot.handlers._payload import Kind

__all__ = [
    "MODULES",
    "Ask",
    "Dispatch",
    "Kind",
    "On",
    "Origin",
    "Registered",
    "attach",
    "open_dispatch",
    "register_all",
    "registered",
]

MODULES = tuple(sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.name.startswith("_")))
"""Every module of handlers, in alphabetical order."""


def register_all(on: On) -> On:
    """Let every module register what it handles and what it puts in words; gives `on` back."""
    _places.register(on)
    for name in MODULES:
        importlib.import_module(f"{__name__}.{name}").register(on)
    return on


def registered() -> Registered:
    """The names of everything that is handled, for the manifest."""
    return register_all(On()).registered()
