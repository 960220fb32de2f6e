"""What a post will say on each account, exactly as it is sent, within the room that a message or a view has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blocks.basics import SECTION_TEXT, Block, context, plain_text
from bot.blocks.posts import Shown, picture_line
from bot.blocks.remarks import Weighed, account_name, counted, fault_notes
from bot.errors import Mrkdwn
from bot.rules.content import Segment
from bot.rules.escaping import shorten, visible
from bot.words import t

GROUPS = 4
"""Different wordings that a card shows; more are told by name and shown when the post is opened."""
PARTS = 3
"""Posts of a thread that a card shows of each wording."""
PICTURES = 9
"""Pictures that a card describes: a context holds 10 texts."""
CARD_CHARACTERS = 1_200
"""Characters of one text on a card: longer ones push the buttons out of sight."""


@dataclass(frozen=True)
class Wording:
    """Accounts that get the same words."""

    accounts: tuple[Weighed, ...]
    segments: tuple[Segment, ...]

    @property
    def names(self) -> str:
        """Who they are."""
        return ", ".join(account_name(one.account) for one in self.accounts)


def wordings(shown: Shown) -> list[Wording]:
    """Every different wording, in the accounts' order."""
    found: dict[tuple[Segment, ...], list[Weighed]] = {}
    for one in shown.weighed:
        found.setdefault(shown.content.for_account(one.account.id or 0), []).append(one)
    if not found:
        found[shown.content.segments] = []
    return [Wording(tuple(accounts), segments) for segments, accounts in found.items()]


def card_previews(shown: Shown) -> list[Block]:
    """The wordings as a card shows them: the beginnings, and what is left out by name."""
    every = wordings(shown)
    blocks = [block for wording in every[:GROUPS] for block in _preview(wording)]
    if len(every) > GROUPS:
        names = ", ".join(wording.names for wording in every[GROUPS:])
        blocks.append(context(t("Other words for {accounts}: open the post to read them.", accounts=names)))
    return blocks


def exactly(text: str) -> Block:
    """Words as they are sent: plain, so that nothing in them acts; what cannot be seen in them is shown."""
    return {"type": "section", "text": plain_text(visible(text), SECTION_TEXT)}


def _preview(wording: Wording) -> list[Block]:
    head = t("*On {accounts}*", accounts=wording.names) if wording.accounts else t("*No account is chosen yet.*")
    blocks = [context(head)]
    for index, segment in enumerate(wording.segments[:PARTS]):
        blocks += _part(wording, index, segment)
    if len(wording.segments) > PARTS:
        left = len(wording.segments) - PARTS
        blocks.append(context(t("And {count} more in this thread: open the post to read all.", count=left)))
    images = [image for segment in wording.segments for image in segment.images]
    if images:
        lines = [picture_line(image, number) for number, image in enumerate(images[:PICTURES], 1)]
        blocks.append(context(*lines, t("Open the post to see its pictures.")))
    return blocks + _faults(wording.accounts)


def _part(wording: Wording, index: int, segment: Segment) -> list[Block]:
    cut = shorten(segment.text, CARD_CHARACTERS)
    thread = len(wording.segments) > 1
    count = counted(wording.accounts, index, named=False)
    number = t("Post {number} of {all}", number=index + 1, all=len(wording.segments)) if thread else Mrkdwn("")
    below = [line for line in (number, count) if line]
    if cut != segment.text:
        below.append(t("Shortened here: open the post to read all of it."))
    return [exactly(cut), *([context(*below)] if below else [])]


def _faults(accounts: Sequence[Weighed]) -> list[Block]:
    notes = fault_notes(accounts)
    return [context(*notes)] if notes else []
