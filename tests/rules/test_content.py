"""The fingerprint: any change of anything that is sent changes it, and nothing else does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.rules.content import Content, Image, Segment, Target, Window, fingerprint, from_json, to_json

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
HASHES = st.text("0123456789abcdef", min_size=64, max_size=64)
IMAGES = st.builds(
    Image,
    sha256=HASHES,
    mime=st.sampled_from(["image/png", "image/jpeg"]),
    width=st.integers(1, 9_999),
    height=st.integers(1, 9_999),
    size=st.integers(1, 10**7),
    alt=st.text(max_size=20),
)
SEGMENTS = st.lists(
    st.builds(Segment, text=st.text(max_size=40), images=st.lists(IMAGES, max_size=2).map(tuple)),
    min_size=1,
    max_size=3,
).map(tuple)
ACCOUNTS = (1, 2)
CONTENTS = st.builds(Content, segments=SEGMENTS, variants=st.dictionaries(st.sampled_from(ACCOUNTS), SEGMENTS))
WINDOWS = st.builds(
    Window,
    kind=st.sampled_from(["at", "now", "approved"]),
    at=st.none() | st.integers(0, 10**8).map(lambda seconds: EPOCH + timedelta(seconds=seconds)),
    wall=st.text(max_size=5),
    zone=st.sampled_from(["UTC", "Europe/Vilnius"]),
    late_seconds=st.integers(0, 86_400),
)
TARGETS = tuple(Target(one, "plaza", "https://plaza.example", f"id{one}") for one in ACCOUNTS)


def sent(content: Content, window: Window) -> object:
    """All that leaves the house, in a form that can be compared."""
    return [content.for_account(one) for one in ACCOUNTS], window.kind, window.at, window.late_seconds


@given(CONTENTS, WINDOWS, CONTENTS, WINDOWS)
def test_fingerprints_are_equal_exactly_when_what_is_sent_is_equal(
    one: Content, one_window: Window, other: Content, other_window: Window
) -> None:
    same = sent(one, one_window) == sent(other, other_window)
    assert (fingerprint(one, TARGETS, one_window) == fingerprint(other, TARGETS, other_window)) is same


@given(CONTENTS, WINDOWS, st.data())
def test_one_changed_letter_anywhere_changes_it(content: Content, window: Window, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(content.segments) - 1))
    segments = list(content.segments)
    segments[index] = replace(segments[index], text=segments[index].text + "!")
    changed = Content(segments=tuple(segments))
    assert fingerprint(changed, TARGETS, window) != fingerprint(Content(content.segments), TARGETS, window)


@given(CONTENTS, WINDOWS, st.sampled_from(["network", "server", "remote_id"]))
def test_another_profile_under_the_same_account_changes_it(content: Content, window: Window, field: str) -> None:
    changed: dict[str, Any] = {field: "other"}
    other = (TARGETS[0], replace(TARGETS[1], **changed))
    assert fingerprint(content, other, window) != fingerprint(content, TARGETS, window)


@given(CONTENTS, WINDOWS)
def test_the_order_in_which_accounts_are_named_does_not_matter(content: Content, window: Window) -> None:
    assert fingerprint(content, TARGETS[::-1], window) == fingerprint(content, TARGETS, window)


@given(CONTENTS, WINDOWS)
def test_how_the_time_was_worded_does_not_matter(content: Content, window: Window) -> None:
    reworded = replace(window, wall="later", zone="Asia/Tokyo")
    assert fingerprint(content, TARGETS, reworded) == fingerprint(content, TARGETS, window)


@given(CONTENTS, WINDOWS.filter(lambda window: window.at is not None))
def test_a_second_earlier_or_a_later_limit_changes_it(content: Content, window: Window) -> None:
    standing = fingerprint(content, TARGETS, window)
    assert window.at is not None
    assert fingerprint(content, TARGETS, replace(window, at=window.at - timedelta(seconds=1))) != standing
    assert fingerprint(content, TARGETS, replace(window, late_seconds=window.late_seconds + 1)) != standing


@given(CONTENTS)
def test_what_is_stored_comes_back_the_same(content: Content) -> None:
    assert from_json(to_json(content)) == content
