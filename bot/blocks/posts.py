"""A post in words: its state, its time, what it says on each account, what became of it, and what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.blocks.basics import when
from bot.blocks.remarks import Weighed, account_name
from bot.errors import Mrkdwn
from bot.rules import posts as rules
from bot.rules.content import Content, Image
from bot.rules.differences import EVERYBODY, Differences, Edit
from bot.rules.escaping import one_line, visible
from bot.rules.markup import mention
from bot.rules.posts import Step
from bot.store.tables import Account, Client, Decision, Delivery, Pause, Post, PostVersion
from bot.words import plain, t

LINES_SHOWN = 6
"""Changed lines of one text that a card tells; the history tells all."""
LINE_CHARACTERS = 200

DECIDED: Mapping[str, str] = {
    Step.APPROVE: "{who} approved it, {at}.",
    Step.REQUEST_CHANGES: "{who} asked for changes, {at}: {reason}",
    Step.HOLD: "{who} put it on hold, {at}: {reason}",
    Step.RELEASE: "{who} put it back into review, {at}.",
    Step.REJECT: "{who} rejected it, {at}: {reason}",
    Step.CONFIRM: "{who} saw that it is live, {at}.",
    Step.RESEND: "{who} had it sent again, {at}.",
    Step.DROP: "{who} left it, {at}.",
}


@dataclass(frozen=True)
class Shown:
    """One post with all that is shown of it. Rows are as they were read."""

    post: Post
    version: PostVersion
    client: Client
    content: Content
    weighed: tuple[Weighed, ...]
    """Its accounts, with their words weighed."""
    deliveries: tuple[Delivery, ...] = ()
    decisions: tuple[Decision, ...] = ()
    """Oldest first."""
    pauses: tuple[Pause, ...] = ()
    changed: Differences | None = None
    """From the version that was approved before; None where nothing was."""
    changed_time: str = ""
    """The time that was approved before, where it is another now."""
    notes: tuple[Mrkdwn, ...] = ()

    @property
    def state(self) -> rules.Post:
        """Where it stands."""
        return rules.Post(self.post.status)

    def delivery_on(self, account: Account) -> Delivery | None:
        """The standing delivery on an account."""
        return next((one for one in self.deliveries if one.account_id == account.id), None)


def state_title(status: str) -> str:
    """A post's or a delivery's state as people read it."""
    return plain(rules.TITLES[rules.Post(status) if status in {*rules.Post} else rules.Delivery(status)])


def time_of(version: PostVersion) -> Mrkdwn:
    """When it is to go out: in each reader's own zone, and on the client's clock."""
    if version.when_kind == "approved":
        return t("as soon as it is approved")
    if version.when_kind == "now" or version.when_at is None:
        return t("now, if it is approved in time")
    clock = f"{version.when_at.astimezone(ZoneInfo(version.when_zone)):%a %H:%M}"  # its day may be another there
    return t("{at} ({clock} in {zone})", at=when(version.when_at), clock=clock, zone=version.when_zone)


def decision_line(decision: Decision) -> Mrkdwn:
    """Who decided what, when, and why."""
    template = DECIDED.get(decision.step, "{who} changed it, {at}.")
    return t(template, who=_who(decision), at=when(decision.at), reason=decision.reason)


def pause_line(pause: Pause) -> Mrkdwn:
    """Who stopped it, and why."""
    reason = t(" Reason: {reason}", reason=pause.reason) if pause.reason else Mrkdwn("")
    return t("*Paused* by {who}, {at}.{reason}", who=mention(pause.by), at=when(pause.at), reason=reason)


def delivery_line(account: Account, delivery: Delivery) -> Mrkdwn:
    """What became of a post on one account."""
    said = t("*{account}:* {state}", account=account_name(account), state=state_title(delivery.status).lower())
    if delivery.url:
        said = Mrkdwn(f"{said} · {link(delivery.url, plain('see it there'))}")
    return Mrkdwn(f"{said} · {t('{trouble}', trouble=delivery.trouble)}") if delivery.trouble else said


def link(url: str, label: str) -> Mrkdwn:
    """A link that shows as its label; the bare address where it would break out of the markup."""
    if not url.startswith(("https://", "http://")) or any(sign in url for sign in "<>|\n "):
        return t("{url}", url=url)
    return Mrkdwn(f"<{url.replace('&', '&amp;')}|{t('{label}', label=label)}>")


def picture_line(image: Image, number: int) -> Mrkdwn:
    """A picture in words: its size, and how it is described."""
    said = t("Picture {number} ({width} × {height})", number=number, width=image.width, height=image.height)
    if not image.alt:
        return Mrkdwn(f"{said}: {t('_no description_')}")
    return t("{picture}: “{alt}”", picture=said, alt=visible(image.alt))


def change_lines(changed: Differences, names: Mapping[int, str]) -> list[Mrkdwn]:
    """What changed, a line each; `names` are the accounts'."""
    lines = [_edit_lines(edit, names) for edit in changed.edits]
    if changed.joined:
        lines.append(t("Added: {accounts}.", accounts=_named(changed.joined, names)))
    if changed.left:
        lines.append(t("Taken out: {accounts}.", accounts=_named(changed.left, names)))
    for template, pictures in (
        ("New pictures: {count}.", changed.new_images),
        ("Pictures taken out: {count}.", changed.gone_images),
        ("Pictures described anew: {count}.", changed.described),
    ):
        if pictures:
            lines.append(t(template, count=len(pictures)))
    return lines


def _edit_lines(edit: Edit, names: Mapping[int, str]) -> Mrkdwn:
    whose = "" if edit.account == EVERYBODY else names.get(edit.account, "")
    head = [t("For {account}:", account=whose)] if whose else []
    if edit.segment:
        head.append(t("Post {number} of the thread:", number=edit.segment + 1))
    return Mrkdwn("\n".join([*head, *_marked("−", edit.removed), *_marked("+", edit.added)]))


def _marked(mark: str, lines: Sequence[str]) -> list[str]:
    shown = [t("{mark} {line}", mark=mark, line=one_line(visible(line), LINE_CHARACTERS)) for line in lines if line]
    more = len(shown) - LINES_SHOWN
    return [*shown[:LINES_SHOWN], *([t("{mark} … and more lines: {count}", mark=mark, count=more)] if more > 0 else [])]


def _named(accounts: Sequence[int], names: Mapping[int, str]) -> str:
    return ", ".join(names.get(account, plain("an account that is gone")) for account in accounts)


def _who(decision: Decision) -> Mrkdwn:
    return mention(decision.by) if decision.door == "slack" else t("{who}", who=decision.by or "Trellis")
