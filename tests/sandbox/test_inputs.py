"""What people enter: every kind of element, the state the app gets of it, and what Slack's client stops itself."""

from __future__ import annotations

from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.cast import ANN, BEN, GENERAL, SUPPORT
from bot.sandbox.driver import Person, Refused
from bot.sandbox.inputs import STATE
from tests.sandbox.kit import Json, actions, input_block, modal, option, options, plain, select, text_input

TWO = options(2)
# element -> (what a person enters, the key of state.values, what the app gets)
ENTRIES: dict[str, tuple[Json, Any, Any]] = {
    "plain_text_input": ({}, "hello", "hello"),
    "email_text_input": ({}, "ann@example.com", "ann@example.com"),
    "url_text_input": ({}, "https://example.com", "https://example.com"),
    "number_input": ({"is_decimal_allowed": True}, "1.5", "1.5"),
    "static_select": ({"options": TWO}, "v1", TWO[1]),
    "radio_buttons": ({"options": TWO}, "v0", TWO[0]),
    "multi_static_select": ({"options": TWO}, ["v0", "v1"], TWO),
    "checkboxes": ({"options": TWO}, ["v1"], [TWO[1]]),
    "users_select": ({}, BEN, BEN),
    "multi_users_select": ({}, [ANN, BEN], [ANN, BEN]),
    "conversations_select": ({}, SUPPORT, SUPPORT),
    "multi_conversations_select": ({}, [SUPPORT], [SUPPORT]),
    "channels_select": ({}, SUPPORT, SUPPORT),
    "multi_channels_select": ({}, [SUPPORT], [SUPPORT]),
    "datepicker": ({}, "2026-11-23", "2026-11-23"),
    "timepicker": ({"timezone": "Europe/Berlin"}, "09:00", "09:00"),
    "datetimepicker": ({}, 1_800_000_000, 1_800_000_000),
}
FORM_OF_ALL = modal(
    *[
        input_block({"type": kind, "action_id": kind, **fields}, block_id=f"block_{kind}", optional=True)
        for kind, (fields, _, _) in ENTRIES.items()
    ]
)


@pytest.fixture
def shown(app: AsyncApp) -> dict[str, Any]:
    """The form that `/form` opens, and the state that comes back."""
    box: dict[str, Any] = {"view": modal(), "state": None}

    async def show(ack: Any, body: Any, client: Any) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=box["view"])
        await ack()

    async def submitted(ack: Any, view: Any) -> None:
        box["state"] = view["state"]["values"]
        await ack()

    app.command("/form")(show)
    app.view("form")(submitted)
    return box


@pytest.mark.usefixtures("connected")
async def test_every_kind_of_input_brings_its_value(ann: Person, shown: dict[str, Any]) -> None:
    shown["view"] = FORM_OF_ALL
    await ann.command("/form", channel=GENERAL)
    await ann.fill({kind: value for kind, (_, value, _) in ENTRIES.items()})
    await ann.submit()
    for kind, (_, _, expected) in ENTRIES.items():
        assert shown["state"][f"block_{kind}"][kind][STATE[kind][0]] == expected
    assert shown["state"]["block_timepicker"]["timepicker"]["timezone"] == "Europe/Berlin"


@pytest.mark.usefixtures("connected")
async def test_untouched_inputs_come_as_slack_sends_them(ann: Person, shown: dict[str, Any]) -> None:
    shown["view"] = FORM_OF_ALL
    await ann.command("/form", channel=GENERAL)
    await ann.submit()
    for kind in ENTRIES:
        assert shown["state"][f"block_{kind}"][kind][STATE[kind][0]] == STATE[kind][2]


@pytest.mark.usefixtures("connected")
async def test_initial_values_count_until_they_are_changed(ann: Person, shown: dict[str, Any]) -> None:
    shown["view"] = modal(
        input_block(text_input(initial_value="before"), "one"), input_block(select(initial_option=option("v0")), "two")
    )
    await ann.command("/form", channel=GENERAL)
    await ann.fill({"pick": "v1"})
    await ann.submit()
    assert shown["state"]["one"]["text"]["value"] == "before"
    assert shown["state"]["two"]["pick"]["selected_option"]["value"] == "v1"


