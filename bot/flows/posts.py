"""Posts until somebody decides on them: save, submit, edit, duplicate, cancel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.errors import BadInput, Stale
from bot.flows import news, outbox
from bot.flows.drafts import Draft, add_version, targets_of, window_of
from bot.flows.rights import require_own_or_reviewer
from bot.rules import posts as rules
from bot.rules.accounts import account_name
from bot.rules.content import Content, from_json
from bot.rules.networks import Fault
from bot.rules.people import Actor, require_member
from bot.rules.posts import Step
from bot.store import Tx, states
from bot.store import posts as queries
from bot.store.posts import PostView
from bot.store.tables import Account, Client, Delivery, Media, Post

Faults = Mapping[int, Sequence[Fault]]
"""Account id to what its network would refuse; the edge asks the networks' pure rules."""


def view(tx: Tx, post_id: int) -> PostView:
    """All that a card of the post shows."""
    return queries.view(tx, post_id)


def save(tx: Tx, by: Actor, draft: Draft, *, now: datetime) -> Post:
    """Keep a new draft. It may still be unfinished; `submit` asks for the rest."""
    require_member(by)
    client = tx.require(Client, draft.client_id)
    post = tx.add(
        Post(
            workspace_id=client.workspace_id,
            client_id=draft.client_id,
            author=by.person,
            status=rules.Post.DRAFT.value,
            title=draft.title,
            scheduled_at=draft.window.at,
            created_at=now,
            changed_at=now,
        )
    )
    add_version(tx, post, by, draft, now=now)
    news.record(tx, post, by, "draft", now=now)
    news.tell(tx, post, by, now=now)
    return post


def edit(tx: Tx, by: Actor, post_id: int, version: int, draft: Draft, *, now: datetime) -> Post:
    """Write the next version of a post that nobody has sent yet. What was approved must be approved again.

    Stale when the post was decided, or edited, since version `version` was shown.
    """
    require_member(by)
    post = tx.require(Post, post_id)
    require_own_or_reviewer(tx, by, post)
    if post.version != version:
        raise Stale("This post was edited while you wrote. What you typed is kept; open the new version to compare.")
    before = post.status
    withdraw(tx, post)
    if before == rules.Post.MISSED:  # its client's card asks about it no more
        outbox.show(tx, "missed", post.client_id, "", now=now)
    states.move_post(
        tx,
        post,
        Step.EDIT,
        now,
        version=version,
        approval_id=None,
        title=draft.title,
        scheduled_at=draft.window.at,
        client_id=draft.client_id,
    )
    post.version = version + 1
    add_version(tx, post, by, draft, now=now)
    news.record(tx, post, by, "edit", old=before, now=now, version=post.version)
    news.tell(tx, post, by, now=now)
    if post.status == rules.Post.IN_REVIEW != before:
        news.call_back(tx, post, by, now=now)
    return post


def submit(tx: Tx, by: Actor, post_id: int, version: int, faults: Faults, *, now: datetime) -> Post:
    """Hand a draft to the reviewers; refused, with every reason, while it cannot be published as it is."""
    require_member(by)
    post = tx.require(Post, post_id)
    require_publishable(tx, post, faults, now=now)
    states.move_post(tx, post, Step.SUBMIT, now, version=version)
    news.record(tx, post, by, "submit", old=rules.Post.DRAFT, now=now)
    news.tell(tx, post, by, now=now)
    return post


def cancel(tx: Tx, by: Actor, post_id: int, version: int, *, now: datetime) -> Post:
    """Call a post off. What of it is out stays out; the rest is never sent."""
    require_member(by)
    post = tx.require(Post, post_id)
    require_own_or_reviewer(tx, by, post)
    before = post.status
    if rules.Post(post.status) in rules.WORKING:
        _cancel_unsent(tx, post, now)
    else:
        states.move_post(tx, post, Step.CANCEL, now, version=version)
    news.record(tx, post, by, "cancel", old=before, now=now)
    news.tell(tx, post, by, now=now)
    return post


