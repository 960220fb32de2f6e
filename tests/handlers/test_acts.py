"""Whatever a post shows that can be pressed is handled: no button of it leads nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.blocks.basics import Block
from bot.blocks.cards import card
from bot.blocks.drafts import Offer, Remarks, Unfinished, describe, form, lost
from bot.blocks.missed import Late, missed_card
from bot.blocks.news import Told, to_author
from bot.blocks.pauses import Held, pause_form
from bot.blocks.whole import whole
from bot.handlers import registered
from bot.rules import posts as rules
from bot.rules import sheets
from bot.rules.sheets import EVERYBODY, Picture, Sheet
from bot.sandbox.inputs import elements
from bot.store.tables import Pause
from tests.blocks.shown import account, client, delivery, image, post, shown
from tests.factories import BEN, NOW


def everything() -> Iterator[list[Block]]:
    """The blocks of all that a post shows."""
    for status in rules.Post:
        rows = [delivery(number, state) for number, state in enumerate(rules.Delivery, 1)]
        one = shown(status, accounts=len(rows), deliveries=rows, segments=25, text="word " * 600, own_words=True)
        yield list(card(one).blocks)
        yield from (whole(one, page)["blocks"] for page in (0, 1))
        told = to_author(Told(post(status), "", []), {"state": str(status)})
        yield list(told.blocks) if told else []
    picture = Picture(image(), "shop.png")
    sheet = Sheet(1, accounts=(1, 2), words={EVERYBODY: ("One", "Two")}, pictures=(picture,))
    offer = Offer([client(), client("Other")], client(), [account(1), account(2)])
    remarks = Remarks(unfinished=Unfinished("f", "Our shop", NOW))
    for one_sheet in (sheet, sheets.show_words_of(sheet, 2)):
        yield form("f", one_sheet, offer, remarks)["blocks"]
    yield describe("f", sheet)["blocks"]
    yield lost("Too late.", sheet, "f")["blocks"]
    yield list(missed_card(client(), [Late(delivery(one, "missed"), post(), account(one)) for one in (1, 2)]).blocks)
    pause = Pause(id=1, workspace_id=1, scope="all", by=BEN.person, at=NOW)
    yield pause_form([Held(pause, "everything", [], 0)], [client()], [account()])["blocks"]


def acts(blocks: list[Any]) -> set[str]:
    """What is sent when one of these is pressed or chosen."""
    found = set()
    for placed in elements(blocks):
        if placed.in_input and not placed.block.get("dispatch_action"):
            continue
        if placed.element["type"] == "overflow":
            found |= {option["value"].partition(":")[0] for option in placed.element["options"]}
        else:
            found.add(placed.action_id.partition("#")[0])
    return found


def test_every_act_that_a_post_offers_is_handled() -> None:
    offered = set().union(*(acts(blocks) for blocks in everything()))
    assert {"approve", "draft_text", "send_it", "resume"} <= offered
    assert offered - registered().actions == set()
