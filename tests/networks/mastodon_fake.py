"""A strict small server of the Mastodon family whose habits a test chooses, and which records what it was sent.

Facts: `docs.joinmastodon.org` and the differences between servers that were met in practice. It lists newest first,
answers its own times, rewrites text to HTML, and refuses what Mastodon refuses.
"""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from multidict import CIMultiDict

TOKEN = "anns-token"
Paragraph = Callable[[str], str]


def snowflake(number: int) -> str:
    """An id as Mastodon's."""
    return str(110_000_000_000_000_000 + number)


def ulid(number: int) -> str:
    """An id as GoToSocial's."""
    return f"01HQ{number:022d}"


def long_id(number: int) -> str:
    """An id with slashes, as some servers have."""
    return f"https://fake.example/posts/{number}?a=b"


def mastodon_html(text: str) -> str:
    """As Mastodon writes it: links in pieces, mentions without their host, paragraphs, line breaks."""
    written = re.sub(
        r"https?://(\S+)|@(\w+)@([\w.-]+\w)",
        lambda found: _link(found[0], found[1]) if found[1] else _mention(found[2], found[3]),
        html.escape(text, quote=False),
    )
    return "".join(f"<p>{one.replace(chr(10), '<br />')}</p>" for one in re.split(r"\n{2,}", written))


def _link(url: str, shown: str) -> str:
    scheme, rest = (
        url[: -len(shown)],
        f'<span class="ellipsis">{shown[:30]}</span><span class="invisible">{shown[30:]}</span>',
    )
    return f'<a href="{url}" rel="nofollow"><span class="invisible">{scheme}</span>{rest}</a>'


def _mention(name: str, host: str) -> str:
    return (
        f'<span class="h-card"><a href="https://{host}/@{name}" class="u-url mention">@<span>{name}</span></a></span>'
    )


def markdown_html(text: str) -> str:
    """As servers do that read Markdown and use typographic quotes."""
    written = html.escape(text).replace("&#x27;", "&rsquo;").replace("&quot;", "&#8221;")
    return "<p>" + re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", written).replace("\n", "<br/>\n") + "</p>"


@dataclass
class Habits:
    """How this server differs from the documentation."""

    second_instance: bool = True
    first_instance: dict[str, Any] = field(default_factory=lambda: {"uri": "fake", "max_toot_chars": 1_000})
    second_media: bool = True
    media_polls: int = 0
    """How often GET /media/:id says 206 before it says 200; above 0 the upload answers 202."""
    media_fails: bool = False
    keeps_keys: bool = False
    ids: Callable[[int], str | int] = snowflake
    write: Paragraph = mastodon_html
    drops_answer: bool = False
    answers_instead: web.Response | None = None
    """Sent for a POST of a status, which is not created."""
    fails_after: int | None = None
    ignores_max_id: bool = False
    list_status: int = 200
    context_status: int = 200
    lists_no_answers: bool = False
    """Answers are comments there, found below their post only."""
    page_most: int = 40


