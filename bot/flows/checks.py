"""What a network would say of a post before it is asked, and what a careful colleague would warn of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.flows.accounts import limits_of
from bot.flows.sheets import Open, moment_of
from bot.rules.accounts import network_title
from bot.rules.content import Content, Segment, from_json
from bot.rules.likeness import ALIKE, fingerprint_words, likeness
from bot.rules.networks import Fault, Limits, Network, Outgoing, OutgoingImage, OutgoingSegment, Weight
from bot.rules.shortcodes import only_here
from bot.store import Tx
from bot.store import posts as queries
from bot.store.tables import Account, Post, PostVersion

Networks = Mapping[str, Network]
"""The adapters by name; only their pure parts are asked here."""

CLASH = timedelta(hours=1)
"""Two posts on one account within this are warned of."""
ALIKE_SINCE = timedelta(days=60)
"""How far back a post is compared with others."""


@dataclass(frozen=True)
class Warnings:
    """What may be meant so; nothing here is ever refused."""

    clashes: tuple[Post, ...] = ()
    """Posts within the same hour on one of the accounts."""
    alike: tuple[Post, ...] = ()
    """Posts of the client that say nearly the same."""
    without_alt: int = 0
    """Pictures without words for those who cannot see them."""
    only_here: tuple[str, ...] = ()
    """Emoji that only this workspace knows: they go out as their names."""


def faults_of(networks: Networks, accounts: Sequence[Account], content: Content) -> dict[int, tuple[Fault, ...]]:
    """Account id to what its network would refuse, by its own rules and what its server said last."""
    found: dict[int, tuple[Fault, ...]] = {}
    for account in accounts:
        network, limits = networks.get(account.network), _limits(account)
        if network is None:
            found[account.id or 0] = (_gone(account),)
        elif limits is not None:
            outgoing = _outgoing(content.for_account(account.id or 0))
            found[account.id or 0] = tuple(network.faults(outgoing, limits))
    return found


def weights_of(networks: Networks, account: Account, segments: Sequence[Segment]) -> tuple[Weight, ...]:
    """Each post of the thread weighed as the account's network does; nothing where the limits are not known."""
    network, limits = networks.get(account.network), _limits(account)
    if network is None or limits is None:
        return ()
    return tuple(network.weigh(segment.text, limits) for segment in segments)


def warnings_of_form(tx: Tx, opened: Open, *, now: datetime) -> Warnings:
    """What to warn of while a post is being written."""
    at, besides = moment_of(opened, now=now), opened.post.id if opened.post else None
    sheet = opened.sheet
    return warnings(tx, sheet.client_id, sheet.accounts, sheet.content(), at, besides, now=now)


def warnings(
    tx: Tx,
    client_id: int,
    accounts: Sequence[int],
    content: Content,
    at: datetime | None,
    besides: int | None,
    *,
    now: datetime,
) -> Warnings:
    """What to warn of before this goes out; `besides` is the post itself, if there is one already."""
    clashes = queries.around(tx, accounts, at - CLASH, at + CLASH, besides) if at is not None else []
    return Warnings(
        clashes=tuple(clashes),
        alike=tuple(_alike(tx, client_id, content, besides, now)),
        without_alt=sum(not image.alt.strip() for image in content.images()),
        only_here=only_here(_all_words(content)),
    )


def _alike(tx: Tx, client_id: int, content: Content, besides: int | None, now: datetime) -> list[Post]:
    mine = fingerprint_words(_said(content))
    others = queries.recent(tx, client_id, now - ALIKE_SINCE, besides) if mine else []
    said = _newest_words(tx, others)
    return [post for post in others if likeness(mine, fingerprint_words(said.get(post.id or 0, ""))) >= ALIKE]


def _newest_words(tx: Tx, posts: Sequence[Post]) -> dict[int, str]:
    """What posts say now, by id: one query, since a form asks at every pause in typing."""
    columns = PostVersion.__table__.c  # type: ignore[attr-defined]
    numbers = {post.id: post.version for post in posts}
    versions = tx.all(PostVersion, columns.post_id.in_(numbers))
    return {one.post_id: _said(from_json(one.content)) for one in versions if numbers[one.post_id] == one.number}


def _all_words(content: Content) -> str:
    """The words of every wording, one after the other."""
    wordings = (content.segments, *content.variants.values())
    return "\n".join(segment.text for segments in wordings for segment in segments)


def _said(content: Content) -> str:
    return "\n".join(segment.text for segment in content.segments)


def _limits(account: Account) -> Limits | None:
    return limits_of(account) if account.limits else None


def _gone(account: Account) -> Fault:
    return Fault(
        0, "text", "Trellis cannot publish on {network} any more.", {"network": network_title(account.network)}
    )


def _outgoing(segments: Sequence[Segment]) -> Outgoing:
    """As the publisher would send it; the rules look neither at the key nor at the file."""
    return Outgoing(
        key="0" * 32,
        stamp=datetime.min,  # noqa: DTZ901
        segments=tuple(
            OutgoingSegment(
                segment.text,
                tuple(
                    OutgoingImage(
                        Path(image.sha256),
                        image.sha256,
                        image.mime,
                        image.width,
                        image.height,
                        image.size,
                        image.alt,
                    )
                    for image in segment.images
                ),
            )
            for segment in segments
        ),
    )
