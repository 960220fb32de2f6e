"""`/calendar/{token}.ics`: a person's own calendar feed, for whoever holds its secret address."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable

from aiohttp import web

Feed = Callable[[str], Awaitable[bytes | None]]
"""The calendar of a token as iCalendar bytes; None for a token that opens nothing (any more)."""

ADDRESS = "/calendar/{token:[A-Za-z0-9_.=-]{16,400}}.ics"


def routes(feed: Feed) -> list[web.RouteDef]:
    """The feed's address."""

    async def calendar(request: web.Request) -> web.StreamResponse:
        found = await feed(request.match_info["token"])
        if found is None:
            return web.Response(status=404, text="There is no calendar at this address any more.\n")
        tag = hashlib.sha256(found).hexdigest()[:32]
        if request.headers.get("If-None-Match") == f'"{tag}"':
            return web.Response(status=304, headers={"ETag": f'"{tag}"'})
        headers = {"ETag": f'"{tag}"', "Content-Disposition": 'inline; filename="trellis.ics"'}
        return web.Response(body=found, content_type="text/calendar", charset="utf-8", headers=headers)

    return [web.get(ADDRESS, calendar)]
