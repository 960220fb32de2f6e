"""The story of a post in a view: what was done to it, newest first, with what each edit changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from bot.blocks.basics import Block, section, when
from bot.blocks.posts import change_lines, link, time_of
from bot.blocks.remarks import account_name
from bot.blocks.surfaces import modal
from bot.blocks.whole import one_page, paged, turns
from bot.errors import Mrkdwn
from bot.rules.content import from_json
from bot.rules.differences import differences
from bot.rules.markup import mention
from bot.store.tables import Account, AuditEntry, Delivery, Post, PostVersion
from bot.words import plain, t

STORY = "post_story"
PAGE_BLOCKS, PAGE_CHARACTERS = 50, 60_000

TOLD: Mapping[str, str] = {
    "draft": "{who} drafted it",
    "submit": "{who} sent it for review",
    "edit": "{who} edited it",
    "approve": "{who} approved it",
    "request_changes": "{who} asked for changes",
    "hold": "{who} put it on hold",
    "release": "{who} put it back into review",
    "reject": "{who} rejected it",
    "cancel": "{who} cancelled it",
    "schedule": "It was scheduled",
    "confirm": "{who} saw that it is live on {account}",
    "resend": "{who} had it sent again on {account}",
    "drop": "{who} left it on {account}",
    "published": "It was published on {account}",
    "failed": "It could not be published on {account}",
    "unconfirmed": "It may or may not be out on {account}",
    "missed": "Its time went by on {account}",
    "scheduled": "It waits to be sent on {account}",
    "cancelled": "It is not sent on {account} any more",
}


def story(
    post: Post,
    versions: Sequence[PostVersion],
    accounts: Sequence[Account],
    deliveries: Sequence[Delivery],
    entries: Sequence[AuditEntry],
    page: int = 0,
) -> Block:
    """One page of the story; a page beyond the last is the last."""
    names = {account.id or 0: account_name(account) for account in accounts}
    places = {f"delivery:{one.id}": names.get(one.account_id, "") for one in deliveries}
    changed = {new.number: _changes(old, new, names) for old, new in pairwise(versions)}
    told = (section(_entry(entry, places, changed)) for entry in reversed(entries))
    entries_shown, page, is_last = one_page(paged(told, PAGE_BLOCKS, PAGE_CHARACTERS), page)
    head = section(t("*{title}*", title=post.title))
    blocks = [head, *entries_shown, *turns("history_page", post.id or 0, page, is_last=is_last)]
    return modal(STORY, plain("History"), blocks, close=plain("Close"))


def _entry(entry: AuditEntry, places: Mapping[str, str], changed: Mapping[int, Sequence[Mrkdwn]]) -> Mrkdwn:
    told = t(
        TOLD.get(entry.what, "{who}: {what}"),
        who=_who(entry),
        what=entry.what.replace("_", " "),
        account=places.get(entry.subject, plain("an account")),
    )
    lines = [t("{told}, {at}.", told=told, at=when(entry.at))]
    facts = entry.facts
    lines += [t("{said}", said=str(facts[name])) for name in ("reason", "trouble") if facts.get(name)]
    if facts.get("url"):
        lines.append(link(str(facts["url"]), plain("See it there")))
    lines += changed.get(facts.get("version", 0), ()) if entry.what == "edit" else ()
    return Mrkdwn("\n".join(lines))


def _changes(old: PostVersion, new: PostVersion, names: Mapping[int, str]) -> list[Mrkdwn]:
    found = differences(from_json(old.content), old.accounts, from_json(new.content), new.accounts)
    return [*change_lines(found, names), *_other_changes(old, new)]


def _other_changes(old: PostVersion, new: PostVersion) -> Iterable[Mrkdwn]:
    if (old.when_kind, old.when_at) != (new.when_kind, new.when_at):
        yield t("Time: {now}, before: {before}", now=time_of(new), before=time_of(old))
    if old.late_seconds != new.late_seconds:
        minutes = new.late_seconds // 60
        yield t("It may go out up to {minutes} minutes late.", minutes=minutes)
    if old.note != new.note:
        yield t("The internal note was changed.")
    if old.campaign != new.campaign:
        yield t("Campaign: {campaign}", campaign=new.campaign or "–")


def _who(entry: AuditEntry) -> Mrkdwn:
    return mention(entry.who) if entry.door in {"slack", "clock"} else t("{who}", who=entry.who)
