"""The whole of one post in a view, page by page: every word on every account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.blocks.basics import ALT_TEXT, Block, actions, button, context, divider, section, ticket
from bot.blocks.cards import about, buttons, changes, internal, outcomes, standing
from bot.blocks.posts import Shown, picture_line, state_title
from bot.blocks.previews import Wording, exactly, wordings
from bot.blocks.remarks import counted, fault_notes
from bot.blocks.surfaces import modal
from bot.errors import Mrkdwn
from bot.rules import sheets
from bot.rules.content import Image
from bot.rules.escaping import shorten, visible
from bot.words import plain, t

WHOLE = "post_whole"
SHOWN_TYPES = {"image/jpeg", "image/png", "image/gif"}
"""What Slack shows of its own files (https://docs.slack.dev/reference/block-kit/composition-objects/slack-file-object)."""
PAGE_BLOCKS, PAGE_CHARACTERS = 40, 30_000
"""What one page holds beside its head and foot: a view takes 100 blocks and 250 kB."""


def whole(shown: Shown, page: int = 0, files: Mapping[str, str] | None = None) -> Block:
    """One page of a post; a page beyond the last is the last.

    `files` are the Slack files of its pictures by hash, to show them; without, they are described in words.
    """
    words, page, is_last = one_page(paged(_words(shown, files or {}), PAGE_BLOCKS, PAGE_CHARACTERS), page)
    head = [section(t("*{state}:* {title}", state=state_title(shown.post.status), title=shown.post.title))]
    if page == 0:
        head += [section(about(shown)), *internal(shown), *standing(shown), *outcomes(shown), *changes(shown)]
        head += [context(*shown.notes)] if shown.notes else []
    carries = ticket(shown.post.id or 0, page)
    blocks = [*head, divider(), *words, *turns("whole_page", shown.post.id or 0, page, is_last=is_last)]
    blocks.append(actions(*buttons(shown, is_open=True)))
    return modal(WHOLE, plain("Post"), blocks, close=plain("Close"), private=carries)


def turns(act: str, row: int, page: int, *, is_last: bool) -> list[Block]:
    """Buttons to the pages before and after."""
    back = button(plain("Page before"), f"{act}#back", ticket(row, page - 1)) if page else None
    on = None if is_last else button(plain("Next page"), f"{act}#on", ticket(row, page + 1))
    return [context(t("Page {page}", page=page + 1)), actions(back, on)] if back or on else []


def one_page(pages: Iterator[Sequence[Block]], asked: int) -> tuple[Sequence[Block], int, bool]:
    """The page that was asked for or the last one, its number, and whether it is the last; none beyond is made."""
    page: Sequence[Block] = next(pages)
    for number in range(asked):
        following = next(pages, None)
        if following is None:
            return page, number, True
        page = following
    return page, asked, next(pages, None) is None


def paged(blocks: Iterable[Block], most: int, characters: int) -> Iterator[Sequence[Block]]:
    """The blocks parted into pages of at most so many blocks and characters; at least one page."""
    page: list[Block] = []
    weight = 0
    for block in blocks:
        own = len(str(block))
        if page and (len(page) == most or weight + own > characters):
            yield page
            page, weight = [], 0
        page.append(block)
        weight += own
    yield page


def _words(shown: Shown, files: Mapping[str, str]) -> Iterable[Block]:
    for wording in wordings(shown):
        yield section(
            t("*On {accounts}*", accounts=wording.names) if wording.accounts else t("*No account is chosen yet.*")
        )
        for index in range(len(wording.segments)):
            yield from _segment(wording, index)
            yield from _pictures(wording.segments[index].images, files)
        if notes := fault_notes(wording.accounts):
            yield context(*notes)


def _segment(wording: Wording, index: int) -> Iterable[Block]:
    segment, length = wording.segments[index], len(wording.segments)
    for piece in sheets.pieces(visible(segment.text)):
        yield exactly(piece)
    number = t("Post {number} of {all}", number=index + 1, all=length) if length > 1 else Mrkdwn("")
    below = [line for line in (number, counted(wording.accounts, index, named=False)) if line]
    if below:
        yield context(*below)


def _pictures(images: Sequence[Image], files: Mapping[str, str]) -> Iterable[Block]:
    for number, image in enumerate(images, 1):
        if image.sha256 in files and image.mime in SHOWN_TYPES:
            yield _picture(files[image.sha256], image.alt or plain("Picture {number}", number=number))
        yield context(picture_line(image, number))


def _picture(file_id: str, alt: str) -> Block:
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": shorten(alt, ALT_TEXT)}
