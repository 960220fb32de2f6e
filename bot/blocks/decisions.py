"""What is asked before a decision: the reason, the link, the new time, and whether it is meant."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from bot.blocks.basics import Block, section, ticket
from bot.blocks.inputs import date_picker, input_block, line, option, radio, time_picker
from bot.blocks.surfaces import modal
from bot.rules.posts import Step
from bot.store.tables import Client, Delivery, Post, PostVersion
from bot.words import plain, t

REASON, LINK, TIME, CANCEL = "post_reason", "delivery_link", "post_time", "post_cancel"
TIME_OF_ALL = "missed_time"
"""Callbacks of the forms."""
REASON_CHARACTERS = 2_000
LINK_CHARACTERS = 2_000

ASKED: Mapping[Step, tuple[str, str, str]] = {
    Step.REQUEST_CHANGES: ("Request changes", "What should be changed?", "Send back"),
    Step.HOLD: ("Hold the post", "Why should it wait?", "Hold"),
    Step.REJECT: ("Reject the post", "Why is it rejected?", "Reject"),
}


def ask_reason(step: Step, post_id: int, version: int, title: str) -> Block:
    """Asks why, which the author reads."""
    name, label, submit = ASKED[step]
    typed = line("reason", long=True, longest=REASON_CHARACTERS)
    blocks = [
        section(t("“{title}”", title=title)),
        input_block("reason", plain(label), typed, hint=plain("The author reads this.")),
    ]
    return modal(REASON, plain(name), blocks, submit=plain(submit), private=f"{step}:{ticket(post_id, version)}")


def ask_link(delivery: Delivery, account: str) -> Block:
    """Asks where it is live."""
    blocks = [
        section(t("Open {account} and copy the link of the published post.", account=account)),
        input_block("link", plain("Link of the post"), line("link", longest=LINK_CHARACTERS, placeholder="https://…")),
    ]
    private = ticket(delivery.id or 0, delivery.attempts)
    return modal(LINK, plain("It is live"), blocks, submit=plain("Confirm"), private=private)


def ask_time(post: Post, version: PostVersion, zone: str, *, approved: bool = False) -> Block:
    """Asks the new time, and only that."""
    there = version.when_at.astimezone(ZoneInfo(zone)) if version.when_kind == "at" and version.when_at else None
    day, clock = (f"{there:%Y-%m-%d}", f"{there:%H:%M}") if there else ("", "")
    blocks = [
        section(t("“{title}”", title=post.title)),
        *([section(t("It was approved. With another time it must be approved again."))] if approved else []),
        *_time_inputs("at" if version.when_kind == "at" else "approved", day, clock, zone),
    ]
    private = ticket(post.id or 0, post.version)
    return modal(TIME, plain("Change the time"), blocks, submit=plain("Change"), private=private)


def ask_time_of_all(client: Client, count: int) -> Block:
    """Asks one new time for everything of a client that was missed."""
    blocks = [
        section(t("One new time for all {count}. They must be approved again.", count=count)),
        *_time_inputs("at", "", "", client.zone),
    ]
    private = ticket(client.id or 0, count)
    return modal(TIME_OF_ALL, plain("Reschedule all"), blocks, submit=plain("Change"), private=private)


def ask_cancel(post: Post) -> Block:
    """Asks whether it is meant."""
    blocks = [
        section(t("Cancel “{title}”?", title=post.title)),
        section(t("It is not published. What is out already stays out. You can duplicate it later.")),
    ]
    private = ticket(post.id or 0, post.version)
    title, submit, close = plain("Cancel the post"), plain("Cancel the post"), plain("Keep it")
    return modal(CANCEL, title, blocks, submit=submit, close=close, private=private)


def _time_inputs(kind: str, day: str, clock: str, zone: str) -> list[Block]:
    kinds = [option(plain("At a time"), "at"), option(plain("As soon as it is approved"), "approved")]
    return [
        input_block("when", plain("When"), radio("when", kinds, chosen=kind)),
        input_block("day", plain("Day"), date_picker("day", day), optional=True),
        input_block("clock", plain("Time in {zone}", zone=zone), time_picker("clock", clock, zone), optional=True),
    ]
