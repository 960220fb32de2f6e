"""Stop publishing in a crisis - everywhere, or for a client, a network, an account - and start it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.errors import BadInput, Stale
from bot.flows import news
from bot.flows.rights import rights_at
from bot.rules import posts as rules
from bot.rules.accounts import account_name, network_title
from bot.rules.markup import mention, moment
from bot.rules.news import Listener
from bot.rules.people import Actor, require_member, require_pauser
from bot.store import Tx, audit, states
from bot.store import posts as queries
from bot.store.audit import Entry
from bot.store.scope import PUBLISHER
from bot.store.tables import Account, Client, Delivery, Pause, Post, Workspace

SCOPES = ("all", "client", "network", "account")
REVIEW_LIMIT = 100
"""How many waiting deliveries a review list shows; it says how many more there are."""


@dataclass(frozen=True)
class Waiting:
    """One delivery that a pause holds, for the review list."""

    delivery: Delivery
    post: Post
    account: Account


@dataclass(frozen=True)
class PauseView:
    """A running pause and what it holds, soonest first. `more` counts those beyond the list."""

    pause: Pause
    holds: str
    """Its target as people call it: "everything", a client's name, a network, an account."""
    waiting: tuple[Waiting, ...]
    more: int


@dataclass(frozen=True)
class Overview:
    """What is paused, and what else could be."""

    running: tuple[PauseView, ...]
    clients: tuple[Client, ...]
    accounts: tuple[Account, ...]


def pause(tx: Tx, by: Actor, scope: str, target: str, reason: str, *, now: datetime) -> Pause:
    """Hold what has not left yet. Reviewers may stop their own client; everything else is the managers'."""
    _require_may_pause(tx, by, scope, target)
    running = tx.first(Pause, Pause.scope == scope, Pause.target == target, _running())
    if running is not None:
        raise Stale("{who} paused this already, {when}.", who=mention(running.by), when=moment(running.at))
    row = tx.add(
        Pause(workspace_id=tx.scope.workspace, scope=scope, target=target, reason=reason.strip(), by=by.person, at=now)
    )
    _changed(tx, by, row, "pause", now=now)
    return row


def resume(tx: Tx, by: Actor, pause_id: int, *, now: datetime) -> Pause:
    """Let go what the pause held: what is still in time goes out now, the rest is missed and asks."""
    row = tx.require(Pause, pause_id)
    _require_may_pause(tx, by, row.scope, row.target)
    if row.ended_at is not None:
        raise Stale("{who} resumed this already, {when}.", who=mention(row.ended_by), when=moment(row.ended_at))
    row.ended_at, row.ended_by = now, by.person
    tx.session.add(row)
    tx.session.flush()
    _changed(tx, by, row, "resume", now=now)
    return row


def running(tx: Tx) -> list[PauseView]:
    """Every running pause with its review list."""
    return [_view(tx, row) for row in queries.running_pauses(tx)]


def overview(tx: Tx, by: Actor) -> Overview:
    """All that the form of pausing shows."""
    require_member(by)
    open_clients = Client.__table__.c.archived_at.is_(None)  # type: ignore[attr-defined]
    clients = tx.all(Client, open_clients, order=Client.name)
    accounts = tx.all(Account, order=(Account.network, Account.handle))
    return Overview(tuple(running(tx)), tuple(clients), tuple(accounts))


def _view(tx: Tx, row: Pause) -> PauseView:
    columns: Any = Delivery.__table__.c  # type: ignore[attr-defined]
    unsent = columns.status.in_([status.value for status in rules.UNSENT])
    deliveries = tx.all(Delivery, unsent, order=(columns.due_at, columns.id))
    accounts = {account.id: account for account in tx.all(Account)}
    held = [one for one in deliveries if queries.holds(row, accounts[one.account_id])]
    shown = tuple(Waiting(one, tx.require(Post, one.post_id), accounts[one.account_id]) for one in held[:REVIEW_LIMIT])
    return PauseView(pause=row, holds=_target_name(tx, row), waiting=shown, more=len(held) - len(shown))


def _target_name(tx: Tx, row: Pause) -> str:
    if row.scope == "client":
        return tx.require(Client, int(row.target)).name
    if row.scope == "account":
        account = tx.require(Account, int(row.target))
        return account_name(account.handle, account.network)
    return network_title(row.target) if row.target else "everything"


def _require_may_pause(tx: Tx, by: Actor, scope: str, target: str) -> None:
    require_member(by)
    if scope not in SCOPES:
        raise BadInput("scope", "Choose what to pause: everything, a client, a network or an account.")
    client = _client_of(tx, scope, target)
    workspace = tx.require(Workspace, tx.scope.workspace)
    if client is None:
        what = network_title(target) if scope == "network" else "everything"
        return require_pauser(by, workspace.managers, what)
    rights = rights_at(tx, client)
    return require_pauser(by, rights.reviewers | rights.managers, client.name)


def _client_of(tx: Tx, scope: str, target: str) -> Client | None:
    if scope in {"client", "account"} and not target.isdecimal():
        raise BadInput("target", "Choose which one to pause.")
    if scope == "client":
        return tx.require(Client, int(target))
    if scope == "account":
        return tx.require(Client, tx.require(Account, int(target)).client_id)
    return None


def _changed(tx: Tx, by: Actor, row: Pause, what: str, *, now: datetime) -> None:
    """Put it on record, and draw the cards of every post that it holds anew."""
    entry = Entry(
        workspace_id=row.workspace_id,
        at=now,
        who=by.person,
        door=by.door,
        what=what,
        subject=f"pause:{row.id}",
        facts={"scope": row.scope, "target": row.target, "reason": row.reason},
    )
    audit.append(tx, [entry])
    held = {one.post.id or 0: one.post for one in _view(tx, row).waiting}
    states.touch_post(tx, held, now)
    for post in held.values():
        tx.session.refresh(post)
        news.spread(tx, post, {Listener.CARD}, now=now, facts={})
    tx.ring(PUBLISHER)


def _running() -> Any:
    return Pause.__table__.c.ended_at.is_(None)  # type: ignore[attr-defined]