def duplicate(tx: Tx, by: Actor, post_id: int, *, now: datetime) -> Post:
    """A new draft that says the same, without a time."""
    shown = queries.view(tx, post_id)
    window = window_of(shown.version)
    again = Draft(
        client_id=shown.post.client_id,
        accounts=tuple(shown.version.accounts),
        content=from_json(shown.version.content),
        window=type(window)("approved", None, "", window.zone, window.late_seconds),
        campaign=shown.version.campaign,
        note=shown.version.note,
    )
    return save(tx, by, again, now=now)


def require_publishable(tx: Tx, post: Post, faults: Faults, *, now: datetime) -> None:
    """Refuse a post that could not go out: no account, nothing to say, too late, or a network would refuse it."""
    version = queries.newest_version(tx, post)
    accounts = queries.accounts_of(tx, version.accounts)
    if not accounts:
        raise BadInput("accounts", "Choose at least one account for this post.")
    _require_own(accounts, post)
    content = from_json(version.content)
    _require_words(content, accounts)
    _require_media(tx, content)
    window = window_of(version)
    if window.at is not None and window.at + timedelta(seconds=window.late_seconds) < now:
        raise BadInput("when", "The time for this post, {wall}, has passed. Choose a new time.", wall=window.wall)
    for account in accounts:
        for fault in faults.get(account.id or 0, ()):
            raise BadInput(
                f"{fault.part}:{fault.segment}",
                "{account}: " + fault.template,
                account=account_name(account.handle, account.network),
                **fault.values,
            )


def withdraw(tx: Tx, post: Post) -> None:
    """Take back every delivery of the standing approval; Stale once one is on its way or out."""
    standing = queries.standing_deliveries(tx, post)
    if not standing:
        return
    if any(row.progress for row in standing):
        raise Stale("Part of this post is already out, so it cannot be changed. You can duplicate it instead.")
    moved = states.move_deliveries(tx, [row.id or 0 for row in standing], Step.CANCEL)
    gone = [row for row in standing if row.status != rules.Delivery.CANCELLED and row.id not in moved]
    if gone:
        raise Stale("This post is being sent right now, so it cannot be changed any more.")


def _cancel_unsent(tx: Tx, post: Post, now: datetime) -> None:
    open_ones = [row.id or 0 for row in queries.standing_deliveries(tx, post)]
    unsent = Delivery.__table__.c.status.in_([status.value for status in rules.UNSENT])  # type: ignore[attr-defined]
    if not states.move_deliveries(tx, open_ones, Step.CANCEL, unsent):
        raise Stale("Nothing of this post is waiting any more, so there is nothing to cancel.")
    states.roll_up(tx, [post.id or 0], now)
    tx.session.refresh(post)


def _require_own(accounts: Sequence[Account], post: Post) -> None:
    """An account of another client would carry one client's words to another's readers."""
    for account in accounts:
        if account.client_id != post.client_id:
            raise BadInput(
                "accounts",
                "{account} belongs to another client. Choose accounts of one client.",
                account=account.handle,
            )


def _require_words(content: Content, accounts: Sequence[Account]) -> None:
    for account in accounts:
        for index, segment in enumerate(content.for_account(account.id or 0)):
            if not segment.text.strip() and not segment.images:
                raise BadInput(f"text:{index}", "Write something, or add a picture: this post is empty.")


def _require_media(tx: Tx, content: Content) -> None:
    wanted = {image.sha256 for image in content.images()}
    if not wanted:
        return
    column = Media.__table__.c.sha256  # type: ignore[attr-defined]
    kept = {row.sha256 for row in tx.all(Media, column.in_(wanted))}
    if wanted - kept:
        raise BadInput("images", "One of the pictures is no longer here. Add it again.")


__all__ = ["Draft", "cancel", "duplicate", "edit", "save", "submit", "targets_of", "view", "withdraw"]
