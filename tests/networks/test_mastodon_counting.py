"""Mastodon's way of counting, and of comparing texts that servers rewrote."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.networks.mastodon.counting import characters, local_mentions
from bot.networks.mastodon.instance import read_limits
from bot.networks.mastodon.plain import alike, comparable, text_of_html
from bot.rules.counting import graphemes
from tests.networks.mastodon_fake import markdown_html, mastodon_html

URL = 23

# What a person may type: words, links, mentions, punctuation, and characters of more than one code point.
LINKS = [
    "https://example.com/a(b)c?d=e&f=g",
    "http://a.lt",
    "bare.example.org/x",
    "@ann",
    "@ann@example.social",
    "#tag",
]
SIGNS = ["(", ")", ".", ",", "<b>", "&amp;", "it's “so”", " ", "\n\n"]
PIECES = st.sampled_from([*LINKS, *SIGNS, "word", "👩‍👩‍👧", "é", "e\u0301", "ш", "日本語"])
TYPED = st.lists(PIECES | st.text(max_size=8), max_size=12).map("".join)


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("", 0),
        ("Our shop opens", 14),
        ("👩‍👩‍👧", 1),
        ("e\u0301", 1),
        ("https://example.com/" + "x" * 100, URL),
        ("Look: https://example.com/a, and (https://example.com/b).", 6 + URL + 7 + URL + 2),
        ("https://example.com/a_(b)", URL),
        ("(https://example.com/a)", URL + 2),
        ("HTTPS://EXAMPLE.COM", URL),
        ("https://пример.испытание/путь", URL),
        ("https://xn--e1afmkfd.xn--80akhbyknj4f/", URL),
        ("https://localhost/" + "x" * 100, 118),
        ("xhttps://example.com/" + "a" * 34, 55),
        ("@ann@example.social hello", 10),
        ("@ann@example.social @ben@x.example", 9),
        ("me@example.social", 17),
        ("see @ann@example.social.", 9),
        ("example.com", URL),
        ("example.com/" + "x" * 88, 100),
        ("a@b", 3),
        ("@@@", 3),
    ],
)
def test_texts_count_as_mastodon_counts_them(text: str, counted: int) -> None:
    assert characters(text, URL) == counted


def test_a_server_that_shortens_no_links_has_them_counted_in_full() -> None:
    assert characters("https://example.com/" + "x" * 100, None) == 120
    assert characters("@ann@example.social", None) == 4


@given(st.text(st.characters(exclude_characters="@.:/")))
def test_a_text_without_links_and_mentions_counts_its_graphemes(text: str) -> None:
    assert characters(text, URL) == graphemes(text)


@given(TYPED, TYPED)
def test_two_lines_count_no_more_than_both_and_no_less_than_either(first: str, second: str) -> None:
    counted = [characters(line, URL) for line in (first, second)]
    assert max(counted) <= characters(f"{first}\n{second}", URL) <= sum(counted) + 1


@given(st.text("ab.-_@:/()htps", max_size=3_000))
def test_hostile_texts_are_counted_in_bounded_time(text: str) -> None:
    assert 0 <= characters(text, URL) <= 23 * len(text)


@pytest.mark.parametrize(
    "text", ["@" * 20_000, "a." * 10_000, "https://" * 3_000, "@a" * 10_000, "(" * 20_000, "a-" * 10_000]
)
def test_long_hostile_texts_are_counted_at_once(text: str) -> None:
    assert characters(text, URL) > 0


@given(TYPED)
def test_mentions_lose_their_host_once(text: str) -> None:
    assert graphemes(local_mentions(text)) <= graphemes(text)


@given(TYPED)
def test_a_text_is_recognised_in_mastodons_html(text: str) -> None:
    assert comparable(text_of_html(mastodon_html(text))) == comparable(text)


@given(TYPED)
def test_a_text_is_recognised_in_plain_html(text: str) -> None:
    assert comparable(text_of_html(f"<p>{html.escape(text)}</p>")) == comparable(text)


def test_a_text_is_recognised_through_markdown_and_typography() -> None:
    text = 'It\'s **new**: "Rye & Co." – see https://www.example.com/rye\n#bread'
    assert comparable(text_of_html(markdown_html(text))) == comparable(text)


def test_a_custom_emoji_that_became_a_picture_is_read_as_its_code() -> None:
    assert text_of_html('<p>Hi <img class="e" alt=":rye:" src="x"></p>') == "Hi :rye:"


@given(st.text("<>p/&;!-[]=\"' a", max_size=200) | st.text())
def test_any_html_can_be_read_and_only_shrinks(content: str) -> None:
    assert len(text_of_html(content)) <= len(content)


@given(TYPED)
def test_a_text_is_like_itself(text: str) -> None:
    assert alike(comparable(text), comparable(text))


def test_a_text_that_was_cut_is_like_the_whole_and_a_greeting_is_not() -> None:
    whole = comparable("Our bakery opens at eight tomorrow, with fresh rye bread and a cup of coffee for everybody.")
    assert alike(whole, whole[:50])
    assert not alike(comparable("Good morning"), comparable("Good morning, today we have rolls with poppy seed"))
    assert not alike(whole, comparable("The bicycle workshop is closed for the holidays; see you in January."))


def test_punctuation_alone_is_compared_as_it_is() -> None:
    assert comparable("! ?") == "!?"
    assert comparable("...") != comparable("!")


@pytest.mark.parametrize(
    ("described", "characters_", "images", "alt", "url"),
    [
        ({}, 500, 4, 1_500, None),
        (None, 500, 4, 1_500, None),
        ({"max_toot_chars": 5_000, "description_limit": 420}, 5_000, 4, 420, None),
        (
            {"configuration": {"statuses": {"max_characters": 10_000, "max_media_attachments": 6}}},
            10_000,
            6,
            1_500,
            None,
        ),
        ({"configuration": {"statuses": {"max_characters": "many", "max_media_attachments": -1}}}, 500, 4, 1_500, None),
        ({"configuration": {"statuses": {"characters_reserved_per_url": 30}}}, 500, 4, 1_500, 30),
        ({"configuration": []}, 500, 4, 1_500, None),
    ],
)
def test_limits_are_read_from_what_a_server_tells_and_nothing_else(
    described: object, characters_: int, images: int, alt: int, url: int | None
) -> None:
    limits = read_limits(described)
    assert (limits.characters, limits.images, limits.alt_characters, limits.url_characters) == (
        characters_,
        images,
        alt,
        url,
    )
