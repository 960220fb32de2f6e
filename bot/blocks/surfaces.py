"""What holds blocks: messages, forms and the Home tab, each within Slack's limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blocks.basics import Block, at_most, plain_text
from bot.errors import Mrkdwn
from bot.rules.escaping import shorten, to_mrkdwn

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_TEXT = 4000
"""chat.update refuses more (`msg_too_long`), and every message may have to be updated."""
TITLE_TEXT = 24
"""A form's title and its two buttons."""


@dataclass(frozen=True)
class Message:
    """What is posted: `text` is all of it in words, since screen readers read nothing else."""

    text: str
    blocks: tuple[Block, ...] = ()
    thread_ts: str = ""
    """The message it answers; empty: none."""
    revision: int = 0
    """Of a card: the revision of its thing that it shows; it is never written over a newer one."""


def message(blocks: Sequence[Block], text: str = "", *, thread_ts: str = "", revision: int = 0) -> Message:
    """A message of blocks; its `text` is what the blocks say, unless it is given."""
    shown = at_most(blocks, MESSAGE_BLOCKS)
    return Message(shorten(text or said(shown), MESSAGE_TEXT), tuple(shown), thread_ts, revision)


def modal(
    callback: str, title: str, blocks: Sequence[Block], *, submit: str = "", close: str = "Cancel", private: str = ""
) -> Block:
    """A form. Without `submit` it only shows; `private` is an id of ours (a `Form`'s), never content.

    Closing it is told to `on.closed(callback)`.
    """
    view: Block = {
        "type": "modal",
        "callback_id": callback,
        "title": plain_text(title, TITLE_TEXT),
        "close": plain_text(close, TITLE_TEXT),
        "blocks": at_most(blocks, VIEW_BLOCKS),
        "private_metadata": private,
        "notify_on_close": True,
    }
    return view | {"submit": plain_text(submit, TITLE_TEXT)} if submit else view


def home(blocks: Sequence[Block], private: str = "") -> Block:
    """A Home tab."""
    return {"type": "home", "blocks": at_most(blocks, VIEW_BLOCKS), "private_metadata": private}


def said(blocks: Sequence[Block]) -> Mrkdwn:
    """All that the blocks say, line by line, as mrkdwn."""
    return Mrkdwn("\n".join(line for block in blocks for line in _lines(block) if line.strip()))


def _lines(block: Block) -> list[str]:
    kind = block["type"]
    if kind in {"section", "header"}:
        shown = [block["text"]] if "text" in block else []
        return [_marked(part) for part in [*shown, *block.get("fields", [])]]
    if kind == "context":
        return [_marked(part) if "text" in part else to_mrkdwn(part.get("alt_text", "")) for part in block["elements"]]
    return [to_mrkdwn(block["alt_text"])] if kind == "image" else []


def _marked(part: Block) -> str:
    """A text object as mrkdwn: what was shown as typed must not become a mention here."""
    text: str = part["text"]
    return to_mrkdwn(text) if part["type"] == "plain_text" else text
