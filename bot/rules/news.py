"""Who hears of each state: no state is silent. It sends nothing."""

from __future__ import annotations

from enum import StrEnum

from bot.rules.posts import Delivery, Post


class Listener(StrEnum):
    """Where a state is told."""

    CARD = "card"
    """Every card of the post is drawn anew (and posted in the review channel, if there is none yet)."""
    THREAD = "thread"
    """A line in the thread of the card: the whole channel can see it, nobody is called."""
    AUTHOR = "author"
    """A direct message to the author: something is wanted of them, or they waited for it."""
    MANAGERS = "managers"
    """A direct message to those who can reconnect an account."""
    MISSED = "missed"
    """The one card that asks about everything that is late."""
    HOME = "home"
    """The queues in the Home tabs of the author and the reviewers."""


_L = Listener

HEARS: dict[Post, frozenset[Listener]] = {
    Post.DRAFT: frozenset({_L.HOME}),
    Post.IN_REVIEW: frozenset({_L.CARD, _L.HOME}),
    Post.CHANGES_REQUESTED: frozenset({_L.CARD, _L.AUTHOR, _L.HOME}),
    Post.ON_HOLD: frozenset({_L.CARD, _L.AUTHOR, _L.HOME}),
    Post.REJECTED: frozenset({_L.CARD, _L.AUTHOR, _L.HOME}),
    Post.APPROVED: frozenset({_L.CARD, _L.AUTHOR, _L.MANAGERS}),
    Post.SCHEDULED: frozenset({_L.CARD, _L.HOME}),
    Post.PUBLISHING: frozenset({_L.CARD}),
    Post.PUBLISHED: frozenset({_L.CARD, _L.THREAD, _L.HOME}),
    Post.PARTLY_PUBLISHED: frozenset({_L.CARD, _L.THREAD, _L.AUTHOR, _L.HOME}),
    Post.FAILED: frozenset({_L.CARD, _L.THREAD, _L.AUTHOR, _L.HOME}),
    Post.UNCONFIRMED: frozenset({_L.CARD, _L.THREAD, _L.AUTHOR, _L.HOME}),
    Post.MISSED: frozenset({_L.CARD, _L.MISSED, _L.AUTHOR, _L.HOME}),
    Post.CANCELLED: frozenset({_L.CARD, _L.HOME}),
}
"""A post's states. A delivery's are told through its post, except where one asks a person: see `ASKS`."""

ASKS: dict[Delivery, frozenset[Listener]] = {
    Delivery.FAILED: frozenset({_L.THREAD, _L.AUTHOR}),
    Delivery.UNCONFIRMED: frozenset({_L.THREAD, _L.AUTHOR}),
    Delivery.MISSED: frozenset({_L.MISSED, _L.AUTHOR}),
}
"""A delivery in these states asks at once, even while the post's other deliveries still move."""
