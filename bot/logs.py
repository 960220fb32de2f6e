"""Logs: one line an event, each with the reference of the request it belongs to, and never a secret."""

from __future__ import annotations

import logging
import re
import secrets
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars, merge_contextvars
from structlog.typing import EventDict, Processor

REFERENCE_ALPHABET = "23456789BCDFGHJKLMNPQRSTVWXZ"
"""No letter that looks like a digit, and no vowels, so that no word comes out: people read it out to each other."""
REFERENCE_LETTERS = 6

QUIET = ("slack_bolt", "slack_sdk", "aiohttp", "httpx", "httpcore", "apscheduler", "alembic", "sqlalchemy", "asyncio")
"""Libraries whose INFO is chatter or worse: Bolt logs the whole body of a request with a bad signature."""

KEPT_OUT = "[kept out]"
SECRET_NAMES = re.compile(r"token|secret|password|passwd|authorization|cookie|credential|signature", re.IGNORECASE)
SECRET_WORDS = re.compile(
    r"""xox[a-z]-[\w-]+ | xapp-[\w-]+         # Slack's tokens
      | \b(?:Bearer|Basic)\s+[\w.~+/=-]+      # what a request header carries
      | (?<=://)[^\s/@:]+:[^\s/@]+(?=@)       # user and password of an address
      | (?<=[?&]ticket=)[\w-]+                # the one-time ticket of a Socket Mode connection
      | \beyJ[\w-]{8,}\.[\w-]+\.[\w-]+        # a JSON web token
    """,
    re.IGNORECASE | re.VERBOSE,
)
DEEPEST = 6
"""Levels of a logged value that are looked into; what lies deeper is left out."""
LONGEST = 10_000
"""Characters of one logged text; outsiders choose some of them."""


def set_up_logs(level: str, *, as_json: bool, to: TextIO | None = None) -> None:
    """From now on everything that is logged, by the libraries too, goes to `to` (standard error) in one form."""
    shared: list[Processor] = [
        merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        keep_secrets_out,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer = structlog.processors.JSONRenderer(default=str) if as_json else _console()
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler = logging.StreamHandler(to or sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))


def new_reference() -> str:
    """A short name for one request, shown to the person and written in every line of the log: `7KF3QX`."""
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(REFERENCE_LETTERS))


def begin_request(**about: object) -> str:
    """Give what follows in this task a new reference, and write it and `about` into every line; the reference."""
    reference = new_reference()
    clear_contextvars()
    bind_contextvars(reference=reference, **about)
    return reference


def current_reference() -> str:
    """The reference of the request that is being served; a new one where none has begun."""
    return str(get_contextvars().get("reference") or begin_request())


def keep_secrets_out(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Replace what is named like a secret, and what looks like one, wherever it stands."""
    return {name: value if name.startswith("_") else _clean(name, value, DEEPEST) for name, value in event.items()}


def _clean(name: str, value: Any, depth: int) -> Any:
    if SECRET_NAMES.search(name) and value not in (None, "", True, False):
        return KEPT_OUT
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return SECRET_WORDS.sub(KEPT_OUT, value[:LONGEST])
        case Mapping() | list() | tuple() | set() | frozenset() if depth == 0:
            return "…"
        case Mapping():
            return {str(key): _clean(str(key), one, depth - 1) for key, one in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_clean("", one, depth - 1) for one in value]
    return SECRET_WORDS.sub(KEPT_OUT, str(value)[:LONGEST])


def _console() -> Processor:
    # The pretty traceback shows local variables, and so whatever secret they hold.
    return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
