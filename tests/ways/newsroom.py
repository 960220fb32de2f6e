"""A newsroom for the ways: everybody at their screens, Trellis at work, a real Plaza, and a clock that tests turn.

What brings a post anywhere is done here by people in Slack, by Plaza's faults, by the publisher's own turns, and by
time. Rows are only read.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from bot.connecting import connect_account
from bot.desk import system_clock
from bot.flows import publishing
from bot.handlers import On, register_all
from bot.loops.publisher import Publisher
from bot.rules.people import Actor
from bot.sandbox import cast
from bot.sandbox.driver import Control, Message, Person, View
from bot.sandbox.plaza import PlazaServer, Seed, serve_plaza
from bot.store import EVERYWHERE
from bot.store.audit import broken_link
from bot.store.tables import Account, AuditEntry, Delivery, Outbox, Post
from tests.factories import HOUR, NOW
from tests.office import Office, copy_of, open_office

BAKERY, CAFE = "bakery", "cafe"
SEEDS = (Seed(BAKERY, "Harbour Bakery"), Seed(CAFE, "Harbour Café"))
TEXT = "draft_text#0.0.0"
WORDS = "Our shop opens"
PATIENCE = 10.0
"""Seconds for a thing that takes milliseconds, on a busy machine."""


@dataclass
class Clock:
    """What time it is, as the test says."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Newsroom:
    """The people are `bot.sandbox.driver.Person`; nobody does anything until they are told to."""

    office: Office
    plaza: PlazaServer
    clock: Clock
    publisher: Publisher
    ann: Person
    ben: Person
    cas: Person
    eve: Person
    slack: Control
    folder: Path
    accounts: dict[str, int] = field(default_factory=dict)
    """Handle to id."""

    # Ann

    async def ann_opens_a_form(self, words: str, *accounts: str) -> View:
        """`/draft`; where the client has several accounts she chooses these."""
        await self.ann.command("/draft", words, channel=cast.GENERAL)
        form = await self.ann.view(having=TEXT)
        if len(self.accounts) > 1:
            chosen = [str(self.accounts[handle]) for handle in accounts or (BAKERY,)]
            await self.ann.choose(form, "draft_accounts", chosen)
            form = await self.ann.view(having=TEXT)
        return form

    async def ann_sends_in(self, words: str = f"asap {WORDS}", *accounts: str, **values: Any) -> Post:
        """She drafts and sends it for review."""
        await self.ann_opens_a_form(words, *accounts)
        await self.ann.fill(values)
        await self.ann.submit()
        await self.ann.view(titled="Done")
        await self.ann.close_view()
        await self.everything_is_said()
        return await self.post()

    async def ann_chooses(self, act: str) -> None:
        """From the three dots of the post's card."""
        post = await self.post()
        await self.ann.choose(await self.card(), f"more#{post.id}", f"{act}:{post.id}.{post.version}")

    # Ben

    async def ben_presses(self, button: str) -> None:
        """On the card of the post; nothing more is asked."""
        card = await self.card()
        await self.ben.press(card, action(card, button))
        await self.everything_is_said()

    async def ben_answers(self, button: str) -> None:
        """On the card of all that was missed."""
        card = await self.missed_card()
        await self.ben.press(card, action(card, button))
        await self.everything_is_said()

    async def ben_decides(self, button: str, *, because: str) -> None:
        """On the card; Trellis asks why."""
        await self.ben.press(await self.card(), button)
        await self.ben.view(having="reason")
        await self.ben.fill({"reason": because})
        await self.ben.submit()
        await self.everything_is_said()

    async def cas_approves(self) -> None:
        """On the card: what Ben has changed, Ben may not approve."""
        await self.cas.press(await self.card(), "approve")
        await self.everything_is_said()

    async def approved(self, words: str = f"asap {WORDS}", *accounts: str, **values: Any) -> Post:
        """Ann sends it in and Ben approves it."""
        await self.ann_sends_in(words, *accounts, **values)
        await self.ben_presses("approve")
        return await self.post()

    async def pauses(self, person: Person, what: str, reason: str = "A fire in the shop") -> View:
        """`/pause`, filled in; the view that then lists what waits."""
        await person.command("/pause", channel=cast.GENERAL)
        await person.view(having="what")
        await person.fill({"what": what, "reason": reason})
        await person.submit()
        listed = await person.view(having="resume#1")
        await self.everything_is_said()
        return listed

    # Eve

    async def eve_disconnects(self, handle: str) -> None:
        """In the settings, where Trellis was set up."""
        view = await self._eve_at_the_client()
        act = action(view, "account_disconnect")
        assert handle in view.words
        await self.eve.press(view, act)
        await self.eve.view(saying="is disconnected")
        await self.eve.close_view(all_of_them=True)
        await self.everything_is_said()

    async def eve_reconnects(self, handle: str) -> None:
        """From her Home tab, with the account's token once more."""
        await self.eve.open_home()
        tab = await self.eve.home(saying="Connect again")
        await self.eve.press(tab, action(tab, "account_reconnect"))
        await self.eve.view(having="secret")
        await self.eve.fill({"secret": self.plaza.tokens[handle]})
        await self.eve.submit()
        await self.eve.view(saying="Connect it?")
        await self.eve.submit()
        await self.eve.view(saying="is connected for")
        await self.eve.close_view(all_of_them=True)
        await self.everything_is_said()

    async def _eve_at_the_client(self) -> View:
        await self.eve.open_home()
        tab = await self.eve.home(having="settings_open")
        await self.eve.press(tab, "settings_open")
        view = await self.eve.view(titled="Settings")
        await self.eve.press(view, action(view, "client_open"))
        return await self.eve.view(titled="Client")

    # Plaza

    async def plaza_lets_nobody_in(self, handle: str) -> None:
        """The account's token counts no more."""
        await self._control("POST", f"/control/accounts/{handle}/revoke")

    async def plaza_lets_everybody_in(self, handle: str) -> None:
        """With the token it shows now."""
        told = await self._control("POST", f"/control/accounts/{handle}/restore")
        self.plaza.tokens[handle] = told.json()["token"]

    async def plaza_will(self, kind: str, **more: Any) -> None:
        """Misbehave at the next requests that publish (`bot.sandbox.plaza.faults`)."""
        await self._control("POST", "/control/faults", json={"kind": kind, **more})

    async def plaza_cannot_be_asked(self) -> None:
        """Whoever asks Plaza what became of a post gets no answer."""
        await self.plaza_will("refuse", status=500, count=1_000, method="GET")

    async def plaza_behaves(self) -> None:
        """From now on."""
        await self._control("DELETE", "/control/faults")

    async def plaza_has_begun(self) -> None:
        """Wait until every fault was met: the request is at Plaza, which has not answered yet."""
        async with asyncio.timeout(PATIENCE):
            while (await self._control("GET", "/control/faults")).json():
                pass

    def live(self, handle: str = BAKERY) -> list[str]:
        """What an account's readers see."""
        return self.plaza.texts(handle)

    async def _control(self, method: str, path: str, **told: Any) -> httpx.Response:
        async with httpx.AsyncClient() as http:
            return (await http.request(method, f"{self.plaza.url}{path}", **told)).raise_for_status()

    # Trellis, and time

    def time_passes(self, **time: float) -> None:
        """While Trellis does nothing."""
        self.clock.at += timedelta(**time)

    async def the_publisher_turns(self) -> None:
        """Once, and ends all it began."""
        await self.publisher.turn()
        await self.publisher.idle()
        await self.everything_is_said()

    async def the_publisher_works(self, hours: float = 1) -> None:
        """For some hours, or until nothing waits; what is left then waits for something else than time."""
        ends = self.clock.at + hours * HOUR
        while True:
            if await self.publisher.turn():
                await self.publisher.idle()
                continue
            wanted = await self.office.desk.read(publishing.next_moment, EVERYWHERE)
            if wanted is None or self.clock.at >= ends:
                break
            # What is due and was not taken waits behind a pause, or behind an older post.
            self.clock.at = min(ends, wanted if wanted > self.clock.at else self.clock.at + timedelta(minutes=1))
        await self.everything_is_said()

    async def the_process_dies(self, point: str) -> None:
        """Another process publishes, and is killed at this point (`tests.crash.doomed`)."""
        ahead = (self.clock.at - system_clock()).total_seconds() + 1
        words = ("-m", "tests.crash.doomed", self.office.desk.settings.database_url, str(self.folder / "data"))
        process = await asyncio.create_subprocess_exec(sys.executable, *words, "--point", point, f"--ahead={ahead}")
        assert await process.wait() < 0
        self.clock.at = system_clock() + timedelta(seconds=ahead)
        await self.everything_is_said()

    async def everything_is_said(self) -> None:
        """What handlers still do is done, and the courier has nothing more to say."""
        running = set(self.office.dispatch.running)
        if running:
            await asyncio.wait(running, timeout=PATIENCE)
        await self.office.say_all()

    # What is there

    async def post(self) -> Post:
        """The newest post."""
        return (await self.posts())[-1]

    async def posts(self) -> list[Post]:
        """All, oldest first."""
        return await self.office.desk.read(lambda tx: tx.all(Post, order=Post.id), self.office.scope)

    async def deliveries(self) -> list[Delivery]:
        """Those of the newest post's standing approval, or of its last one."""
        post = await self.post()
        rows = await self.office.desk.read(
            lambda tx: tx.all(Delivery, Delivery.post_id == post.id, order=Delivery.id), self.office.scope
        )
        return [row for row in rows if row.approval_id == max(one.approval_id for one in rows)]

    async def states(self) -> list[str]:
        """Of those deliveries."""
        return [row.status for row in await self.deliveries()]

    async def record(self, subject: str) -> list[tuple[str, str, str, str, str]]:
        """What the audit log says of a thing, oldest first: who, through which door, what, old and new."""
        rows = await self.office.desk.read(
            lambda tx: tx.all(AuditEntry, AuditEntry.subject == subject, order=AuditEntry.id), self.office.scope
        )
        return [(row.who, row.door, row.what, row.old, row.new) for row in rows]

    async def broken_record(self) -> int | None:
        """The first entry of the audit log whose chain does not hold."""
        return await self.office.desk.read(broken_link, self.office.scope, self.office.scope.workspace)

    async def unsaid(self) -> list[str]:
        """Letters that were not said, or perhaps not."""
        rows = await self.office.desk.read(lambda tx: tx.all(Outbox), self.office.scope)
        return [f"{row.topic} to {row.place}: {row.state} {row.trouble}" for row in rows if row.state != "sent"]

    async def cards(self) -> list[Message]:
        """The cards of the newest post in the review channel; none while nobody but its author has seen it."""
        marked = f"post.{(await self.post()).id}."
        shown = await self.ben.messages(cast.REVIEW)
        return [one for one in shown if any(str(block.get("block_id", "")).startswith(marked) for block in one.blocks)]

    async def card(self) -> Message:
        """The one card of the newest post."""
        (card,) = await self.cards()
        return card

    async def missed_card(self) -> Message:
        """The one card of the client that asks about all that was missed."""
        (card,) = [one for one in await self.ben.messages(cast.REVIEW) if is_about_missed(one)]
        return card


