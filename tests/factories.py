"""The fixed cast and the rows that tests begin with: Ann drafts, Ben reviews, Cas is on the rota, Dee is the client."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

from bot.flows import approvals, posts
from bot.flows.drafts import Draft
from bot.rules.content import Content, Segment, Window
from bot.rules.people import Actor
from bot.store import Scope, Store, Tx
from bot.store.tables import Account, Client, Delivery, Post, Workspace

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""A Monday morning."""
HOUR = timedelta(hours=1)

ANN = Actor(person="U_ANN", name="Ann", zone="Europe/Vilnius")
BEN = Actor(person="U_BEN", name="Ben", zone="Europe/London")
CAS = Actor(person="U_CAS", name="Cas", zone="America/New_York")
DEE = Actor(person="U_DEE", name="Dee", is_external=True)
EVE = Actor(person="U_EVE", name="Eve")
"""Installed Trellis."""

P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class House:
    """A workspace with one client and two Plaza accounts, on a store."""

    store: Store
    workspace_id: int = 0
    client_id: int = 0
    account_ids: list[int] = field(default_factory=list)

    @property
    def scope(self) -> Scope:
        """All of the workspace."""
        return Scope(self.workspace_id)

    def write(self, flow: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a flow, kept."""
        return self.store.write(flow, self.scope, *args, **kwargs)

    def read(self, flow: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a flow, not kept."""
        return self.store.read(flow, self.scope, *args, **kwargs)

    def rows(self, table: type[T], *where: Any) -> list[T]:
        """Rows as they are now, by id."""
        return self.read(lambda tx: tx.all(table, *where, order=table.__table__.c.id))  # type: ignore[type-var, attr-defined]

    def post(self, post_id: int) -> Post:
        """A post as it is now."""
        return self.read(lambda tx: tx.require(Post, post_id))

    def deliveries(self) -> list[Delivery]:
        """Every delivery, by id."""
        return self.rows(Delivery)

    def draft(self, text: str = "Our shop opens", *, at: datetime | None = NOW + HOUR, **other: Any) -> Draft:
        """A draft for the first account; `accounts` and others replace what it says."""
        window = Window(kind="at" if at else "approved", at=at, wall="", zone="UTC", late_seconds=3_600)
        values: dict[str, Any] = {
            "client_id": self.client_id,
            "accounts": (self.account_ids[0],),
            "content": Content((Segment(text),)),
            "window": window,
        }
        return Draft(**{**values, **other})

    def in_review(self, text: str = "Our shop opens", *, now: datetime = NOW, **draft: Any) -> Post:
        """A post of Ann's before the reviewers."""
        post = self.write(posts.save, ANN, self.draft(text, **draft), now=now)
        return self.write(posts.submit, ANN, post.id or 0, 1, {}, now=now)

    def scheduled(self, text: str = "Our shop opens", *, now: datetime = NOW, **draft: Any) -> Post:
        """A post of Ann's that Ben approved."""
        post = self.in_review(text, now=now, **draft)
        return self.write(approvals.approve, BEN, post.id or 0, 1, {}, now=now)


def build_house(store: Store, *, server: str = "http://127.0.0.1:1", secret: str = "", accounts: int = 2) -> House:
    """Fill an empty store with the house."""
    house = House(store)
    store.write(_furnish, Scope(None), house, server, secret, accounts)
    return house


def _furnish(tx: Tx, house: House, server: str, secret: str, accounts: int) -> None:
    workspace = tx.add(Workspace(team_id="T_HOUSE", name="Harbour", managers=[EVE.person], created_at=NOW))
    house.workspace_id = workspace.id or 0
    client = tx.add(
        Client(
            workspace_id=house.workspace_id,
            name="Harbour Bakery",
            zone="Europe/Vilnius",
            review_channel="C_REVIEW",
            support_channel="C_SUPPORT",
            digest_channel="C_DIGEST",
            reviewers=[BEN.person, CAS.person],
            created_at=NOW,
        )
    )
    house.client_id = client.id or 0
    for number in range(accounts):
        account = tx.add(
            Account(
                workspace_id=house.workspace_id,
                client_id=house.client_id,
                network="plaza",
                server=server,
                handle=f"bakery{number}",
                remote_id=f"id{number}",
                secret=secret,
                created_at=NOW,
            )
        )
        house.account_ids.append(account.id or 0)
