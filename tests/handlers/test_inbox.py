"""A complaint in the support channel, by the people who take care of it: on a real Plaza, in the stand-in Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from bot.flows import answering
from bot.flows.accounts import limits_as_json
from bot.flows.answering import Outcome
from bot.handlers import On, casework, inbox, replies
from bot.loops.reader import Reader
from bot.loops.replies import Replier
from bot.rules.networks import Limits
from bot.rules.posts import Step
from bot.sandbox.cast import ANN, BEN, CAS, CLIENT, DEE, SUPPORT
from bot.sandbox.driver import FormErrors, Person
from bot.sandbox.plaza import PlazaServer, Seed, serve_plaza
from bot.sandbox.shown import Message, View
from bot.store import EVERYWHERE, Tx
from bot.store.tables import Account, Client, Conversation, Cursor, Reply
from tests.factories import NOW
from tests.loops.inboxes import Mara
from tests.office import Office

HANDLE = "bakery0"
TYPED = "answer_text"


@pytest.fixture
def on() -> On:
    on = On()
    for module in (casework, inbox, replies):
        module.register(on)
    return on


@dataclass
class Shop:
    """The office with an account on Plaza, its two loops, and Mara."""

    office: Office
    plaza: PlazaServer
    mara: Mara
    reader: Reader = field(init=False)
    replier: Replier = field(init=False)

    def __post_init__(self) -> None:
        self.reader, self.replier = Reader(self.office.desk), Replier(self.office.desk)

    async def read(self) -> None:
        """Read what was written, at once, and say what there is to say."""
        await self.office.desk.write(_read_at_once, EVERYWHERE)
        await self.reader.turn()
        await self.reader.idle()
        await self.office.say_all()

    async def complaint(self, text: str = "My bread is stale", kind: str = "direct") -> None:
        """Mara writes, and it is read."""
        await self.mara.write(text, kind, to=HANDLE)
        await self.read()

    async def send(self) -> None:
        """Send what is to be sent, and say what there is to say."""
        await self.replier.turn()
        await self.replier.idle()
        await self.office.say_all()

    async def rows(self, table: Any) -> list[Any]:
        """All rows of a table, by id."""
        return await self.office.desk.read(lambda tx: tx.all(table, order=table.__table__.c.id), self.office.scope)


@pytest.fixture
async def shop(office: Office) -> AsyncIterator[Shop]:
    plaza = await serve_plaza(seeds=[Seed(HANDLE, "Bakery")])
    try:
        secret = office.desk.locker.lock({"token": plaza.tokens[HANDLE]})
        await office.desk.write(_furnish, office.scope, office.client_id, plaza.url, secret)
        async with httpx.AsyncClient(base_url=plaza.url) as http:
            shop = Shop(office, plaza, await Mara(http).arrive())
            await shop.read()
            yield shop
    finally:
        await plaza.close()


async def card_for(person: Person, **seen: str) -> Message:
    """The newest card in the support channel."""
    person.since_start()
    return await person.message(SUPPORT, **{"having": "reply", **seen})


async def form_for(person: Person, text: str = "Sorry! We bake you another.") -> View:
    """The form of an answer, filled in."""
    await person.press(await card_for(person), "reply")
    view = await person.view(having=TYPED)
    await person.fill({TYPED: text})
    return view


async def test_a_complaint_is_an_alert_in_the_support_channel(shop: Shop, ann: Person) -> None:
    await shop.complaint("<!channel> My bread is <@U07ANN00001> stale")
    card = await card_for(ann, saying="Mara")
    assert card.actions == {"take", "assign", "reply", "escalate", "close"}
    assert "<!channel> My bread is <@U07ANN00001> stale" in card.words
    assert "<!channel>" not in card.json["text"]
    assert f"<@{ANN}>" not in card.json["text"]


async def test_who_takes_it_first_has_it_and_the_other_is_told(shop: Shop, ann: Person, ben: Person) -> None:
    await shop.complaint()
    card = await card_for(ann)
    await ann.press(card, "take")
    await ben.press(card, "take")
    assert f"<@{ANN}> took this conversation" in (await ben.ephemeral(SUPPORT)).words
    await shop.office.say_all()
    card = await card_for(ann, saying="has it since")
    assert f"<@{ANN}> has it since" in card.words
    assert "take" not in card.actions


async def test_who_it_is_given_to_is_told(shop: Shop, ann: Person, cas: Person) -> None:
    await shop.complaint()
    await ann.press(await card_for(ann), "assign")
    await ann.view(having="person")
    await ann.fill({"person": CAS})
    await cas.reset()
    await ann.submit()
    await shop.office.say_all()
    assert f"<@{ANN}> gave you the conversation" in (await cas.direct(saying="Mara")).words
    assert f"<@{CAS}> has it since" in (await card_for(ann)).words


async def test_it_cannot_be_given_to_somebody_from_outside(shop: Shop, ann: Person) -> None:
    await shop.complaint()
    await ann.press(await card_for(ann), "assign")
    await ann.view(having="person")
    await ann.fill({"person": DEE})
    with pytest.raises(FormErrors) as refused:
        await ann.submit()
    assert "not a full member" in refused.value.fields["person"]


async def test_an_escalation_asks_why_and_reaches_those_who_decide(shop: Shop, ann: Person, ben: Person) -> None:
    await shop.complaint()
    await ann.press(await card_for(ann), "escalate")
    await ann.view(having="reason")
    await ann.fill({"reason": "She will sue"})
    await ben.reset()
    await ann.submit()
    await shop.office.say_all()
    told = await ben.direct(saying="She will sue")
    assert f"<@{ANN}> asks you to look" in told.words
    assert "My bread is stale" in told.words
    card = await card_for(ann, saying="Escalated")
    assert "She will sue" in card.words
    assert "escalate" not in card.actions


async def test_a_closed_conversation_can_be_reopened(shop: Shop, ann: Person) -> None:
    await shop.complaint()
    await ann.press(await card_for(ann), "close")
    await shop.office.say_all()
    card = await card_for(ann, having="reopen")
    assert card.actions == {"reopen"}
    await ann.press(card, "reopen")
    await shop.office.say_all()
    assert "take" in (await card_for(ann)).actions


async def test_an_answer_typed_in_the_form_reaches_the_customer_and_the_card(shop: Shop, ann: Person) -> None:
    await shop.complaint()
    view = await form_for(ann)
    assert "Only Mara" in view.words
    await ann.submit()
    await ann.no_view()
    await shop.send()
    assert await shop.mara.received() == ["Sorry! We bake you another."]
    card = await card_for(ann, saying="Answered")
    assert f"*Answer* by <@{ANN}>" in card.words
    assert "Sorry! We bake you another." in card.words


async def test_a_public_message_is_answered_for_everybody_and_the_form_says_so(shop: Shop, ann: Person) -> None:
    await shop.complaint(kind="mention")
    view = await form_for(ann)
    assert "Everybody can read it" in view.words
    await ann.submit()
    await shop.send()
    assert shop.plaza.texts(HANDLE) == ["Sorry! We bake you another."]


async def test_while_it_is_typed_the_form_shows_what_will_be_sent_and_how_long_it_is(shop: Shop, ann: Person) -> None:
    await shop.complaint()
    view = await form_for(ann, "")
    await ann.press(view, TYPED, value="Sorry, *Mara*")
    shown = await ann.view(saying="will say")
    assert "13 of 500 characters" in shown.words
    assert "Sorry, *Mara*" in shown.words


async def test_what_the_network_would_refuse_is_told_at_the_field(shop: Shop, ann: Person) -> None:
    await shop.complaint()
    await form_for(ann, "x" * 501)
    with pytest.raises(FormErrors) as refused:
        await ann.submit()
    assert "500" in refused.value.fields["text"]
    assert await shop.rows(Reply) == []


async def test_who_answers_second_sees_who_was_first_and_keeps_the_words(shop: Shop, ann: Person, ben: Person) -> None:
    await shop.complaint()
    await form_for(ann, "Ann's words")
    await form_for(ben, "Ben's words")
    await ben.submit()
    await ann.submit()
    view = await ann.view(saying="Not sent")
    assert f"<@{BEN}> answered this" in view.words
    assert "Ann's words" in str(view.values)
    await shop.send()
    assert await shop.mara.received() == ["Ben's words"]


async def test_an_answer_to_what_is_not_the_newest_any_more_is_shown_the_newest_first(shop: Shop, ann: Person) -> None:
    await shop.complaint()
    await form_for(ann, "Ann's words")
    await shop.complaint("And the cake too")
    await ann.submit()
    view = await ann.view(saying="wrote again")
    assert "And the cake too" in view.words
    assert "Ann's words" in str(view.values)
    await ann.submit()
    await ann.no_view()
    await shop.send()
    assert await shop.mara.received() == ["Ann's words"]


async def test_a_form_that_was_counted_is_still_bound_to_what_it_was_opened_on(shop: Shop, ann: Person) -> None:
    await shop.complaint()
    view = await form_for(ann, "")
    await shop.complaint("And the cake too")
    await ann.press(view, TYPED, value="Ann's words")
    await ann.view(saying="will say")
    await ann.fill({TYPED: "Ann's words"})
    await ann.submit()
    assert "wrote again" in (await ann.view(saying="Not sent")).words
    assert await shop.rows(Reply) == []


async def test_nothing_typed_in_the_thread_reaches_the_customer(shop: Shop, ann: Person) -> None:
    await shop.complaint()
    await ann.say(SUPPORT, "She is right, we are hopeless", thread=await card_for(ann))
    await shop.send()
    await shop.read()
    assert (await shop.mara.received(), shop.plaza.texts(HANDLE), await shop.rows(Reply)) == ([], [], [])


async def test_a_second_message_is_told_in_the_thread_and_to_who_has_it(shop: Shop, ann: Person) -> None:
    await shop.complaint()
    card = await card_for(ann)
    await ann.press(card, "take")
    await shop.office.say_all()
    await shop.complaint("Hello?")
    assert "Hello?" in (await ann.direct(saying="wrote again")).words
    threaded = [
        one for one in await ann.messages(SUPPORT) if one.json.get("thread_ts") == card.ts and "Hello?" in one.words
    ]
    assert len([one for one in threaded if one.ts != card.ts]) == 1


async def doubted(shop: Shop, ann: Person) -> int:
    """An answer of Ann's of which nobody knows whether it arrived; its id."""
    await shop.complaint()
    await form_for(ann)
    await ann.submit()
    desk, now = shop.office.desk, shop.office.desk.now()
    (one,) = await desk.write(answering.claim, EVERYWHERE, worker="w", limit=1, now=now)
    reply_id = one.reply.id or 0
    await desk.write(answering.begin, EVERYWHERE, reply_id, worker="w", now=now)
    doubt = Outcome(reply_id, Step.DOUBT, trouble="Plaza cannot tell.")
    await desk.write(answering.settle, EVERYWHERE, doubt, now=now)
    await shop.office.say_all()
    return reply_id


