"""Answers of hostile or broken servers are read without failing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.networks._answers import MAX_WAIT, Answer, list_of, number_of, opens_at, part_of, text_of, wait_of

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def answered(body: bytes = b"", **headers: str) -> Answer:
    return Answer(200, httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()}), body)


@given(JSON, st.lists(st.text(max_size=3) | st.integers(-2, 2), max_size=4))
def test_reading_any_json_anywhere_never_fails(value: object, path: list[str | int]) -> None:
    text_of(value, *path).encode()
    assert isinstance(list_of(value, *path), list)
    assert number_of(value, *path) is None or isinstance(part_of(value, *path), int)


@given(st.binary(max_size=60))
def test_any_body_can_be_asked_for_its_json(body: bytes) -> None:
    part_of(answered(body).json, "a")


def test_nesting_without_end_is_no_json() -> None:
    assert answered(b"[" * 200_000).json is None


def test_a_text_that_no_database_stores_is_mended() -> None:
    assert text_of(answered(b'{"name": "a\\u0000b\\ud800"}').json, "name") == "ab?"


@pytest.mark.parametrize(
    ("header", "told", "seconds"),
    [
        ("retry-after", "7", 7),
        ("retry-after", "Mon, 02 Mar 2026 09:01:00 GMT", 60),
        ("ratelimit-reset", str(int(NOW.timestamp()) + 300), 300),
        ("ratelimit-reset", "300", 300),
        ("x-ratelimit-reset", "2026-03-02T09:05:00.000000Z", 300),
        ("x-ratelimit-reset", "2026-03-02T11:05:00+02:00", 300),
        ("retry-after", str(int(NOW.timestamp()) - 50), 0),
        ("retry-after", "999999999999", MAX_WAIT.total_seconds()),
        ("retry-after", "2999-01-01T00:00:00Z", MAX_WAIT.total_seconds()),
    ],
)
def test_a_wait_is_read_in_each_form_that_servers_use(header: str, told: str, seconds: float) -> None:
    assert wait_of(answered(b"", **{header: told}), NOW) == seconds


@given(st.text(st.characters(codec="ascii"), max_size=30))
def test_any_wait_header_gives_a_moment_within_a_day_or_none(told: str) -> None:
    moment = opens_at(answered(retry_after=told), NOW)
    assert moment is None or NOW <= moment <= NOW + timedelta(days=1)


def test_no_header_tells_no_wait() -> None:
    assert wait_of(answered(), NOW) is None
