"""What each listener of `bot.rules.news` has before them, in the words they read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.rules.news import Listener
from bot.sandbox import cast
from bot.sandbox.driver import Person
from tests.ways.newsroom import Newsroom, is_about_missed


async def card(room: Newsroom) -> str:
    """The post's card in the review channel."""
    return "\n".join(message.words for message in await room.cards())


async def thread(room: Newsroom) -> str:
    """The lines below it."""
    told = [message for message in await room.ben.messages(cast.REVIEW) if message.thread_ts not in {"", message.ts}]
    (parent,) = {message.ts for message in await room.cards()} if told else {""}
    return "\n".join(message.words for message in told if message.thread_ts == parent)


async def author(room: Newsroom) -> str:
    """What Trellis wrote to Ann."""
    return await _directly(room.ann)


async def managers(room: Newsroom) -> str:
    """What Trellis wrote to Eve, who installed it."""
    return await _directly(room.eve)


async def missed(room: Newsroom) -> str:
    """The card that asks about all that was missed."""
    return "\n".join(one.words for one in await room.ben.messages(cast.REVIEW) if is_about_missed(one))


async def home(room: Newsroom) -> str:
    """Ann's Home tab, which she has not opened: it was published to her."""
    shown = await room.ann.shown_home()
    return shown.words if shown else ""


EARS: Mapping[Listener, Callable[[Newsroom], Awaitable[str]]] = {
    Listener.CARD: card,
    Listener.THREAD: thread,
    Listener.AUTHOR: author,
    Listener.MANAGERS: managers,
    Listener.MISSED: missed,
    Listener.HOME: home,
}


async def _directly(person: Person) -> str:
    channels = (await person.get("channels", user=person.user))["shown"]
    own = [one["id"] for one in channels if one["is_im"] and one["user"] == person.user]
    return "\n".join([message.words for channel in own for message in await person.messages(channel)])
