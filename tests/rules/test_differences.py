"""What changed between two versions, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.rules.content import Content, Image, Segment
from bot.rules.differences import Edit, differences

IMAGE = Image("a" * 64, "image/png", 8, 6, 75, "Our shop")
threads = st.lists(st.text(max_size=20).map(Segment), min_size=1, max_size=3).map(tuple)


def content(*texts: str, images: tuple[Image, ...] = ()) -> Content:
    """The same words for everybody."""
    return Content(tuple(Segment(text, images if index == 0 else ()) for index, text in enumerate(texts)))


@given(threads)
def test_the_same_version_has_no_differences(thread: tuple[Segment, ...]) -> None:
    assert not differences(Content(thread), [1, 2], Content(thread), [1, 2])


@given(threads, threads)
def test_other_words_are_always_told(before: tuple[Segment, ...], after: tuple[Segment, ...]) -> None:
    assert bool(differences(Content(before), [1], Content(after), [1])) == (
        [one.text for one in before] != [one.text for one in after] and _as_threads(before) != _as_threads(after)
    )


def _as_threads(thread: tuple[Segment, ...]) -> list[str]:
    """Blank posts at the end are no difference to a reader."""
    texts = [one.text for one in thread]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def test_only_the_lines_that_changed_are_told() -> None:
    found = differences(content("One\nTwo\nThree"), [1], content("One\nZwei\nThree"), [1])
    assert found.edits == (Edit(0, 0, ("Two",), ("Zwei",)),)


def test_words_of_one_account_are_told_under_its_name() -> None:
    after = Content((Segment("One"),), {2: (Segment("Uno"),)})
    assert differences(content("One"), [1, 2], after, [1, 2]).edits == (Edit(2, 0, ("One",), ("Uno",)),)


def test_accounts_that_came_and_went_are_told() -> None:
    found = differences(content("One"), [1, 2], content("One"), [2, 3])
    assert (found.joined, found.left) == ((3,), (1,))


def test_another_description_of_a_picture_is_told() -> None:
    other = Image("a" * 64, "image/png", 8, 6, 75, "Our shop at night")
    found = differences(content("One", images=(IMAGE,)), [1], content("One", images=(other,)), [1])
    assert (found.described, found.new_images, found.gone_images) == ((other,), (), ())
