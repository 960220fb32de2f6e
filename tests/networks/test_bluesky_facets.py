"""Which stretches of a text become links, mentions and tags on Bluesky, and where their bytes lie."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.networks.bluesky.facets import facets, handles, marks

PIECES = st.lists(
    st.sampled_from(
        [
            "https://",
            "a.lt",
            "@ann.bsky.social",
            "#new",
            "#",
            "@",
            ".",
            ",",
            ")",
            "(",
            " ",
            "\n",
            "ė",
            "👩‍👩‍👧",
            "é",
            "＃",
            "/x",
        ]
    )
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
).map("".join)


class Everybody(dict[str, str]):
    """Resolves any handle."""

    def get(self, handle: str, default: object = None) -> str:
        return f"did:web:{handle}"


def typed(text: str, kind: str) -> list[str]:
    return [text[mark.start : mark.end] for mark in marks(text) if mark.kind == kind]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Read https://shop.example/a today", ["https://shop.example/a"]),
        ("Read it (https://shop.example/a_(b)).", ["https://shop.example/a_(b)"]),
        ("shop.lt and www.shop.com/sale?x=1.", ["shop.lt", "www.shop.com/sale?x=1"]),
        ("(shop.lt)", ["shop.lt"]),
        ("“shop.lt” is ours", ["shop.lt"]),
        ("Ačiū!\nshop.lt", ["shop.lt"]),
        ("shop.lt, then.", ["shop.lt"]),
        ("shop.lt:8080/x and shop.lt: then", ["shop.lt:8080/x", "shop.lt"]),
        ("Write to ann@shop.lt", []),
        ("version 1.2.3 of bot.networks", []),
        ("e.g. this", []),
        ("etc.Then", []),
        ("shop.lt_old", []),
        ("shop.example.notanending", []),
        ("https://", []),
        ("https://...", []),
        ("no link", []),
        ("", []),
    ],
)
def test_links_are_what_a_reader_would_click(text: str, found: list[str]) -> None:
    assert typed(text, "link") == found


def test_a_link_without_a_scheme_leads_over_https() -> None:
    assert [mark.value for mark in marks("shop.lt/a")] == ["https://shop.lt/a"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Thanks @ann.bsky.social!", ["@ann.bsky.social"]),
        ("@Ann.Bsky.Social", ["@Ann.Bsky.Social"]),
        ("(@ann.bsky.social)", ["@ann.bsky.social"]),
        ("@ann.bsky.social's", ["@ann.bsky.social"]),
        ("@ann.bsky.social. Then", ["@ann.bsky.social"]),
        ("@ann.test @ben.test", ["@ann.test", "@ben.test"]),
        ("@ann", []),
        ("@ann.", []),
        ("@@ann.test", []),
        ("ann@ben.test", []),
        ("@ann.test@mastodon.social", []),
        ("@-ann.test", []),
        ("@ann.te_st", []),
        ("@" + "a" * 64 + ".test", []),
        ("https://shop.lt/@ann.test", []),
    ],
)
def test_mentions_are_whole_handles(text: str, found: list[str]) -> None:
    assert typed(text, "mention") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("#new arrivals", ["#new"]),
        ("All #new, all #here!", ["#new", "#here"]),
        ("#naujiena_šiandien", ["#naujiena_šiandien"]),
        ("＃新商品 です", ["＃新商品"]),
        ("(#new)", ["#new"]),
        ("#a1", ["#a1"]),
        ("#2026", []),
        ("# new", []),
        ("#", []),
        ("#!", []),
        ("we are #️⃣1", []),
        ("C# and a#b", []),
        ("#" + "a" * 64, ["#" + "a" * 64]),
        ("#" + "a" * 65, []),
        ("https://shop.lt/#new", []),
    ],
)
def test_tags_hold_more_than_digits_and_end_before_punctuation(text: str, found: list[str]) -> None:
    assert typed(text, "tag") == found


def test_a_handle_that_nobody_has_stays_plain_text() -> None:
    assert facets("@ann.test @ben.test", {"ben.test": "did:plc:ben"}) == [
        {
            "index": {"byteStart": 10, "byteEnd": 19},
            "features": [{"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:ben"}],
        }
    ]


def test_offsets_count_bytes_of_what_stands_before() -> None:
    (facet,) = facets("Ačiū 👋 shop.lt", {})
    assert facet["index"] == {"byteStart": 12, "byteEnd": 19}


def test_a_handle_is_asked_for_once_in_lower_case() -> None:
    assert handles("@Ann.test and @ann.test") == ("ann.test",)


@given(PIECES)
def test_every_facet_slices_back_to_what_was_typed(text: str) -> None:
    raw, end_before = text.encode(), 0
    for facet, mark in zip(facets(text, Everybody()), marks(text), strict=True):
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]  # type: ignore[index]
        assert end_before <= start < end <= len(raw)
        assert raw[start:end].decode() == text[mark.start : mark.end]  # fails within a character
        end_before = end


@given(PIECES)
def test_a_mark_says_what_was_typed(text: str) -> None:
    for mark in marks(text):
        written = text[mark.start : mark.end]
        assert mark.value in {written, f"https://{written}", written[1:], written[1:].lower()}


@given(st.sampled_from(["https://shop.lt/a", "shop.lt", "@ann.test", "#new"]), PIECES, PIECES)
def test_what_stands_between_spaces_is_always_marked(typed_in: str, before: str, after: str) -> None:
    text = f"{before} {typed_in} {after}"
    start = len(before) + 1
    assert any((mark.start, mark.end) == (start, start + len(typed_in)) for mark in marks(text))
