"""The daily digest in Slack: put in words when it is sent, and approved from where it stands."""

from __future__ import annotations

from bot.blocks import digests as blocks
from bot.blocks.surfaces import Message
from bot.desk import Desk
from bot.flows import digests, posts
from bot.flows.outbox import Letter
from bot.handlers._ask import Ask
from bot.handlers._on import On
from bot.handlers.approvals import approve


def register(on: On) -> None:
    """How digests are worded, and their buttons that are not the posts' own."""
    on.topic(digests.TOPIC)(render)
    on.action(blocks.APPROVE)(approve_here)


async def render(desk: Desk, letter: Letter) -> Message | None:
    """The digest as it is true now; None if there is nothing to say any more."""
    found = await desk.read(digests.current, letter.scope, letter, now=desk.now())
    return None if found is None else blocks.digest(found)


async def approve_here(ask: Ask) -> None:
    """Approve a post, and say so: a digest is not written anew, as its post's card is."""
    await approve(ask)
    await ask.ack()
    post_id, _ = ask.ticket
    view = await ask.desk.read(posts.view, ask.scope, post_id)
    await ask.say_privately(blocks.approved(view.post.title))
