"""The form of a post: its words, accounts, pictures and time; what is counted and remarked on it; and its next views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.blocks.basics import Block, Element, actions, button, context, divider, section
from bot.blocks.inputs import (
    boxes,
    date_picker,
    files,
    input_block,
    line,
    option,
    radio,
    select,
    select_many,
    time_picker,
)
from bot.blocks.remarks import account_name
from bot.blocks.surfaces import modal
from bot.rules.counting import utf16_units
from bot.rules.escaping import one_line
from bot.rules.sheets import (
    EVERYBODY,
    MOST_IMAGES,
    MOST_SEGMENTS,
    Picture,
    Sheet,
    inputs,
    is_full,
    longest_input,
)
from bot.store.tables import Account, Client
from bot.words import plain, t

FORM, ALT = "draft", "draft_alt"
"""Callbacks of the form and of the view that asks for the pictures' descriptions."""

IMAGE_KINDS = ("jpg", "jpeg", "png", "webp", "gif")
LATE_MINUTES = (15, 60, 240, 1440)
CAMPAIGN_CHARACTERS = 200
ALT_CHARACTERS = 1_500
"""More than any network takes; each network's own limit is checked besides."""
TYPING: dict[str, Any] = {"dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}}


@dataclass(frozen=True)
class Unfinished:
    """A form that was begun before and not handed in."""

    form_id: str
    title: str
    at: datetime


@dataclass(frozen=True)
class Remarks:
    """What is said beside what was typed."""

    problem: str = ""
    """Why it was not taken, at the top."""
    counts: Mapping[int, str] = field(default_factory=dict)
    """By post of the thread: how long its words are on each account."""
    notes: tuple[str, ...] = ()
    """Warnings and faults, at the end of the words."""
    unfinished: Unfinished | None = None


@dataclass(frozen=True)
class Offer:
    """What the form lets people choose from."""

    clients: Sequence[Client]
    client: Client
    accounts: Sequence[Account]
    is_draft: bool = True
    """Nobody but its author has seen it, so that it may stay a draft."""
    is_new: bool = True


def form(form_id: str, sheet: Sheet, offer: Offer, remarks: Remarks | None = None) -> Block:
    """The form with all that stands in it."""
    said = remarks or Remarks()
    mark = _mark(form_id)
    blocks = [
        *([section(said.problem), divider()] if said.problem else []),
        *(_unfinished(said.unfinished) if said.unfinished else []),
        *_where(sheet, offer, mark),
        *_words(sheet, offer, said, mark),
        *_pictures(sheet, mark),
        *_when(sheet, offer.client, mark),
        *_inside(sheet, mark),
        *([actions(button(plain("Save as draft"), "draft_save"))] if offer.is_draft else []),
    ]
    title = plain("New post") if offer.is_new else plain("Edit post")
    submit = plain("Send for review") if offer.is_draft else plain("Save changes")
    return modal(FORM, title, blocks, submit=submit, close=plain("Close"), private=form_id)


def describe(form_id: str, sheet: Sheet, problem: str = "") -> Block:
    """Asks what each picture shows, for those who cannot see it."""
    mark = _mark(form_id)
    blocks = [
        *([section(problem), divider()] if problem else []),
        section(t("Say in a sentence what each picture shows. People who cannot see it have it read to them.")),
        *[_description(number, picture, mark) for number, picture in enumerate(sheet.pictures)],
        actions(button(plain("Back to the post"), "draft_back")),
    ]
    submit = plain("Send for review") if sheet.review else plain("Save as draft")
    return modal(ALT, plain("Describe the pictures"), blocks, submit=submit, close=plain("Close"), private=form_id)


def loading(form_id: str) -> Block:
    """Shown while pictures are fetched from Slack."""
    said = section(t("Fetching your pictures. This takes a moment; everything you typed is kept."))
    return modal("draft_loading", plain("New post"), [said], close=plain("Close"), private=form_id)


def done(said: str) -> Block:
    """What became of the form."""
    return modal("draft_done", plain("Done"), [section(said)], close=plain("Close"))


def lost(said: str, sheet: Sheet | None, form_id: str) -> Block:
    """Why a form cannot be handed in any more, and the way to keep its words: a new draft."""
    blocks = [section(said)]
    if sheet is not None:
        blocks.append(section(t("What you typed is kept. You can save it as a new draft.")))
        blocks.append(actions(button(plain("Keep it as a new draft"), "draft_anew", style="primary")))
        blocks += [section(text) for text in sheet.words[EVERYBODY][:5] if text.strip()]
    return modal("draft_lost", plain("Not saved"), blocks, close=plain("Close"), private=form_id)


def _mark(form_id: str) -> str:
    """Keeps the inputs of one form apart from another's shown in the same place: Slack keeps what stands in them."""
    return f"#{form_id[:8]}"


def _unfinished(left: Unfinished) -> list[Block]:
    said = t("You have an unfinished draft, “{title}”, from {at}.", title=left.title, at=left.at)
    return [
        section(said),
        actions(
            button(plain("Continue it"), "draft_resume", left.form_id),
            button(plain("Throw it away"), "draft_discard", left.form_id),
        ),
        divider(),
    ]


def _where(sheet: Sheet, offer: Offer, mark: str) -> list[Block]:
    blocks = []
    if len(offer.clients) > 1:
        names = [option(client.name, str(client.id)) for client in offer.clients]
        menu = select("draft_client", names, chosen=str(sheet.client_id))
        blocks.append(input_block(f"client{mark}", plain("Client"), menu, tells=True))
    if not offer.accounts:
        said = t("{client} has no account yet. Connect one in Trellis's Home tab.", client=offer.client.name)
        return [*blocks, section(said)]
    options = [_account_option(account) for account in offer.accounts]
    menu = select_many("draft_accounts", options, chosen=[str(one) for one in sheet.accounts])
    field = f"accounts{mark}.{sheet.client_id}"
    return [*blocks, input_block(field, plain("Accounts"), menu, tells=True)]


def _account_option(account: Account) -> Element:
    trouble = "" if account.connected else plain("Must be connected again")
    return option(account_name(account), str(account.id), trouble)


def _words(sheet: Sheet, offer: Offer, said: Remarks, mark: str) -> list[Block]:
    chosen = [account for account in offer.accounts if account.id in sheet.accounts]
    blocks: list[Block] = []
    if len(chosen) > 1:
        names = [option(plain("All accounts"), str(EVERYBODY))]
        names += [option(account_name(account), str(account.id)) for account in chosen]
        menu = select("draft_words_for", names, chosen=str(sheet.shown))
        blocks.append(section(t("*Different words for an account:* choose whose words to write."), accessory=menu))
    for segment in range(len(sheet.texts)):
        blocks += _segment(sheet, segment, mark)
        if said.counts.get(segment):
            blocks.append(context(said.counts[segment]))
    blocks.append(actions(*_word_buttons(sheet)))
    return blocks + ([context(*said.notes)] if said.notes else [])


def _segment(sheet: Sheet, segment: int, mark: str) -> list[Block]:
    held, room = inputs(sheet, segment), longest_input(sheet)
    thread = len(sheet.texts) > 1
    label = plain("Post {number} of {all}", number=segment + 1, all=len(sheet.texts)) if thread else plain("Text")
    return [
        input_block(
            f"text.{sheet.shown}.{segment}.{piece}{mark}",
            label if piece == 0 else plain("{label}, continued", label=label),
            _text(f"draft_text#{sheet.shown}.{segment}.{piece}", typed, room),
            optional=True,
            tells=True,
        )
        for piece, typed in enumerate(held)
    ]


def _text(action: str, typed: str, room: int) -> Element:
    """An input that tells of every key; it has room for what stands in it, whatever else there is."""
    return line(action, typed=typed, long=True, longest=max(room, utf16_units(typed))) | TYPING


def _word_buttons(sheet: Sheet) -> list[Element | None]:
    full = is_full(sheet)
    return [
        None if full or len(sheet.texts) >= MOST_SEGMENTS else button(plain("Add post"), "draft_add_post"),
        None if full else button(plain("More room"), "draft_more_room", says=plain("More room for a longer text")),
        button(plain("Check"), "draft_check", says=plain("Count and check the words")),
        button(plain("Same words as the others"), "draft_same_words") if sheet.shown != EVERYBODY else None,
    ]


def _pictures(sheet: Sheet, mark: str) -> list[Block]:
    blocks = []
    if sheet.pictures:
        names = [_picture_option(picture) for picture in sheet.pictures]
        ticks = boxes("draft_kept", names, chosen=[picture.image.sha256 for picture in sheet.pictures])
        hint = plain("Take the tick away to leave a picture out.")
        field = f"kept{mark}.{len(sheet.pictures)}"
        blocks.append(input_block(field, plain("Pictures in this post"), ticks, optional=True, hint=hint))
        blocks.append(actions(button(plain("Describe the pictures"), "draft_describe")))
    room = MOST_IMAGES - len(sheet.pictures)
    if room > 0:
        chooser = files("draft_images", kinds=IMAGE_KINDS, most=room)
        hint = plain("JPEG, PNG, WebP or GIF, {most} at most. They go with the first post.", most=MOST_IMAGES)
        field = f"images{mark}.{len(sheet.pictures)}"
        blocks.append(input_block(field, plain("Add pictures"), chooser, optional=True, hint=hint))
    return blocks


def _picture_option(picture: Picture) -> Element:
    image = picture.image
    about = picture.image.alt or plain("Not described yet")
    return option(f"{one_line(picture.name, 50)}, {image.width} × {image.height}", image.sha256, about)


def _when(sheet: Sheet, client: Client, mark: str) -> list[Block]:
    kinds = [
        option(plain("At a time"), "at"),
        option(plain("As soon as it is approved"), "approved"),
        option(plain("Now, if it is approved in time"), "now"),
    ]
    blocks = [input_block(f"when{mark}", plain("When"), radio("draft_when", kinds, chosen=sheet.when), tells=True)]
    if sheet.when == "at":
        day, clock = plain("Day"), plain("Time in {zone}", zone=client.zone)
        blocks.append(input_block(f"day{mark}", day, date_picker("draft_day", sheet.day), optional=True))
        blocks.append(
            input_block(f"clock{mark}", clock, time_picker("draft_clock", sheet.clock, client.zone), optional=True)
        )
    late = select("draft_late", _late_options(sheet, client), chosen=str(sheet.late_minutes))
    hint = plain("Later than this it is not sent, and you are asked.")
    return [*blocks, input_block(f"late{mark}", plain("How late it may still go out"), late, hint=hint)]


def _late_options(sheet: Sheet, client: Client) -> list[Element]:
    minutes = sorted({*LATE_MINUTES, *([sheet.late_minutes] if sheet.late_minutes else [])})
    usual = option(plain("As usual here: {time}", time=length(client.late_minutes)), "0")
    return [usual, *(option(length(one), str(one)) for one in minutes)]


def length(minutes: int) -> str:
    """A length of time in words: `90 minutes`, `4 hours`."""
    if minutes % 60 or minutes < 60:
        return plain("{count} minutes", count=minutes)
    hours = minutes // 60
    return plain("1 hour") if hours == 1 else plain("{count} hours", count=hours)


def _inside(sheet: Sheet, mark: str) -> list[Block]:
    campaign = line("draft_campaign", typed=sheet.campaign, longest=CAMPAIGN_CHARACTERS)
    note = line("draft_note", typed=sheet.note, long=True)
    hint = plain("Only people here see it. It is never published.")
    return [
        input_block(f"campaign{mark}", plain("Campaign"), campaign, optional=True),
        input_block(f"note{mark}", plain("Note for the reviewer"), note, optional=True, hint=hint),
    ]


def _description(number: int, picture: Picture, mark: str) -> Block:
    typed = line(f"draft_alt#{number}", typed=picture.image.alt, long=True, longest=ALT_CHARACTERS)
    return input_block(f"alt.{number}{mark}", one_line(picture.name, 100), typed, optional=True)