REFUSED_ENTRIES: dict[str, tuple[Json, Any, str]] = {
    "an option that is not there": (select(), "v9", "no_such_option"),
    "a date that is none": ({"type": "datepicker", "action_id": "d"}, "2026-02-30", "not_a_date"),
    "a time that is none": ({"type": "timepicker", "action_id": "t"}, "9am", "not_a_time"),
    "milliseconds": ({"type": "datetimepicker", "action_id": "m"}, 1_800_000_000_000, "not_a_moment"),
    "a person who is not there": ({"type": "users_select", "action_id": "u"}, "U0NOBODY", "no_such_person"),
    "a channel that is not there": ({"type": "channels_select", "action_id": "c"}, "C0NONE", "no_such_channel"),
    "a number where text belongs": (text_input(), 7, "not_text"),
    "another's file": ({"type": "file_input", "action_id": "f"}, ["F0NONE"], "no_such_file"),
    "more than may be chosen": (
        {"type": "multi_static_select", "action_id": "s", "options": TWO, "max_selected_items": 1},
        ["v0", "v1"],
        "too_many_chosen",
    ),
}


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("name", REFUSED_ENTRIES)
async def test_slacks_client_takes_no_other_value(ann: Person, shown: dict[str, Any], name: str) -> None:
    element, value, code = REFUSED_ENTRIES[name]
    shown["view"] = modal(input_block(element))
    await ann.command("/form", channel=GENERAL)
    with pytest.raises(Refused) as refused:
        await ann.fill({element["action_id"]: value})
    assert refused.value.code == code


REFUSED_SUBMISSIONS: dict[str, tuple[Json, Any]] = {
    "nothing": (text_input(), None),
    "blanks": (text_input(), "   "),
    "too short": (text_input(min_length=3), "ab"),
    "too long": (text_input(max_length=3), "abcd"),
    "over 3000 characters": (text_input(), "x" * 3_001),
    "no email": ({"type": "email_text_input", "action_id": "e"}, "ann"),
    "no url": ({"type": "url_text_input", "action_id": "e"}, "example.com"),
    "no number": ({"type": "number_input", "action_id": "n", "is_decimal_allowed": True}, "many"),
    "no whole number": ({"type": "number_input", "action_id": "n", "is_decimal_allowed": False}, "1.5"),
    "too small": ({"type": "number_input", "action_id": "n", "is_decimal_allowed": False, "min_value": "2"}, "1"),
    "too big": ({"type": "number_input", "action_id": "n", "is_decimal_allowed": False, "max_value": "2"}, "3"),
}


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("name", REFUSED_SUBMISSIONS)
async def test_slacks_client_stops_a_submission_itself(ann: Person, shown: dict[str, Any], name: str) -> None:
    element, value = REFUSED_SUBMISSIONS[name]
    shown["view"] = modal(input_block(element))
    await ann.command("/form", channel=GENERAL)
    await ann.fill({element["action_id"]: value})
    with pytest.raises(Refused) as refused:
        await ann.submit()
    assert set(refused.value.fields) == {"answer"}
    assert shown["state"] is None
    assert (await ann.views())[-1].errors == refused.value.fields


