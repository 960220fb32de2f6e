"""Decisions on a post: approve, request changes, hold, release, reject. First click wins."""

from __future__ import annotations

from datetime import datetime

from bot.errors import BadInput, Stale
from bot.flows import news
from bot.flows.drafts import targets_of, window_of
from bot.flows.posts import Faults, require_publishable, withdraw
from bot.flows.publishing import schedule
from bot.flows.rights import rights_of
from bot.rules import posts as rules
from bot.rules.content import fingerprint, from_json
from bot.rules.markup import mention, moment
from bot.rules.people import Actor, require_four_eyes, require_reviewer
from bot.rules.posts import Step
from bot.store import Tx, states
from bot.store import posts as queries
from bot.store.tables import AuditEntry, Decision, Post

REASON_CHARACTERS = 2_000

WORDS: dict[str, str] = {
    Step.APPROVE: "approved",
    Step.REQUEST_CHANGES: "sent back",
    Step.HOLD: "put on hold",
    Step.RELEASE: "put back into review",
    Step.REJECT: "rejected",
    Step.EDIT: "edited",
    Step.SUBMIT: "sent in",
    Step.CANCEL: "cancelled",
}
"""What somebody did, for "Ben approved it"."""


def approve(tx: Tx, by: Actor, post_id: int, version: int, faults: Faults, *, now: datetime) -> Post:
    """Sign version `version` as it stands, and schedule it if every account is connected."""
    post = require_undecided(tx, by, post_id, version, Step.APPROVE)
    require_four_eyes(by, queries.authors(tx, post), rights_of(tx, post))
    require_publishable(tx, post, faults, now=now)
    decision = _decide(tx, by, post, Step.APPROVE, now=now, signed=signature(tx, post))
    states.move_post(tx, post, Step.APPROVE, now, version=version, approval_id=decision.id)
    news.record(tx, post, by, Step.APPROVE, old=rules.Post.IN_REVIEW, now=now, fingerprint=decision.fingerprint)
    schedule(tx, post, now=now)
    news.tell(tx, post, by, now=now)
    return post


def request_changes(tx: Tx, by: Actor, post_id: int, version: int, reason: str, *, now: datetime) -> Post:
    """Send a post back to its author, with the reason."""
    return _turn_down(tx, by, post_id, version, Step.REQUEST_CHANGES, reason, now=now)


def hold(tx: Tx, by: Actor, post_id: int, version: int, reason: str, *, now: datetime) -> Post:
    """Keep a post from going out until somebody releases it; what was approved must be approved again."""
    return _turn_down(tx, by, post_id, version, Step.HOLD, reason, now=now)


def reject(tx: Tx, by: Actor, post_id: int, version: int, reason: str, *, now: datetime) -> Post:
    """Say no for good. A rejected post can only be duplicated."""
    return _turn_down(tx, by, post_id, version, Step.REJECT, reason, now=now)


def release(tx: Tx, by: Actor, post_id: int, version: int, *, now: datetime) -> Post:
    """Put a held post back before its reviewers."""
    post = require_undecided(tx, by, post_id, version, Step.RELEASE)
    before = post.status
    _decide(tx, by, post, Step.RELEASE, now=now)
    states.move_post(tx, post, Step.RELEASE, now, version=version)
    news.record(tx, post, by, Step.RELEASE, old=before, now=now)
    news.tell(tx, post, by, now=now)
    return post


def signature(tx: Tx, post: Post) -> str:
    """The fingerprint of the post's newest version, with its accounts as they are connected now."""
    version = queries.newest_version(tx, post)
    accounts = queries.accounts_of(tx, version.accounts)
    return fingerprint(from_json(version.content), targets_of(accounts), window_of(version))


def _turn_down(tx: Tx, by: Actor, post_id: int, version: int, step: Step, reason: str, *, now: datetime) -> Post:
    reason = reason.strip()
    if not reason:
        raise BadInput("reason", "Please say why, so that the author knows what to do.")
    if len(reason) > REASON_CHARACTERS:
        raise BadInput("reason", "Please keep the reason under {limit} characters.", limit=REASON_CHARACTERS)
    post = require_undecided(tx, by, post_id, version, step)
    before = post.status
    withdraw(tx, post)
    _decide(tx, by, post, step, now=now, reason=reason)
    states.move_post(tx, post, step, now, version=version, approval_id=None)
    news.record(tx, post, by, step, old=before, now=now, reason=reason)
    news.tell(tx, post, by, now=now, reason=reason)
    return post


def require_undecided(tx: Tx, by: Actor, post_id: int, version: int, step: Step) -> Post:
    """The post, if this person may decide on it and nobody did, or edited it, before them."""
    post = tx.require(Post, post_id)
    require_reviewer(by, rights_of(tx, post))
    if not rules.may(rules.Post(post.status), step) or post.version != version:
        raise _too_late(tx, post)
    return post


def _too_late(tx: Tx, post: Post) -> Stale:
    """Say who was first and when, as the record tells it."""
    number = AuditEntry.__table__.c.number  # type: ignore[attr-defined]
    last = tx.first(AuditEntry, AuditEntry.subject == f"post:{post.id}", order=number.desc())
    state = rules.TITLES[rules.Post(post.status)].lower()
    if last is None or last.what not in WORDS:
        return Stale("This post has changed since you looked at it. It is {state} now.", state=state)
    return Stale(
        "{who} {did} this post, {when}. It is {state} now.",
        who=mention(last.who),
        did=WORDS[last.what],
        when=moment(last.at),
        state=state,
    )


def _decide(
    tx: Tx, by: Actor, post: Post, step: Step, *, now: datetime, signed: str = "", reason: str = ""
) -> Decision:
    return tx.add(
        Decision(
            workspace_id=post.workspace_id,
            post_id=post.id or 0,
            version=post.version,
            fingerprint=signed,
            step=step.value,
            by=by.person,
            door=by.door,
            reason=reason,
            at=now,
        )
    )
