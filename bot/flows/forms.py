"""Forms of posts while they are filled in: begun, kept on every step, and handed in once, whatever is pressed twice."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.errors import BadInput, NotFound, Stale
from bot.flows import outbox, posts
from bot.flows.drafts import Draft
from bot.flows.posts import Faults
from bot.flows.rights import require_own_or_reviewer
from bot.flows.sheets import Open, draft_of, filled_in, sheet_of
from bot.rules import posts as rules
from bot.rules import sheets
from bot.rules.people import Actor, require_member
from bot.rules.sheets import Sheet
from bot.store import Tx
from bot.store import forms as queries
from bot.store.tables import Account, Client, Form, Post, Workspace

KIND = "post"
UNFINISHED_FOR = timedelta(days=14)
"""How long an unfinished form is offered again."""


def begin(tx: Tx, by: Actor, words: str = "", *, channel: str = "", now: datetime) -> Open:
    """Open a new form, filled in with what was typed: perhaps a time, and the text."""
    require_member(by)
    clients = _clients(tx)
    client = next((one for one in clients if channel and one.review_channel == channel), clients[0])
    sheet, problem = filled_in(_blank(tx, client), words, client, now)
    form = _keep_new(tx, by, sheet, now=now)
    unfinished = tuple(one for one in unfinished_forms(tx, by, now=now) if one.id != form.id)
    return replace(_open(tx, form), unfinished=unfinished, problem=problem)


def edit(tx: Tx, by: Actor, post_id: int, version: int, *, now: datetime) -> Open:
    """Open a form on a post as it stood when `version` was shown. Raises Stale once it cannot be edited."""
    require_member(by)
    post = tx.require(Post, post_id)
    require_own_or_reviewer(tx, by, post)
    rules.next_post(rules.Post(post.status), rules.Step.EDIT)
    if post.version != version:
        raise Stale("This post was edited since. Look at its card again, and edit that version.")
    form = _keep_new(tx, by, sheet_of(tx, post), now=now, post=post)
    return _open(tx, form)


def resume(tx: Tx, by: Actor, form_id: str) -> Open:
    """Open again what was not handed in."""
    return _open(tx, _require_open(tx, by, form_id))


def keep(tx: Tx, by: Actor, form_id: str, change: Callable[[Sheet], Sheet], *, now: datetime) -> Open:
    """Keep what stands in the form: `change` turns the sheet as it was kept last into the one to keep."""
    form = _require_open(tx, by, form_id)
    sheet = change(sheets.from_json(form.values))
    form.values, form.changed_at = sheets.to_json(sheet), now
    tx.session.add(form)
    return _open(tx, form)


def hand_in(tx: Tx, by: Actor, form_id: str, faults: Faults, *, review: bool, now: datetime) -> Post:
    """Make the form a post (or the next version of one): sent for review, or kept as a draft.

    The same form handed in again gives the same post. Refused with every word kept: the form stays open.
    """
    form = _require_own(tx, by, form_id)
    if not queries.close(tx, form_id, now):
        return _made_before(tx, form)
    opened = _open(tx, form)
    if opened.client.archived_at is not None:
        raise BadInput("client", "{client} is not here any more. Choose another client.", client=opened.client.name)
    draft = draft_of(opened, now=now)
    post = posts.save(tx, by, draft, now=now) if opened.post is None else _edited(tx, by, opened, draft, now)
    if review:
        _send(tx, by, post, faults, now)
    form.post_id, form.done_at = post.id, now
    tx.session.add(form)
    return post


def picture_files(tx: Tx, post_id: int) -> dict[str, str]:
    """The Slack files that a post's pictures came from, by hash, as far as its forms know them."""
    forms = tx.all(Form, Form.post_id == post_id, Form.kind == KIND, order=Form.changed_at)
    pictures = (picture for form in forms for picture in sheets.from_json(form.values).pictures)
    return {picture.image.sha256: picture.file_id for picture in pictures if picture.file_id}


def begin_anew(tx: Tx, by: Actor, form_id: str, *, now: datetime) -> Open:
    """A new form with the words of one whose post can no longer be edited."""
    form = _require_open(tx, by, form_id)
    queries.close(tx, form_id, now)
    return _open(tx, _keep_new(tx, by, sheets.from_json(form.values), now=now))


def discard(tx: Tx, by: Actor, form_id: str, *, now: datetime) -> None:
    """Throw an unfinished form away."""
    _require_own(tx, by, form_id)
    queries.close(tx, form_id, now)
    outbox.home(tx, by.person, now=now)


