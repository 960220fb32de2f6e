"""Two ways to speak to Slack over one shared pool of connections, and what Slack's answers mean.

`interactive` serves a waiting person and gives up early; `background` serves the courier and may wait. Neither repeats
a call by itself: the SDK's own repeat after a dropped connection posts twice (there is no key that would prevent it).
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.errors import TrellisError

INTERACTIVE_SECONDS = 2
"""A trigger lives 3 s from the click; what takes longer is lost anyway."""
BACKGROUND_SECONDS = 30
CONNECTIONS = 32
"""Slack wants about one call a second and method: this is for bursts of clicks, not for throughput."""
LOOPBACK = {"127.0.0.1", "::1", "localhost"}

UNSETTLED = {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"}
"""Errors after which "some aspect of the operation" may have succeeded (https://docs.slack.dev/reference/methods)."""


class SlackError(TrellisError):
    """Slack did not do what was asked."""


class SlackRefused(SlackError):
    """Slack understood and said no; nothing was done. `code` is Slack's word, such as `channel_not_found`."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Slack says {code}.")
        self.code = code


class SlackBusy(SlackError):
    """Too many calls: nothing was done, and nothing will be for `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Slack wants {seconds:g} seconds without this call.")
        self.seconds = seconds


class SlackSilent(SlackError):
    """No answer that says what happened. `perhaps_done` is false where the call cannot have reached Slack."""

    def __init__(self, *, perhaps_done: bool) -> None:
        super().__init__("Slack did not answer.")
        self.perhaps_done = perhaps_done


@dataclass(frozen=True)
class Slack:
    """What the desk lends of Slack."""

    interactive: AsyncWebClient
    background: AsyncWebClient
    connector: aiohttp.TCPConnector

    async def respond(self, url: str, body: Mapping[str, Any]) -> bool:
        """Use a `response_url` (five times within 30 minutes); whether Slack took it."""
        webhook = AsyncWebhookClient(url, session=self.interactive.session, retry_handlers=[])
        webhook.proxy = self.interactive.proxy
        try:
            answer = await webhook.send_dict(dict(body))
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False
        return answer.status_code == 200

    def without_token(self) -> AsyncWebClient:
        """A client for Bolt, which takes a token from its authorization."""
        lent = self.interactive
        client = AsyncWebClient(base_url=lent.base_url, timeout=lent.timeout, session=lent.session, retry_handlers=[])
        client.proxy = lent.proxy
        return client

    async def close(self) -> None:
        """Let go of both sessions, then of the connections."""
        for client in (self.interactive, self.background):
            if client.session is not None:
                await client.session.close()
        await self.connector.close()


async def open_slack(token: str, api_url: str = AsyncWebClient.BASE_URL) -> Slack:
    """Open both ways; call it on the running loop. Close with `Slack.close`."""
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    return Slack(
        interactive=_client(token, api_url, connector, INTERACTIVE_SECONDS),
        background=_client(token, api_url, connector, BACKGROUND_SECONDS),
        connector=connector,
    )


async def told(call: Awaitable[AsyncSlackResponse]) -> dict[str, Any]:
    """Slack's answer to a call. Raises SlackRefused, SlackBusy or SlackSilent."""
    try:
        response = await call
    except SlackApiError as error:
        raise _meaning(error.response) from None
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise SlackSilent(perhaps_done=False) from None
    except (aiohttp.ClientError, TimeoutError, OSError):
        raise SlackSilent(perhaps_done=True) from None
    return dict(response.data) if isinstance(response.data, dict) else {}


def _meaning(response: object) -> SlackError:
    if not isinstance(response, AsyncSlackResponse) or not isinstance(response.data, dict):
        return SlackSilent(perhaps_done=True)
    if response.status_code == 429:
        return SlackBusy(_seconds(response.headers))
    code = str(response.data.get("error", ""))
    if response.status_code >= 500 or code in UNSETTLED or not code:
        return SlackSilent(perhaps_done=True)
    return SlackBusy(_seconds(response.headers)) if code == "ratelimited" else SlackRefused(code)


def _seconds(headers: Mapping[str, str]) -> float:
    """Slack's `Retry-After`; a minute, its window, where it says nothing that is a number."""
    wish = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    return float(wish) if wish.isdigit() else 60.0


def _client(token: str, api_url: str, connector: aiohttp.TCPConnector, seconds: int) -> AsyncWebClient:
    session = aiohttp.ClientSession(
        connector=connector,
        connector_owner=False,
        timeout=aiohttp.ClientTimeout(total=seconds),
        cookie_jar=aiohttp.DummyCookieJar(),
    )
    client = AsyncWebClient(token=token, base_url=api_url, timeout=seconds, session=session, retry_handlers=[])
    if urlsplit(api_url).hostname in LOOPBACK:
        client.proxy = None  # the SDK takes HTTPS_PROXY for every host, this machine's own too
    return client
