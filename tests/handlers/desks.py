"""A desk at work for the tests of handlers: an account to post on, and short names for what people do in Slack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.flows.accounts import limits_as_json
from bot.handlers import On, approvals, drafts, posts
from bot.rules.networks import Limits
from bot.sandbox.cast import GENERAL
from bot.sandbox.driver import Person
from bot.sandbox.shown import View
from bot.store import Tx
from bot.store.tables import Account, Post
from tests.factories import NOW
from tests.office import Office

TEXT = "draft_text#0.0.0"
"""The first input of the words."""


def handlers() -> On:
    """All that a person touches of a post."""
    on = On()
    for module in (drafts, posts, approvals):
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
