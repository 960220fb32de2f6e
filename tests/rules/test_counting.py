"""Counting: Unicode's own conformance cases, and what must hold for every text."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import regex  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.counting import clusters, code_points, graphemes, utf8_bytes, utf16_units

UNICODE_DATA = Path(os.environ.get("UNICODE_DATA", "/usr/share/unicode"))
"""Where Debian's package `unicode-data` keeps the Unicode Character Database."""

CONFORMANCE = UNICODE_DATA / "auxiliary" / "GraphemeBreakTest.txt"

CHANGED_SINCE = {
    "÷ 2701 × 200D × 2701 ÷": "Since 15.0 Unicode took Extended_Pictographic from U+2701 (scissors that are no emoji), "
    "so a joiner no longer joins two of them.",
}
"""Cases of the file that a newer Unicode than the file's decides otherwise, each with what changed."""

JOINERS = st.sampled_from(
    ["\u200d", "\u0301", "\ufe0f", "👩", "👧", "🇱", "🇹", "\r", "\n", "क", "\u094d", "각", "ᄀ", "ᅡ"]
)
TEXT = st.text(st.characters() | JOINERS)


def cases() -> Iterator[tuple[str, list[str]]]:
    """Each line of the file and the clusters that it tells."""
    for line in CONFORMANCE.read_text(encoding="utf-8").splitlines():
        rule = line.partition("#")[0].strip()
        cut = [part.replace("×", " ").split() for part in rule.split("÷")]
        if rule:
            yield rule, ["".join(chr(int(code, 16)) for code in codes) for codes in cut if codes]


needs_conformance = pytest.mark.skipif(
    not CONFORMANCE.exists(), reason="Debian's package unicode-data is not installed"
)


@needs_conformance
def test_clusters_are_those_of_unicodes_conformance_file() -> None:
    wrong = [
        rule for rule, expected in cases() if rule not in CHANGED_SINCE and clusters("".join(expected)) != expected
    ]
    assert wrong == []


@needs_conformance
def test_graphemes_are_as_many_as_unicodes_conformance_file_tells() -> None:
    wrong = [
        rule
        for rule, expected in cases()
        if rule not in CHANGED_SINCE and graphemes("".join(expected)) != len(expected)
    ]
    assert wrong == []


@needs_conformance
def test_the_conformance_file_was_read_whole() -> None:
    assert len(list(cases())) >= 602


@needs_conformance
@pytest.mark.parametrize("rule", CHANGED_SINCE)
def test_a_case_listed_as_changed_is_in_the_file_and_still_differs(rule: str) -> None:
    told = dict(cases())
    assert rule not in told or clusters("".join(told[rule])) != told[rule]


@pytest.mark.parametrize(
    ("text", "seen", "points", "utf8", "utf16"),
    [
        ("", 0, 0, 0, 0),
        ("Laba diena", 10, 10, 10, 10),
        ("ąčęėįšųūž", 9, 9, 18, 9),
        ("e\u0301", 1, 2, 3, 2),
        ("👩‍👩‍👧‍👦", 1, 7, 25, 11),
        ("👍🏽", 1, 2, 8, 4),
        ("🇱🇹", 1, 2, 8, 4),
        ("🇱🇹🇱🇻🇪", 3, 5, 20, 10),
        ("❤️", 1, 2, 6, 2),
        ("1️⃣", 1, 3, 7, 3),
        ("\u1100\u1161\u11a8", 1, 3, 9, 3),
        ("a\r\nb", 3, 4, 4, 4),
        ("日本語", 3, 3, 9, 3),
        ("\ud83d", 1, 1, 3, 1),
    ],
)
def test_each_unit_counts_what_its_name_says(text: str, seen: int, points: int, utf8: int, utf16: int) -> None:
    assert (graphemes(text), code_points(text), utf8_bytes(text), utf16_units(text)) == (seen, points, utf8, utf16)


@given(st.text(st.characters(max_codepoint=127, exclude_characters="\r")))
def test_ascii_counts_the_same_in_every_unit(text: str) -> None:
    assert graphemes(text) == code_points(text) == utf8_bytes(text) == utf16_units(text) == len(text)


@given(TEXT)
def test_clusters_join_to_the_text_and_none_is_empty(text: str) -> None:
    assert "".join(clusters(text)) == text
    assert all(clusters(text))


@given(TEXT)
def test_clusters_are_what_the_library_calls_clusters(text: str) -> None:
    assert clusters(text) == regex.findall(r"\X", text)


def test_a_long_row_of_flags_is_counted_at_once() -> None:
    assert graphemes("🇱🇹" * 50_000) == 50_000  # `\X` alone needs half a minute for this


@given(TEXT)
def test_graphemes_counts_the_clusters(text: str) -> None:
    assert graphemes(text) == len(clusters(text))


@given(TEXT, TEXT)
def test_joining_texts_never_makes_more_graphemes(first: str, second: str) -> None:
    joined = graphemes(first + second)
    assert max(graphemes(first), graphemes(second)) - 1 <= joined <= graphemes(first) + graphemes(second)


@given(TEXT.filter(lambda text: not text.endswith("\r")), TEXT)
def test_a_new_line_joins_with_neither_side(first: str, second: str) -> None:
    assert graphemes(first + "\n" + second) == graphemes(first) + 1 + graphemes(second)


@given(TEXT, TEXT)
def test_code_points_and_utf16_units_add_up(first: str, second: str) -> None:
    assert code_points(first + second) == code_points(first) + code_points(second)
    assert utf8_bytes(first + second) == utf8_bytes(first) + utf8_bytes(second)


@given(st.text())
def test_utf16_units_are_what_a_json_escape_writes(text: str) -> None:
    escapes = json.dumps("".join(char for char in text if ord(char) > 127)).count("\\u")
    assert utf16_units(text) == escapes + sum(ord(char) <= 127 for char in text)


@given(st.text())
def test_no_unit_is_finer_than_the_one_below_it(text: str) -> None:
    assert graphemes(text) <= code_points(text) <= utf16_units(text) <= utf8_bytes(text)
