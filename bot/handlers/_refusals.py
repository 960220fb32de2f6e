"""Shows a person why something was not done, where they are, so that nothing they typed is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog

from bot.blocks.basics import Block, context, section
from bot.blocks.surfaces import message, modal
from bot.errors import BadInput, Mrkdwn, Refused
from bot.handlers._payload import Kind, Payload, at, name_of, word
from bot.handlers._way import Way
from bot.logs import current_reference
from bot.metrics import ERRORS
from bot.rules.escaping import from_mrkdwn
from bot.slack import SlackBusy, SlackError, SlackRefused
from bot.words import plain, plain_sentence, sentence, t

log = structlog.get_logger(__name__)

NOTICE = "notice"
"""The callback of a view that only says something."""
ANSWERED_EVENTS = {"app_mention", "message"}
"""Events behind which somebody waits for an answer; of the others nobody knows."""

VIEW_CLOSED = {"not_found", "view_not_found"}
"""The person closed the view before it could be written: nobody waits for it any more."""
VIEW_CHANGED = "hash_conflict"


async def show(way: Way, kind: Kind, error: Exception) -> None:
    """Tell whoever asked what went wrong. A `Refused` speaks for itself; anything else is logged with a reference."""
    if isinstance(error, SlackRefused) and error.code in VIEW_CLOSED:
        await way.ack()
        return
    said = _said(error)
    try:
        await _tell(way, kind, error, said)
    except Exception:
        log.exception("refusal_not_told")
        await way.ack()


def _said(error: Exception) -> Mrkdwn:
    if isinstance(error, Refused):
        return sentence(error)
    if isinstance(error, SlackError):
        log.warning("slack_failed", why=str(error))
        if isinstance(error, SlackRefused) and error.code == VIEW_CHANGED:
            return t("This has changed since you looked at it. Please look again.")
        late = isinstance(error, SlackBusy) or _is_late(error)
        return t("Slack was too slow for Trellis, or has no time for it. Please try once more.") if late else _unknown()
    ERRORS.labels("handler").inc()
    log.error("handler_failed", exc_info=error, reference=current_reference())
    return _unknown()


def _unknown() -> Mrkdwn:
    return t(
        "Something went wrong in Trellis, and it is not your fault. Please try again. If it happens again, tell the "
        "person who runs Trellis this reference: {reference}.",
        reference=current_reference(),
    )


def _is_late(error: SlackError) -> bool:
    code = getattr(error, "code", "expired_trigger_id")  # only SlackRefused has a code; silence is lateness too
    return code in {"expired_trigger_id", "trigger_expired", "exchanged_trigger_id", "trigger_exchanged"}


async def _tell(way: Way, kind: Kind, error: Exception, said: Mrkdwn) -> None:
    if kind is Kind.VIEW and not way.acked:
        await _tell_form(way, error, said)
    elif kind is Kind.OPTIONS:
        await way.ack(options=[])
    elif kind is Kind.EVENT and not _is_awaited(way, error):
        await way.ack()
    elif kind is Kind.ACTION and word(way.body, "view", "id"):
        await way.ack()
        await _tell_over_view(way, said)
    else:
        await way.ack()
        await way.say_privately(message(_notice(way.body, kind, said)))


async def _tell_form(way: Way, error: Exception, said: Mrkdwn) -> None:
    """In the form's own ack: at the field, or in a view over it, so that the form keeps what was typed."""
    view = at(way.body, "view") or {}
    at_field = _field(view, error.field) if isinstance(error, BadInput) else ""
    if isinstance(error, BadInput) and at_field:
        await way.ack(response_action="errors", errors={at_field: plain_sentence(error)})
    elif not _is_third(view):
        await way.ack(response_action="push", view=_view(said))
    elif anywhere := _first_input(view):
        await way.ack(response_action="errors", errors={anywhere: from_mrkdwn(said)})
    else:
        await way.ack(response_action="update", view=_view(said))


def _is_awaited(way: Way, error: Exception) -> bool:
    """Whether somebody waits for a word about this event; one that is run again has had it."""
    first_run = way.bolt_ack is not None
    return name_of(Kind.EVENT, way.body) in ANSWERED_EVENTS and (first_run or isinstance(error, Refused))


async def _tell_over_view(way: Way, said: Mrkdwn) -> None:
    try:
        await way.open(_view(said))
    except SlackError:  # the trigger was used by the handler, or three views are open
        await way.say_privately(message([section(said)]))


def _notice(body: Payload, kind: Kind, said: Mrkdwn) -> Sequence[Block]:
    """The sentence, and what was typed after a command, which Slack does not keep."""
    typed = from_mrkdwn(word(body, "text")) if kind is Kind.COMMAND else ""
    return [section(said), context(t("You typed:")), section(typed)] if typed.strip() else [section(said)]


def _view(said: Mrkdwn) -> Block:
    return modal(NOTICE, plain("Not done"), [section(said)], close=plain("Back"))


def _field(view: Mapping[str, object], field: str) -> str:
    """The id of the input block of a field: `text`, or `text#2`."""
    return next((name for name in _inputs(view) if name.partition("#")[0] == field), "")


def _first_input(view: Mapping[str, object]) -> str:
    return next(iter(_inputs(view)), "")


def _inputs(view: Mapping[str, object]) -> list[str]:
    blocks = view.get("blocks")
    found = [block for block in blocks if word(block, "type") == "input"] if isinstance(blocks, list) else []
    return [word(block, "block_id") for block in found]


def _is_third(view: Mapping[str, object]) -> bool:
    """Whether nothing more can be put on top: Slack stacks three views, and tells of the first and the one below."""
    root, below, own = word(view, "root_view_id"), word(view, "previous_view_id"), word(view, "id")
    return bool(below) and root not in (below, own)
