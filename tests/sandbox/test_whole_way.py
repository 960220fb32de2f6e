"""One way through everything, as Trellis goes it: command, form, card, press, Home."""

from __future__ import annotations

from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp

from bot.sandbox.cast import ANN, GENERAL, REVIEW
from bot.sandbox.driver import FormErrors, Person, Refused

TEXT = {"type": "plain_text_input", "action_id": "text", "multiline": True}
FORM: dict[str, Any] = {
    "type": "modal",
    "callback_id": "draft",
    "title": {"type": "plain_text", "text": "Draft a post"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [{"type": "input", "block_id": "text", "label": {"type": "plain_text", "text": "Text"}, "element": TEXT}],
}


def card(text: str) -> list[dict[str, Any]]:
    approve = {"type": "button", "action_id": "approve", "text": {"type": "plain_text", "text": "Approve"}}
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": text}},
        {"type": "actions", "elements": [approve]},
    ]


@pytest.fixture
def draft_app(app: AsyncApp) -> AsyncApp:
    async def draft(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    async def submitted(ack: Any, view: Any, client: Any) -> None:
        text = view["state"]["values"]["text"]["text"]["value"]
        if "spam" in text:
            await ack(response_action="errors", errors={"text": "Write something else."})
            return
        await ack()
        await client.chat_postMessage(channel=REVIEW, text=text, blocks=card(text))

    async def approve(ack: Any, body: Any, client: Any, respond: Any) -> None:
        await ack()
        channel, ts = body["channel"]["id"], body["message"]["ts"]
        await client.chat_update(channel=channel, ts=ts, text="Approved", blocks=card("Approved")[:1])
        await respond("You approved it.", replace_original=False)
        await client.views_publish(user_id=body["user"]["id"], view={"type": "home", "blocks": card("Done")})

    app.command("/draft")(draft)
    app.view("draft")(submitted)
    app.action("approve")(approve)
    return app


@pytest.mark.usefixtures("draft_app", "connected")
async def test_a_draft_is_filled_submitted_and_approved(ann: Person, ben: Person) -> None:
    await ann.command("/draft", "", channel=GENERAL)
    await ann.view(having="text")
    await ann.fill({"text": "Our shop opens"})
    await ann.submit()
    review = await ben.message(REVIEW, saying="Our shop opens")
    await ben.press(review, "approve")
    assert (await ben.message(REVIEW)).text == "Approved"
    assert (await ben.ephemeral(REVIEW)).text == "You approved it."
    assert "Done" in (await ben.home()).words
    assert not await ann.views()
    assert await ann.ephemerals(REVIEW) == []


@pytest.mark.usefixtures("draft_app", "connected")
async def test_the_apps_words_stand_beside_the_input_and_what_was_typed_stays(ann: Person) -> None:
    await ann.command("/draft", "", channel=GENERAL)
    await ann.view()
    await ann.fill({"text": "spam"})
    with pytest.raises(FormErrors) as refused:
        await ann.submit()
    assert refused.value.fields == {"text": "Write something else."}
    view = (await ann.views())[-1]
    assert view.values["text"]["text"]["value"] == "spam"


@pytest.mark.usefixtures("draft_app", "connected")
async def test_an_empty_required_input_never_reaches_the_app(ann: Person) -> None:
    await ann.command("/draft", "", channel=GENERAL)
    await ann.view()
    with pytest.raises(Refused) as refused:
        await ann.submit()
    assert refused.value.code == "invalid_input"
    assert set(refused.value.fields) == {"text"}


async def test_with_nobody_connected_a_command_fails_as_in_slack(ann: Person) -> None:
    with pytest.raises(Refused) as refused:
        await ann.command("/draft", "", channel=GENERAL)
    assert refused.value.code == "dispatch_failed"
    assert ann.user == ANN
