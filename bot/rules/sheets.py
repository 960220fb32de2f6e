"""What somebody is typing into the form of a post, as it stands: unfinished, unchecked, and never lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bot.rules.content import Content, Image, Segment
from bot.rules.counting import clusters, utf16_units

PIECE = 3_000
"""What one Slack input holds, in UTF-16 units (https://docs.slack.dev/reference/block-kit/block-elements)."""
LOOK_BACK = 200
"""Characters before the end of an input within which a good place to cut is looked for."""
MOST_INPUTS = 30
"""Inputs for words in one form, beside which its other blocks and the counters fit into a view's 100."""
MOST_CHARACTERS = 20_000
"""Words in one form: Slack takes no view above 250 kB (`view_too_large`), and a letter may take 6 bytes of JSON."""
MOST_SEGMENTS = 25
MOST_IMAGES = 4
EVERYBODY = 0
"""Stands where an account's id stands: the words of all accounts that have none of their own."""

WRITING, PICTURES = "writing", "pictures"


@dataclass(frozen=True)
class Picture:
    """An image that was put into the form: the Slack file it came from, and the name the person knows it by."""

    image: Image
    name: str
    file_id: str = ""
    described: bool = False
    """Whether its words for those who cannot see it were asked for."""


@dataclass(frozen=True)
class Sheet:
    """A post as a form holds it. `words` has a tuple of texts (one for each post of a thread) for `EVERYBODY`, and for
    each account with words of its own."""

    client_id: int
    accounts: tuple[int, ...] = ()
    words: Mapping[int, tuple[str, ...]] = field(default_factory=lambda: {EVERYBODY: ("",)})
    cuts: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """By `account.segment`, how many characters stand in each of a text's inputs: Slack keeps what was typed into one,
    so that a text must not move between them."""
    shown: int = EVERYBODY
    """Whose words the form shows."""
    pictures: tuple[Picture, ...] = ()
    campaign: str = ""
    note: str = ""
    when: str = "at"
    day: str = ""
    clock: str = ""
    late_minutes: int = 0
    """How late it may go out; 0 is the client's own habit."""
    stage: str = WRITING
    review: bool = True
    """Whether it is to be sent for review, or kept as a draft, once its pictures are described."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The words that the form shows."""
        return self.words.get(self.shown, self.words[EVERYBODY])

    @property
    def is_blank(self) -> bool:
        """Nothing was typed and nothing put in that would be missed."""
        typed = [text for texts in self.words.values() for text in texts]
        return not self.pictures and not any(text.strip() for text in [*typed, self.note, self.campaign])

    def content(self) -> Content:
        """What would be sent: blank posts at the end of a thread are left out, the pictures go with the first."""
        images = tuple(picture.image for picture in self.pictures)
        own = {
            account: _segments(texts, images)
            for account, texts in self.words.items()
            if account != EVERYBODY and account in self.accounts
        }
        return Content(_segments(self.words[EVERYBODY], images), own)


def pieces(text: str) -> tuple[str, ...]:
    """The text cut into what Slack's inputs hold; joined again, it is the text.

    It is cut within words, not beside blanks, which an input may lose at its ends.
    """
    found, rest = [], text
    while utf16_units(rest) > PIECE:
        head = _fitting(rest)
        found.append(head)
        rest = rest[len(head) :]
    return (*found, rest)


def inputs(sheet: Sheet, segment: int) -> tuple[str, ...]:
    """What stands in each input of one of the shown texts."""
    text, place, found = sheet.texts[segment], 0, []
    cuts = sheet.cuts.get(f"{sheet.shown}.{segment}", ())
    if not cuts or sum(cuts) != len(text):
        return pieces(text)
    for length in cuts:
        found.append(text[place : place + length])
        place += length
    return tuple(found)


def with_inputs(sheet: Sheet, typed: Sequence[tuple[str, ...]]) -> Sheet:
    """The sheet with what now stands in the inputs of each of the shown texts."""
    cuts = {f"{sheet.shown}.{segment}": tuple(map(len, held)) for segment, held in enumerate(typed)}
    return replace(with_texts(sheet, ("".join(held) for held in typed)), cuts={**sheet.cuts, **cuts})


def count_inputs(sheet: Sheet) -> int:
    """How many inputs the shown words take."""
    return sum(len(inputs(sheet, segment)) for segment in range(len(sheet.texts)))


def is_full(sheet: Sheet) -> bool:
    """Whether the form shows as many words as it can."""
    return count_inputs(sheet) >= MOST_INPUTS or sum(map(utf16_units, sheet.texts)) >= MOST_CHARACTERS


def longest_input(sheet: Sheet) -> int:
    """What may be typed into each input, so that all of them together fit."""
    return min(PIECE, MOST_CHARACTERS // count_inputs(sheet))


def with_texts(sheet: Sheet, texts: Iterable[str]) -> Sheet:
    """The sheet with other words where it shows some."""
    return replace(sheet, words={**sheet.words, sheet.shown: tuple(texts)})


def add_post(sheet: Sheet) -> Sheet:
    """One more post in the thread, while there may be one."""
    return sheet if is_full(sheet) or len(sheet.texts) >= MOST_SEGMENTS else with_texts(sheet, (*sheet.texts, ""))


def more_room(sheet: Sheet) -> Sheet:
    """One more input for the last text, while there may be one."""
    if is_full(sheet):
        return sheet
    held = [inputs(sheet, segment) for segment in range(len(sheet.texts))]
    return with_inputs(sheet, [*held[:-1], (*held[-1], "")])


def show_words_of(sheet: Sheet, account: int) -> Sheet:
    """Show the words of an account, which begin as everybody's."""
    if account != EVERYBODY and account not in sheet.accounts:
        return sheet
    words = {**sheet.words, account: sheet.words.get(account, sheet.words[EVERYBODY])}
    return replace(sheet, words=words, shown=account)


def same_words(sheet: Sheet) -> Sheet:
    """Take back the own words of the account that is shown."""
    if sheet.shown == EVERYBODY:
        return sheet
    others = {account: texts for account, texts in sheet.words.items() if account != sheet.shown}
    return replace(sheet, words=others, shown=EVERYBODY)


def with_accounts(sheet: Sheet, accounts: Iterable[int]) -> Sheet:
    """Choose other accounts. Words for an account that is left out stay, in case it comes back."""
    chosen = tuple(accounts)
    return replace(sheet, accounts=chosen, shown=sheet.shown if sheet.shown in chosen else EVERYBODY)


def from_content(client_id: int, accounts: Iterable[int], content: Content) -> Sheet:
    """A sheet that says what a post says."""
    words = {EVERYBODY: tuple(one.text for one in content.segments)}
    words |= {account: tuple(one.text for one in segments) for account, segments in content.variants.items()}
    pictures = tuple(
        Picture(image, f"Picture {number}", described=True)
        for number, image in enumerate(content.segments[0].images, 1)
    )
    return Sheet(client_id=client_id, accounts=tuple(accounts), words=words, pictures=pictures)


def to_json(sheet: Sheet) -> dict[str, Any]:
    """The stored form."""
    return {
        **asdict(sheet),
        "accounts": list(sheet.accounts),
        "words": {str(account): list(texts) for account, texts in sheet.words.items()},
        "cuts": {place: list(lengths) for place, lengths in sheet.cuts.items()},
        "pictures": [asdict(picture) for picture in sheet.pictures],
    }


def from_json(stored: Mapping[str, Any]) -> Sheet:
    """The value that `to_json` stored."""
    return Sheet(
        **{
            **stored,
            "accounts": tuple(stored["accounts"]),
            "words": {int(account): tuple(texts) for account, texts in stored["words"].items()},
            "cuts": {place: tuple(lengths) for place, lengths in stored["cuts"].items()},
            "pictures": tuple(Picture(**{**one, "image": Image(**one["image"])}) for one in stored["pictures"]),
        }
    )


def _segments(texts: tuple[str, ...], images: tuple[Image, ...]) -> tuple[Segment, ...]:
    last = max((index for index, text in enumerate(texts) if text.strip()), default=0)
    return tuple(Segment(text, images if index == 0 else ()) for index, text in enumerate(texts[: last + 1]))


def _fitting(text: str) -> str:
    """The longest beginning that one input holds, cut between two characters, and not beside a blank if that can be."""
    head = text[:PIECE]
    while (excess := utf16_units(head) - PIECE) > 0:
        head = head[: -((excess + 1) // 2)]  # a character is two units at most
    ends = _ends(head, text[len(head) :][:1])
    good = (end for end in ends if not head[:end][-1:].isspace() and not text[end : end + 1].isspace())
    return head[: next(good, ends[0] if ends else len(head))]


def _ends(head: str, following: str) -> list[int]:
    """Places near the end of a text where a character ends, the last one first; `following` may belong to its last."""
    near = clusters(head[-LOOK_BACK:] + following)[:-1]
    end = len(head) - min(LOOK_BACK, len(head)) + sum(map(len, near))
    ends = []
    for cluster in reversed(near[1:]):  # the first may have begun before
        ends.append(end)
        end -= len(cluster)
    return ends