@pytest.mark.usefixtures("connected")
async def test_an_external_select_offers_what_the_app_answers(
    ann: Person, app: AsyncApp, shown: dict[str, Any]
) -> None:
    queries: list[str] = []

    async def suggest(ack: Any, payload: Any) -> None:
        queries.append(payload["value"])
        await ack(options=[option("spring")])

    app.options("campaign")(suggest)
    shown["view"] = modal(input_block({"type": "external_select", "action_id": "campaign"}))
    await ann.command("/form", channel=GENERAL)
    view = await ann.view()
    assert await ann.suggestions(view, "campaign", "sp") == []
    assert await ann.suggestions(view, "campaign", "spr") == [option("spring")]
    await ann.fill({"campaign": "spring"})
    await ann.submit()
    assert queries == ["spr"]
    assert shown["state"]["answer"]["campaign"]["selected_option"]["value"] == "spring"


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize(("count", "taken"), [(100, True), (101, False)])
async def test_an_external_select_shows_a_hundred_options(
    ann: Person, app: AsyncApp, shown: dict[str, Any], count: int, taken: bool
) -> None:
    async def suggest(ack: Any) -> None:
        await ack(options=options(count))

    app.options("campaign")(suggest)
    shown["view"] = modal(input_block({"type": "external_select", "action_id": "campaign"}))
    await ann.command("/form", channel=GENERAL)
    view = await ann.view()
    if taken:
        assert len(await ann.suggestions(view, "campaign", "spring")) == count
    else:
        with pytest.raises(Refused, match="bad_options"):
            await ann.suggestions(view, "campaign", "spring")


@pytest.mark.usefixtures("connected")
async def test_an_input_that_dispatches_tells_at_once(ann: Person, app: AsyncApp, shown: dict[str, Any]) -> None:
    told: list[Json] = []

    async def changed(ack: Any, body: Any) -> None:
        await ack()
        told.append(body)

    app.action("pick")(changed)
    shown["view"] = modal(input_block(select(), dispatch_action=True), input_block(select(action_id="other"), "quiet"))
    await ann.command("/form", channel=GENERAL)
    view = await ann.view()
    await ann.choose(view, "other", "v0")
    await ann.choose(view, "pick", "v1")
    assert [body["actions"][0]["action_id"] for body in told] == ["pick"]
    assert told[0]["view"]["state"]["values"]["quiet"]["other"]["selected_option"]["value"] == "v0"


@pytest.mark.usefixtures("connected")
async def test_choices_in_a_message_come_with_its_state(ann: Person, app: AsyncApp, client: AsyncWebClient) -> None:
    told: list[Json] = []

    async def chosen(ack: Any, body: Any) -> None:
        await ack()
        told.append(body)

    app.action("pick")(chosen)
    app.action("menu")(chosen)
    menu = {"type": "overflow", "action_id": "menu", "options": TWO}
    await client.chat_postMessage(channel=SUPPORT, text="x", blocks=[actions(select(), menu)])
    message = (await ann.messages(SUPPORT))[0]
    await ann.choose(message, "pick", "v1")
    await ann.choose(message, "menu", "v0")
    assert told[0]["actions"][0]["selected_option"] == TWO[1]
    assert told[1]["actions"][0]["selected_option"] == TWO[0]
    assert told[1]["state"]["values"]["actions"]["pick"]["selected_option"] == TWO[1]


@pytest.mark.usefixtures("connected")
async def test_a_disabled_submit_cannot_be_pressed(ann: Person, shown: dict[str, Any]) -> None:
    shown["view"] = modal(submit_disabled=True, title=plain("Wait"))
    await ann.command("/form", channel=GENERAL)
    with pytest.raises(Refused, match="submit_disabled"):
        await ann.submit()


@pytest.mark.usefixtures("connected")
async def test_a_channel_chosen_in_a_form_gets_a_response_url(
    ann: Person, app: AsyncApp, shown: dict[str, Any]
) -> None:
    urls: list[Json] = []

    async def submitted(ack: Any, body: Any) -> None:
        urls.extend(body["response_urls"])
        await ack()

    app.view("with_channel")(submitted)
    element = {"type": "conversations_select", "action_id": "c", "response_url_enabled": True}
    shown["view"] = modal(input_block(element), callback_id="with_channel")
    await ann.command("/form", channel=GENERAL)
    await ann.fill({"c": SUPPORT})
    await ann.submit()
    assert (urls[0]["channel_id"], urls[0]["block_id"]) == (SUPPORT, "answer")
