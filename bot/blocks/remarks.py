"""What is counted and remarked on a post, in words: lengths by each network's rule, faults, and friendly warnings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blocks.basics import when
from bot.errors import Mrkdwn
from bot.rules import accounts
from bot.rules.escaping import one_line
from bot.rules.networks import Fault, Weight
from bot.store.tables import Account, Post
from bot.words import t

COUNTED = 8
"""Accounts whose count is told, those that are over first."""
NAMED = 3
"""Posts that a warning names; it says how many more there are."""


@dataclass(frozen=True)
class Weighed:
    """An account with each post of the thread weighed by its network, and what its network would refuse."""

    account: Account
    weights: tuple[Weight, ...] = ()
    faults: tuple[Fault, ...] = ()


EMOJI_CHARACTERS = 200
"""Names of emoji in one warning."""


def account_name(account: Account) -> str:
    """`ourshop (Bluesky)`, as people tell accounts apart."""
    return accounts.account_name(account.handle, account.network)


def counted(weighed: Sequence[Weighed], segment: int, *, named: bool = True) -> str:
    """How long one post of the thread is on each account: `ourshop (Bluesky): 123 of 300 characters`.

    Not `named`: the heading above names the account, if it is only one.
    """
    found = [one for one in weighed if segment < len(one.weights)]
    found.sort(key=lambda one: not one.weights[segment].over)
    named = named or len(found) > 1
    said = [_count(one.account if named else None, one.weights[segment]) for one in found[:COUNTED]]
    if len(found) > COUNTED:
        said.append(t("and {count} more", count=len(found) - COUNTED))
    return Mrkdwn(" · ".join(said))


def fault_notes(weighed: Sequence[Weighed]) -> list[Mrkdwn]:
    """Why networks would refuse it, each fault once with the accounts that it concerns."""
    concerned: dict[str, list[str]] = {}
    for one in weighed:
        for fault in one.faults:
            concerned.setdefault(_place(one, fault), []).append(account_name(one.account))
    return [
        t("{accounts}: {fault}", accounts=", ".join(names), fault=Mrkdwn(said)) for said, names in concerned.items()
    ]


def warning_notes(
    clashes: Sequence[Post], alike: Sequence[Post], without_alt: int, only_here: Sequence[str] = ()
) -> list[Mrkdwn]:
    """What may be meant so, but is worth a look."""
    notes = []
    if clashes:
        notes.append(t("Within an hour on the same account: {posts}.", posts=_titles(clashes)))
    if alike:
        notes.append(t("It says nearly the same as {posts}.", posts=_titles(alike)))
    if without_alt == 1:
        notes.append(t("A picture has no description for people who cannot see it."))
    elif without_alt:
        notes.append(t("{count} pictures have no description for people who cannot see them.", count=without_alt))
    if only_here:
        names = one_line(", ".join(only_here), EMOJI_CHARACTERS)
        notes.append(
            t("Only this workspace knows these emoji; readers elsewhere will see their names: {names}.", names=names)
        )
    return notes


def _count(account: Account | None, weight: Weight) -> Mrkdwn:
    said = t("{used} of {limit} {unit}", used=weight.used, limit=weight.limit, unit=weight.unit)
    if account is not None:
        said = t("{account}: {length}", account=account_name(account), length=said)
    return Mrkdwn(f"{said}, {t('*{over} too many*', over=weight.over)}") if weight.over else said


def _place(one: Weighed, fault: Fault) -> Mrkdwn:
    said = t(fault.template, **fault.values)
    thread = len(one.weights) > 1
    return t("post {number}: {fault}", number=fault.segment + 1, fault=said) if thread else said


def _titles(posts: Sequence[Post]) -> Mrkdwn:
    named = [_title(post) for post in posts[:NAMED]]
    if len(posts) > NAMED:
        named.append(t("{count} more", count=len(posts) - NAMED))
    return Mrkdwn(", ".join(named))


def _title(post: Post) -> Mrkdwn:
    if post.scheduled_at is None:
        return t("“{title}”", title=post.title)
    return t("“{title}” ({at})", title=post.title, at=when(post.scheduled_at))
