"""What stands in the form of a post: kept exactly, however long, however it is cut into inputs."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.rules import sheets
from bot.rules.content import Image
from bot.rules.counting import clusters, utf16_units
from bot.rules.sheets import EVERYBODY, MOST_INPUTS, PIECE, Picture, Sheet

long_texts = st.text(alphabet=st.sampled_from("ab \n\u0301👩\u200d👧é🇱🇹"), max_size=60).map(lambda text: text * 300)
texts = st.lists(st.text(max_size=30), min_size=1, max_size=4).map(tuple)


@given(long_texts)
def test_a_text_cut_into_inputs_is_the_text_again(text: str) -> None:
    found = sheets.pieces(text)
    assert "".join(found) == text
    assert all(utf16_units(piece) <= PIECE for piece in found)


def test_a_text_is_not_cut_beside_a_blank_that_an_input_may_lose() -> None:
    found = sheets.pieces("word " * 2_000)
    assert all(piece == piece.strip() for piece in found[:-1])


def test_no_character_is_cut_in_two() -> None:
    text = "👩‍👧" * 2_000
    assert [one for piece in sheets.pieces(text) for one in clusters(piece)] == clusters(text)


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5).map(tuple))
def test_what_was_typed_into_each_input_stays_there(held: tuple[str, ...]) -> None:
    sheet = sheets.with_inputs(Sheet(1), [held])
    assert sheet.texts == ("".join(held),)
    assert sheets.inputs(sheet, 0) in {held, sheets.pieces("".join(held))}
    if any(held):
        assert sheets.inputs(sheet, 0) == held


@given(texts, texts, st.booleans())
def test_a_kept_sheet_comes_back_as_it_was(everybody: tuple[str, ...], own: tuple[str, ...], review: bool) -> None:
    picture = Picture(Image("a" * 64, "image/png", 8, 6, 75, "Our shop"), "shop.png", "F1", described=True)
    sheet = Sheet(
        1, accounts=(3, 4), words={EVERYBODY: everybody, 3: own}, pictures=(picture,), review=review, cuts={"0.0": (1,)}
    )
    assert sheets.from_json(sheets.to_json(sheet)) == sheet


def test_blank_posts_at_the_end_of_a_thread_are_left_out() -> None:
    sheet = Sheet(1, words={EVERYBODY: ("One", "", "Three", " ", "")})
    assert [segment.text for segment in sheet.content().segments] == ["One", "", "Three"]


def test_an_account_begins_with_everybodys_words_and_can_go_back_to_them() -> None:
    sheet = sheets.show_words_of(Sheet(1, accounts=(3,), words={EVERYBODY: ("One",)}), 3)
    assert sheet.texts == ("One",)
    changed = sheets.with_texts(sheet, ["Other"])
    assert changed.content().variants[3][0].text == "Other"
    assert sheets.same_words(changed).content().variants == {}


def test_words_for_an_account_that_is_not_chosen_are_not_sent() -> None:
    sheet = sheets.with_texts(sheets.show_words_of(Sheet(1, accounts=(3,)), 3), ["Other"])
    assert sheets.with_accounts(sheet, []).content().variants == {}
    assert sheets.with_accounts(sheets.with_accounts(sheet, []), [3]).content().variants[3][0].text == "Other"


def test_a_form_grows_no_further_than_slack_takes() -> None:
    sheet = Sheet(1)
    for _ in range(100):
        sheet = sheets.more_room(sheets.add_post(sheet))
    assert sheets.count_inputs(sheet) == MOST_INPUTS


def test_a_sheet_with_anything_in_it_is_not_blank() -> None:
    assert Sheet(1).is_blank
    assert not replace(Sheet(1), note="Ask Ben").is_blank
    assert not Sheet(1, words={EVERYBODY: ("", "x")}).is_blank
