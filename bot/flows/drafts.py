"""What a person wants to post, on its way into and out of the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.rules.content import Content, Target, Window, to_json
from bot.rules.people import Actor
from bot.store import Tx
from bot.store.tables import Account, Post, PostVersion

TITLE_CHARACTERS = 80


@dataclass(frozen=True)
class Draft:
    """A whole draft as a form hands it in. `campaign` and `note` stay inside."""

    client_id: int
    accounts: tuple[int, ...]
    content: Content
    window: Window
    campaign: str = ""
    note: str = ""

    @property
    def title(self) -> str:
        """The first words, on one line, for lists."""
        words = " ".join(self.content.segments[0].text.split())
        return words[:TITLE_CHARACTERS] or "(picture)"


def add_version(tx: Tx, post: Post, by: Actor, draft: Draft, *, now: datetime) -> PostVersion:
    """Write what the post says now as its version `post.version`."""
    window = draft.window
    return tx.add(
        PostVersion(
            workspace_id=post.workspace_id,
            post_id=post.id or 0,
            number=post.version,
            by=by.person,
            accounts=list(draft.accounts),
            content=to_json(draft.content),
            campaign=draft.campaign,
            note=draft.note,
            when_kind=window.kind,
            when_at=window.at,
            when_wall=window.wall,
            when_zone=window.zone,
            late_seconds=window.late_seconds,
            created_at=now,
        )
    )


def window_of(version: PostVersion) -> Window:
    """When this version may go out."""
    return Window(
        kind=version.when_kind,
        at=version.when_at,
        wall=version.when_wall,
        zone=version.when_zone,
        late_seconds=version.late_seconds,
    )


def targets_of(accounts: tuple[Account, ...]) -> tuple[Target, ...]:
    """The accounts as an approval signs them."""
    return tuple(
        Target(account_id=row.id or 0, network=row.network, server=row.server, remote_id=row.remote_id)
        for row in accounts
    )
