"""A desk at work for the tests of handlers: an account to post on, and short names for what people do in Slack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.flows import publishing
from bot.flows.accounts import limits_as_json
from bot.flows.publishing import Outcome
from bot.handlers import On, _places, approvals, deliveries, drafts, news, pauses, posts
from bot.rules.networks import Limits
from bot.rules.posts import Step
from bot.sandbox.cast import GENERAL, REVIEW
from bot.sandbox.driver import Person
from bot.sandbox.shown import View
from bot.store import EVERYWHERE, Tx
from bot.store.tables import Account, Delivery, Post
from tests.factories import NOW
from tests.office import Office

TEXT = "draft_text#0.0.0"
"""The first input of the words."""


def handlers() -> On:
    """All that a person touches of a post."""
    on = On()
    _places.register(on)
    for module in (approvals, deliveries, drafts, news, pauses, posts):
        module.register(on)
    return on


def connect(tx: Tx, client_id: int, workspace_id: int, handle: str = "bakery", characters: int = 300) -> int:
    """A Plaza account of the client; its limits are what the stand-in network says."""
    row = tx.add(
        Account(
            workspace_id=workspace_id,
            client_id=client_id,
            network="plaza",
            server="http://127.0.0.1:1",
            handle=handle,
            remote_id=handle,
            secret="",
            limits=limits_as_json(Limits(characters=characters)),
            created_at=NOW,
        )
    )
    return row.id or 0


@dataclass
class Desk:
    """The office with an account."""

    office: Office
    account_id: int

    async def posts(self) -> list[Post]:
        """Every post, by id."""
        return await self.office.desk.read(lambda tx: tx.all(Post, order=Post.id), self.office.scope)

    async def drafted(self, ann: Person, words: str = "as soon as approved: Our shop opens", **values: Any) -> View:
        """The form, opened with words, and filled in."""
        await ann.command("/draft", words, channel=GENERAL)
        view = await ann.view(having=TEXT)
        await ann.fill({TEXT: "Our shop opens", **values} if not words else dict(values))
        return view

    async def in_review(self, ann: Person, values: Mapping[str, Any] | None = None) -> Post:
        """A post of Ann's before the reviewers, with its card in their channel."""
        await self.drafted(ann, **dict(values or {}))
        await ann.submit()
        await self.office.say_all()
        return (await self.posts())[-1]


async def open_desk(office: Office) -> Desk:
    """An account for the office's client."""
    workspace = office.scope.workspace
    return Desk(office, await office.desk.write(connect, office.scope, office.client_id, workspace))


async def settle(desk: Desk, step: Step, trouble: str = "") -> None:
    """Bring everything that waits to an outcome, as the publisher would."""
    lent, now = desk.office.desk, desk.office.desk.now()
    jobs = await lent.write(publishing.claim, EVERYWHERE, worker="one", limit=10, now=now)
    ids = [job.delivery.id or 0 for job in jobs]
    await lent.write(publishing.mark_sending, EVERYWHERE, ids, worker="one", now=now)
    url = "https://plaza.example/1" if step is Step.PUBLISH else ""
    outcomes = [Outcome(one, step, trouble=trouble, url=url) for one in ids]
    await lent.write(publishing.settle, EVERYWHERE, outcomes, now=now)


async def miss(desk: Desk) -> None:
    """Let the time of everything that waits go by."""
    lent = desk.office.desk
    await lent.write(_be_late, EVERYWHERE, lent.now())
    await lent.write(publishing.give_up_late, EVERYWHERE, now=lent.now())


def _be_late(tx: Tx, now: datetime) -> None:
    for row in tx.all(Delivery):
        row.late_until = now - timedelta(seconds=1)
        tx.session.add(row)


async def approved(desk: Desk, ann: Person, ben: Person, text: str = "Our shop opens") -> Post:
    """A post of Ann's that Ben approved."""
    post = await desk.in_review(ann, {TEXT: text})
    await ben.press(await ben.message(REVIEW, saying=text), "approve")
    await desk.office.say_all()
    return post
