"""The first steps: what is done, what is next, and one button for it; and for everybody else, who can do them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.blocks.basics import Block, Element, button, context, header, section, ticket
from bot.errors import Mrkdwn
from bot.rules.home import HomePage, SetUp
from bot.rules.markup import mention
from bot.words import plain, t

ADD_CLIENT, CHANGE_CLIENT, CONNECT, DRAFT, OPEN_POST = (
    "client_add",
    "client_change",
    "account_connect",
    "draft_open",
    "open_post",
)

STEPS: Mapping[SetUp, tuple[str, str]] = {
    SetUp.CLIENT: ("Say who you post for", "A name, a time zone, a channel for reviews, and who reviews."),
    SetUp.ACCOUNT: ("Connect an account", "On Bluesky, Mastodon, or any service that takes a webhook."),
    SetUp.DRAFT: ("Draft the first post", "Or write `/draft` in any channel."),
    SetUp.APPROVAL: ("Have it approved", "Its reviewers decide on the card in the review channel."),
    SetUp.PUBLISHED: ("See it go out", "At its time, without anybody having to be there."),
}


def set_up(page: HomePage) -> Iterator[Block]:
    """The steps, until the first post is out."""
    if page.next_step is None:
        return
    yield header(plain("Set up Trellis"))
    for number, step in enumerate(SetUp, 1):
        title, what = STEPS[step]
        done = step in page.done
        mark = t("*Done:* {title}", title=plain(title)) if done else t("*{title}*", title=plain(title))
        said = Mrkdwn(f"{number}. {mark}\n{t(what)}")
        yield section(said, accessory=_act(page, step), block_id=f"step.{step}.{int(done)}")


def explanation(page: HomePage) -> list[Block]:
    """What Trellis is, for those who cannot use it here (yet), and whom to ask."""
    blocks = [section(t("*Trellis* plans, approves and publishes a team's posts, from inside Slack."))]
    who = _people(page.managers)
    if not page.is_member:
        said = t("Only full members of this workspace work with it. If you need something from it, ask {who}.", who=who)
    else:
        said = t("It is not set up here yet. {who} can do that, in this tab; it takes five minutes.", who=who)
    return [*blocks, section(said), context(t("Afterwards you draft a post with `/draft`."))]


def whom_to_ask(managers: tuple[str, ...]) -> Mrkdwn:
    """For somebody who may not change the settings."""
    return t("{who} can change clients, accounts, channels and reviewers. Ask them.", who=_people(managers))


def _act(page: HomePage, step: SetUp) -> Element | None:
    """The one button of a step; none where it is done, or where the steps before it are not."""
    if step in page.done or (step is not page.next_step and step is not SetUp.ACCOUNT):
        return None
    style = "primary" if step is page.next_step else ""
    match step:
        case SetUp.CLIENT if page.first_client:
            return button(plain("Complete it"), CHANGE_CLIENT, ticket(page.first_client), style=style)
        case SetUp.CLIENT:
            return button(plain("Begin"), ADD_CLIENT, style=style)
        case SetUp.ACCOUNT:
            return button(plain("Connect"), CONNECT, ticket(page.first_client), style=style) if page.clients else None
        case SetUp.DRAFT:
            return button(plain("Draft a post"), DRAFT, style=style)
        case SetUp.APPROVAL | SetUp.PUBLISHED:
            return (
                button(plain("Open it"), OPEN_POST, ticket(*page.first_post), style=style) if page.first_post else None
            )


def _people(people: tuple[str, ...]) -> Mrkdwn:
    if not people:
        return t("the person who installed it")
    *most, last = [mention(person) for person in people]
    return t("{most} or {last}", most=Mrkdwn(", ".join(most)), last=last) if most else last
