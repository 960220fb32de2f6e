"""Builds the Slack app: Bolt for verification and parsing, everything else by our own dispatch.

Both transports use it: `bot.loops.socket` and the web side call `AsyncApp.async_dispatch`.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.desk import Desk
from bot.errors import Faults, SetupFault
from bot.handlers import Dispatch, On, attach, open_dispatch, register_all

OAUTH_IN_THE_WAY = SetupFault(
    name="slack oauth",
    wrong="SLACK_CLIENT_ID and SLACK_CLIENT_SECRET are set, which would make Bolt ignore the bot token.",
    mend="Unset them: Trellis is installed with its own token.",
)


@dataclass(frozen=True)
class BotIdentity:
    """Who Trellis is in Slack, as `auth.test` told once at the start."""

    bot_user_id: str
    bot_id: str = ""


def open_front(desk: Desk) -> Dispatch:
    """The dispatch of all handlers; `.on` has what the courier puts in words."""
    return open_dispatch(desk, register_all(On()))


def build(dispatch: Dispatch, identity: BotIdentity, *, signing_secret: str = "") -> AsyncApp:
    """Bolt's app in front of a dispatch. Nothing is read from the environment.

    Without a signing secret (Socket Mode, where nothing is signed) no HTTP request passes. Raises Faults when the
    environment makes Bolt an OAuth app.
    """
    slack = dispatch.desk.slack
    if slack is None:
        raise LookupError("the desk was not lent a way to Slack")
    app = AsyncApp(
        name="trellis",
        logger=_quiet_logger(),
        client=slack.without_token(),
        signing_secret=signing_secret or secrets.token_hex(32),
        authorize=_authorize(slack.interactive.token or "", identity),
        process_before_response=True,
        attaching_conversation_kwargs_enabled=False,
    )
    if app.oauth_flow is not None:
        raise Faults([OAUTH_IN_THE_WAY])
    app.logger.setLevel(logging.WARNING)
    attach(app, dispatch)
    return app


def _authorize(token: str, identity: BotIdentity) -> Callable[..., Awaitable[AuthorizeResult]]:
    async def authorize(enterprise_id: str | None, team_id: str | None, user_id: str | None) -> AuthorizeResult:
        """The one installation's token, without asking Slack; whether its workspace is known, the dispatch says."""
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            user_id=user_id,
            bot_token=token,
            bot_id=identity.bot_id or None,
            bot_user_id=identity.bot_user_id,
        )

    return authorize


def _quiet_logger() -> logging.Logger:
    """Bolt writes the whole body of a request with a bad signature at INFO.

    While it is built it also warns that it leaves the environment's SLACK_BOT_TOKEN unused, which is as it should be.
    """
    logger = logging.getLogger("trellis.bolt")
    logger.setLevel(logging.ERROR)
    return logger
