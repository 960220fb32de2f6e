"""The forms of a customer's conversation: who takes it, why others should look, and the answer."""

from __future__ import annotations

from dataclasses import dataclass

from bot.blocks.basics import Block, context, divider, section, ticket
from bot.blocks.drafts import TYPING
from bot.blocks.inbox import EARLIER_CHARACTERS, Shown, handle_of, who_wrote, written_by_customer
from bot.blocks.inputs import INPUT_TEXT, input_block, line, person
from bot.blocks.previews import exactly
from bot.blocks.remarks import account_name
from bot.blocks.surfaces import modal
from bot.errors import Mrkdwn
from bot.rules import inbox as rules
from bot.rules.markup import mention
from bot.rules.networks import Weight
from bot.store.tables import Conversation, Reply
from bot.words import plain, t

ASSIGN, ESCALATE, ANSWER, LINK = "conversation_assign", "conversation_escalate", "conversation_answer", "reply_link"
"""Callbacks of the forms."""
TYPED = "answer_text"
"""The action that tells of each change of the answer."""
REASON_CHARACTERS = 2_000
LINK_CHARACTERS = 2_000


@dataclass(frozen=True)
class Draft:
    """An answer as it stands in its form."""

    text: str = ""
    weight: Weight | None = None
    problem: str = ""
    """Why it was not sent, as mrkdwn."""


def ask_person(row: Conversation) -> Block:
    """Asks who takes care of it."""
    field = input_block("person", plain("Who takes care of it?"), person("person", row.owner), hint=_told())
    private = ticket(row.id or 0, row.revision)
    return modal(ASSIGN, plain("Assign"), [section(_names(row)), field], submit=plain("Assign"), private=private)


def ask_reason(row: Conversation) -> Block:
    """Asks why others should look."""
    typed = line("reason", long=True, longest=REASON_CHARACTERS)
    hint = plain("The client's reviewers and those who set Trellis up read this. The customer does not.")
    field = input_block("reason", plain("Why should others look at it?"), typed, hint=hint)
    private = ticket(row.id or 0, row.revision)
    return modal(ESCALATE, plain("Escalate"), [section(_names(row)), field], submit=plain("Escalate"), private=private)


def ask_link(reply: Reply, account: str) -> Block:
    """Asks where the answer is to be seen."""
    blocks = [
        section(t("Open {account} and copy the link of the answer.", account=account)),
        input_block(
            "link", plain("Link of the answer"), line("link", longest=LINK_CHARACTERS, placeholder="https://…")
        ),
    ]
    return modal(LINK, plain("It is live"), blocks, submit=plain("Confirm"), private=ticket(reply.id or 0))


def reply_form(shown: Shown, draft: Draft) -> Block:
    """The answer: to what, from which account, who will read it, how long it is, and exactly what will be sent."""
    row, last = shown.conversation, shown.replies[-1].id if shown.replies else 0
    problem = [section(Mrkdwn(f"*{t('Not sent.')}* {draft.problem}"))] if draft.problem else []
    typed = line(TYPED, typed=draft.text, long=True) | TYPING
    blocks = [
        *problem,
        section(_from_whom(shown)),
        context(t("They wrote:")),
        *written_by_customer(shown.newest.text, EARLIER_CHARACTERS),
        *_who_has_it(shown),
        divider(),
        input_block("text", plain("Your answer"), typed, tells=True),
        *_preview(shown, draft),
    ]
    private = f"{row.id}.{shown.newest.id}.{last}"
    submit = plain("Send privately") if rules.is_direct(shown.newest.kind) else plain("Answer publicly")
    return modal(ANSWER, plain("Reply"), blocks, submit=submit, private=private)


def _preview(shown: Shown, draft: Draft) -> list[Block]:
    count: list[Block] = []
    if draft.weight is not None:
        used = t("{used} of {limit} {unit}", used=draft.weight.used, limit=draft.weight.limit, unit=draft.weight.unit)
        over = t("*{over} too many*", over=draft.weight.over)
        count = [context(Mrkdwn(f"{used}, {over}") if draft.weight.over else used)]
    if not draft.text.strip():
        return count
    head = context(t("*What {account} will say:*", account=account_name(shown.account)))
    return [*count, head, exactly(draft.text[:INPUT_TEXT])]


def _from_whom(shown: Shown) -> Mrkdwn:
    """The account and the audience, in words that cannot be missed."""
    row = shown.conversation
    values = {"account": account_name(shown.account), "who": who_wrote(row), "handle": handle_of(row)}
    if rules.is_direct(shown.newest.kind):
        return t("*Direct message* from *{account}*. Only {who} (@{handle}) reads it.", **values)
    return t("*Public answer* from *{account}* to {who} (@{handle}). Everybody can read it.", **values)


def _who_has_it(shown: Shown) -> list[Block]:
    owner = shown.conversation.owner
    return [context(t("{who} has this conversation.", who=mention(owner)))] if owner else []


def _names(row: Conversation) -> Mrkdwn:
    return t("{who} (@{handle})", who=who_wrote(row), handle=handle_of(row))


def _told() -> str:
    return plain("They are told by a direct message.")
