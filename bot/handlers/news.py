"""Puts in words what is told of posts and accounts outside of cards: in threads, to authors, to those who connect."""

from __future__ import annotations

from bot.blocks.news import Told, broken, in_thread, to_author, waits
from bot.blocks.surfaces import Message
from bot.desk import Desk
from bot.errors import NotFound
from bot.flows import telling
from bot.flows.outbox import Letter
from bot.handlers._on import On
from bot.slack import SlackError, told


def register(on: On) -> None:
    """The topics that `bot.flows.news` writes."""
    on.topic("post_thread")(post_thread)
    on.topic("post_author")(post_author)
    on.topic("post_waits")(post_waits)
    on.topic("account_broken")(account_broken)


async def post_thread(desk: Desk, letter: Letter) -> Message | None:
    """A line in the thread of the post's card; in the channel itself while the card is not there."""
    found = await _told(desk, letter)
    if found is None:
        return None
    subject, thread_ts = found
    facts = letter.facts
    return in_thread(subject, str(facts.get("state", "")), thread_ts, str(facts.get("to", "")))


async def post_author(desk: Desk, letter: Letter) -> Message | None:
    """A direct message to the author."""
    found = await _told(desk, letter)
    return None if found is None else to_author(found[0], letter.facts)


async def post_waits(desk: Desk, letter: Letter) -> Message | None:
    """A direct message to who can connect accounts; nothing when the post waits no more."""
    found = await _told(desk, letter)
    accounts = await desk.read(telling.unconnected, letter.scope, letter.about)
    return waits(found[0], accounts) if found and accounts else None


async def account_broken(desk: Desk, letter: Letter) -> Message | None:
    """A direct message to who can connect accounts; nothing when somebody did so meanwhile."""
    found = await desk.read(telling.broken_account, letter.scope, letter.about)
    if found is None:
        return None
    account, waiting = found
    return broken(account, str(letter.facts.get("why") or account.trouble), waiting)


async def _told(desk: Desk, letter: Letter) -> tuple[Told, str] | None:
    """The post, and the `ts` of its card in its review channel."""
    chosen = [one for one in letter.facts.get("deliveries", ()) if isinstance(one, int)]
    try:
        found = await desk.read(telling.subject, letter.scope, letter.about, chosen)
    except NotFound:
        return None
    link = await permalink(desk, found.channel, found.card_ts)
    return Told(found.post, link, found.deliveries), found.card_ts


async def permalink(desk: Desk, channel: str, ts: str) -> str:
    """Where the card is; empty where Slack does not say: a word without a link is better than none."""
    if desk.slack is None or not ts:
        return ""
    try:
        answer = await told(desk.slack.background.chat_getPermalink(channel=channel, message_ts=ts))
    except SlackError:
        return ""
    return str(answer.get("permalink") or "")
