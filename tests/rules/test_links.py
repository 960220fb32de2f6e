"""Links: what a reader would mark as a link, and nothing else."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.links import links

PIECES = st.lists(
    st.sampled_from(
        [
            "https://",
            "http://",
            "HTTP://",
            "a.lt",
            "/x",
            "(",
            ")",
            "[",
            "]",
            ".",
            ",",
            " ",
            "\n",
            "?q=1",
            "#é",
            "@",
            "见",
        ]
    )
    | st.text(max_size=3)
).map("".join)


def urls(text: str) -> list[str]:
    return [link.url for link in links(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("no link at all", []),
        ("Read https://a.lt today", ["https://a.lt"]),
        ("Read https://a.lt.", ["https://a.lt"]),
        ("Have you read https://a.lt/?", ["https://a.lt/"]),
        ("https://a.lt/?q=1&r=2, then http://b.lt", ["https://a.lt/?q=1&r=2", "http://b.lt"]),
        ("(https://a.lt)", ["https://a.lt"]),
        ("(https://a.lt).", ["https://a.lt"]),
        (
            "https://en.wikipedia.org/wiki/Trellis_(disambiguation)",
            ["https://en.wikipedia.org/wiki/Trellis_(disambiguation)"],
        ),
        ("(see https://a.lt/x_(y)).", ["https://a.lt/x_(y)"]),
        ("[Shop](https://a.lt/x)", ["https://a.lt/x"]),
        ("<https://a.lt>", ["https://a.lt"]),
        ("“https://a.lt”", ["https://a.lt"]),
        ("it's 'https://a.lt/b'...", ["https://a.lt/b"]),
        ("Wait https://a.lt/x…", ["https://a.lt/x"]),
        ("HTTPS://A.LT/X", ["HTTPS://A.LT/X"]),
        ("https://a.lt/snake_case_", ["https://a.lt/snake_case_"]),
        ("https://żółw.pl/ą", ["https://żółw.pl/ą"]),
        ("见https://a.cn。谢谢", ["https://a.cn"]),
        ("http://127.0.0.1:8080/x", ["http://127.0.0.1:8080/x"]),
        ("http://[::1]:8080/", ["http://[::1]:8080/"]),
        ("http://ann@a.lt/", ["http://ann@a.lt/"]),
        ("https://a.lt/\u202ex", ["https://a.lt/"]),
        ("https://", []),
        ("https://...", []),
        ("https://)", []),
        ("http:// a.lt", []),
        ("ftp://a.lt", []),
        ("xhttp://a.lt", []),
        ("a.lt", []),
        ("javascript:alert(1)", []),
    ],
)
def test_links_are_found_as_a_reader_would_mark_them(text: str, expected: list[str]) -> None:
    assert urls(text) == expected


@given(PIECES)
def test_a_links_span_is_its_address(text: str) -> None:
    assert all(text[link.start : link.end] == link.url for link in links(text))


@given(PIECES)
def test_links_come_in_order_and_do_not_overlap(text: str) -> None:
    found = links(text)
    assert all(first.end <= second.start for first, second in pairwise(found))


@given(PIECES)
def test_a_found_link_alone_is_found_whole_again(text: str) -> None:
    assert all(urls(url) == [url] for url in urls(text))


@given(PIECES)
def test_a_link_holds_no_space_and_ends_with_no_sentence_mark(text: str) -> None:
    for url in urls(text):
        assert url == "".join(url.split())
        assert url[-1] not in ".,;:!?"


@given(PIECES.filter(lambda text: "http" not in text.lower()), PIECES.filter(lambda text: "http" not in text.lower()))
def test_a_link_between_spaces_is_always_found(before: str, after: str) -> None:
    assert urls(f"{before} https://trellis.example/x {after}") == ["https://trellis.example/x"]


def test_a_long_row_of_brackets_is_read_at_once() -> None:
    assert urls("https://a.lt/" + ")" * 200_000) == ["https://a.lt/"]
