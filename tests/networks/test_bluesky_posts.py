"""The keys, times, weights and faults of Bluesky posts: what follows from the delivery alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.networks.bluesky.checks import LIMITS, faults, weigh
from bot.networks.bluesky.posts import created_at, record, record_key
from bot.rules.counting import graphemes, utf8_bytes
from bot.rules.networks import OutgoingImage
from tests.networks.lending import NOW, post

TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
"""The published syntax of a record key of the kind `tid`."""

ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"

KEYS = st.text("0123456789abcdef", min_size=32, max_size=32)
STAMPS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (Hypothesis adds the zone)

IMAGE = OutgoingImage(Path("none"), "0" * 64, "image/png", 640, 480, 1_000, "A shop")


def microseconds(key: str) -> int:
    number = 0
    for character in key:
        number = number * 32 + ALPHABET.index(character)
    return number >> 10


@given(KEYS, STAMPS, st.integers(0, 24))
def test_a_record_key_is_a_valid_tid(key: str, stamp: datetime, segment: int) -> None:
    assert TID.fullmatch(record_key(replace(post("a"), key=key, stamp=stamp), segment))


@given(KEYS, STAMPS, st.integers(0, 24))
def test_a_record_key_lies_within_a_second_of_its_stamp(key: str, stamp: datetime, segment: int) -> None:
    told = microseconds(record_key(replace(post("a"), key=key, stamp=stamp), segment))
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=told)
    assert abs(moment - stamp) <= timedelta(seconds=1)


@given(KEYS, STAMPS)
def test_record_keys_follow_the_order_of_a_thread(key: str, stamp: datetime) -> None:
    keys = [record_key(replace(post("a"), key=key, stamp=stamp), segment) for segment in range(25)]
    assert keys == sorted(set(keys))


@given(KEYS, KEYS)
def test_deliveries_of_one_second_have_keys_of_their_own(one: str, other: str) -> None:
    same = record_key(replace(post("a"), key=one), 0) == record_key(replace(post("a"), key=other), 0)
    assert same == (one == other)


def test_a_record_key_hangs_on_nothing_that_may_change() -> None:
    assert record_key(post("One"), 0) == record_key(replace(post("Two", "more"), language="lt"), 0)


@pytest.mark.parametrize(
    ("stamp", "segment", "told"),
    [
        (NOW, 0, "2026-03-02T09:00:00.000Z"),
        (NOW, 3, "2026-03-02T09:00:00.003Z"),
        (NOW + timedelta(microseconds=999_999), 0, "2026-03-02T09:00:00.999Z"),
        (NOW + timedelta(microseconds=999_999), 1, "2026-03-02T09:00:01.000Z"),
    ],
)
def test_a_post_carries_its_stamp_and_a_threads_posts_follow(stamp: datetime, segment: int, told: str) -> None:
    assert created_at(stamp, segment) == told


@pytest.mark.parametrize(
    ("language", "told"), [("lt", ["lt"]), ("en-GB", ["en-GB"]), (None, None), ("Lithuanian", None), ("", None)]
)
def test_a_language_is_told_only_when_it_is_one(language: str | None, told: list[str] | None) -> None:
    assert record(replace(post("Labas"), language=language), 0, {}, [], None).get("langs") == told


@pytest.mark.parametrize(
    ("text", "used", "unit"),
    [
        ("", 0, "characters"),
        ("Ačiū", 4, "characters"),
        ("👋", 1, "characters"),
        ("👩‍👩‍👧‍👦" * 100, 2_500, "bytes"),
        ("é" * 10, 10, "characters"),
    ],
)
def test_a_text_weighs_what_runs_out_first(text: str, used: int, unit: str) -> None:
    weight = weigh(text, LIMITS)
    assert (weight.used, weight.unit) == (used, unit)


@given(st.text(max_size=400) | st.text("👩‍👧a", max_size=1_200))
def test_a_text_is_over_exactly_when_it_breaks_either_limit(text: str) -> None:
    assert (weigh(text, LIMITS).over > 0) == (graphemes(text) > 300 or utf8_bytes(text) > 3_000)


@pytest.mark.parametrize("number", [300, 301])
def test_the_limit_is_300_characters(number: int) -> None:
    assert bool(faults(post("ė" * number), LIMITS)) == (number > 300)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda image: replace(image, size=2_000_001), "image"),
        (lambda image: replace(image, mime="image/tiff"), "image"),
        (lambda image: replace(image, alt="a" * 2_001), "alt"),
        (lambda image: replace(image, alt="\ud83d"), "alt"),
    ],
)
def test_each_fault_of_an_image_says_where_it_lies(change: Callable[[OutgoingImage], OutgoingImage], part: str) -> None:
    (fault,) = faults(post("Look", images=(change(IMAGE),)), LIMITS)
    assert (fault.segment, fault.part) == (0, part)
    assert str(fault).endswith(".")


def test_an_image_at_every_limit_has_no_fault() -> None:
    assert faults(post("", images=(replace(IMAGE, size=2_000_000, alt="a" * 2_000),) * 4), LIMITS) == ()


def test_a_fifth_image_is_a_fault() -> None:
    assert [fault.part for fault in faults(post("Look", images=(IMAGE,) * 5), LIMITS)] == ["image"]


def test_half_a_character_is_a_fault() -> None:
    assert [fault.part for fault in faults(post("\ud83d"), LIMITS)] == ["text"]


def test_a_fault_names_its_post_within_the_thread() -> None:
    assert [fault.segment for fault in faults(post("One", "a" * 301, "Three"), LIMITS)] == [1]


def test_a_post_without_an_embed_or_answer_holds_none() -> None:
    assert set(record(post("Our shop opens"), 0, {}, [], None)) == {"$type", "text", "createdAt"}