def is_about_missed(message: Message) -> bool:
    """Whether it is the card that asks about what was missed, or did until all was settled."""
    return "Missed: Harbour Bakery" in message.words or "is waiting for an answer any more" in message.words


def action(shown: Message | View, name: str) -> str:
    """The one element of this name on it, whatever it is numbered with."""
    (found,) = [one for one in shown.actions if one.split("#")[0] == name]
    return found


@asynccontextmanager
async def open_newsroom(template: Path, folder: Path) -> AsyncIterator[Newsroom]:
    """Harbour Bakery with one account on Plaza, in the stand-in Slack. A request under way at the end is answered."""
    clock = Clock()
    async with AsyncExitStack() as opened:
        plaza = await serve_plaza(seeds=SEEDS)
        opened.push_async_callback(plaza.close)
        office = await opened.enter_async_context(open_office(copy_of(template, folder), register_all(On()), now=clock))
        url = office.slack.url
        ann, ben, cas, eve = [
            await opened.enter_async_context(Person(url, who)) for who in (cast.ANN, cast.BEN, cast.CAS, cast.EVE)
        ]
        slack = await opened.enter_async_context(Control(url))
        publisher = Publisher(office.desk, alarm=lambda _: None)
        room = Newsroom(office, plaza, clock, publisher, ann, ben, cas, eve, slack, folder)
        await connect(room, BAKERY)
        try:
            yield room
        finally:
            await plaza.close()
            await publisher.idle()


async def connect(room: Newsroom, handle: str) -> None:
    """Connect an account as the command line does (`python -m bot connect`)."""
    account: Account = await connect_account(
        room.office.desk,
        room.office.scope,
        Actor(person="", name="the command line", door="cli"),
        room.office.client_id,
        network="plaza",
        server=room.plaza.url,
        handle=handle,
        secret={"token": room.plaza.tokens[handle]},
    )
    room.accounts[handle] = account.id or 0
