"""The states of a post and of its deliveries, and the only steps between them. It moves nothing itself.

A post is what people decide on; a delivery is that post on one account. People move a post up to `scheduled`;
from there its state is the sum of its deliveries' states (`rollup`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum

from bot.errors import Stale


class Post(StrEnum):
    """Where a post stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    ON_HOLD = "on_hold"
    REJECTED = "rejected"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    PARTLY_PUBLISHED = "partly_published"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Delivery(StrEnum):
    """Where one post stands on one account. Only in `sending` may a request have left."""

    SCHEDULED = "scheduled"
    CLAIMED = "claimed"
    SENDING = "sending"
    PUBLISHED = "published"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """What moves a post or a delivery. Named after who acts: people first, then the publisher."""

    SUBMIT = "submit"
    EDIT = "edit"
    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"
    HOLD = "hold"
    RELEASE = "release"
    REJECT = "reject"
    CANCEL = "cancel"
    CONFIRM = "confirm"
    RESEND = "resend"
    DROP = "drop"
    SCHEDULE = "schedule"
    CLAIM = "claim"
    SEND = "send"
    RETRY = "retry"
    PUBLISH = "publish"
    PART = "part"
    FAIL = "fail"
    DOUBT = "doubt"
    MISS = "miss"


P, D, S = Post, Delivery, Step

_BY_PEOPLE: dict[tuple[Post, Step], Post] = {
    (P.DRAFT, S.EDIT): P.DRAFT,
    (P.DRAFT, S.SUBMIT): P.IN_REVIEW,
    (P.DRAFT, S.CANCEL): P.CANCELLED,
    (P.IN_REVIEW, S.EDIT): P.IN_REVIEW,
    (P.IN_REVIEW, S.APPROVE): P.APPROVED,
    (P.IN_REVIEW, S.REQUEST_CHANGES): P.CHANGES_REQUESTED,
    (P.IN_REVIEW, S.HOLD): P.ON_HOLD,
    (P.IN_REVIEW, S.REJECT): P.REJECTED,
    (P.IN_REVIEW, S.CANCEL): P.CANCELLED,
    (P.CHANGES_REQUESTED, S.EDIT): P.IN_REVIEW,
    (P.CHANGES_REQUESTED, S.CANCEL): P.CANCELLED,
    (P.ON_HOLD, S.EDIT): P.IN_REVIEW,
    (P.ON_HOLD, S.RELEASE): P.IN_REVIEW,
    (P.ON_HOLD, S.REJECT): P.REJECTED,
    (P.ON_HOLD, S.CANCEL): P.CANCELLED,
    (P.APPROVED, S.EDIT): P.IN_REVIEW,
    (P.APPROVED, S.HOLD): P.ON_HOLD,
    (P.APPROVED, S.CANCEL): P.CANCELLED,
    (P.APPROVED, S.SCHEDULE): P.SCHEDULED,
    (P.SCHEDULED, S.EDIT): P.IN_REVIEW,
    (P.SCHEDULED, S.HOLD): P.ON_HOLD,
    (P.FAILED, S.EDIT): P.IN_REVIEW,
    (P.MISSED, S.EDIT): P.IN_REVIEW,
}

_SETTLED: dict[Step, Post] = {
    S.SCHEDULE: P.SCHEDULED,
    S.SEND: P.PUBLISHING,
    S.PUBLISH: P.PUBLISHED,
    S.PART: P.PARTLY_PUBLISHED,
    S.FAIL: P.FAILED,
    S.DOUBT: P.UNCONFIRMED,
    S.MISS: P.MISSED,
    S.CANCEL: P.CANCELLED,
}
"""The steps that `rollup` names, and where each leads."""

_BY_DELIVERIES: dict[Post, tuple[Step, ...]] = {
    P.SCHEDULED: (S.SEND, S.FAIL, S.MISS, S.CANCEL),
    P.PUBLISHING: (S.SCHEDULE, S.PUBLISH, S.PART, S.FAIL, S.DOUBT, S.MISS, S.CANCEL),
    P.PARTLY_PUBLISHED: (S.SEND,),
    P.FAILED: (S.SCHEDULE, S.SEND, S.CANCEL),
    P.UNCONFIRMED: (S.SCHEDULE, S.SEND, S.PUBLISH, S.PART, S.FAIL, S.MISS, S.CANCEL),
    P.MISSED: (S.SCHEDULE, S.SEND, S.PART, S.FAIL, S.CANCEL),
}
"""What `rollup` may say next: exactly what the deliveries' own table makes possible (a test walks it)."""

WORKING = tuple(_BY_DELIVERIES)
"""A post in these states is the sum of its deliveries; `published` and `cancelled` are its ends."""

POST_STEPS: dict[tuple[Post, Step], Post] = _BY_PEOPLE | {
    (status, step): _SETTLED[step] for status, steps in _BY_DELIVERIES.items() for step in steps
}