def leave(tx: Tx, by: Actor, form_id: str, change: Callable[[Sheet], Sheet], *, now: datetime) -> None:
    """Keep what stood in a form that was closed; one that holds nothing new is forgotten."""
    form = _require_own(tx, by, form_id)
    if form.done_at is not None:
        return
    sheet = change(sheets.from_json(form.values))
    post = _post_of(tx, form)
    if sheet.is_blank or (post is not None and sheet.content() == sheet_of(tx, post).content()):
        queries.close(tx, form_id, now)
    else:
        form.values, form.changed_at = sheets.to_json(sheet), now
        tx.session.add(form)
        outbox.home(tx, by.person, now=now)


def unfinished_forms(tx: Tx, by: Actor, *, now: datetime) -> list[Form]:
    """The person's forms that were not handed in and hold something, newest first."""
    found = queries.open_forms(tx, by.person, KIND, now - UNFINISHED_FOR)
    return [form for form in found if not sheets.from_json(form.values).is_blank]


def _edited(tx: Tx, by: Actor, opened: Open, draft: Draft, now: datetime) -> Post:
    if opened.post is None or opened.form.version is None:
        raise LookupError(f"form {opened.form.id} edits no post")
    return posts.edit(tx, by, opened.post.id or 0, opened.form.version, draft, now=now)


def _send(tx: Tx, by: Actor, post: Post, faults: Faults, now: datetime) -> None:
    """A draft is submitted; what was with the reviewers before went back to them with the edit."""
    if rules.Post(post.status) is rules.Post.DRAFT:
        posts.submit(tx, by, post.id or 0, post.version, faults, now=now)
    else:
        posts.require_publishable(tx, post, faults, now=now)


def _made_before(tx: Tx, form: Form) -> Post:
    tx.session.refresh(form)
    if form.post_id is None:
        raise Stale("You threw this draft away. Begin a new one with /draft.")
    return tx.require(Post, form.post_id)


def _blank(tx: Tx, client: Client) -> Sheet:
    """A new sheet; where a client has one account, that is chosen."""
    accounts = _accounts(tx, client)
    chosen = (accounts[0].id or 0,) if len(accounts) == 1 else ()
    return Sheet(client_id=client.id or 0, accounts=chosen)


def _clients(tx: Tx) -> tuple[Client, ...]:
    columns = Client.__table__.c  # type: ignore[attr-defined]
    clients = tx.all(Client, columns.archived_at.is_(None), order=(columns.name, columns.id))
    if not clients:
        managers = tx.require(Workspace, tx.scope.workspace).managers
        who = Actor(person=managers[0], name="").mention if managers else "The person who installed Trellis"
        raise NotFound("Trellis is not set up yet. {who} can do it in Trellis's Home tab.", who=who)
    return tuple(clients)


def _accounts(tx: Tx, client: Client) -> tuple[Account, ...]:
    columns = Account.__table__.c  # type: ignore[attr-defined]
    return tuple(tx.all(Account, columns.client_id == client.id, order=(columns.network, columns.handle, columns.id)))


def _keep_new(tx: Tx, by: Actor, sheet: Sheet, *, now: datetime, post: Post | None = None) -> Form:
    return tx.add(
        Form(
            id=secrets.token_urlsafe(24),
            workspace_id=tx.scope.workspace,
            person=by.person,
            kind=KIND,
            values=sheets.to_json(sheet),
            post_id=post.id if post else None,
            version=post.version if post else None,
            changed_at=now,
        )
    )


def _require_own(tx: Tx, by: Actor, form_id: str) -> Form:
    require_member(by)
    form = tx.get(Form, form_id)
    if form is None or form.person != by.person or form.kind != KIND:
        raise NotFound("This form is not here any more. Begin a new one with /draft.")
    return form


def _require_open(tx: Tx, by: Actor, form_id: str) -> Form:
    form = _require_own(tx, by, form_id)
    if form.done_at is not None:
        raise Stale("This form was handed in already. Open the post from its card to change it.")
    return form


def _open(tx: Tx, form: Form) -> Open:
    sheet = sheets.from_json(form.values)
    client = tx.require(Client, sheet.client_id)
    return Open(
        form=form,
        sheet=sheet,
        clients=_clients(tx),
        client=client,
        accounts=_accounts(tx, client),
        post=_post_of(tx, form),
    )


def _post_of(tx: Tx, form: Form) -> Post | None:
    """The post that a form edits; None for a new one, and once the post is gone."""
    if form.post_id is None or form.version is None:
        return None
    return tx.get(Post, form.post_id)