async def question_for(person: Person, reply_id: int) -> Message:
    """The question about a doubtful answer, in the thread of the card."""
    person.since_start()
    return await person.message(SUPPORT, saying="Nobody knows whether", having=f"reply_leave#{reply_id}")


async def test_a_doubtful_answer_asks_in_the_thread_and_its_author(shop: Shop, ann: Person) -> None:
    reply_id = await doubted(shop, ann)
    asked = await question_for(ann, reply_id)
    assert asked.json["thread_ts"] == (await card_for(ann)).ts
    assert {f"reply_live#{reply_id}", f"reply_send#{reply_id}"} <= asked.actions
    ann.since_start()
    assert "Nobody knows" in (await ann.direct(saying="Nobody knows")).words


async def test_a_doubtful_answer_that_is_there_gets_its_link(shop: Shop, ann: Person, ben: Person) -> None:
    reply_id = await doubted(shop, ann)
    await ben.press(await question_for(ben, reply_id), f"reply_live#{reply_id}")
    await ben.view(having="link")
    await ben.fill({"link": "https://plaza.example/5"})
    await ben.submit()
    (row,) = await shop.rows(Reply)
    assert (row.status, row.url) == ("sent", "https://plaza.example/5")


async def test_a_doubtful_answer_is_sent_when_somebody_says_so(shop: Shop, ann: Person, ben: Person) -> None:
    reply_id = await doubted(shop, ann)
    await ben.press(await question_for(ben, reply_id), f"reply_send#{reply_id}")
    await shop.send()
    assert await shop.mara.received() == ["Sorry! We bake you another."]