DELIVERY_STEPS: dict[tuple[Delivery, Step], Delivery] = {
    (D.SCHEDULED, S.CLAIM): D.CLAIMED,
    (D.SCHEDULED, S.MISS): D.MISSED,
    (D.SCHEDULED, S.CANCEL): D.CANCELLED,
    (D.CLAIMED, S.RELEASE): D.SCHEDULED,
    (D.CLAIMED, S.SEND): D.SENDING,
    (D.CLAIMED, S.FAIL): D.FAILED,
    (D.CLAIMED, S.CANCEL): D.CANCELLED,
    (D.SENDING, S.PUBLISH): D.PUBLISHED,
    (D.SENDING, S.RETRY): D.SCHEDULED,
    (D.SENDING, S.FAIL): D.FAILED,
    (D.SENDING, S.DOUBT): D.UNCONFIRMED,
    (D.SENDING, S.MISS): D.MISSED,
    (D.UNCONFIRMED, S.CONFIRM): D.PUBLISHED,
    (D.UNCONFIRMED, S.RESEND): D.SCHEDULED,
    (D.UNCONFIRMED, S.DROP): D.CANCELLED,
    (D.MISSED, S.RESEND): D.SCHEDULED,
    (D.MISSED, S.DROP): D.CANCELLED,
    (D.MISSED, S.CANCEL): D.CANCELLED,
    (D.FAILED, S.RESEND): D.SCHEDULED,
    (D.FAILED, S.DROP): D.CANCELLED,
    (D.FAILED, S.CANCEL): D.CANCELLED,
}

UNSENT = (D.SCHEDULED, D.CLAIMED)
"""Nothing of it has left, so it can still be withdrawn."""
OPEN = (D.SCHEDULED, D.CLAIMED, D.SENDING)
"""The publisher still has it; an account's later deliveries wait behind it."""
ASKING = (D.FAILED, D.UNCONFIRMED, D.MISSED)
"""A person is asked what to do with it."""
EDITABLE = frozenset(status for status, step in POST_STEPS if step is S.EDIT)
ENDED = frozenset({P.REJECTED, P.PUBLISHED, P.CANCELLED})

TITLES: dict[Post | Delivery, str] = {
    P.DRAFT: "Draft",
    P.IN_REVIEW: "In review",
    P.CHANGES_REQUESTED: "Changes requested",
    P.ON_HOLD: "On hold",
    P.REJECTED: "Rejected",
    P.APPROVED: "Approved",
    P.SCHEDULED: "Scheduled",
    P.PUBLISHING: "Publishing",
    P.PUBLISHED: "Published",
    P.PARTLY_PUBLISHED: "Partly published",
    P.FAILED: "Failed",
    P.UNCONFIRMED: "Unconfirmed",
    P.MISSED: "Missed",
    P.CANCELLED: "Cancelled",
    D.CLAIMED: "About to go out",
    D.SENDING: "Being sent",
}
"""A state as people read it. The two enumerations share the words they have in common."""


def next_post(status: Post, step: Step) -> Post:
    """Where `step` leads a post; Stale when the table has no such step from here."""
    try:
        return POST_STEPS[status, step]
    except KeyError:
        raise Stale(
            "This post is {state} now, so that cannot be done any more.", state=TITLES[status].lower()
        ) from None


def next_delivery(status: Delivery, step: Step) -> Delivery:
    """Where `step` leads a delivery; Stale when the table has no such step from here."""
    try:
        return DELIVERY_STEPS[status, step]
    except KeyError:
        raise Stale(
            "This delivery is {state} now, so that cannot be done any more.", state=TITLES[status].lower()
        ) from None


def may(status: Post, step: Step) -> bool:
    """Whether the table has this step from here."""
    return (status, step) in POST_STEPS


def sources(step: Step, table: Iterable[tuple[Delivery, Step]] = DELIVERY_STEPS) -> tuple[Delivery, ...]:
    """The delivery states that `step` starts from."""
    return tuple(status for status, possible in table if possible is step)


def rollup(deliveries: Collection[Delivery]) -> Step:
    """The step to the post's state that follows from its deliveries' states (at least one).

    What still moves comes first, then what asks a person: doubt before lateness before failure.
    """
    live = [status for status in deliveries if status is not D.CANCELLED]
    if not live:
        return S.CANCEL
    if any(status in OPEN for status in live):
        return S.SCHEDULE if all(status in UNSENT for status in live) else S.SEND
    for asking, step in ((D.UNCONFIRMED, S.DOUBT), (D.MISSED, S.MISS)):
        if asking in live:
            return step
    if D.PUBLISHED not in live:
        return S.FAIL
    return S.PUBLISH if len(live) == len(deliveries) and D.FAILED not in live else S.PART


def settled(step: Step) -> Post:
    """The state that a `rollup` step leads to."""
    return _SETTLED[step]
