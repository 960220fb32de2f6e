"""What Plaza takes and what it refuses: the shapes of requests, as pure functions."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Literal

from bot.errors import TrellisError

Audience = Literal["public", "direct"]
MessageKind = Literal["mention", "comment", "direct"]

TEXT_CHARACTERS = 500
ALT_CHARACTERS = 1_000
IMAGES = 4
IMAGE_BYTES = 2_000_000
JSON_BYTES = 64 * 1024
NAME_CHARACTERS = 50
PAGE = 40
PAGE_MOST = 100
KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
HANDLE = re.compile(r"[a-z0-9_]{1,30}")
SHA256 = re.compile(r"[0-9a-f]{64}")

LIMITS = {
    "text": {"characters": TEXT_CHARACTERS, "counted": "code points"},
    "images": {
        "per_post": IMAGES,
        "bytes": IMAGE_BYTES,
        "types": ["image/gif", "image/jpeg", "image/png", "image/webp"],
        "alt_characters": ALT_CHARACTERS,
    },
}

# Tab and line feed are text; every other C0 control and DEL is not.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_MAGIC = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))


class Refusal(TrellisError):
    """Plaza's answer is no: the HTTP `status`, a stable `code`, a sentence, and headers to send along."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


@dataclass(frozen=True, slots=True)
class Attachment:
    """One uploaded image of a post and its description."""

    sha256: str
    alt: str


@dataclass(frozen=True, slots=True)
class Content:
    """What an author says: two posts with an equal content are the same post."""

    text: str
    images: tuple[Attachment, ...] = ()
    in_reply_to: str | None = None
    audience: Audience = "public"


@dataclass(frozen=True, slots=True)
class VisitorMessage:
    """What a visitor writes to a brand; `post` is the id it comments on."""

    to: str
    kind: MessageKind
    text: str
    post: str | None = None


def parse_json(body: bytes, fields: frozenset[str]) -> dict[str, Any]:
    """The JSON object in `body`, with no fields but these. Raises Refusal (413, 422)."""
    if len(body) > JSON_BYTES:
        raise Refusal(413, "too_large", f"A request may have {JSON_BYTES} bytes at most.")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refusal(422, "not_json", "The body is not JSON.") from error
    if not isinstance(found, dict):
        raise Refusal(422, "not_an_object", "The body must be a JSON object.")
    if unknown := sorted(found.keys() - fields):
        raise Refusal(422, "unknown_field", f"Plaza does not know the field {unknown[0][:50]!r}.")
    return found


def parse_content(body: bytes) -> Content:
    """The content of `PUT /api/posts/{key}`. Raises Refusal (413, 422)."""
    found = parse_json(body, frozenset({"text", "images", "in_reply_to", "audience"}))
    images = _attachments(found.get("images", []))
    text = parse_text(found.get("text", ""), most=TEXT_CHARACTERS, what="text")
    if not text.strip() and not images:
        raise Refusal(422, "empty", "A post needs a text or an image.")
    parent = found.get("in_reply_to")
    if parent is not None and not isinstance(parent, str):
        raise Refusal(422, "bad_parent", "`in_reply_to` must be the id of a post.")
    return Content(text, images, parent, _audience(found.get("audience", "public")))


def parse_message(body: bytes) -> VisitorMessage:
    """The body of `POST /visitors/messages`. Raises Refusal (413, 422)."""
    found = parse_json(body, frozenset({"to", "kind", "text", "post"}))
    kind, to, post = found.get("kind"), found.get("to"), found.get("post")
    if kind not in ("mention", "comment", "direct") or not isinstance(to, str):
        raise Refusal(422, "bad_message", "Say to whom you write, and whether it is a mention, a comment or direct.")
    if (kind == "comment") != isinstance(post, str):
        raise Refusal(422, "bad_message", "A comment, and only a comment, names the post it is about.")
    text = parse_text(found.get("text"), most=TEXT_CHARACTERS, what="text")
    if not text.strip():
        raise Refusal(422, "empty", "Write something first.")
    return VisitorMessage(to, kind, text, post)


def parse_name(found: object) -> str:
    """The name a person or a brand goes by. Raises Refusal (422)."""
    name = " ".join(parse_text(found, most=NAME_CHARACTERS, what="name").split())
    if not name:
        raise Refusal(422, "empty", "A name is needed.")
    return name


def parse_text(found: object, *, most: int, what: str) -> str:
    """A text of at most `most` code points without control characters. Raises Refusal (422)."""
    if not isinstance(found, str):
        raise Refusal(422, f"bad_{what}", f"`{what}` must be a text.")
    if len(found) > most:
        raise Refusal(422, f"{what}_too_long", f"`{what}` has {len(found)} characters; {most} are allowed.")
    # A lone surrogate passes JSON but cannot be written as UTF-8, so no reader could ever be sent it.
    if _CONTROLS.search(found) or any("\ud800" <= character <= "\udfff" for character in found):
        raise Refusal(422, f"bad_{what}", f"`{what}` holds characters that are not text.")
    return found


def image_type(content: bytes) -> str:
    """The media type that the bytes themselves show. Raises Refusal (422)."""
    for magic, mime in _MAGIC:
        if content.startswith(magic):
            return mime
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    raise Refusal(422, "unsupported_image", "Plaza takes png, jpeg, gif and webp.")


def _attachments(found: object) -> tuple[Attachment, ...]:
    if not isinstance(found, list):
        raise Refusal(422, "bad_images", "`images` must be a list.")
    if len(found) > IMAGES:
        raise Refusal(422, "too_many_images", f"A post may have {IMAGES} images at most.")
    return tuple(_attachment(one) for one in found)


def _attachment(found: object) -> Attachment:
    if not isinstance(found, dict) or found.keys() - {"sha256", "alt"}:
        raise Refusal(422, "bad_images", "An image is given as its `sha256` and its `alt`.")
    sha256 = found.get("sha256")
    if not isinstance(sha256, str) or not SHA256.fullmatch(sha256):
        raise Refusal(422, "bad_images", "`sha256` must be 64 hex digits.")
    return Attachment(sha256, parse_text(found.get("alt", ""), most=ALT_CHARACTERS, what="alt"))


def _audience(found: object) -> Audience:
    if found == "public":
        return "public"
    if found == "direct":
        return "direct"
    raise Refusal(422, "bad_audience", "`audience` must be public or direct.")
