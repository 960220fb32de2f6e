"""The few blocks that everything Trellis shows is made of, as plain dicts that stay within Slack's limits.

Text that is `Mrkdwn` (what `words.t` returns) is shown as it is; any other text is shown as typed, whatever it holds.
Limits: https://docs.slack.dev/reference/block-kit/blocks. What is too long is cut with `…`, never refused by Slack.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from bot.errors import Mrkdwn
from bot.rules.escaping import fit_mrkdwn, from_mrkdwn, shorten
from bot.rules.markup import moment
from bot.words import wall_clock

Block = dict[str, Any]
Element = dict[str, Any]

SECTION_TEXT = 3000
FIELD_TEXT = 2000
FIELDS = 10
HEADER_TEXT = 150
CONTEXT_ITEMS = 10
ACTIONS = 25
ALT_TEXT = 2000
LABEL_TEXT = 2000
BUTTON_TEXT = 75
CONFIRM_TITLE, CONFIRM_TEXT, CONFIRM_ANSWER = 100, 300, 30


def header(text: str) -> Block:
    """A line in large letters."""
    return {"type": "header", "text": plain_text(text, HEADER_TEXT)}


def section(text: str, *, accessory: Element | None = None, block_id: str = "") -> Block:
    """A paragraph, perhaps with a button or a picture beside it."""
    block = {"type": "section", "text": mrkdwn(text, SECTION_TEXT)}
    return filled(block, accessory=accessory, block_id=block_id)


def fields(texts: Iterable[str]) -> Block:
    """Up to ten short texts in two columns."""
    return {"type": "section", "fields": [mrkdwn(text, FIELD_TEXT) for text in list(texts)[:FIELDS]]}


def context(*items: str | Element) -> Block:
    """Small grey texts, and small pictures (`image(…)`), in one line."""
    shown = [mrkdwn(item, FIELD_TEXT) if isinstance(item, str) else item for item in items if item]
    return {"type": "context", "elements": shown[:CONTEXT_ITEMS]}


def divider() -> Block:
    """A line."""
    return {"type": "divider"}


def image(url: str, alt: str, title: str = "") -> Block:
    """A picture, as a block or in a context; `alt` says what it shows to those who cannot see it."""
    block = {"type": "image", "image_url": url, "alt_text": shorten(alt or "Picture", ALT_TEXT)}
    return filled(block, title=plain_text(title, ALT_TEXT) if title else None)


def actions(*elements: Element | None, block_id: str = "") -> Block:
    """A row of buttons and menus; None is left out."""
    shown = [element for element in elements if element]
    return filled({"type": "actions", "elements": shown[:ACTIONS]}, block_id=block_id)


def button(
    label: str,
    action: str,
    value: str = "",
    *,
    style: str = "",
    says: str = "",
    url: str = "",
    asks: Block | None = None,
) -> Element:
    """A button. `value` is `ticket(…)` and nothing else; `style` is `primary` or `danger`; `says` is what a screen
    reader reads where the label is too short to be understood alone; `asks` is a `confirm(…)`."""
    element = {"type": "button", "action_id": action, "text": plain_text(label, BUTTON_TEXT)}
    said = shorten(says, BUTTON_TEXT)
    return filled(element, value=value, style=style, url=url, accessibility_label=said, confirm=asks)


def ticket(row: int, version: int = 0) -> str:
    """What a button carries: the id of its thing and the version that was shown, as `Ask.ticket` reads it."""
    return f"{row}.{version}"


def confirm(title: str, text: str, yes: str, no: str = "Cancel") -> Block:
    """The question Slack asks before a button acts."""
    return {
        "title": plain_text(title, CONFIRM_TITLE),
        "text": plain_text(text, CONFIRM_TEXT),
        "confirm": plain_text(yes, CONFIRM_ANSWER),
        "deny": plain_text(no, CONFIRM_ANSWER),
    }


def when(at: datetime, zone: str | None = None) -> Mrkdwn:
    """A moment that Slack shows in each reader's own zone; `zone` is that of the fallback (UTC without one)."""
    marked = moment(at)
    return marked if zone is None else Mrkdwn(f"{marked.rpartition('|')[0]}|{wall_clock(at, zone)}>")


def mrkdwn(text: str, limit: int) -> Block:
    """A text object in Slack's markup. It is `verbatim`: nothing in it becomes a link or a mention by itself."""
    shown = _cut(text, limit) if isinstance(text, Mrkdwn) else fit_mrkdwn(text, limit)
    return {"type": "mrkdwn", "text": shown or " ", "verbatim": True}


def plain_text(text: str, limit: int) -> Block:
    """A text object without markup; `:smile:` stays as typed."""
    shown = from_mrkdwn(text) if isinstance(text, Mrkdwn) else text
    return {"type": "plain_text", "text": shorten(shown, limit) or " ", "emoji": False}


def at_most(blocks: Sequence[Block], limit: int) -> list[Block]:
    """As many blocks as the surface holds; the last one then says that there is more."""
    if len(blocks) <= limit:
        return list(blocks)
    return [*blocks[: limit - 1], context("There is more than Slack can show here.")]


def _cut(text: Mrkdwn, limit: int) -> str:
    """Markup cut so that no `<…>` and no `&…;` is left half."""
    kept = shorten(text, limit)
    if kept == text:
        return kept
    for opening, closing in (("<", ">"), ("&", ";")):
        start = kept.rfind(opening)
        if start > kept.rfind(closing):
            kept = kept[:start].rstrip() + "…"
    return kept


def filled(block: Block, **optional: Any) -> Block:
    """The block with those of the optional parts that there are."""
    return block | {name: value for name, value in optional.items() if value}
