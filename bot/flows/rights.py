"""Whose word counts for a post, asked at the moment of the act."""

from __future__ import annotations

from bot.rules.people import Actor, Rights, require_reviewer
from bot.store import Tx
from bot.store import posts as queries
from bot.store.tables import Client, Post, Workspace


def rights_at(tx: Tx, client: Client) -> Rights:
    """Who manages and who reviews at this client."""
    workspace = tx.require(Workspace, client.workspace_id)
    return Rights(
        client=client.name,
        managers=frozenset(workspace.managers),
        reviewers=frozenset(client.reviewers),
        four_eyes=client.four_eyes,
    )


def rights_of(tx: Tx, post: Post) -> Rights:
    """Who manages and who reviews this post."""
    return rights_at(tx, tx.require(Client, post.client_id))


def require_own_or_reviewer(tx: Tx, by: Actor, post: Post) -> None:
    """Refuse everybody but the post's authors and its reviewers."""
    if by.person not in queries.authors(tx, post):
        require_reviewer(by, rights_of(tx, post))
