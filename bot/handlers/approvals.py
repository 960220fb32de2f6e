"""Decisions on a post by its reviewers: approve, request changes, hold, release, reject."""

from __future__ import annotations

from bot.blocks.decisions import REASON, ask_reason
from bot.errors import Stale
from bot.flows import approvals, posts
from bot.flows.checks import faults_of
from bot.handlers._ask import OLD_BUTTON, Ask
from bot.handlers._deciding import decide
from bot.handlers._on import Handler, On
from bot.handlers._previews import refresh
from bot.rules.content import from_json
from bot.rules.posts import Step

WITH_REASON = {
    Step.REQUEST_CHANGES: approvals.request_changes,
    Step.HOLD: approvals.hold,
    Step.REJECT: approvals.reject,
}


def register(on: On) -> None:
    """The buttons of a card that decide."""
    on.action("approve")(approve)
    on.action("release")(release)
    for step in WITH_REASON:
        on.action(str(step), ack_first=True)(_asking_why(step))
    on.view(REASON)(with_reason)


async def approve(ask: Ask) -> None:
    """Sign the version that was shown, checked by each network's own rules."""
    post_id, version = ask.ticket
    view = await ask.desk.read(posts.view, ask.scope, post_id)
    faults = faults_of(ask.desk.networks, view.accounts, from_json(view.version.content))
    await decide(ask, approvals.approve, post_id, post_id, version, faults)
    await refresh(ask, post_id)


async def release(ask: Ask) -> None:
    """Put a held post back before its reviewers."""
    post_id, version = ask.ticket
    await decide(ask, approvals.release, post_id, post_id, version)
    await refresh(ask, post_id)


async def with_reason(ask: Ask) -> None:
    """The reason was given: decide."""
    step, _, carried = ask.private.partition(":")
    post_id, _, version = carried.partition(".")
    if step not in WITH_REASON or not (post_id.isdecimal() and version.isdecimal()):
        raise Stale(OLD_BUTTON)
    flow = WITH_REASON[Step(step)]
    await decide(ask, flow, int(post_id), int(post_id), int(version), ask.typed.text("reason"))


def _asking_why(step: Step) -> Handler:
    """The button of a decision that needs a reason: a form asks for it."""

    async def ask_why(ask: Ask) -> None:
        post_id, version = ask.ticket
        post = await ask.desk.read(approvals.require_undecided, ask.scope, ask.actor, post_id, version, step)
        await ask.open(ask_reason(step, post_id, version, post.title))

    return ask_why