@dataclass
class FakeMastodon:
    """One account, Ann's, on a server; `now` is the server's clock."""

    now: datetime
    url: str = ""
    habits: Habits = field(default_factory=Habits)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    media: dict[str, dict[str, Any]] = field(default_factory=dict)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    _polled: dict[str, int] = field(default_factory=dict)
    _keys: dict[str, dict[str, Any]] = field(default_factory=dict)

    def app(self) -> web.Application:
        """Its routes, each behind the token."""
        app = web.Application(middlewares=[self._signed_in], client_max_size=32 * 1024 * 1024)
        app.add_routes(
            [
                web.get("/api/v1/accounts/verify_credentials", self._me),
                web.get("/api/v1/accounts/{id:.+}/statuses", self._list),
                web.post("/api/v1/statuses", self._post),
                web.get("/api/v1/statuses/{id:.+}/context", self._context),
                web.get("/api/v1/instance", self._first_instance),
                web.get("/api/v2/instance", self._second_instance),
                web.post("/api/{version:v[12]}/media", self._upload),
                web.get("/api/v1/media/{id:.+}", self._media_state),
            ]
        )
        return app

    def say(self, text: str, *, minutes_ago: float = 0.0, parent: str | None = None, images: int = 0) -> dict[str, Any]:
        """A status that is on the server, whoever put it there."""
        number = len(self.statuses) + 1
        remote_id = self.habits.ids(number)
        status = {
            "id": remote_id,
            "url": f"{self.url}/@ann/{number}",
            "uri": f"{self.url}/users/ann/statuses/{number}",
            "content": self.habits.write(text),
            "created_at": (self.now - timedelta(minutes=minutes_ago)).isoformat().replace("+00:00", "Z"),
            "in_reply_to_id": parent,
            "account": {"id": "a/1"},
            "media_attachments": [{"id": str(n)} for n in range(images)],
            "source": text,
            "visibility": "public",
        }
        self.statuses.append(status)
        return status

    async def texts(self) -> list[str]:
        """What was said, oldest first, as it was typed."""
        return [one["source"] for one in self.statuses]

    @web.middleware
    async def _signed_in(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path}")
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"error": "The access token is invalid"}, status=401)
        return await handler(request)

    async def _me(self, request: web.Request) -> web.Response:
        me = {
            "id": "a/1",
            "acct": "ann",
            "display_name": "Ann",
            "url": f"{self.url}/@ann",
            "avatar": f"{self.url}/a.png",
        }
        return web.json_response(me)

    async def _first_instance(self, request: web.Request) -> web.Response:
        return web.json_response(self.habits.first_instance)

    async def _second_instance(self, request: web.Request) -> web.Response:
        if not self.habits.second_instance:
            return web.json_response({"error": "Not found"}, status=404)
        media = {
            "supported_mime_types": ["image/jpeg", "image/png", "video/mp4"],
            "image_size_limit": 8_000_000,
            "image_matrix_limit": 33_177_600,
            "description_limit": 420,
        }
        statuses = {"max_characters": 640, "max_media_attachments": 6, "characters_reserved_per_url": 23}
        return web.json_response({"configuration": {"statuses": statuses, "media_attachments": media}})

    async def _list(self, request: web.Request) -> web.Response:
        if self.habits.list_status != 200:
            return web.json_response({"error": "no"}, status=self.habits.list_status)
        hides = self.habits.lists_no_answers
        newest_first = [one for one in self.statuses[::-1] if not (hides and one["in_reply_to_id"])]
        before = request.query.get("max_id")
        if before and not self.habits.ignores_max_id:
            newest_first = newest_first[[str(one["id"]) for one in newest_first].index(before) + 1 :]
        most = min(int(request.query.get("limit", "20")), self.habits.page_most)
        return web.json_response(newest_first[:most])

    async def _context(self, request: web.Request) -> web.Response:
        below = [one for one in self.statuses if one["in_reply_to_id"] == request.match_info["id"]]
        return web.json_response({"ancestors": [], "descendants": below}, status=self.habits.context_status)

    async def _post(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.bodies.append(body)
        if self.habits.answers_instead is not None:
            given = self.habits.answers_instead
            return web.Response(body=given.body, status=given.status, headers=CIMultiDict(given.headers))
        key = request.headers["Idempotency-Key"]
        if self.habits.keeps_keys and key in self._keys:
            return web.json_response(self._keys[key])
        if refused := self._refused(body):
            return web.json_response({"error": f"Validation failed: {refused}"}, status=422)
        status = self.say(body["status"], parent=body.get("in_reply_to_id"), images=len(body.get("media_ids", [])))
        status["visibility"], self._keys[key] = body["visibility"], status
        if self.habits.drops_answer and request.transport:
            request.transport.abort()
        if self.habits.fails_after:
            return web.json_response({"error": "An unexpected error occurred"}, status=self.habits.fails_after)
        return web.json_response(status)

    def _refused(self, body: dict[str, Any]) -> str:
        known = {"status", "visibility", "media_ids", "in_reply_to_id", "language"}
        if body.keys() - known:
            return f"unknown {body.keys() - known}"
        if not body["status"].strip() and not body.get("media_ids"):
            return "Text can't be blank"
        if len(re.sub(r"https?://\S+", "x" * 23, body["status"])) > 640:
            return "Text character limit of 640 exceeded"
        if any(one not in self.media or self._is_processing(one) for one in body.get("media_ids", [])):
            return "Cannot attach files that have not finished processing. Try again in a moment!"
        if body.get("in_reply_to_id") not in {None, *(one["id"] for one in self.statuses)}:
            return "The post you are trying to reply to does not appear to exist."
        return ""

    async def _upload(self, request: web.Request) -> web.Response:
        if request.match_info["version"] == "v2" and not self.habits.second_media:
            return web.json_response({"error": "Not found"}, status=404)
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        remote_id = f"m/{len(self.media) + 1}"
        self.media[remote_id] = {"content": file.file.read(), "mime": file.content_type, "alt": form.get("description")}
        status = 202 if self._is_processing(remote_id) else 200
        return web.json_response({"id": remote_id, "type": "image", "url": None}, status=status)

    async def _media_state(self, request: web.Request) -> web.Response:
        remote_id = request.match_info["id"]
        if remote_id not in self.media:
            return web.json_response({"error": "Record not found"}, status=404)
        if self.habits.media_fails:
            return web.json_response({"error": "Error processing thumbnail"}, status=422)
        self._polled[remote_id] = self._polled.get(remote_id, 0) + 1
        status = 206 if self._is_processing(remote_id) else 200
        return web.json_response({"id": remote_id, "type": "image", "url": None}, status=status)

    def _is_processing(self, remote_id: str) -> bool:
        return self._polled.get(remote_id, 0) <= self.habits.media_polls and self.habits.media_polls > 0


@asynccontextmanager
async def served(fake: FakeMastodon) -> AsyncIterator[FakeMastodon]:
    """The server listening; its `url` is set."""
    runner = web.AppRunner(fake.app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield fake
    finally:
        await runner.cleanup()
