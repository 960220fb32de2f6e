"""Settings, read once from the environment (or `.env`); every fault is named in one error.

It opens nothing and makes no file. No other module of the house reads the environment.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import Faults, SetupFault
from bot.settings.mends import MENDS
from bot.settings.spelling import are_keys, database_url, require_prefix, web_address

SLACK_API_URL = "https://slack.com/api/"
MOST_IN_FLIGHT = 1_000
"""Beyond it, acks to Slack take longer than its people notice (measured: 290 ms at the 99th percentile)."""


class Transport(StrEnum):
    """How Slack reaches Trellis."""

    SOCKET = "socket"
    HTTP = "http"


class Role(StrEnum):
    """What one process does: everything, the web side alone, or the clock, the courier and Socket Mode alone."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class LogFormat(StrEnum):
    """One JSON object a line for machines, or coloured lines for people."""

    JSON = "json"
    CONSOLE = "console"


class Settings(BaseModel):
    """What the environment says. Frozen: what is read at the start holds until the end.

    Made by `read_settings`; made by hand, it holds what it is given and reads no environment.
    """

    model_config = ConfigDict(frozen=True, validate_by_name=True, validate_by_alias=True, validate_default=True)

    data: Path = Field(default=Path("data"), validation_alias="TRELLIS_DATA")
    """The folder of the file database, the pictures and the key."""
    database_url: str = Field(default="", repr=False)
    """SQLAlchemy's form; `sqlite:///…` in the data folder unless told otherwise."""
    secret_key: SecretStr | None = Field(default=None, validation_alias="TRELLIS_SECRET_KEY")
    """One key, or several with commas: the first one encrypts, all decrypt."""

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: str = SLACK_API_URL
    """Ends in a slash. Everything that is said to Slack goes there, Socket Mode too."""
    slack: Transport | None = Field(default=None, validation_alias="TRELLIS_SLACK")

    public_url: str = Field(default="", validation_alias="TRELLIS_PUBLIC_URL")
    """The address people reach the web side under, without a trailing slash; empty: feeds and pages are off."""
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65_535)
    allow_http: bool = Field(default=False, validation_alias="TRELLIS_ALLOW_HTTP")
    """Plain http is taken, to loopback servers only."""

    role: Role = Field(default=Role.ALL, validation_alias="TRELLIS_ROLE")
    in_flight: int = Field(default=300, ge=1, le=MOST_IN_FLIGHT, validation_alias="TRELLIS_IN_FLIGHT")
    """How many posts may be on their way to the networks at once, in one process."""
    disk_megabytes: int = Field(default=200, ge=0, validation_alias="TRELLIS_DISK_MB")
    """Less free space than this in the data folder is a fault."""
    log_level: LogLevel = LogLevel.INFO
    log_format: LogFormat | None = Field(default=None, validation_alias="TRELLIS_LOG_FORMAT")
    """None: for people on a terminal, for machines elsewhere."""

    @property
    def has_slack(self) -> bool:
        """Whether a Slack workspace is to be connected; without one, Trellis starts its sandbox."""
        return self.slack_bot_token is not None

    @property
    def transport(self) -> Transport:
        """How Slack reaches this installation: as told, or by Socket Mode when there is an app token."""
        if self.slack is not None:
            return self.slack
        by_http = self.slack_app_token is None and self.slack_signing_secret is not None
        return Transport.HTTP if by_http else Transport.SOCKET

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file that one process owns."""
        return self.database_url.startswith("sqlite")

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The keys that were given, the encrypting one first; empty when none was."""
        given = self.secret_key.get_secret_value() if self.secret_key else ""
        return tuple(key for part in given.split(",") if (key := part.strip()))

    @field_validator("database_url")
    @classmethod
    def _database(cls, url: str, info: ValidationInfo) -> str:
        return database_url(url.strip(), info.data.get("data", Path("data")))

    @field_validator("slack_api_url")
    @classmethod
    def _api_url(cls, url: str) -> str:
        return f"{web_address(url)}/"

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, url: str) -> str:
        return web_address(url) if url else ""

    @field_validator("secret_key")
    @classmethod
    def _secret_key(cls, keys: SecretStr | None) -> SecretStr | None:
        if keys is not None and not are_keys(keys.get_secret_value()):
            raise ValueError("This is not a key, or not a list of keys with commas between them.")
        return keys

    @field_validator("slack_bot_token")
    @classmethod
    def _bot_token(cls, token: SecretStr | None) -> SecretStr | None:
        return require_prefix(token, "xoxb-", "a bot token")

    @field_validator("slack_app_token")
    @classmethod
    def _app_token(cls, token: SecretStr | None) -> SecretStr | None:
        return require_prefix(token, "xapp-", "an app-level token")


