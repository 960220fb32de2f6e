"""Plaza for visitors: the page, the timeline as it happens, and messages to a brand."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.sandbox.plaza.accounts import is_public, post_json
from bot.sandbox.plaza.door import (
    CLOSING,
    PAGE_HEADERS,
    SQUARE,
    answer,
    asked_limit,
    asked_number,
    bearer,
    json_body,
)
from bot.sandbox.plaza.posts import Post, Speaker, page_before
from bot.sandbox.plaza.rules import Refusal, parse_json, parse_message, parse_name

STATIC = Path(__file__).parent / "static"
FILES = {"plaza.js": "text/javascript", "plaza.css": "text/css", "plaza.svg": "image/svg+xml"}
QUEUE_MOST = 500
"""Events a slow browser may be behind before it is cut off; it reloads the timeline when it comes back."""
LISTENERS_MOST = 200
HEARTBEAT_SECONDS = 15.0


class Listener:
    """One open page: the events it has still to be sent. `visitor` gets their direct messages too."""

    def __init__(self, visitor: Speaker | None) -> None:
        self.visitor = visitor
        self.queue: asyncio.Queue[tuple[str, Post] | None] = asyncio.Queue(QUEUE_MOST)

    def tell(self, event: str, post: Post) -> None:
        """Queue an event; one that does not fit ends the connection instead."""
        if post.content.audience == "direct" and self.visitor not in (post.author, post.to):
            return
        if self.queue.qsize() >= QUEUE_MOST - 1:
            self.leave()
        else:
            self.queue.put_nowait((event, post))

    def leave(self) -> None:
        """End the connection after what is queued."""
        if not self.queue.full():
            self.queue.put_nowait(None)


class Audience:
    """Every open page. Saying something costs nothing while nobody looks."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()

    def told(self, post: Post) -> None:
        """Show a new post to everybody who may see it, once it may be seen."""
        if not self.listeners:
            return
        event = "direct" if post.content.audience == "direct" else "post"
        lag = (post.visible_at - post.at).total_seconds()
        asyncio.get_running_loop().call_later(lag, self._tell, event, post)

    def removed(self, post: Post) -> None:
        """Take a deleted post from every page."""
        self._tell("removed", post)

    def leave(self) -> None:
        """End every connection."""
        for listener in self.listeners:
            listener.leave()

    def _tell(self, event: str, post: Post) -> None:
        for listener in self.listeners:
            listener.tell(event, post)


AUDIENCE: web.AppKey[Audience] = web.AppKey("audience", Audience)


def routes() -> list[web.RouteDef]:
    """Every route of the page."""
    return [
        web.get("/", page),
        web.get("/posts/{id}", page),
        web.get("/static/{name}", static_file),
        web.get("/images/{sha256}", image),
        web.get("/accounts", brands),
        web.get("/timeline", timeline),
        web.get("/timeline/{id}", one_post),
        web.get("/events", events, allow_head=False),
        web.post("/visitors", welcome),
        web.post("/visitors/messages", write),
        web.get("/visitors/direct", direct),
    ]


async def page(request: web.Request) -> web.StreamResponse:
    """The page itself; it asks for everything else."""
    return web.FileResponse(STATIC / "plaza.html", headers=PAGE_HEADERS)


async def static_file(request: web.Request) -> web.StreamResponse:
    """One of the page's own files."""
    name = request.match_info["name"]
    if name not in FILES:
        raise Refusal(404, "no_file", "There is no such file.")
    return web.FileResponse(STATIC / name, headers={**PAGE_HEADERS, "Content-Type": f"{FILES[name]}; charset=utf-8"})


async def image(request: web.Request) -> web.Response:
    """An uploaded image, as the type that its own bytes show."""
    mime, content = request.app[SQUARE].image(request.match_info["sha256"])
    cache = {"Cache-Control": "public, max-age=31536000, immutable"}
    return web.Response(body=content, content_type=mime, headers={**PAGE_HEADERS, **cache})


async def brands(request: web.Request) -> web.Response:
    """Whom a visitor can write to."""
    speakers = request.app[SQUARE].speakers.values()
    return answer([{"handle": one.handle, "name": one.name} for one in speakers if one.brand][:100])


async def timeline(request: web.Request) -> web.Response:
    """Everything public, newest first; a page may be short, `next` says whether there is more."""
    square = request.app[SQUARE]
    found, following = page_before(square.everything(), asked_number(request, "before"), asked_limit(request))
    shown = [post_json(post, request) for post in found if is_public(square, post)]
    return answer({"posts": shown, "next": None if following is None else str(following)})


async def one_post(request: web.Request) -> web.Response:
    """One public post."""
    return answer(post_json(request.app[SQUARE].public(request.match_info["id"]), request))


async def welcome(request: web.Request) -> web.Response:
    """Let a visitor in."""
    name = parse_name(parse_json(await json_body(request), frozenset({"name"})).get("name"))
    visitor = request.app[SQUARE].welcome(name)
    return answer({"token": visitor.token, "handle": visitor.handle, "name": visitor.name}, 201)


async def write(request: web.Request) -> web.Response:
    """A visitor's message to a brand."""
    square = request.app[SQUARE]
    visitor = square.bearer(bearer(request), brand=False)
    if square.spend(visitor).remaining < 0:
        raise Refusal(429, "too_fast", "Take a breath; then write on.", {"Retry-After": "60"})
    return answer(post_json(square.write(visitor, parse_message(await json_body(request))), request), 201)


async def direct(request: web.Request) -> web.Response:
    """The visitor's direct messages with all brands, the last hundred, oldest first."""
    visitor = request.app[SQUARE].bearer(bearer(request), brand=False)
    found = [post for post in visitor.inbox[-100:] if post.content.audience == "direct" and not post.deleted]
    return answer([post_json(post, request) for post in found])


async def events(request: web.Request) -> web.StreamResponse:
    """Server-sent events until the page is closed."""
    audience, token = request.app[AUDIENCE], request.query.get("visitor")
    visitor = None if token is None else request.app[SQUARE].bearer(token, brand=False)
    if len(audience.listeners) >= LISTENERS_MOST or request.app[CLOSING].is_set():
        raise Refusal(503, "busy", "Too many pages are open.")
    response = web.StreamResponse(headers={**PAGE_HEADERS, "Content-Type": "text/event-stream"})
    await response.prepare(request)
    listener = Listener(visitor)
    audience.listeners.add(listener)
    try:
        await _stream(request, response, listener)
    except ConnectionError:
        pass
    finally:
        audience.listeners.discard(listener)
    return response


async def _stream(request: web.Request, response: web.StreamResponse, listener: Listener) -> None:
    await response.write(b"retry: 1000\n\n")
    while True:
        try:
            told = await asyncio.wait_for(listener.queue.get(), HEARTBEAT_SECONDS)
        except TimeoutError:
            await response.write(b": still here\n\n")
            continue
        if told is None:
            return
        event, post = told
        shown: dict[str, Any] = {"id": str(post.id)} if event == "removed" else post_json(post, request)
        await response.write(f"event: {event}\ndata: {json.dumps(shown)}\n\n".encode())
