"""Everything that was said on Plaza, in memory, with constant work per step (or one page of a list).

It decides what may be done with what is there and knows no HTTP; a refusal is raised as `Refusal`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from bot.sandbox.plaza.posts import Meter, Post, Speaker
from bot.sandbox.plaza.rules import (
    IMAGE_BYTES,
    Audience,
    Content,
    MessageKind,
    Refusal,
    VisitorMessage,
    image_type,
)

RATE_PER_MINUTE = 600
"""Requests one account may make in a minute, unless the control API says otherwise."""
POSTS_MOST = 2_000_000
IMAGES_MOST = 2_000
VISITORS_MOST = 10_000
BRANDS_MOST = 10_000
_MINUTE = timedelta(minutes=1)


class Square:
    """All speakers, posts and images. `now` is the clock; each new and each deleted post is handed on."""

    def __init__(
        self, now: Callable[[], datetime], said: Callable[[Post], None], removed: Callable[[Post], None]
    ) -> None:
        self._now = now
        self._said = said
        self._removed = removed
        self.rate_per_minute = RATE_PER_MINUTE
        self.speakers: dict[str, Speaker] = {}
        self._by_token: dict[str, Speaker] = {}
        self._posts: list[Post] = []
        self._images: dict[str, tuple[str, bytes]] = {}
        self._visitors = 0

    # Who speaks

    def open_account(self, handle: str, name: str, token: str | None = None) -> Speaker:
        """A new brand's account. Raises Refusal (409) when the handle is taken."""
        if handle in self.speakers:
            raise Refusal(409, "handle_taken", f"There is already an account @{handle}.")
        if len(self.speakers) - self._visitors >= BRANDS_MOST:
            raise Refusal(507, "full", f"Plaza has room for {BRANDS_MOST} accounts.")
        return self._join(Speaker(handle, name, token or secrets.token_urlsafe(24), brand=True))

    def welcome(self, name: str) -> Speaker:
        """A new visitor, with a handle made from the name."""
        if self._visitors >= VISITORS_MOST:
            raise Refusal(507, "full", f"Plaza has room for {VISITORS_MOST} visitors.")
        self._visitors += 1
        slug = "".join(c for c in name.lower() if c.isascii() and c.isalnum())[:20] or "visitor"
        handle = slug if slug not in self.speakers else f"{slug}_{self._visitors}"
        return self._join(Speaker(handle, name, secrets.token_urlsafe(24), brand=False))

    def _join(self, speaker: Speaker) -> Speaker:
        self.speakers[speaker.handle] = speaker
        self._by_token[speaker.token] = speaker
        return speaker

    def revoke(self, handle: str) -> None:
        """The account's token works no longer."""
        self._by_token.pop(self.brand(handle).token, None)

    def restore(self, handle: str) -> None:
        """The account's token works again, and it may post."""
        account = self.brand(handle)
        account.suspended = False
        self._by_token[account.token] = account

    def brand(self, handle: str) -> Speaker:
        """The brand's account of that handle. Raises Refusal (404)."""
        found = self.speakers.get(handle)
        if found is None or not found.brand:
            raise Refusal(404, "no_account", f"There is no account @{handle[:50]}.")
        return found

    def bearer(self, token: str, *, brand: bool) -> Speaker:
        """Whose token it is. Raises Refusal (401, 403)."""
        found = self._by_token.get(token)
        if found is None or found.brand is not brand:
            raise Refusal(401, "bad_token", "The token is not valid.")
        if found.suspended:
            raise Refusal(403, "suspended", "This account is suspended.")
        return found

    def spend(self, speaker: Speaker) -> Meter:
        """Count one request of the current minute; `remaining` below 0 means that it is one too many."""
        now = self._now()
        if speaker.minute is None or now - speaker.minute >= _MINUTE:
            speaker.minute, speaker.requests = now, 0
        speaker.requests += 1
        left = (speaker.minute + _MINUTE - now).total_seconds()
        return Meter(self.rate_per_minute, self.rate_per_minute - speaker.requests, max(1, round(left)))

    # Images

    def keep_image(self, speaker: Speaker, name: str, content: bytes) -> bool:
        """Keep an image under its hash; says whether it is new. Raises Refusal (413, 422)."""
        if len(content) > IMAGE_BYTES:
            raise Refusal(413, "too_large", f"An image may have {IMAGE_BYTES} bytes at most.")
        if sha256(content).hexdigest() != name:
            raise Refusal(422, "wrong_hash", "The bytes are not the ones the hash names.")
        mime = image_type(content)
        new = name not in self._images
        if new and len(self._images) >= IMAGES_MOST:
            raise Refusal(507, "full", f"Plaza keeps {IMAGES_MOST} images at most.")
        self._images.setdefault(name, (mime, content))
        speaker.images.add(name)
        return new

    def image(self, name: str) -> tuple[str, bytes]:
        """The media type and bytes of an image. Raises Refusal (404)."""
        if name not in self._images:
            raise Refusal(404, "no_image", "There is no such image.")
        return self._images[name]

    # Posts

    def publish(self, author: Speaker, key: str, content: Content, lag: timedelta = timedelta()) -> tuple[Post, bool]:
        """Say `content` under the author's own key; tells whether it is new. Raises Refusal (409, 410, 422)."""
        if (first := author.by_key.get(key)) is not None:
            if first.deleted:
                raise Refusal(410, "deleted", "The post with this key was deleted.")
            if first.content != content:
                raise Refusal(409, "key_taken", "Another post has this key.")
            return first, False
        self.require_sayable(author, content)
        return self._say(author, content, key=key, lag=lag), True

    def double(self, post: Post) -> None:
        """Say the same once more without a key: what a network does that counts one request as two."""
        self._say(post.author, post.content)

    def require_sayable(self, author: Speaker, content: Content) -> None:
        """Refuse (422) images that the author never uploaded and an answer to what is not there."""
        if any(image.sha256 not in author.images for image in content.images):
            raise Refusal(422, "unknown_image", "Upload the image first.")
        parent = None if content.in_reply_to is None else self._parent(content.in_reply_to, author)
        direct = parent is not None and parent.content.audience == "direct"
        if direct != (content.audience == "direct"):
            raise Refusal(422, "wrong_audience", "An answer to a direct message, and only that, must be direct.")

    def write(self, visitor: Speaker, message: VisitorMessage) -> Post:
        """A visitor's message to a brand. Raises Refusal (404, 422)."""
        brand = self.brand(message.to)
        if message.post is not None and self._parent(message.post, visitor).content.audience == "direct":
            raise Refusal(422, "bad_parent", "Only public posts can be commented on.")
        audience: Audience = "direct" if message.kind == "direct" else "public"
        content = Content(message.text, (), message.post, audience)
        return self._say(visitor, content, kind=message.kind, to=brand)

    def _say(
        self,
        author: Speaker,
        content: Content,
        *,
        key: str | None = None,
        kind: MessageKind | None = None,
        to: Speaker | None = None,
        lag: timedelta = timedelta(),
    ) -> Post:
        if len(self._posts) >= POSTS_MOST:
            raise Refusal(507, "full", f"Plaza keeps {POSTS_MOST} posts at most.")
        now = self._now()
        if to is None and content.audience == "direct" and content.in_reply_to is not None:
            parent = self._parent(content.in_reply_to, author)
            to = parent.to if parent.author is author else parent.author
        post = Post(len(self._posts) + 1, author, content, now, now + lag, key, kind, to)
        self._posts.append(post)
        author.posts.append(post)
        if key is not None:
            author.by_key[key] = post
        for reader in {id(one): one for one in _readers(post)}.values():
            reader.inbox.append(post)
        self._said(post)
        return post

    def delete(self, author: Speaker, key: str) -> Post:
        """Take a post back; its key stays taken. Raises Refusal (404, 410)."""
        post = self.own(author, key)
        post.deleted = True
        self._removed(post)
        return post

    def own(self, author: Speaker, key: str) -> Post:
        """The author's post of that key. Raises Refusal (404, 410)."""
        post = author.by_key.get(key)
        if post is None or not self.visible(post):
            raise Refusal(404, "no_post", "You have no post with this key.")
        if post.deleted:
            raise Refusal(410, "deleted", "The post with this key was deleted.")
        return post

    def _parent(self, post_id: str, reader: Speaker) -> Post:
        post = self._at(post_id)
        if post is None or post.deleted or not (post.content.audience == "public" or reader in (post.author, post.to)):
            raise Refusal(422, "bad_parent", "What this answers is not there.")
        return post

    def _at(self, post_id: str) -> Post | None:
        number = int(post_id) if post_id.isascii() and post_id.isdigit() and len(post_id) <= 9 else 0
        return self._posts[number - 1] if 0 < number <= len(self._posts) else None

    # Reading

    def visible(self, post: Post) -> bool:
        """Whether readers see it yet (see the fault `lag`)."""
        return post.visible_at <= self._now()

    def public(self, post_id: str) -> Post:
        """One public post or message. Raises Refusal (404)."""
        post = self._at(post_id)
        if post is None or post.deleted or post.content.audience != "public" or not self.visible(post):
            raise Refusal(404, "no_post", "There is no such post.")
        return post

    def conversation(self, post: Post) -> str:
        """The id of the thread that a message belongs to: its first post's, or the visitor's own for direct ones."""
        if post.content.audience == "direct":
            visitor = post.to if post.author.brand else post.author
            return f"direct:{visitor.handle if visitor else ''}"
        for _ in range(100):  # a thread deeper than that is split, so that the walk stays bounded
            parent = None if post.content.in_reply_to is None else self._at(post.content.in_reply_to)
            if parent is None:
                break
            post = parent
        return str(post.id)

    def everything(self) -> list[Post]:
        """Every post in the order it was said, deleted and direct ones too; not to be changed."""
        return self._posts


def _readers(post: Post) -> Iterable[Speaker]:
    """Whose inbox it belongs to: whom it was written to, and a visitor's own direct conversation."""
    if post.to is not None:
        yield post.to
    if post.content.audience == "direct" and not post.author.brand:
        yield post.author
