"""Forms and App Home: triggers, the stack of three, hashes, closing, and what a submission may be answered with."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.cast import ANN, BEN, GENERAL
from bot.sandbox.driver import Control, FormErrors, Person, Refused
from tests.sandbox.kit import Json, actions, button, home, input_block, modal, plain, section, text_input
from tests.sandbox.test_messages import refusal

STEP = modal(actions(button("deeper")), input_block(text_input(), optional=True))


class Heard:
    """What the app heard, and what it shall answer to the next submission."""

    def __init__(self) -> None:
        self.triggers: list[str] = []
        self.submissions: list[Json] = []
        self.closed: asyncio.Queue[Json] = asyncio.Queue()
        self.answer: Json = {}


@pytest.fixture
def heard(app: AsyncApp) -> Heard:
    record = Heard()

    async def triggered(ack: Any, body: Any) -> None:
        await ack()
        record.triggers.append(body["trigger_id"])

    async def submitted(ack: Any, body: Any) -> None:
        record.submissions.append(body)
        await ack(**record.answer)

    async def closed(ack: Any, body: Any) -> None:
        await ack()
        record.closed.put_nowait(body)

    app.command("/form")(triggered)
    app.action("deeper")(triggered)
    app.view("form")(submitted)
    app.view_closed("form")(closed)
    return record


async def opened(ann: Person, client: AsyncWebClient, heard: Heard, view: Json) -> Json:
    await ann.command("/form", channel=GENERAL)
    answer: Json = (await client.views_open(trigger_id=heard.triggers[-1], view=view))["view"]
    return answer


@pytest.mark.usefixtures("connected")
async def test_a_trigger_works_once_and_for_three_seconds(
    ann: Person, client: AsyncWebClient, heard: Heard, control: Control
) -> None:
    await opened(ann, client, heard, STEP)
    again = await refusal(client.views_open(trigger_id=heard.triggers[-1], view=STEP))
    assert again["error"] == "exchanged_trigger_id"
    await ann.command("/form", channel=GENERAL)
    await control.advance(3.1)
    late = await refusal(client.views_open(trigger_id=heard.triggers[-1], view=STEP))
    assert late["error"] == "expired_trigger_id"
    never = await refusal(client.views_open(trigger_id="1.made.up", view=STEP))
    assert never["error"] == "invalid_trigger_id"


@pytest.mark.usefixtures("connected")
async def test_a_refused_view_leaves_the_trigger_unused(ann: Person, client: AsyncWebClient, heard: Heard) -> None:
    await ann.command("/form", channel=GENERAL)
    wrong = await refusal(client.views_open(trigger_id=heard.triggers[-1], view=modal(title=plain("x" * 25))))
    assert wrong["error"] == "invalid_arguments"
    assert wrong["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    assert (await client.views_open(trigger_id=heard.triggers[-1], view=STEP))["ok"]


@pytest.mark.usefixtures("connected")
async def test_three_views_lie_on_each_other_and_no_fourth(ann: Person, client: AsyncWebClient, heard: Heard) -> None:
    first = await opened(ann, client, heard, STEP)
    for _ in range(2):
        await ann.press((await ann.views())[-1], "deeper")
        pushed = (await client.views_push(trigger_id=heard.triggers[-1], view=STEP))["view"]
    assert pushed["root_view_id"] == first["id"]
    assert len(await ann.views()) == 3
    await ann.press((await ann.views())[-1], "deeper")
    fourth = await refusal(client.views_push(trigger_id=heard.triggers[-1], view=STEP))
    assert fourth["error"] == "push_limit_reached"


@pytest.mark.usefixtures("connected")
async def test_a_covered_view_cannot_be_pressed(ann: Person, client: AsyncWebClient, heard: Heard) -> None:
    await opened(ann, client, heard, STEP)
    below = (await ann.views())[-1]
    await ann.press(below, "deeper")
    await client.views_push(trigger_id=heard.triggers[-1], view=STEP)
    with pytest.raises(Refused, match="view_is_covered"):
        await ann.press(below, "deeper")


@pytest.mark.usefixtures("connected")
async def test_an_update_keeps_what_was_typed_and_changes_the_hash(
    ann: Person, client: AsyncWebClient, heard: Heard
) -> None:
    view = await opened(ann, client, heard, STEP)
    await ann.fill({"text": "typed"})
    changed = modal(section("more"), input_block(text_input(), optional=True))
    updated = await client.views_update(view_id=view["id"], hash=view["hash"], view=changed)
    assert updated["view"]["hash"] != view["hash"]
    assert (await ann.views())[-1].values["answer"]["text"]["value"] == "typed"
    stale = await refusal(client.views_update(view_id=view["id"], hash=view["hash"], view=changed))
    assert stale["error"] == "hash_conflict"


@pytest.mark.usefixtures("connected")
async def test_another_block_id_forgets_what_was_typed(ann: Person, client: AsyncWebClient, heard: Heard) -> None:
    view = await opened(ann, client, heard, STEP)
    await ann.fill({"text": "typed"})
    await client.views_update(view_id=view["id"], view=modal(input_block(text_input(), "other")))
    assert (await ann.views())[-1].values["other"]["text"]["value"] is None


@pytest.mark.usefixtures("connected")
async def test_a_closed_view_cannot_be_updated(ann: Person, client: AsyncWebClient, heard: Heard) -> None:
    view = await opened(ann, client, heard, STEP)
    await ann.close_view()
    assert (await refusal(client.views_update(view_id=view["id"], view=STEP)))["error"] == "not_found"
    assert heard.closed.empty()


@pytest.mark.usefixtures("connected")
async def test_closing_is_told_to_an_app_that_asked(ann: Person, client: AsyncWebClient, heard: Heard) -> None:
    await opened(ann, client, heard, modal(section(), notify_on_close=True, private_metadata="post 7"))
    await ann.close_view(all_of_them=True)
    body = await asyncio.wait_for(heard.closed.get(), 2)
    assert body["is_cleared"] is True
    assert body["view"]["private_metadata"] == "post 7"


@pytest.mark.usefixtures("connected")
async def test_an_external_id_is_unique_over_all_views_of_all_people(
    ann: Person, client: AsyncWebClient, heard: Heard
) -> None:
    await client.views_publish(user_id=BEN, view=home(external_id="one"))
    await ann.command("/form", channel=GENERAL)
    taken = await refusal(client.views_open(trigger_id=heard.triggers[-1], view=modal(external_id="one")))
    assert taken["error"] == "duplicate_external_id"
    assert (await client.views_publish(user_id=BEN, view=home(external_id="one")))["ok"]


@pytest.mark.usefixtures("connected")
async def test_a_submission_carries_state_and_is_closed_by_an_empty_ack(
    ann: Person, client: AsyncWebClient, heard: Heard
) -> None:
    await opened(ann, client, heard, modal(input_block(text_input()), private_metadata="7"))
    await ann.fill({"text": "hello"})
    await ann.submit()
    view = heard.submissions[0]["view"]
    assert view["state"]["values"] == {"answer": {"text": {"type": "plain_text_input", "value": "hello"}}}
    assert view["private_metadata"] == "7"
    assert await ann.views() == []


@pytest.mark.usefixtures("connected")
async def test_a_submission_may_be_answered_with_errors(ann: Person, client: AsyncWebClient, heard: Heard) -> None:
    await opened(ann, client, heard, STEP)
    heard.answer = {"response_action": "errors", "errors": {"answer": "No."}}
    with pytest.raises(FormErrors):
        await ann.submit()
    assert (await ann.views())[-1].errors == {"answer": "No."}


@pytest.mark.usefixtures("connected")
async def test_a_submission_may_be_answered_with_another_view(
    ann: Person, client: AsyncWebClient, heard: Heard
) -> None:
    await opened(ann, client, heard, STEP)
    heard.answer = {"response_action": "push", "view": modal(section("on top"))}
    await ann.submit()
    assert [view.words.count("on top") for view in await ann.views()] == [0, 1]
    heard.answer = {"response_action": "update", "view": modal(section("instead"))}
    await ann.submit()
    assert "instead" in (await ann.view()).words
    heard.answer = {"response_action": "clear"}
    await ann.submit()
    assert await ann.views() == []


WRONG_ANSWERS: dict[str, Json] = {
    "errors for a block that is no input": {"response_action": "errors", "errors": {"actions": "No."}},
    "an unknown action": {"response_action": "shout"},
    "a view that Slack refuses": {"response_action": "update", "view": modal(title=plain("x" * 25))},
}


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("name", WRONG_ANSWERS)
async def test_a_wrong_answer_shows_as_trouble_and_keeps_the_form(
    ann: Person, client: AsyncWebClient, heard: Heard, name: str
) -> None:
    await opened(ann, client, heard, STEP)
    heard.answer = WRONG_ANSWERS[name]
    with pytest.raises(Refused, match="invalid_response_action"):
        await ann.submit()
    assert (await ann.views())[-1].problem


@pytest.mark.usefixtures("connected")
async def test_input_needs_files_read_for_a_file_input(
    ann: Person, client: AsyncWebClient, heard: Heard, control: Control
) -> None:
    await ann.command("/form", channel=GENERAL)
    await control.withdraw_scopes("files:read")
    view = modal(input_block({"type": "file_input", "action_id": "f"}))
    assert (await refusal(client.views_open(trigger_id=heard.triggers[-1], view=view)))["error"] == "invalid_arguments"


async def test_home_is_one_view_a_person_and_minds_the_hash(client: AsyncWebClient, ann: Person, ben: Person) -> None:
    first = (await client.views_publish(user_id=ANN, view=home(section("one"))))["view"]
    assert "one" in (await ann.home()).words
    assert await ben.shown_home() is None
    second = (await client.views_publish(user_id=ANN, view=home(section("two")), hash=first["hash"]))["view"]
    assert second["id"] == first["id"]
    stale = await refusal(client.views_publish(user_id=ANN, view=home(), hash=first["hash"]))
    assert stale["error"] == "hash_conflict"
    empty = await refusal(client.views_publish(user_id=ANN, view=home(), hash=""))
    assert empty["error"] == "hash_conflict"


async def test_a_view_of_250_kb_is_too_large(client: AsyncWebClient) -> None:
    blocks = [section("x" * 3_000) for _ in range(100)]
    assert (await refusal(client.views_publish(user_id=ANN, view=home(*blocks))))["error"] == "view_too_large"


@pytest.mark.usefixtures("connected")
async def test_a_press_in_a_view_has_no_response_url(ann: Person, app: AsyncApp, client: AsyncWebClient) -> None:
    bodies: list[Json] = []

    async def pressed(ack: Any, body: Any) -> None:
        await ack()
        bodies.append(body)

    app.action("go")(pressed)
    await client.views_publish(user_id=ANN, view=home(actions(button("go", value="7"))))
    await ann.press(await ann.home(), "go")
    assert "response_url" not in bodies[0]
    assert bodies[0]["container"]["type"] == "view"
    assert bodies[0]["actions"][0]["value"] == "7"