class _Environment(Settings, BaseSettings):
    """The same values, taken from the environment and from a `.env` file, which the environment overrides."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", case_sensitive=False)


def read_settings(env_file: Path | None = Path(".env"), *, role: Role | None = None) -> Settings:
    """The settings of this process; `role` is the command line's, and goes before the environment's.

    Raises Faults with everything that is wrong.
    """
    given: dict[str, Any] = {} if role is None else {"TRELLIS_ROLE": role}
    faults: list[SetupFault] = []
    try:
        settings = _Environment(_env_file=env_file, **given)
    except (OSError, UnicodeDecodeError) as error:
        raise Faults([_fault(".env", f"It cannot be read: {type(error).__name__}.")]) from None
    except ValidationError as error:
        faults = [_told(one) for one in error.errors(include_input=False, include_url=False)]
        wrong = {fault.name: _default_of(fault.name) for fault in faults}
        settings = _Environment(_env_file=env_file, **(given | wrong))
    named = {fault.name for fault in faults}
    faults += [
        fault for fault in (*_slack_faults(settings), *_store_faults(settings, named)) if fault.name not in named
    ]
    if faults:
        raise Faults(faults)
    return settings


def account_secret(name: str) -> str | None:
    """What the environment holds of an account's credentials: TRELLIS_ACCOUNT_PASSWORD for `password`."""
    return os.environ.get(account_variable(name)) or None


def account_variable(name: str) -> str:
    """The environment variable of one part of an account's credentials."""
    return f"TRELLIS_ACCOUNT_{name.upper()}"


def _slack_faults(settings: Settings) -> Iterator[SetupFault]:
    """What Slack's settings ask of each other."""
    by_http = settings.transport is Transport.HTTP
    if os.environ.get("SLACK_CLIENT_ID") and os.environ.get("SLACK_CLIENT_SECRET"):
        yield _fault("SLACK_CLIENT_ID", "It is set, and so is SLACK_CLIENT_SECRET: Bolt would drop the bot token.")
    if not settings.has_slack:
        if settings.slack_app_token or settings.slack_signing_secret:
            yield _fault("SLACK_BOT_TOKEN", "It is missing, while other settings of Slack are there.")
    elif by_http and settings.slack_signing_secret is None:
        yield _fault("SLACK_SIGNING_SECRET", "It is missing, and Slack over HTTP needs it.")
    elif not by_http and settings.slack_app_token is None:
        yield _fault("SLACK_APP_TOKEN", "It is missing, and Socket Mode needs it.")


def _store_faults(settings: Settings, named: Collection[str]) -> Iterator[SetupFault]:
    """What the kind of database asks of the others; nothing while the database itself is unclear."""
    if "DATABASE_URL" in named:
        return
    if not settings.is_sqlite and not settings.secret_keys:
        wrong = "It is missing, and with PostgreSQL it is never made for you: every process needs the same one."
        yield _fault("TRELLIS_SECRET_KEY", wrong)
    if settings.is_sqlite and settings.role is not Role.ALL:
        yield _fault("TRELLIS_ROLE", f"A process of its own for {settings.role} cannot share a file database.")


def _told(error: ErrorDetails) -> SetupFault:
    """One of pydantic's complaints; its own sentence where it is one of ours."""
    ours = error["type"] == "value_error"
    wrong = error["msg"].removeprefix("Value error, ") if ours else "This is not a value it can take."
    return _fault(_variable(str(error["loc"][0])), wrong)


def _fault(variable: str, wrong: str) -> SetupFault:
    return SetupFault(variable, wrong, MENDS[variable])


def _variable(field: str) -> str:
    """A field's name in the environment."""
    found = Settings.model_fields.get(field)
    alias = found.validation_alias if found else None
    return alias if isinstance(alias, str) else field.upper()


def _default_of(variable: str) -> Any:
    """A field's default, by its name in the environment."""
    return next(field.default for name, field in Settings.model_fields.items() if _variable(name) == variable)
