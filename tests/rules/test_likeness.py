"""Likeness: what a reader would call the same post is found, and nothing else."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.likeness import fingerprint_words, likeness, nearly_same

POST = (
    "Our new shop opens on Friday at nine in the morning, and the first twenty guests get a cup of coffee "
    "and a slice of cake for free. Come and see us on the old market square!"
)
WORDS = st.lists(st.sampled_from(["our", "shop", "opens", "cake", "ąžuolas", "日本", "2026"]), min_size=1, max_size=12)


@pytest.mark.parametrize(
    "other",
    [
        POST,
        POST.upper(),
        POST.replace(" ", "\n  "),
        POST.replace(",", "").replace(".", "!!!"),
        f"{POST} https://shop.lt/?utm_source=x",
        f"☕ {POST} 🎂",
        POST.replace("Friday", "Monday"),
        POST + " Really.",
    ],
)
def test_a_post_told_again_with_small_changes_is_nearly_the_same(other: str) -> None:
    assert nearly_same(POST, other)


@pytest.mark.parametrize(
    "other",
    [
        "",
        "Our new shop opens on Friday.",
        " ".join(reversed(POST.split())),
        POST.replace("shop", "café").replace("Friday", "Monday").replace("nine", "ten").replace("coffee", "tea"),
        POST
        + " "
        + POST.replace("opens", "closes").replace("new", "old").replace("coffee", "tea").replace("free", "ten euros"),
    ],
)
def test_another_post_is_not_the_same(other: str) -> None:
    assert not nearly_same(POST, other)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("Good morning", "good morning!", True),
        ("Good morning", "Good evening", False),
        ("https://shop.lt/a", "https://shop.lt/a ", True),
        ("https://shop.lt/a", "https://shop.lt/b", False),
        ("🎉", "🎉", True),
        ("🎉", "🎂", False),
        ("", "", True),
        ("", "Good morning", False),
        ("See https://shop.lt/a", "See https://shop.lt/b", True),
        ("Straße", "STRASSE", True),
    ],
)
def test_short_texts_are_compared_whole(first: str, second: str, same: bool) -> None:
    assert nearly_same(first, second) is same


@given(st.text())
def test_a_text_is_nearly_the_same_as_itself(text: str) -> None:
    assert nearly_same(text, text)


@given(st.text() | WORDS.map(" ".join), st.text() | WORDS.map(" ".join))
def test_likeness_does_not_ask_who_was_first(first: str, second: str) -> None:
    assert nearly_same(first, second) is nearly_same(second, first)
    assert 0 <= likeness(fingerprint_words(first), fingerprint_words(second)) <= 1


@given(WORDS, st.sampled_from([" ", "  ", "\n", ", ", " – ", "! ", " 🎉 "]))
def test_what_stands_between_words_does_not_count(words: list[str], between: str) -> None:
    assert fingerprint_words(between.join(words)) == fingerprint_words(" ".join(words))


@given(WORDS, st.sampled_from(["https://shop.lt", "http://a.lt/x_(y)?z=1#é"]), st.integers(0, 12))
def test_links_do_not_count(words: list[str], link: str, place: int) -> None:
    assert fingerprint_words(" ".join([*words[:place], link, *words[place:]])) == fingerprint_words(" ".join(words))


@given(st.text())
def test_how_accents_are_encoded_does_not_count(text: str) -> None:
    assert fingerprint_words(unicodedata.normalize("NFD", text)) == fingerprint_words(
        unicodedata.normalize("NFC", text)
    )


@given(WORDS)
def test_there_is_a_shingle_for_each_place_that_has_three_words(words: list[str]) -> None:
    shingles = fingerprint_words(" ".join(words))
    assert 1 <= len(shingles) <= max(1, len(words) - 2)
    assert all(shingle in " ".join(words) for shingle in shingles)
