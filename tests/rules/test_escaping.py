"""Escaping: nothing typed acts in Slack, nothing is lost on the way, nothing hidden stays hidden."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.rules.counting import clusters, utf16_units
from bot.rules.escaping import fit_mrkdwn, from_mrkdwn, one_line, shorten, to_mrkdwn, visible

GUARD = "\u2060"
HIDING = [
    *"\x00\x07\r\x85\xad\u061c\u115f\u180e\u200b\u200e\u200f\u2028\u202a\u202e\u2060\u2066\u2069",
    *"\u2800\u3164\ufeff\ufffa\U000e0041\U000e0101\ud800",
]
MARKS = st.sampled_from(
    [
        *"&<>*_~`@#:|!^ \n()",
        GUARD,
        "&amp;",
        "&gt;",
        "&lt;",
        "<!here>",
        "<@U1|ann>",
        "https://a.lt/_x_",
        ":tada:",
        "a",
        "é",
    ]
)
TYPED = st.lists(MARKS | st.text(max_size=2)).map("".join)
CLUSTERED = st.lists(st.sampled_from(["a", " ", "é", "e\u0301", "👩‍👩‍👧‍👦", "🇱🇹", "👍🏽", "\r\n", "日"])).map("".join)


@given(TYPED)
@example(f"{GUARD}*{GUARD}")
@example(f"{GUARD}>{GUARD}")
@example(f"*{GUARD}_")
@example(f"https://a.lt/_{GUARD}*")
@example("\ud800&amp;lt;")
def test_what_is_escaped_reads_back_as_typed(typed: str) -> None:
    assert from_mrkdwn(to_mrkdwn(typed)) == typed


@given(st.text())
def test_any_text_reads_back_as_typed(typed: str) -> None:
    assert from_mrkdwn(to_mrkdwn(typed)) == typed


@given(TYPED)
def test_escaped_text_holds_no_object_and_no_loose_ampersand(typed: str) -> None:
    escaped = to_mrkdwn(typed)
    assert "<" not in escaped
    assert ">" not in escaped
    assert re.search(r"&(?!amp;|lt;|gt;)", escaped) is None


@given(TYPED)
def test_escaped_text_shows_the_same_characters(typed: str) -> None:
    assert html.unescape(to_mrkdwn(typed).replace(GUARD, "")) == html.unescape(
        html.escape(typed, quote=False).replace(GUARD, "")
    )


@pytest.mark.parametrize("mark", ["*", "_", "~", "`"])
@pytest.mark.parametrize("around", ["{}", "Say {} now", "({})", "“{}”", "-{}-", "\n{}\n", "({}"])
def test_a_formatting_mark_around_words_is_guarded_on_both_sides(mark: str, around: str) -> None:
    guarded = f"{GUARD}{mark}{GUARD}"
    assert to_mrkdwn(around.format(f"{mark}our shop{mark}")) == around.format(f"{guarded}our shop{guarded}")


@pytest.mark.parametrize("text", ["snake_case_name", "5 * 3", "a*b", "ann@shop.lt", "C#", "12:30", "~ ", "1 > 0"])
def test_a_mark_that_cannot_act_is_left_alone(text: str) -> None:
    assert GUARD not in to_mrkdwn(text)


@pytest.mark.parametrize(
    ("typed", "escaped"),
    [
        ("@here", f"{GUARD}@{GUARD}here"),
        ("(@channel)", f"({GUARD}@{GUARD}channel)"),
        ("#general", f"{GUARD}#{GUARD}general"),
        (":tada:", f"{GUARD}:{GUARD}tada:"),
        ("> quote", f"{GUARD}&gt;{GUARD} quote"),
        ("a\n>>> b", f"a\n{GUARD}&gt;{GUARD}&gt;&gt; b"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("<http://evil.example|bank.example>", "&lt;http://evil.example|bank.example&gt;"),
        ("R&D", "R&amp;D"),
    ],
)
def test_nothing_typed_mentions_quotes_or_becomes_an_object(typed: str, escaped: str) -> None:
    assert to_mrkdwn(typed) == escaped


def test_an_address_stays_one_that_can_be_followed() -> None:
    assert to_mrkdwn("https://a.lt/_x_?a=1&b=*") == "https://a.lt/_x_?a=1&amp;b=*"


@pytest.mark.parametrize(
    ("sent", "plain"),
    [
        ("Ask <@U1|ann> or <@U2>", "Ask @ann or @U2"),
        ("in <#C1|general>, <#C2|> or <#C3>", "in #general, #C2 or #C3"),
        ("<!here> <!channel|channel> <!everyone|@everyone>", "@here @channel @everyone"),
        ("<!subteam^S1|@desk> <!subteam^S2>", "@desk @S2"),
        ("<http://shop.lt|shop.lt>", "shop.lt"),
        ("<https://shop.lt/|shop.lt>", "shop.lt"),
        ("<https://shop.lt>", "https://shop.lt"),
        ("<https://shop.lt/?a=1&amp;b=2>", "https://shop.lt/?a=1&b=2"),
        ("<http://evil.example|bank.example>", "bank.example (http://evil.example)"),
        ("<https://shop.lt|our &lt;shop&gt;>", "our <shop> (https://shop.lt)"),
        ("<mailto:ann@shop.lt|ann@shop.lt> <tel:+3706|+3706>", "ann@shop.lt +3706"),
        ("<!date^1392734382^{date} at {time}|18 Feb 2014>", "18 Feb 2014"),
        ("<!date^1392734382^{date}^https://shop.lt|18 Feb>", "18 Feb"),
        ("R&amp;D &lt;3 &amp;lt; &quot;", "R&D <3 &lt; &quot;"),
        ("a < b <", "a < b <"),
        ("*bold* stays", "*bold* stays"),
        ("&lt;@U1&gt;", "<@U1>"),
    ],
)
def test_what_slack_sends_becomes_what_the_person_typed(sent: str, plain: str) -> None:
    assert from_mrkdwn(sent) == plain


@given(
    st.lists(st.sampled_from(["<", ">", "|", "@", "#", "!", "^", "date^", "&amp;", "&", GUARD, "*", "x"])).map("".join)
)
def test_reading_never_fails_and_never_grows_beyond_what_was_sent(sent: str) -> None:
    assert len(from_mrkdwn(sent)) <= 2 * len(sent) + 2


@given(CLUSTERED, st.integers(0, 30))
def test_a_shortened_text_fits_and_is_cut_between_graphemes(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert utf16_units(short) <= limit
    if short != text:
        kept = clusters(short.removesuffix("…"))
        assert kept == clusters(text)[: len(kept)]


@given(st.text(), st.integers(1, 30))
def test_only_a_text_that_is_too_long_is_cut(text: str, limit: int) -> None:
    assert (shorten(text, limit) == text) == (utf16_units(text) <= limit or text == "…")


def test_a_family_is_never_torn_apart() -> None:
    assert shorten("a👩‍👩‍👧‍👦b", 11) == "a…"
    assert shorten("a👩‍👩‍👧‍👦bc", 13) == "a👩‍👩‍👧‍👦…"


@given(st.text(), st.integers(0, 30))
def test_one_line_is_one_line_and_fits(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line.splitlines()) <= 1
    assert utf16_units(line) <= limit


def test_one_line_keeps_the_words() -> None:
    assert one_line("  Our shop\n\n opens\tat\u2028nine ", 80) == "Our shop opens at nine"


@given(TYPED, st.integers(0, 60))
def test_a_fitted_text_fits_once_escaped_and_reads_as_a_shortened_one(typed: str, limit: int) -> None:
    fitted = fit_mrkdwn(typed, limit)
    assert utf16_units(fitted) <= limit
    assert from_mrkdwn(fitted) in {shorten(typed, length) for length in range(limit + 1)}


def test_a_text_that_grows_when_escaped_is_cut_to_fit() -> None:
    assert fit_mrkdwn("<" * 3_000, 3_000) == "&lt;" * 749 + "…"


def test_a_text_that_fits_once_escaped_is_not_cut() -> None:
    assert fit_mrkdwn("R&D", 7) == "R&amp;D"


@pytest.mark.parametrize("char", HIDING)
def test_a_character_that_hides_or_turns_the_text_is_shown(char: str) -> None:
    assert visible(f"a{char}b") == f"a[U+{ord(char):04X}]b"


@pytest.mark.parametrize(
    "text",
    [
        "Labas, ąčęėįšųūž!",
        "a\n\tb",
        "👩‍👩‍👧‍👦 👩🏽‍🚀 🏳️‍🌈 ❤️‍🔥",
        "1️⃣ ❤️ ☺︎",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "می‌خواهم",
        "क्‍ष",
        "葛󠄀",
        "שלום עולם",
        "e\u0301",
    ],
)
def test_ordinary_writing_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    "text", ["a\u200db", "\u200d", "e\ufe0f", "❤\ufe0f\ufe0f", "🏴\U000e0067\U000e007f", "a\u0301\u200cb"]
)
def test_a_joiner_or_selector_where_writing_needs_none_is_shown(text: str) -> None:
    assert "[U+" in visible(text)


@given(st.text())
def test_what_was_made_visible_stays_so(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@given(st.text())
def test_visible_text_holds_no_turn_of_direction(text: str) -> None:
    assert not set(visible(text)) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def test_a_long_row_of_marks_is_read_at_once() -> None:
    assert from_mrkdwn(to_mrkdwn("<@*:" * 50_000)) == "<@*:" * 50_000
