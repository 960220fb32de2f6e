"""Which messages in Slack show a thing: a card is posted once in a place, and kept true until a newer takes its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.flows.outbox import Letter
from bot.store import Tx
from bot.store import slack as queries
from bot.store.tables import Card


@dataclass(frozen=True)
class ShownCard:
    """A message that shows a thing, at a revision of it."""

    id: int
    channel: str
    ts: str
    revision: int


def cards(tx: Tx, subject: str, about: int) -> list[ShownCard]:
    """The cards that show a thing, oldest first."""
    return [
        ShownCard(row.id or 0, row.channel, row.ts, row.revision)
        for row in queries.live_cards(tx, tx.scope.workspace, subject, about)
    ]


def thread(tx: Tx, subject: str, about: int, channel: str) -> str:
    """The `ts` of a thing's card in a channel, to answer it in its thread; empty while there is none."""
    return next((card.ts for card in reversed(cards(tx, subject, about)) if card.channel == channel), "")


def posted(tx: Tx, letter: Letter, channel: str, ts: str, revision: int, now: datetime) -> None:
    """A card was posted; older ones in the same channel are dead."""
    for older in queries.live_cards(tx, letter.workspace_id, letter.subject, letter.about):
        if older.channel == channel:
            queries.change_card(tx, older.id or 0, live=False)
    queries.insert_once(
        tx,
        Card,
        workspace_id=letter.workspace_id,
        subject=letter.subject,
        about=letter.about,
        channel=channel,
        ts=ts,
        revision=revision,
        live=True,
        created_at=now,
    )


def updated(tx: Tx, card: ShownCard, revision: int) -> None:
    """A card now shows this revision."""
    queries.change_card(tx, card.id, revision=revision)


def lost(tx: Tx, card: ShownCard) -> None:
    """Slack does not let the card be written any more."""
    queries.change_card(tx, card.id, live=False)
