"""From what stands in a form to a draft, and from a post to a form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time

from bot.errors import BadInput, Refused
from bot.flows.drafts import TITLE_CHARACTERS, Draft, window_of
from bot.rules import sheets, when
from bot.rules.content import Window, from_json
from bot.rules.sheets import Sheet
from bot.rules.zones import require_zone
from bot.store import Tx
from bot.store import posts as queries
from bot.store.tables import Account, Client, Form, Post

CAMPAIGN_CHARACTERS = 200


@dataclass(frozen=True)
class Open:
    """A form with what stands in it, and what it offers to choose from."""

    form: Form
    sheet: Sheet
    clients: tuple[Client, ...]
    client: Client
    accounts: tuple[Account, ...]
    """The client's, connected or not."""
    post: Post | None = None
    """The post that it edits."""
    unfinished: tuple[Form, ...] = ()
    """Other forms that the person has not handed in, newest first."""
    problem: Refused | None = None
    """What was not understood of the words that it was opened with."""

    @property
    def chosen(self) -> tuple[Account, ...]:
        """The accounts that are chosen, in the sheet's order."""
        found = {account.id: account for account in self.accounts}
        return tuple(found[one] for one in self.sheet.accounts if one in found)


def draft_of(opened: Open, *, now: datetime) -> Draft:
    """The sheet as a draft. Raises BadInput naming the field."""
    sheet = opened.sheet
    if len(sheet.campaign) > CAMPAIGN_CHARACTERS:
        raise BadInput(
            "campaign", "Please keep the campaign's name under {limit} characters.", limit=CAMPAIGN_CHARACTERS
        )
    return Draft(
        client_id=sheet.client_id,
        accounts=tuple(account.id or 0 for account in opened.chosen),
        content=sheet.content(),
        window=_window(opened, now),
        campaign=sheet.campaign.strip(),
        note=sheet.note.strip(),
    )


def title_of(form: Form) -> str:
    """The first words of what stands in a form."""
    texts = sheets.from_json(form.values).words.values()
    words = " ".join(next((text for some in texts for text in some if text.strip()), "").split())
    return words[:TITLE_CHARACTERS] or "(picture)"


def moment_of(opened: Open, *, now: datetime) -> datetime | None:
    """The moment that is asked for; None while there is none, or none that can be."""
    try:
        return _asked(opened, now).at
    except BadInput:
        return None


def sheet_of(tx: Tx, post: Post) -> Sheet:
    """A sheet that says what a post says now."""
    version = queries.newest_version(tx, post)
    window = window_of(version)
    client = tx.require(Client, post.client_id)
    there = window.at.astimezone(require_zone(client.zone)) if window.kind == "at" and window.at else None
    late = window.late_seconds // 60
    return replace(
        sheets.from_content(post.client_id, version.accounts, from_json(version.content)),
        campaign=version.campaign,
        note=version.note,
        when=window.kind,
        day=f"{there:%Y-%m-%d}" if there else "",
        clock=f"{there:%H:%M}" if there else "",
        late_minutes=0 if late == client.late_minutes else late,
    )


def _window(opened: Open, now: datetime) -> Window:
    asked = _asked(opened, now)
    late = opened.sheet.late_minutes or opened.client.late_minutes
    return Window(asked.kind, asked.at, asked.wall, asked.zone, late * 60)


def _asked(opened: Open, now: datetime) -> when.Asked:
    sheet, zone = opened.sheet, opened.client.zone
    if sheet.when in {"now", "approved"}:
        return when.parse({"now": "now", "approved": "as soon as approved"}[sheet.when], now=now, zone=zone)
    try:
        day, clock = date.fromisoformat(sheet.day), time.fromisoformat(sheet.clock)
    except ValueError:
        raise BadInput("when", "Choose the day and the time, or choose “as soon as it is approved”.") from None
    return when.asked_at(day, clock, now=now, zone=zone)


def filled_in(sheet: Sheet, words: str, client: Client, now: datetime) -> tuple[Sheet, Refused | None]:
    try:
        asked, text = when.split(words, now=now, zone=client.zone)
    except BadInput as problem:
        return sheets.with_texts(sheet, [words]), problem
    sheet = sheets.with_texts(sheet, [text])
    if asked is None:
        return sheet, None
    day, _, clock = asked.wall.partition(" ") if asked.kind == "at" else ("", "", "")
    return replace(sheet, when=asked.kind, day=day, clock=clock), None
