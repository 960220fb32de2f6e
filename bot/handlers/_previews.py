"""A post as it is shown, gathered at the edge: its rows from the store, its lengths and faults from the networks."""

from __future__ import annotations

from dataclasses import replace

from bot.blocks.posts import Shown, time_of
from bot.blocks.remarks import Weighed, warning_notes
from bot.blocks.whole import WHOLE, whole
from bot.desk import Desk, Scope
from bot.flows import checks, outbox, previews
from bot.flows.previews import Look
from bot.handlers._ask import Ask
from bot.handlers._payload import word
from bot.rules.content import from_json
from bot.rules.differences import differences
from bot.rules.posts import Post


async def shown_post(desk: Desk, scope: Scope, post_id: int) -> Shown:
    """Everything of one post; NotFound when it is not within the scope."""
    return as_shown(desk, await desk.read(previews.look, scope, post_id, now=desk.now()))


async def refresh(ask: Ask, post_id: int) -> None:
    """After an act in a view: show there what is true now. Cards follow by themselves."""
    if word(ask.body, "view", "callback_id") == WHOLE:
        await ask.update(whole(await shown_post(ask.desk, ask.scope, post_id)))
    elif word(ask.body, "view", "type") == "home":
        await ask.desk.write(outbox.home, ask.scope, ask.actor.person, now=ask.now)


def as_shown(desk: Desk, look: Look) -> Shown:
    """The rows as blocks want them."""
    view, warned = look.view, look.warnings
    content = from_json(view.version.content)
    undecided = Post(view.post.status) in previews.OPEN_STATES
    faults = checks.faults_of(desk.networks, view.accounts, content) if undecided else {}
    weighed = tuple(
        Weighed(
            account,
            checks.weights_of(desk.networks, account, content.for_account(account.id or 0)),
            faults.get(account.id or 0, ()),
        )
        for account in view.accounts
    )
    shown = Shown(
        post=view.post,
        version=view.version,
        client=view.client,
        content=content,
        weighed=weighed,
        deliveries=view.deliveries,
        decisions=view.decisions,
        pauses=view.pauses,
        notes=tuple(warning_notes(warned.clashes, warned.alike, warned.without_alt, warned.only_here)),
    )
    return _with_changes(shown, look)


def _with_changes(shown: Shown, look: Look) -> Shown:
    """What differs from the version that was approved before."""
    before, now = look.before, look.view.version
    if before is None:
        return shown
    same_time = (before.when_kind, before.when_at) == (now.when_kind, now.when_at)
    return replace(
        shown,
        changed=differences(from_json(before.content), before.accounts, shown.content, now.accounts),
        changed_time="" if same_time else time_of(before),
    )
