"""Identifiers that look like Slack's: a letter for the kind, then capitals and digits."""

from __future__ import annotations

import secrets
import string

ALPHABET = string.ascii_uppercase + string.digits
LETTERS = string.ascii_letters + string.digits


def new_id(kind: str) -> str:
    """`kind` is Slack's prefix: U person, C channel, D direct message, V view, F file, B bot, Ev event."""
    return kind + "0" + "".join(secrets.choice(ALPHABET) for _ in range(9))


def short_id() -> str:
    """What Slack gives to a block or an element that came without a name."""
    return "".join(secrets.choice(LETTERS) for _ in range(5))


def long_token() -> str:
    """The unguessable part of a ticket, a token or an address."""
    return secrets.token_hex(16)
