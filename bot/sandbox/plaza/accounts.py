"""Plaza's API for accounts: who am I, limits, images, posts by the author's own key, messages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.sandbox.plaza.door import FAULT, SQUARE, Handler, answer, asked_limit, asked_number, bearer, json_body
from bot.sandbox.plaza.posts import Meter, Post, Speaker, page_after, page_before
from bot.sandbox.plaza.rules import KEY, LIMITS, SHA256, Refusal, parse_content
from bot.sandbox.plaza.square import Square

WHO: web.RequestKey[Speaker] = web.RequestKey("who", Speaker)
"""Where a request keeps the account whose token it bears."""


def routes() -> list[web.RouteDef]:
    """Every route under /api."""
    return [
        web.get("/api/me", me),
        web.get("/api/limits", limits),
        web.put("/api/images/{sha256}", put_image),
        web.post("/api/posts/{key}", publish),
        web.put("/api/posts/{key}", publish),
        web.get("/api/posts/{key}", get_post),
        web.delete("/api/posts/{key}", delete_post),
        web.get("/api/accounts/{handle}/posts", account_posts),
        web.get("/api/messages", messages),
    ]


@web.middleware
async def require_account(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Sign /api requests in, count them, and tell the rate in every answer."""
    if not request.path.startswith("/api/"):
        return await handler(request)
    square = request.app[SQUARE]
    speaker = square.bearer(bearer(request), brand=True)
    request[WHO] = speaker
    rate = _rate_headers(meter := square.spend(speaker))
    if meter.remaining < 0:
        wait = {"Retry-After": str(meter.reset_seconds)}
        raise Refusal(429, "too_fast", "Too many requests; wait a little.", {**rate, **wait})
    try:
        response = await handler(request)
    except Refusal as refusal:
        refusal.headers = {**rate, **refusal.headers}
        raise
    response.headers.update(rate)
    return response


async def me(request: web.Request) -> web.Response:
    """Whose token it is."""
    who = _who(request)
    return answer({"id": who.handle, "handle": who.handle, "name": who.name, "url": f"{request.url.origin()}/"})


async def limits(request: web.Request) -> web.Response:
    """What Plaza takes."""
    return answer(LIMITS)


async def put_image(request: web.Request) -> web.Response:
    """Keep an image under the hash of its bytes."""
    name = request.match_info["sha256"]
    if not SHA256.fullmatch(name):
        raise Refusal(422, "wrong_hash", "An image is named by its sha256, 64 hex digits.")
    new = request.app[SQUARE].keep_image(_who(request), name, await request.read())
    return answer({"sha256": name}, 201 if new else 200)


async def publish(request: web.Request) -> web.Response:
    """Publish under the author's own key; the same again is a no-op."""
    key = request.match_info["key"]
    if not KEY.fullmatch(key):
        raise Refusal(422, "bad_key", "A key has 1 to 64 of A-Z a-z 0-9 _ -.")
    content, square, who = parse_content(await json_body(request)), request.app[SQUARE], _who(request)
    fault = request.get(FAULT)
    kind = fault.kind if fault else None
    if kind == "lose":
        square.require_sayable(who, content)
        return answer({"id": "0", "key": key, "url": f"{request.url.origin()}/posts/0"}, 201)
    lag = timedelta(seconds=fault.seconds) if fault and kind == "lag" else timedelta()
    post, new = square.publish(who, key, content, lag)
    if kind == "twice":
        square.double(post)
    return answer(post_json(post, request), 201 if new else 200)


async def get_post(request: web.Request) -> web.Response:
    """The account's own post of that key."""
    return answer(post_json(request.app[SQUARE].own(_who(request), request.match_info["key"]), request))


async def delete_post(request: web.Request) -> web.Response:
    """Take a post back."""
    request.app[SQUARE].delete(_who(request), request.match_info["key"])
    return web.Response(status=204)


async def account_posts(request: web.Request) -> web.Response:
    """One account's public posts, newest first; a page may be short, `next` says whether there is more."""
    square = request.app[SQUARE]
    account = square.brand(request.match_info["handle"])
    found, following = page_before(account.posts, asked_number(request, "before"), asked_limit(request))
    shown = [post_json(post, request) for post in found if is_public(square, post)]
    return answer({"posts": shown, "next": None if following is None else str(following)})


async def messages(request: web.Request) -> web.Response:
    """What visitors wrote to the account since a cursor, oldest first."""
    square, inbox = request.app[SQUARE], _who(request).inbox
    after = asked_number(request, "after")
    if after is None:
        return answer({"messages": [], "cursor": str(inbox[-1].id if inbox else 0)})
    found = page_after(inbox, after, asked_limit(request))
    cursor = str(found[-1].id if found else after)
    return answer({"messages": [message_json(square, post, request) for post in found], "cursor": cursor})


def is_public(square: Square, post: Post) -> bool:
    """Whether everybody may read it now."""
    return not post.deleted and post.content.audience == "public" and square.visible(post)


def post_json(post: Post, request: web.Request) -> dict[str, Any]:
    """A post as Plaza tells it."""
    return {
        "id": str(post.id),
        "key": post.key,
        "account": post.author.handle,
        "name": post.author.name,
        "brand": post.author.brand,
        "text": post.content.text,
        "images": [{"sha256": image.sha256, "alt": image.alt} for image in post.content.images],
        "in_reply_to": post.content.in_reply_to,
        "audience": post.content.audience,
        "to": post.to.handle if post.to else None,
        "created_at": post.at.isoformat(),
        "url": f"{request.url.origin()}/posts/{post.id}",
    }


def message_json(square: Square, post: Post, request: web.Request) -> dict[str, Any]:
    """A visitor's message as the brand it was written to is told of it."""
    return {
        "id": str(post.id),
        "kind": post.kind,
        "conversation": square.conversation(post),
        "from": {"handle": post.author.handle, "name": post.author.name},
        "text": post.content.text,
        "in_reply_to": post.content.in_reply_to,
        "created_at": post.at.isoformat(),
        "url": f"{request.url.origin()}/posts/{post.id}" if post.content.audience == "public" else "",
    }


def _who(request: web.Request) -> Speaker:
    return request[WHO]


def _rate_headers(meter: Meter) -> dict[str, str]:
    return {
        "RateLimit-Limit": str(meter.limit),
        "RateLimit-Remaining": str(max(0, meter.remaining)),
        "RateLimit-Reset": str(meter.reset_seconds),
    }
