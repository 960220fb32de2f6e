"""Whatever is refused or fails, the person hears why where they are, and loses nothing they typed."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from bot.blocks.basics import actions, button, context, section, ticket
from bot.blocks.inputs import input_block, line
from bot.blocks.surfaces import home, modal
from bot.errors import BadInput, Mrkdwn, Stale
from bot.handlers import Ask, On
from bot.sandbox.cast import GENERAL
from bot.sandbox.driver import Control, FormErrors, Person
from bot.slack import told
from tests.office import Office

FORM = modal("form", "A form", [input_block("text", "Text", line("typed"))], submit="Send")


async def opens_form(ask: Ask) -> None:
    await ask.open(FORM)


async def post(office: Office, channel: str, *elements: dict[str, object]) -> None:
    assert office.desk.slack is not None
    blocks = [section("A card"), actions(*elements)]
    await told(office.desk.slack.background.chat_postMessage(channel=channel, text="A card", blocks=blocks))


async def refuse(ask: Ask) -> None:
    raise Stale("Ben was first.")


async def test_a_refused_command_gives_back_what_was_typed(office: Office, on: On, ann: Person) -> None:
    async def refuse(ask: Ask) -> None:
        raise BadInput("when", "There is no {hour} o'clock.", hour="25")

    on.command("/draft")(refuse)
    await ann.command("/draft", "25:00 Our shop opens", channel=GENERAL)
    note = await ann.ephemeral(GENERAL, saying="There is no 25 o'clock.")
    assert "25:00 Our shop opens" in note.text


async def test_a_refused_field_is_explained_beside_it(office: Office, on: On, ann: Person) -> None:
    async def refuse(ask: Ask) -> None:
        raise BadInput("text", "{word} is not allowed.", word="*Fish*")

    on.command("/draft")(opens_form)
    on.view("form")(refuse)
    await ann.command("/draft", channel=GENERAL)
    await ann.view(having="typed")
    await ann.fill({"typed": "Fish"})
    with pytest.raises(FormErrors) as refused:
        await ann.submit()
    assert refused.value.fields == {"text": "*Fish* is not allowed."}


async def test_a_refused_form_keeps_what_was_typed_under_the_reason(office: Office, on: On, ann: Person) -> None:
    async def refuse(ask: Ask) -> None:
        raise Stale("{who} was first.", who=Mrkdwn("<@U07BEN00001>"))

    on.command("/draft")(opens_form)
    on.view("form")(refuse)
    await ann.command("/draft", channel=GENERAL)
    await ann.view(having="typed")
    await ann.fill({"typed": "Fish"})
    await ann.submit()
    stack = await ann.views()
    assert [view.title for view in stack] == ["A form", "Not done"]
    assert "<@U07BEN00001> was first." in str(stack[-1].blocks)


async def test_an_unknown_error_shows_the_reference_that_is_logged(office: Office, on: On, ann: Person) -> None:
    async def fail(ask: Ask) -> None:
        raise ZeroDivisionError

    on.command("/draft")(fail)
    with capture_logs() as logged:
        await ann.command("/draft", channel=GENERAL)
        note = await ann.ephemeral(GENERAL, saying="this reference")
    references = [line["reference"] for line in logged if line["event"] == "handler_failed"]
    assert references
    assert references[0] in note.text


async def test_a_failing_decision_is_told_in_the_channel(office: Office, on: On, ann: Person) -> None:
    async def refuse(ask: Ask) -> None:
        raise Stale("Ben was first.")

    on.action("approve")(refuse)
    await post(office, GENERAL, button("Approve", "approve", ticket(7, 2)))
    await ann.press(await ann.message(GENERAL), "approve")
    await ann.ephemeral(GENERAL, saying="Ben was first.")


async def test_who_slack_does_not_tell_of_is_asked_to_try_again(
    office: Office, on: On, ann: Person, control: Control
) -> None:
    on.command("/draft")(opens_form)
    await control.fault("fail_before", on="users.info")
    await ann.command("/draft", channel=GENERAL)
    await ann.ephemeral(GENERAL, saying="who you are")


async def test_a_form_that_slack_refuses_to_open_is_explained(
    office: Office, on: On, ann: Person, control: Control
) -> None:
    on.command("/draft")(opens_form)
    await control.fault("refuse", on="views.open", error="expired_trigger_id")
    await ann.command("/draft", channel=GENERAL)
    await ann.ephemeral(GENERAL, saying="Please try once more")


@pytest.mark.parametrize(("code", "said"), [("not_found", 0), ("hash_conflict", 1)])
async def test_a_view_that_changed_is_told_of_and_one_that_was_closed_is_not(
    office: Office, on: On, ann: Person, control: Control, code: str, said: int
) -> None:
    async def loads(ask: Ask) -> None:
        view = await ask.open(FORM)
        await ask.update(FORM, view["id"], view["hash"])

    on.command("/draft")(loads)
    await control.fault("refuse", on="views.update", error=code)
    await ann.command("/draft", channel=GENERAL)
    await office.dispatch.drain(1)
    assert len(await ann.ephemerals(GENERAL)) == said


async def test_the_notice_of_a_button_in_a_form_lies_over_it(office: Office, on: On, ann: Person) -> None:
    async def refuse(ask: Ask) -> None:
        raise Stale("Somebody was first.")

    async def opens(ask: Ask) -> None:
        view = modal("form", "A form", [context("x"), actions(button("Go", "go")), *FORM["blocks"]], submit="Send")
        await ask.open(view)

    on.command("/draft")(opens)
    on.action("go")(refuse)
    await ann.command("/draft", channel=GENERAL)
    await ann.press(await ann.view(having="go"), "go")
    assert (await ann.view(saying="Somebody was first.")).title == "Not done"


async def test_a_refused_button_of_the_home_tab_is_explained_over_it(office: Office, on: On, ann: Person) -> None:
    async def opened(ask: Ask) -> None:
        await ask.publish_home(home([actions(button("Go", "go"))]))

    on.event("app_home_opened")(opened)
    on.action("go")(refuse)
    await ann.open_home()
    await ann.press(await ann.home(having="go"), "go")
    assert (await ann.view(saying="Ben was first.")).title == "Not done"


async def test_a_refused_global_shortcut_is_explained_in_a_direct_message(office: Office, on: On, ann: Person) -> None:
    on.shortcut("draft_a_post")(refuse)
    await ann.shortcut("draft_a_post")
    await ann.direct(saying="Ben was first.")


async def test_a_refused_message_shortcut_is_explained_beside_the_message(office: Office, on: On, ann: Person) -> None:
    on.shortcut("draft_from_message")(refuse)
    await post(office, GENERAL, button("Go", "go"))
    await ann.shortcut("draft_from_message", await ann.message(GENERAL))
    await ann.ephemeral(GENERAL, saying="Ben was first.")


async def test_on_the_third_of_three_forms_the_reason_stands_at_its_first_field(
    office: Office, on: On, ann: Person
) -> None:
    deeper = modal("form", "A form", [actions(button("Deeper", "deeper")), *FORM["blocks"]], submit="Send")

    async def opens(ask: Ask) -> None:
        await ask.open(deeper)

    on.command("/draft")(opens)
    on.action("deeper", ack_first=True)(opens)
    on.view("form")(refuse)
    await ann.command("/draft", channel=GENERAL)
    for _ in range(2):
        await ann.press(await ann.view(having="deeper"), "deeper")
    await ann.view(having="deeper")
    await ann.fill({"typed": "Fish"})
    with pytest.raises(FormErrors) as refused:
        await ann.submit()
    assert refused.value.fields == {"text": "Ben was first."}
