"""The guard of a request from Slack: looks at its raw bytes before anything reads them.

Bolt answers a malformed or unsigned body with a traceback or a 500, and logs it; here each is a plain 4xx.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qs

LARGEST_BODY = 1_048_576
"""Bytes. A form's state is the largest thing Slack sends: at most 250,000 characters of a view and what was typed."""
FRESH_SECONDS = 300
"""Older requests may be replays (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""
LONGEST_TIMESTAMP = 12
MOST_FIELDS = 100
"""Of one form body; Slack's largest, a slash command, has 15."""
JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"


OBJECTS = frozenset({"channel", "container", "enterprise", "event", "message", "team", "user", "view"})
LISTS = frozenset({"actions", "authorizations"})
"""Parts of a payload that Bolt takes apart without looking whether they are objects, and lists of objects."""


class Turned(Exception):
    """The request is turned away. `status` is HTTP's; the text is for whoever sent it."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def require_slack(headers: Mapping[str, str], body: bytes, signing_secret: str, now: datetime) -> str:
    """The body as text, once it is sure that Slack sent it just now and that it can be read. Raises Turned."""
    if len(body) > LARGEST_BODY:
        raise Turned(413, "The request is too large.")
    _require_signature(headers, body, signing_secret, now)
    text = _text(body)
    if _kind(headers, text) == JSON_TYPE:
        _require_json(text)
    else:
        _require_form(text)
    return text


def _require_signature(headers: Mapping[str, str], body: bytes, signing_secret: str, now: datetime) -> None:
    timestamp = headers.get("X-Slack-Request-Timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= LONGEST_TIMESTAMP):
        raise Turned(401, "The request has no timestamp of Slack's.")
    if abs(now.timestamp() - int(timestamp)) > FRESH_SECONDS:
        raise Turned(401, "The request is too old, or the clock of this machine is wrong.")
    signed = hmac.new(signing_secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
    given = headers.get("X-Slack-Signature", "").encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(f"v0={signed.hexdigest()}".encode(), given):
        raise Turned(401, "The signature is not Slack's.")


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise Turned(400, "The body is not UTF-8 text.") from None


def _kind(headers: Mapping[str, str], text: str) -> str:
    """How the body is written. Bolt reads everything that starts with a brace as JSON, so this does too."""
    named = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if named not in {JSON_TYPE, FORM_TYPE}:
        raise Turned(415, "The body must be JSON or a form.")
    return JSON_TYPE if text.startswith("{") else named


def _require_form(text: str) -> None:
    try:
        fields = parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Turned(400, "The form cannot be read.") from None
    for payload in fields.get("payload", []):
        _require_json(payload)


def _require_json(text: str) -> None:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        raise Turned(400, "The JSON cannot be read.") from None
    if not isinstance(whole, dict):
        raise Turned(400, "The JSON is not an object.")
    if not all(_has_shape(name, value) for name, value in whole.items()):
        raise Turned(400, "The JSON is not what Slack sends.")


def _has_shape(name: str, value: object) -> bool:
    if name in OBJECTS:
        return isinstance(value, dict) or (value is None and name != "view")
    if name in LISTS:
        return value is None or (isinstance(value, list) and all(isinstance(one, dict) for one in value))
    return True
