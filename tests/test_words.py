"""Sentences are found in the reader's language, and nothing that fills them in acts as markup."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadInput, Mrkdwn
from bot.rules.escaping import from_mrkdwn
from bot.words import plain, plain_sentence, read_by, sentence, t, wall_clock

AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@pytest.fixture
def lithuanian(tmp_path: Path) -> Path:
    """A folder of catalogues with one sentence in it."""
    folder = tmp_path / "lt" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    said = {"": "Content-Type: text/plain; charset=UTF-8\n", "Hello {name}.": "Labas, {name}."}
    (folder / "trellis.mo").write_bytes(catalogue(said))
    return tmp_path


def catalogue(said: dict[str, str]) -> bytes:
    """A compiled catalogue: gettext's `.mo` format, https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html."""
    pairs = [(source.encode(), target.encode()) for source, target in sorted(said.items())]
    head, tables = 28, 16 * len(pairs)
    texts, places = b"", []
    for text in [source for source, _ in pairs] + [target for _, target in pairs]:
        places += [len(text), head + tables + len(texts)]
        texts += text + b"\0"
    header = (0x950412DE, 0, len(pairs), head, head + tables // 2, 0, head + tables)
    return struct.pack("<7I", *header) + struct.pack(f"<{len(places)}I", *places) + texts


def test_a_sentence_is_read_in_the_readers_language(lithuanian: Path) -> None:
    with read_by("lt-LT", locales=lithuanian):
        assert t("Hello {name}.", name="Ann") == "Labas, Ann."


def test_what_has_no_translation_is_read_in_english(lithuanian: Path) -> None:
    with read_by("lt-LT", locales=lithuanian):
        assert t("Goodbye.") == "Goodbye."
    assert t("Hello {name}.", name="Ann") == "Hello Ann."


@pytest.mark.parametrize("locale", ["", "xx", "../../etc", "lt_LT"])
def test_an_odd_locale_reads_english(locale: str) -> None:
    with read_by(locale):
        assert t("Hello {name}.", name="Ann") == "Hello Ann."


@given(st.text())
def test_a_value_reads_as_it_was_typed(typed: str) -> None:
    assert from_mrkdwn(t("{value}", value=typed)) == typed


def test_a_mention_is_not_escaped() -> None:
    assert t("{who} was first.", who=Mrkdwn("<@U1>")) == "<@U1> was first."


def test_a_value_that_looks_like_a_field_is_left_alone() -> None:
    assert plain("{a}", a="{b}") == "{b}"


def test_a_sentence_within_a_sentence_is_escaped_once() -> None:
    inner = t("{name}", name="A & B")
    assert t("So: {inner}", inner=inner) == "So: A &amp; B"


def test_plain_text_is_not_escaped() -> None:
    assert plain("{a} {who}", a="A & B <3", who=Mrkdwn("<@U1|ann>")) == "A & B <3 @ann"


def test_a_moment_is_a_date_in_markup_and_the_readers_wall_clock_in_plain_text() -> None:
    assert t("{at}", at=AT).startswith(f"<!date^{int(AT.timestamp())}^")
    with read_by("en", "Europe/Vilnius"):
        assert plain("{at}", at=AT) == "Mon 23 Nov 2026, 09:00 (Europe/Vilnius)"


def test_a_zone_that_this_machine_does_not_know_is_no_error() -> None:
    assert "07:00" in wall_clock(AT, "Mars/Olympus")


def test_a_refusal_is_said_in_both_ways() -> None:
    refused = BadInput("text", "{word} is not allowed.", word="<b>")
    assert (sentence(refused), plain_sentence(refused)) == ("&lt;b&gt; is not allowed.", "<b> is not allowed.")
