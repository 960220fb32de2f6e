"""Logs: a reference in every line, and no secret in any."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.logs import (
    KEPT_OUT,
    REFERENCE_ALPHABET,
    begin_request,
    current_reference,
    keep_secrets_out,
    new_reference,
    set_up_logs,
)

SECRETS = [
    "xoxb-1-2-swordfish",
    "xoxe.xoxp-1-swordfish",
    "xapp-1-A1-swordfish",
    "Bearer swordfish",
    "postgresql://ann:swordfish@127.0.0.1/x",
    "wss://127.0.0.1/link/?ticket=swordfish&app_id=A1",
    "eyJhbGciOiJIUzI1NiJ9.swordfish.swordfish",
]


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    written = io.StringIO()
    root, levels = logging.getLogger(), {name: logging.getLogger(name).level for name in ("slack_bolt", "")}
    handlers = list(root.handlers)
    set_up_logs("INFO", as_json=True, to=written)
    yield written
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def written(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_every_line_carries_the_reference_of_its_request(lines: io.StringIO) -> None:
    reference = begin_request(door="slack")
    structlog.get_logger("bot").info("drafted")
    logging.getLogger("elsewhere").warning("odd")
    assert {line["reference"] for line in written(lines)} == {reference}
    assert {line["door"] for line in written(lines)} == {"slack"}


def test_a_reference_stays_the_same_within_a_request() -> None:
    assert begin_request() == current_reference() == current_reference()


def test_a_reference_can_be_read_out() -> None:
    assert set(new_reference()) <= set(REFERENCE_ALPHABET)
    assert len({new_reference() for _ in range(100)}) == 100


@pytest.mark.parametrize("secret", SECRETS)
def test_what_looks_like_a_secret_is_kept_out(lines: io.StringIO, secret: str) -> None:
    log = structlog.get_logger("bot")
    log.warning(f"before {secret} after", nested={"list": [f"{secret}"]})
    logging.getLogger("slack_sdk").error("it was %s", secret)
    try:
        raise ValueError(secret)
    except ValueError:
        log.exception("went wrong")
    assert len(written(lines)) == 3
    assert "swordfish" not in lines.getvalue()


@given(st.sampled_from(["bot_token", "Authorization", "app_password", "signing_secret", "Set-Cookie"]), st.text())
def test_what_is_named_like_a_secret_is_kept_out(name: str, value: str) -> None:
    event = keep_secrets_out(None, "info", {"event": "x", "headers": {name: value}, name: value})
    assert event["headers"][name] == event[name] == (KEPT_OUT if value else "")


def test_bolt_does_not_log_the_bodies_of_bad_requests(lines: io.StringIO) -> None:
    logging.getLogger("slack_bolt.AsyncApp").info("Invalid request signature detected (body: everything)")
    assert lines.getvalue() == ""


def test_a_value_of_any_depth_is_one_bounded_line(lines: io.StringIO) -> None:
    deep: dict[str, Any] = {}
    deep["again"] = deep
    structlog.get_logger("bot").info("deep", value=deep, long="x" * 1_000_000)
    assert len(lines.getvalue()) < 20_000