async def test_a_doubtful_answer_that_is_left_is_never_sent(shop: Shop, ann: Person, ben: Person) -> None:
    reply_id = await doubted(shop, ann)
    question = await question_for(ben, reply_id)
    await ben.press(question, f"reply_leave#{reply_id}")
    await shop.send()
    assert await shop.mara.received() == []
    await ann.press(question, f"reply_send#{reply_id}")
    assert "settled meanwhile" in (await ann.ephemeral(SUPPORT)).words


async def test_somebody_from_outside_takes_care_of_nobody(shop: Shop, dee: Person) -> None:
    await shop.office.desk.write(_support_in, shop.office.scope, shop.office.client_id, CLIENT)
    await shop.complaint()
    dee.since_start()
    card = await dee.message(CLIENT, having="take")
    for act in ("take", "assign", "reply", "escalate", "close"):
        await dee.press(card, act)
        assert "Only people of this workspace" in (await dee.ephemeral(CLIENT)).words
    (row,) = await shop.rows(Conversation)
    assert (row.owner, row.status, row.revision) == ("", "waiting", 1)


def _furnish(tx: Tx, client_id: int, server: str, secret: str) -> None:
    tx.require(Client, client_id).support_channel = SUPPORT
    tx.add(
        Account(
            workspace_id=tx.scope.workspace,
            client_id=client_id,
            network="plaza",
            server=server,
            handle=HANDLE,
            remote_id=HANDLE,
            secret=secret,
            limits=limits_as_json(Limits(characters=500)),
            created_at=NOW,
        )
    )


def _support_in(tx: Tx, client_id: int, channel: str) -> None:
    tx.require(Client, client_id).support_channel = channel


def _read_at_once(tx: Tx) -> None:
    for row in tx.all(Cursor):
        row.next_at = NOW.replace(year=2020)
        tx.session.add(row)
