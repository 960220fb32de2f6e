"""How settings are spelled: addresses, tokens and keys, each taken in every usual form or refused with a sentence."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr

from bot.errors import Faults
from bot.locker import Locker

POSTGRES = "postgresql+psycopg"
POSTGRES_SPELLINGS = frozenset({"postgres", "postgresql", POSTGRES})
"""Hosts that hand out a database spell its address in each of these ways."""


def require_prefix(token: SecretStr | None, prefix: str, what: str) -> SecretStr | None:
    """The token, if it starts as its kind does. Raises ValueError with a sentence."""
    if token is not None and not token.get_secret_value().startswith(prefix):
        raise ValueError(f"This is not {what}: it does not start with {prefix}.")
    return token


def are_keys(given: str) -> bool:
    """Whether this is a key, or several with commas between them."""
    try:
        Locker([key.strip() for key in given.split(",")])
    except Faults:
        return False
    return True


def database_url(url: str, data: Path) -> str:
    """SQLAlchemy's form of the address; a file in the data folder for none. Raises ValueError with a sentence."""
    if not url:
        return f"sqlite:///{data / 'trellis.db'}"
    parts = urlsplit(url)
    if parts.scheme in POSTGRES_SPELLINGS and parts.path.strip("/"):
        return urlunsplit(parts._replace(scheme=POSTGRES))
    if parts.scheme == "sqlite" and url.startswith("sqlite:///") and parts.path.strip("/"):
        return url
    raise ValueError("This is not the address of a PostgreSQL database or of a SQLite file.")


def web_address(url: str) -> str:
    """The address without a trailing slash; plain http only to this machine."""
    parts = urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("This is not a web address that starts with https://.")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ValueError("Plain http is only for this machine (127.0.0.1): write https://.")
    return urlunsplit(parts).rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
