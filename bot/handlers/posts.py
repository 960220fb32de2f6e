"""A post in Slack: its card, kept true, the whole of it, and what can be done with it from there."""

from __future__ import annotations

from contextlib import suppress

from bot.blocks.cards import card
from bot.blocks.decisions import CANCEL, TIME, ask_cancel, ask_time
from bot.blocks.history import story
from bot.blocks.posts import Shown
from bot.blocks.surfaces import Message
from bot.blocks.whole import whole
from bot.desk import Desk
from bot.errors import NotFound, Stale
from bot.flows import forms, posts, previews, schedules
from bot.flows.outbox import Letter
from bot.handlers._ask import OLD_BUTTON, Ask
from bot.handlers._deciding import decide
from bot.handlers._on import On
from bot.handlers._previews import shown_post
from bot.handlers._sheets import form_view
from bot.rules.people import require_member
from bot.slack import SlackError


def register(on: On) -> None:
    """The card of a post, its menu, and the views that open from it."""
    on.card("post")(post_card)
    on.action("open_post", ack_first=True)(open_post)
    on.action("whole_page", ack_first=True)(turn_whole)
    on.action("edit_post", ack_first=True)(edit)
    on.action("reschedule", ack_first=True)(ask_new_time)
    on.view(TIME)(reschedule)
    on.action("duplicate_post", ack_first=True)(duplicate)
    on.action("cancel_post", ack_first=True)(ask_whether)
    on.view(CANCEL)(cancel)
    on.action("post_history", ack_first=True)(history)
    on.action("history_page", ack_first=True)(turn_history)


async def post_card(desk: Desk, letter: Letter) -> Message | None:
    """The card as the post stands now; nothing once the post is gone."""
    try:
        return card(await shown_post(desk, letter.scope, letter.about))
    except NotFound:
        return None


async def open_post(ask: Ask) -> None:
    """The whole post as it is now, whatever version the button was drawn for."""
    require_member(ask.actor)
    shown = await shown_post(ask.desk, ask.scope, ask.ticket[0])
    opened = await ask.open(whole(shown))
    await _show_pictures(ask, shown, 0, str(opened.get("id") or ""))


async def turn_whole(ask: Ask) -> None:
    """Another page of the whole post."""
    post_id, page = ask.ticket
    shown = await shown_post(ask.desk, ask.scope, post_id)
    await ask.update(whole(shown, page))
    await _show_pictures(ask, shown, page, ask.view_id)


async def _show_pictures(ask: Ask, shown: Shown, page: int, view_id: str) -> None:
    """Show the pictures too, where Slack lets them be seen: it refuses a whole view for one file it does not show."""
    files = await ask.desk.read(forms.picture_files, ask.scope, shown.post.id or 0)
    if files and shown.content.images():
        with suppress(SlackError):
            await ask.update(whole(shown, page, files), view_id)


async def edit(ask: Ask) -> None:
    """The form of a post, as it stood when the button was drawn."""
    post_id, version = ask.ticket
    opened = await decide(ask, forms.edit, post_id, post_id, version)
    await ask.open(await form_view(ask, opened))


async def ask_new_time(ask: Ask) -> None:
    """The form for another time."""
    require_member(ask.actor)
    view = await ask.desk.read(posts.view, ask.scope, ask.ticket[0])
    approved = view.post.approval_id is not None
    await ask.open(ask_time(view.post, view.version, view.client.zone, approved=approved))


async def reschedule(ask: Ask) -> None:
    """Another time was chosen."""
    post_id, version = _carried(ask)
    typed = ask.typed
    when = (typed.choice("when"), typed.choice("day"), typed.choice("clock"))
    await decide(ask, schedules.reschedule, post_id, post_id, version, *when)


async def duplicate(ask: Ask) -> None:
    """A new draft that says the same, opened at once."""
    post = await ask.desk.write(posts.duplicate, ask.scope, ask.actor, ask.ticket[0], now=ask.now)
    opened = await ask.desk.write(forms.edit, ask.scope, ask.actor, post.id or 0, post.version, now=ask.now)
    await ask.open(await form_view(ask, opened))


async def ask_whether(ask: Ask) -> None:
    """Whether cancelling is meant."""
    require_member(ask.actor)
    view = await ask.desk.read(posts.view, ask.scope, ask.ticket[0])
    await ask.open(ask_cancel(view.post))


async def cancel(ask: Ask) -> None:
    """Call the post off."""
    post_id, version = _carried(ask)
    await decide(ask, posts.cancel, post_id, post_id, version)


async def history(ask: Ask) -> None:
    """The story of a post."""
    require_member(ask.actor)
    told = await ask.desk.read(previews.history, ask.scope, ask.ticket[0])
    await ask.open(story(told.view.post, told.versions, told.accounts, told.deliveries, told.entries))


async def turn_history(ask: Ask) -> None:
    """Another page of the story."""
    post_id, page = ask.ticket
    told = await ask.desk.read(previews.history, ask.scope, post_id)
    await ask.update(story(told.view.post, told.versions, told.accounts, told.deliveries, told.entries, page))


def _carried(ask: Ask) -> tuple[int, int]:
    """The post and the version that a form was opened for."""
    post_id, _, version = ask.private.partition(".")
    if not (post_id.isdecimal() and version.isdecimal()):
        raise Stale(OLD_BUTTON)
    return int(post_id), int(version)
