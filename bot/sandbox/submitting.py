"""Submitting and closing forms: what the app may answer to a submission, and what Slack tells it of a closing."""

from __future__ import annotations

from typing import Any

from bot.sandbox import payloads
from bot.sandbox.acts import require_ack
from bot.sandbox.answers import ClientError, Json, Refusal
from bot.sandbox.entering import require_complete
from bot.sandbox.methods.views import checked_view
from bot.sandbox.pressing import find_place
from bot.sandbox.screens import View
from bot.sandbox.slack import Slack

TROUBLE = "We had some trouble connecting. Try again?"


async def submit(slack: Slack, user: str, told: Json) -> Json:
    """Press the form's submit button. The app's answer closes it, changes it, or shows words beside its inputs."""
    view = open_form(slack, user, told)
    if view.content.get("submit_disabled"):
        raise ClientError("submit_disabled", "The form cannot be submitted yet.")
    try:
        require_complete(view)
    except ClientError as problem:
        view.errors = problem.fields
        slack.note_view("view_errors", view)
        raise
    view.errors, view.problem = {}, ""
    payload = payloads.view_submission(slack, view)
    answer = await slack.post.interact("interactive", payload, accepts_response=True)
    try:
        require_ack(slack, user, answer, slack.workspace.app.name)
        return _carry_out(slack, view, answer.payload)
    except (ClientError, Refusal) as problem:
        view.problem = TROUBLE
        slack.note_view("view_errors", view)
        if isinstance(problem, Refusal):
            messages = problem.extra.get("errors") or [problem.code]
            raise ClientError("invalid_response_action", "; ".join(messages)) from None
        raise


async def close(slack: Slack, user: str, told: Json) -> Json:
    """Press the form's close button; with `all`, the cross that ends the whole stack."""
    view = open_form(slack, user, told)
    whole = bool(told.get("all") or view.content.get("clear_on_close"))
    closing = list(reversed(slack.screens.stacks[user])) if whole else [view]
    slack.screens.close(view, whole_stack=whole)
    slack.note_view("view_closed", view)
    for closed in closing:
        if closed.content.get("notify_on_close"):
            payload = payloads.view_closed(slack, closed, is_cleared=whole)
            slack.post.spawn(slack.post.interact("interactive", payload, accepts_response=False))
    return {"ok": True}


def open_form(slack: Slack, user: str, told: Json) -> View:
    """The form on top of this person's stack, or the one that was named. Raises ClientError when there is none."""
    top = slack.screens.top(user)
    named = told.get("view") or (top.id if top else "")
    if not named:
        raise ClientError("view_not_found", "No form is open.")
    within = find_place(slack, user, {"view": named}).within
    if not isinstance(within, View) or within.content["type"] != "modal":
        raise ClientError("not_a_form", "App Home cannot be submitted.")
    return within


def _carry_out(slack: Slack, view: View, answer: Any) -> Json:
    action = answer.get("response_action") if isinstance(answer, dict) else None
    if answer and action not in {"errors", "update", "push", "clear"}:
        raise Refusal("invalid_response_action", errors=[f"unknown response_action {action!r}"])
    if action == "errors":
        return _show_errors(slack, view, answer.get("errors"))
    if action == "update":
        content = checked_view(slack, answer.get("view"), "modal")
        slack.screens.require_free(content, instead_of=view)
        view.replace(content)
        slack.note_view("view_updated", view)
    elif action == "push":
        pushed = slack.screens.push(view.user, checked_view(slack, answer.get("view"), "modal"))
        slack.note_view("view_opened", pushed)
    else:
        slack.screens.close(view, whole_stack=action == "clear")
        slack.note_view("view_closed", view)
    return {"ok": True, "closed": action in {None, "clear"}}


def _show_errors(slack: Slack, view: View, errors: Any) -> Json:
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not all(isinstance(words, str) for words in errors.values()):
        raise Refusal("invalid_response_action", errors=["errors must map block ids to words"])
    strays = sorted(set(errors) - inputs)
    if strays:
        raise Refusal("invalid_response_action", errors=[f"no input block {stray}" for stray in strays])
    view.errors = dict(errors)
    slack.note_view("view_errors", view)
    return {"ok": True, "closed": False, "errors": view.errors}
