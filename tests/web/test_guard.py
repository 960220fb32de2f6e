"""The guard: only what Slack sent just now passes, and whatever else comes is a 4xx, never an error."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import SignatureVerifier

from bot.web.guard import FORM_TYPE, JSON_TYPE, LARGEST_BODY, Turned, require_slack

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


def signed(body: bytes, kind: str = JSON_TYPE, at: datetime = NOW, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}", "Content-Type": kind}


def status(headers: dict[str, str], body: bytes) -> int:
    try:
        require_slack(headers, body, SECRET, NOW)
    except Turned as turned:
        return turned.status
    return 200


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (JSON_TYPE, json.dumps({"type": "event_callback", "text": "Ąžuolas"}).encode()),
        (f"{JSON_TYPE}; charset=utf-8", b"{}"),
        (FORM_TYPE, urlencode({"command": "/draft", "text": "tomorrow 9:00 ų"}).encode()),
        (FORM_TYPE, urlencode({"payload": json.dumps({"type": "block_actions"})}).encode()),
        (FORM_TYPE, b""),
    ],
)
def test_what_slack_sends_passes(kind: str, body: bytes) -> None:
    assert require_slack(signed(body, kind), body, SECRET, NOW) == body.decode()


def test_slacks_own_verifier_agrees_with_the_signature() -> None:
    body = b'{"a": 1}'
    headers = signed(body)
    assert (
        SignatureVerifier(SECRET).generate_signature(timestamp=headers["X-Slack-Request-Timestamp"], body=body)
        == headers["X-Slack-Signature"]
    )


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_request_of_another_time_is_turned_away(minutes: int) -> None:
    assert status(signed(b"{}", at=NOW + timedelta(minutes=minutes)), b"{}") == 401


@pytest.mark.parametrize("stamp", ["", "now", "1e9", "-1", "१२३", "9" * 400, "12 ", "0x10"])
def test_a_timestamp_that_is_no_number_is_turned_away(stamp: str) -> None:
    assert status(signed(b"{}") | {"X-Slack-Request-Timestamp": stamp}, b"{}") == 401


@pytest.mark.parametrize("signature", ["", "v0=", "v0=" + "0" * 64, "v1=" + "0" * 64, "v0=ÿ\udcff"])
def test_a_signature_that_does_not_fit_is_turned_away(signature: str) -> None:
    assert status(signed(b"{}") | {"X-Slack-Signature": signature}, b"{}") == 401


def test_a_request_without_signature_is_turned_away() -> None:
    assert status({"Content-Type": JSON_TYPE}, b"{}") == 401


def test_one_changed_byte_breaks_the_signature() -> None:
    assert status(signed(b'{"a":1}'), b'{"a":2}') == 401


def test_anothers_secret_signs_nothing() -> None:
    assert status(signed(b"{}", secret="other"), b"{}") == 401


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("text/plain", b"{}", 415),
        ("", b"{}", 415),
        (JSON_TYPE, b"", 400),
        (JSON_TYPE, b"[]", 400),
        (JSON_TYPE, b"null", 400),
        (JSON_TYPE, b'{"a":', 400),
        (JSON_TYPE, b'{"a":"\xff"}', 400),
        (JSON_TYPE, b"[" * 100_000, 400),
        (FORM_TYPE, b'{"a":', 400),
        (FORM_TYPE, b"payload=nope", 400),
        (FORM_TYPE, b"payload=%5B%5D", 400),
        (FORM_TYPE, b"text=%ff", 400),
        (FORM_TYPE, b"&".join(b"a=1" for _ in range(101)), 400),
        (JSON_TYPE, b"x" * (LARGEST_BODY + 1), 413),
    ],
)
def test_what_cannot_be_read_is_told_by_its_status(kind: str, body: bytes, expected: int) -> None:
    assert status(signed(body, kind), body) == expected


@given(st.binary(max_size=300), st.sampled_from([JSON_TYPE, FORM_TYPE, "text/html", "Ω"]), st.booleans())
def test_nothing_that_comes_is_an_error(body: bytes, kind: str, sign: bool) -> None:
    headers = signed(body, kind) if sign else {"Content-Type": kind}
    assert status(headers, body) in {200, 400, 401, 415}


@given(st.text(), st.text())
def test_no_header_is_an_error(stamp: str, signature: str) -> None:
    assert status({"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}, b"{}") == 401
