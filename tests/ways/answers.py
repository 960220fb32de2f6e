"""What people answer where a delivery asks them, and what comes of it: on Plaza, on the card, and on record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from bot.rules.posts import Delivery, Post, Step
from bot.sandbox import cast
from tests.ways.newsroom import Newsroom, action
from tests.ways.posts import (
    HOURS_TO_ASK,
    plaza_is_gone_while_it_is_sent,
    plaza_refuses_it,
    plaza_refuses_it_on_one_account,
    trellis_is_out_until_its_time_is_over,
)

LINK = "https://plaza.example/seen"

Act = Callable[[Newsroom], Awaitable[None]]
D, P = Delivery, Post


@dataclass(frozen=True)
class Answer:
    """`asked` brings it about, `answer` is what Ben does; then Plaza behaves, and the publisher works for an hour."""

    asked: Act
    answer: Act
    step: Step
    asks: Delivery
    answered: Delivery
    """Where the answer alone leads."""
    ends: Post
    live: int
    """How often the words are to be seen, on all accounts."""

    @property
    def on_record(self) -> tuple[str, str, str, str, str]:
        """Who, through which door, what, old and new."""
        return (cast.BEN, "slack", self.step.value, self.asks.value, self.answered.value)


async def plaza_took_it_and_its_answer_was_lost(room: Newsroom) -> None:
    await room.approved()
    await room.plaza_will("drop")
    await room.plaza_will("vanish", count=1_000)
    await room.plaza_cannot_be_asked()
    await room.the_publisher_works(HOURS_TO_ASK)


async def ben_gives_its_link(room: Newsroom) -> None:
    card = await room.card()
    await room.ben.press(card, action(card, "it_is_live"))
    await room.ben.view(having="link")
    await room.ben.fill({"link": LINK})
    await room.ben.submit()
    await room.everything_is_said()
    assert LINK in (await room.card()).words


def on_the_card(button: str) -> Act:
    """Ben presses this."""
    return partial(Newsroom.ben_presses, button=button)


def on_the_missed_card(button: str) -> Act:
    """Ben presses this."""
    return partial(Newsroom.ben_answers, button=button)


def on_his_home(button: str) -> Act:
    """Ben opens his Home tab and presses this in it."""

    async def answer(room: Newsroom) -> None:
        await room.ben.open_home()
        tab = await room.ben.home(saying="To settle")
        await room.ben.press(tab, action(tab, button))
        await room.everything_is_said()
        shown = await room.ben.shown_home()
        assert shown is not None
        assert "To settle" not in shown.words

    return answer


LOST, GONE, REFUSED = plaza_took_it_and_its_answer_was_lost, plaza_is_gone_while_it_is_sent, plaza_refuses_it
PARTLY, LATE = plaza_refuses_it_on_one_account, trellis_is_out_until_its_time_is_over
SEND, LEAVE = on_the_card("send_it"), on_the_card("leave_it")

ANSWERS: Mapping[str, Answer] = {
    "It is live, and it was": Answer(
        LOST, ben_gives_its_link, Step.CONFIRM, D.UNCONFIRMED, D.PUBLISHED, P.PUBLISHED, 1
    ),
    "Send it, though it was live": Answer(LOST, SEND, Step.RESEND, D.UNCONFIRMED, D.SCHEDULED, P.PUBLISHED, 1),
    "Send it, and it was not": Answer(GONE, SEND, Step.RESEND, D.UNCONFIRMED, D.SCHEDULED, P.PUBLISHED, 1),
    "Leave what is in doubt": Answer(GONE, LEAVE, Step.DROP, D.UNCONFIRMED, D.CANCELLED, P.CANCELLED, 0),
    "Send what failed again": Answer(REFUSED, SEND, Step.RESEND, D.FAILED, D.SCHEDULED, P.PUBLISHED, 1),
    "Send what failed again, from Home": Answer(
        REFUSED, on_his_home("send_it"), Step.RESEND, D.FAILED, D.SCHEDULED, P.PUBLISHED, 1
    ),
    "Leave what is in doubt, from Home": Answer(
        GONE, on_his_home("leave_it"), Step.DROP, D.UNCONFIRMED, D.CANCELLED, P.CANCELLED, 0
    ),
    "Send what was missed, from Home": Answer(
        LATE, on_his_home("send_it"), Step.RESEND, D.MISSED, D.SCHEDULED, P.PUBLISHED, 1
    ),
    "Leave what failed": Answer(REFUSED, LEAVE, Step.DROP, D.FAILED, D.CANCELLED, P.CANCELLED, 0),
    "Send what failed on one account": Answer(PARTLY, SEND, Step.RESEND, D.FAILED, D.SCHEDULED, P.PUBLISHED, 2),
    "Leave what failed on one account": Answer(PARTLY, LEAVE, Step.DROP, D.FAILED, D.CANCELLED, P.PARTLY_PUBLISHED, 1),
    "Send what was missed": Answer(
        LATE, on_the_missed_card("send_it"), Step.RESEND, D.MISSED, D.SCHEDULED, P.PUBLISHED, 1
    ),
    "Send what was missed, from its own card": Answer(LATE, SEND, Step.RESEND, D.MISSED, D.SCHEDULED, P.PUBLISHED, 1),
    "Drop what was missed": Answer(
        LATE, on_the_missed_card("leave_it"), Step.DROP, D.MISSED, D.CANCELLED, P.CANCELLED, 0
    ),
}
