"""Says one letter in Slack: a message once, a card in every place that shows its thing, a Home tab.

It repeats nothing that may have been said: a message whose answer was lost is looked for by its key where the history
may be read, and is doubtful elsewhere. A card is different: it is posted again, and the older one is dead, since its
buttons carry an older version.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from bot.blocks.surfaces import Message
from bot.desk import Desk
from bot.flows import cards, outbox
from bot.flows.cards import ShownCard
from bot.flows.outbox import Letter
from bot.loops.wire import MESSAGE_GONE, PLACE_CLOSED, TOKEN_REFUSED, Wire
from bot.metrics import COURIER, ERRORS
from bot.slack import SlackBusy, SlackRefused, SlackSilent
from bot.store.scope import EVERYWHERE

log = structlog.get_logger(__name__)

Renderer = Callable[[Desk, Letter], Awaitable[Message | None]]
HomeRenderer = Callable[[Desk, Letter], Awaitable[dict[str, Any]]]

BACKOFF = timedelta(seconds=5)
"""The first wait after a call that did not work; it doubles."""
LONGEST_BACKOFF = timedelta(minutes=10)
ABSENT = "absent"
MAY_BE_THERE = "Slack's answer was lost, so this message may be there or not. Trellis does not repeat it."


class _Doubtful(Exception):
    """It may have been said, and nobody can find out."""


@dataclass(frozen=True)
class Postman:
    """What saying takes. `topics` and `home` are the handlers' renderers (`On.topics`, `On.homes`)."""

    desk: Desk
    wire: Wire
    topics: Mapping[str, Renderer]
    home: HomeRenderer | None = None

    async def deliver(self, letter: Letter) -> None:
        """Say one leased letter and settle its row, whatever happens."""
        try:
            said = await self._words(letter)
        except Exception:
            ERRORS.labels("courier").inc()
            log.exception("letter_without_words", letter=letter.id, topic=letter.topic)
            await self._again(letter, "Trellis could not put it in words.", counted=True)
            return
        if said is None:
            await self._write(outbox.sent, letter)
            return
        try:
            await self._say(letter, said)
        except _Doubtful:
            COURIER.labels("doubtful").inc()
            await self.desk.write(outbox.doubt, EVERYWHERE, letter, MAY_BE_THERE, self.desk.now())
        except SlackBusy as busy:
            await self._again(letter, "Slack has no time for it yet.", wait=timedelta(seconds=busy.seconds))
        except SlackRefused as refused:
            await self._refused(letter, refused)
        except SlackSilent as silence:
            await self._again(letter, "Slack did not answer.", counted=True, doubt=silence.perhaps_done)
        except Exception:
            ERRORS.labels("courier").inc()
            log.exception("letter_broke", letter=letter.id, topic=letter.topic)
            await self._again(letter, "Trellis failed while it was saying this.", counted=True, doubt=True)

    async def _words(self, letter: Letter) -> Message | dict[str, Any] | None:
        """What is true now, in words; None if there is nothing to say any more."""
        if letter.topic == outbox.HOME:
            return await self.home(self.desk, letter) if self.home else None
        if letter.topic not in self.topics:
            log.error("letter_of_unknown_topic", letter=letter.id, topic=letter.topic)
            return None
        return await self.topics[letter.topic](self.desk, letter)

    async def _say(self, letter: Letter, said: Message | dict[str, Any]) -> None:
        if not isinstance(said, Message):
            await self._mark(letter)
            await self.wire.publish_home(letter, said)
        elif letter.is_card:
            await self._keep_true(letter, said)
        elif not letter.perhaps_sent or await self._is_absent(letter, said):
            await self._mark(letter)
            await self.wire.post(letter, letter.place, said)
        COURIER.labels("sent").inc()
        await self._write(outbox.sent, letter)

    async def _is_absent(self, letter: Letter, said: Message) -> bool:
        """Whether a message that may have been said was not. Raises _Doubtful where that cannot be found out."""
        found = await self.wire.find(letter, letter.place, said.thread_ts)
        if found is None:
            raise _Doubtful
        return not found

    async def _keep_true(self, letter: Letter, said: Message) -> None:
        """Write every card of the thing anew, then make sure that there is one in the letter's place."""
        shown = await self.desk.read(cards.cards, letter.scope, letter.subject, letter.about)
        refusals = {card.channel: await self._renew(letter, card, said) for card in shown}
        anew = {channel for channel, code in refusals.items() if code in MESSAGE_GONE}
        if letter.place and refusals.get(letter.place, ABSENT):
            anew.add(letter.place)
        for channel in sorted(anew):
            await self._place_card(letter, channel, said)

    async def _renew(self, letter: Letter, card: ShownCard, said: Message) -> str:
        """Bring one card up to date; Slack's word if it can be written no more, else empty."""
        if card.revision > said.revision:
            return ""
        try:
            await self.wire.update(letter, card.channel, card.ts, said)
        except SlackRefused as refused:
            if refused.code not in MESSAGE_GONE | PLACE_CLOSED.keys():
                raise
            await self.desk.write(cards.lost, letter.scope, card)
            return refused.code
        await self.desk.write(cards.updated, letter.scope, card, said.revision)
        return ""

    async def _place_card(self, letter: Letter, channel: str, said: Message) -> None:
        """Post a card, unless a lost answer hid that it is there."""
        found = await self.wire.find(letter, channel) if letter.perhaps_sent else ""
        if not found:
            await self._post_card(letter, channel, said)
            return
        await self.wire.update(letter, channel, found, said)
        await self.desk.write(cards.posted, EVERYWHERE, letter, channel, found, said.revision, self.desk.now())

    async def _post_card(self, letter: Letter, channel: str, said: Message) -> None:
        await self._mark(letter)
        place, ts = await self.wire.post(letter, channel, said)
        await self.desk.write(cards.posted, EVERYWHERE, letter, place, ts, said.revision, self.desk.now())

    async def _refused(self, letter: Letter, refused: SlackRefused) -> None:
        """Slack said no: wait where the operator must mend the token, else the letter is dead."""
        now = self.desk.now()
        if refused.code in TOKEN_REFUSED:
            log.error("slack_refuses_the_token", code=refused.code)
            await self._again(letter, "Slack refuses Trellis's token.", wait=LONGEST_BACKOFF)
            return
        COURIER.labels("dead").inc()
        if trouble := PLACE_CLOSED.get(refused.code):
            await self.desk.write(outbox.dead, EVERYWHERE, letter, trouble, now, place=letter.place)
        else:
            log.error("slack_refused_letter", letter=letter.id, topic=letter.topic, code=refused.code)
            await self.desk.write(outbox.dead, EVERYWHERE, letter, f"Slack refused it ({refused.code}).", now)

    async def _again(
        self,
        letter: Letter,
        trouble: str,
        *,
        wait: timedelta | None = None,
        counted: bool = False,
        doubt: bool = False,
    ) -> None:
        """Try later. `counted`: too many of these and it is given up; `doubt`: it may have been said."""
        until = self.desk.now() + (wait or min(BACKOFF * 2**letter.attempts, LONGEST_BACKOFF))
        doubt = doubt or letter.perhaps_sent
        await self.desk.write(outbox.put_off, EVERYWHERE, letter, until, trouble, counted=counted, doubt=doubt)

    async def _mark(self, letter: Letter) -> None:
        await self.desk.write(outbox.mark_sending, EVERYWHERE, letter, self.desk.now())

    async def _write(self, flow: Callable[[Any, Letter], None], letter: Letter) -> None:
        await self.desk.write(flow, EVERYWHERE, letter)
