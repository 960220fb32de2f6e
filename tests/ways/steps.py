"""How people take each step that the table leaves to them, from wherever it starts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from bot.rules.posts import Post, Step
from bot.sandbox.driver import View
from tests.ways.newsroom import BAKERY, TEXT, Newsroom, action
from tests.ways.posts import POSTS

Act = Callable[[Newsroom], Awaitable[None]]
P, S = Post, Step

NEW_WORDS = "Our shop opens at ten"
REASON = "Wait for the new price"


async def ann_edits_from_its_card(room: Newsroom) -> None:
    await room.ann_chooses("edit_post")
    await _ann_hands_in(room)


async def ann_edits_from_what_she_was_told(room: Newsroom) -> None:
    asked = await room.ann.direct(having="edit_post")
    await room.ann.press(asked, "edit_post")
    await _ann_hands_in(room)


async def ann_goes_on_with_her_draft(room: Newsroom) -> None:
    await _ann_opens_her_draft(room)
    await room.ann.fill({TEXT: NEW_WORDS})
    await room.ann.press((await room.ann.views())[-1], "draft_save")
    await room.ann.view(titled="Done")
    await room.everything_is_said()


async def ann_sends_her_draft_in(room: Newsroom) -> None:
    await _ann_opens_her_draft(room)
    await _ann_hands_in(room)


async def ann_gives_her_draft_up(room: Newsroom) -> None:
    tab = await _home_of_ann(room)
    await room.ann.press(tab, action(tab, "open_post"))
    whole = await room.ann.view(titled="Post")
    post = await room.post()
    await room.ann.choose(whole, f"more#{post.id}", f"cancel_post:{post.id}.{post.version}")
    await _ann_means_it(room)


async def ann_calls_it_off(room: Newsroom) -> None:
    await room.ann_chooses("cancel_post")
    await _ann_means_it(room)


async def ann_sets_another_time(room: Newsroom) -> None:
    await room.ann_chooses("reschedule")
    await room.ann.view(having="clock")
    await room.ann.fill({"when": "at", "day": "2026-11-24", "clock": "09:00"})
    await room.ann.submit()
    await room.everything_is_said()


async def eve_connects_its_account(room: Newsroom) -> None:
    await room.eve_reconnects(BAKERY)


def ben(button: str) -> Act:
    """Ben presses it, and nothing is asked."""
    return partial(Newsroom.ben_presses, button=button)


def ben_says_why(button: str) -> Act:
    """Ben presses it, and gives a reason."""
    return partial(Newsroom.ben_decides, button=button, because=REASON)


STEPS: Mapping[tuple[Post, Step], Act] = {
    (P.DRAFT, S.EDIT): ann_goes_on_with_her_draft,
    (P.DRAFT, S.SUBMIT): ann_sends_her_draft_in,
    (P.DRAFT, S.CANCEL): ann_gives_her_draft_up,
    (P.IN_REVIEW, S.EDIT): ann_edits_from_its_card,
    (P.IN_REVIEW, S.APPROVE): ben("approve"),
    (P.IN_REVIEW, S.REQUEST_CHANGES): ben_says_why("request_changes"),
    (P.IN_REVIEW, S.HOLD): ben_says_why("hold"),
    (P.IN_REVIEW, S.REJECT): ben_says_why("reject"),
    (P.IN_REVIEW, S.CANCEL): ann_calls_it_off,
    (P.CHANGES_REQUESTED, S.EDIT): ann_edits_from_what_she_was_told,
    (P.CHANGES_REQUESTED, S.CANCEL): ann_calls_it_off,
    (P.ON_HOLD, S.EDIT): ann_edits_from_its_card,
    (P.ON_HOLD, S.RELEASE): ben("release"),
    (P.ON_HOLD, S.REJECT): ben_says_why("reject"),
    (P.ON_HOLD, S.CANCEL): ann_calls_it_off,
    (P.APPROVED, S.EDIT): ann_edits_from_its_card,
    (P.APPROVED, S.HOLD): ben_says_why("hold"),
    (P.APPROVED, S.CANCEL): ann_calls_it_off,
    (P.APPROVED, S.SCHEDULE): eve_connects_its_account,
    (P.SCHEDULED, S.EDIT): ann_sets_another_time,
    (P.SCHEDULED, S.HOLD): ben_says_why("hold"),
    (P.SCHEDULED, S.CANCEL): ann_calls_it_off,
    (P.FAILED, S.EDIT): ann_edits_from_its_card,
    (P.MISSED, S.EDIT): ann_sets_another_time,
}


async def take(room: Newsroom, start: Post, step: Step) -> None:
    """Bring a post to `start` and take the step."""
    await POSTS[start].go(room)
    if await room.ann.views():
        await room.ann.close_view(all_of_them=True)
    await STEPS[start, step](room)


async def _home_of_ann(room: Newsroom) -> View:
    await room.ann.open_home()
    return await room.ann.home()


async def _ann_opens_her_draft(room: Newsroom) -> None:
    tab = await _home_of_ann(room)
    await room.ann.press(tab, action(tab, "edit_post"))
    await room.ann.view(having=TEXT)


async def _ann_hands_in(room: Newsroom) -> None:
    await room.ann.view(having=TEXT)
    await room.ann.fill({TEXT: NEW_WORDS})
    await room.ann.submit()
    await room.ann.view(titled="Done")
    await room.everything_is_said()


async def _ann_means_it(room: Newsroom) -> None:
    await room.ann.view(saying="Cancel “")
    await room.ann.submit()
    await room.everything_is_said()
