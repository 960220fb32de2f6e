"""Slots: one a second per channel, so many a minute per method, and none while Slack wants none."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.loops.pacing import BURST, PER_MINUTE, Bucket, Pace

GAPS = st.lists(st.floats(min_value=0, max_value=5), min_size=1, max_size=60)


@given(GAPS)
def test_a_channel_gets_one_message_a_second(gaps: list[float]) -> None:
    slots = reserved(Bucket(1.0), gaps)
    assert all(later - earlier >= 0.999 for earlier, later in pairwise(slots))


@given(GAPS, st.sampled_from(sorted(PER_MINUTE)))
def test_no_minute_holds_more_calls_than_its_method_may_have(gaps: list[float], method: str) -> None:
    slots = reserved(Pace().method(1, method), gaps)
    most = max(sum(start <= slot < start + 60 for slot in slots) for start in slots)
    assert most <= PER_MINUTE[method]


@given(GAPS)
def test_a_slot_is_never_in_the_past(gaps: list[float]) -> None:
    bucket, now = Bucket(1.0, BURST), 100.0
    for gap in gaps:
        now += gap
        assert bucket.reserve(now) >= now


def test_a_quiet_time_saves_up_a_small_burst() -> None:
    bucket = Bucket(1.0, 3)
    assert [bucket.reserve(100.0) for _ in range(5)] == [100.0, 100.0, 100.0, 101.0, 102.0]


def test_while_slack_wants_no_calls_there_is_no_slot() -> None:
    bucket = Bucket(1.0, 3)
    bucket.close(130.0)
    assert [bucket.reserve(100.0), bucket.reserve(100.0)] == [130.0, 131.0]


def test_workspaces_and_methods_have_paces_of_their_own() -> None:
    pace = Pace()
    first = pace.method(1, "chat.update")
    assert pace.method(1, "chat.update") is first
    assert pace.method(2, "chat.update") is not first
    assert pace.method(1, "views.publish") is not first


def reserved(bucket: Bucket, gaps: list[float]) -> list[float]:
    """The slots of calls that were asked for with these gaps between them, in seconds."""
    now, slots = 100.0, []
    for gap in gaps:
        now += gap
        slots.append(bucket.reserve(now))
    return slots
