"""Every size in section 1.2 of the Slack notes, at n and at n+1, and what must be refused whatever its size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.sandbox.checks import blocks_faults, view_faults
from tests.sandbox.kit import (
    Json,
    actions,
    button,
    confirm,
    home,
    input_block,
    modal,
    mrkdwn,
    option,
    options,
    plain,
    section,
    select,
    text_input,
)

URL = "https://example.com/"


def in_message(make: Callable[[int], Json]) -> Callable[[int], list[str]]:
    return lambda n: blocks_faults([make(n)], "message")


def in_form(make: Callable[[int], Json]) -> Callable[[int], list[str]]:
    return lambda n: view_faults(modal(make(n)), "modal")


def form(make: Callable[[int], Json]) -> Callable[[int], list[str]]:
    return lambda n: view_faults(make(n), "modal")


def many(make: Callable[[int], Json]) -> Callable[[int], list[Json]]:
    return lambda n: [make(number) for number in range(n)]


def radio(kind: str, count: int) -> Json:
    return actions({"type": kind, "action_id": "pick", "options": options(count)})


def cells(rows: int, columns: int) -> Json:
    row = [{"type": "raw_text", "text": "x"}] * columns
    return {"type": "table", "rows": [row] * rows}


def image(**more: Any) -> Json:
    return {"type": "image", "image_url": URL, "alt_text": "A cat", **more}


def card(**more: Any) -> Json:
    return {"type": "card", "title": plain(), **more}


def url(length: int) -> str:
    return URL + "x" * (length - len(URL))


BUTTONS = many(lambda n: button(f"b{n}"))
PLAIN = many(lambda _: mrkdwn())
FEEDBACK = {"positive_button": option("up"), "negative_button": option("down")}

# name -> (largest number that Slack takes, n -> faults)
LIMITS: dict[str, tuple[int, Callable[[int], list[str]]]] = {
    "blocks in a message": (50, lambda n: blocks_faults([section()] * n, "message")),
    "blocks in a modal": (100, form(lambda n: modal(*[section()] * n))),
    "blocks in a Home": (100, lambda n: view_faults(home(*[section()] * n), "home")),
    "modal title": (24, form(lambda n: modal(title=plain("x" * n)))),
    "modal submit": (24, form(lambda n: modal(submit=plain("x" * n)))),
    "modal close": (24, form(lambda n: modal(close=plain("x" * n)))),
    "private_metadata": (3_000, form(lambda n: modal(private_metadata="x" * n))),
    "callback_id": (255, form(lambda n: modal(callback_id="x" * n))),
    "external_id": (255, form(lambda n: modal(external_id="x" * n))),
    "block_id": (255, in_message(lambda n: section(block_id="x" * n))),
    "action_id": (255, in_message(lambda n: actions(button("x" * n)))),
    "section text": (3_000, in_message(lambda n: section("x" * n))),
    "section fields": (10, in_message(lambda n: {"type": "section", "fields": PLAIN(n)})),
    "a section's field": (2_000, in_message(lambda n: {"type": "section", "fields": [plain("x" * n)]})),
    "header": (150, in_message(lambda n: {"type": "header", "text": plain("x" * n)})),
    "context elements": (10, in_message(lambda n: {"type": "context", "elements": PLAIN(n)})),
    "context text": (3_000, in_message(lambda n: {"type": "context", "elements": [plain("x" * n)]})),
    "context_actions": (
        5,
        in_message(
            lambda n: {
                "type": "context_actions",
                "elements": [{"type": "feedback_buttons", "action_id": f"f{at}", **FEEDBACK} for at in range(n)],
            }
        ),
    ),
    "actions": (25, in_message(lambda n: actions(*BUTTONS(n)))),
    "input label": (2_000, in_form(lambda n: input_block(text_input(), label=plain("x" * n)))),
    "input hint": (2_000, in_form(lambda n: input_block(text_input(), hint=plain("x" * n)))),
    "image alt_text": (2_000, in_message(lambda n: image(alt_text="x" * n))),
    "image title": (2_000, in_message(lambda n: image(title=plain("x" * n)))),
    "image_url": (3_000, in_message(lambda n: image(image_url=url(n)))),
    "table rows": (100, in_message(lambda n: cells(n, 1))),
    "table cells": (20, in_message(lambda n: cells(1, n))),
    "tables in a message": (1, lambda n: blocks_faults([cells(1, 1)] * n, "message")),
    "markdown": (12_000, in_message(lambda n: {"type": "markdown", "text": "x" * n})),
    "markdown of all blocks": (
        12_000,
        lambda n: blocks_faults([{"type": "markdown", "text": "x" * part} for part in (6_000, n - 6_000)], "message"),
    ),
    "card title": (150, in_message(lambda n: card(title=plain("x" * n)))),
    "card subtitle": (150, in_message(lambda n: card(subtitle=plain("x" * n)))),
    "card body": (200, in_message(lambda n: card(body=plain("x" * n)))),
    "carousel": (10, in_message(lambda n: {"type": "carousel", "elements": [card()] * n})),
    "container": (
        10,
        in_message(lambda n: {"type": "container", "title": plain(), "child_blocks": [section()] * n}),
    ),
    "container title": (
        150,
        in_message(lambda n: {"type": "container", "title": plain("x" * n), "child_blocks": [section()]}),
    ),
    "button text": (75, in_message(lambda n: actions(button(text=plain("x" * n))))),
    "button value": (2_000, in_message(lambda n: actions(button(value="x" * n)))),
    "button url": (3_000, in_message(lambda n: actions(button(url=url(n))))),
    "accessibility_label": (75, in_message(lambda n: actions(button(accessibility_label="x" * n)))),
    "confirm title": (100, in_message(lambda n: actions(button(confirm=confirm(title=plain("x" * n)))))),
    "confirm text": (300, in_message(lambda n: actions(button(confirm=confirm(text=plain("x" * n)))))),
    "confirm yes": (30, in_message(lambda n: actions(button(confirm=confirm(confirm=plain("x" * n)))))),
    "confirm no": (30, in_message(lambda n: actions(button(confirm=confirm(deny=plain("x" * n)))))),
    "option text": (75, in_message(lambda n: actions(select(options=[{"text": plain("x" * n), "value": "a"}])))),
    "option value": (150, in_message(lambda n: actions(select(options=[option("x" * n)])))),
    "option description": (75, in_message(lambda n: actions(select(options=[option(description=plain("x" * n))])))),
    "select options": (100, in_message(lambda n: actions(select(options=options(n))))),
    "select groups": (
        100,
        in_message(
            lambda n: actions(
                {
                    "type": "static_select",
                    "action_id": "pick",
                    "option_groups": [{"label": plain(), "options": options(1)}] * n,
                }
            )
        ),
    ),
    "multi select options": (
        100,
        in_form(lambda n: input_block(select(type="multi_static_select", options=options(n)))),
    ),
    "overflow": (5, in_message(lambda n: radio("overflow", n))),
    "checkboxes": (10, in_message(lambda n: radio("checkboxes", n))),
    "radio_buttons": (10, in_message(lambda n: radio("radio_buttons", n))),
    "placeholder": (150, in_message(lambda n: actions(select(placeholder=plain("x" * n))))),
    "min_length": (3_000, in_form(lambda n: input_block(text_input(min_length=n)))),
    "max_length": (3_000, in_form(lambda n: input_block(text_input(max_length=n)))),
    "initial_value": (3_000, in_form(lambda n: input_block(text_input(initial_value="x" * n)))),
    "initial_value under max_length": (
        10,
        in_form(lambda n: input_block(text_input(max_length=10, initial_value="x" * n))),
    ),
    "max_files": (10, in_form(lambda n: input_block({"type": "file_input", "action_id": "f", "max_files": n}))),
    "rich text lines": (
        100,
        in_form(lambda n: input_block({"type": "rich_text_input", "action_id": "r", "max_lines": n})),
    ),
    "feedback button": (
        75,
        in_message(
            lambda n: {
                "type": "context_actions",
                "elements": [
                    {
                        "type": "feedback_buttons",
                        "positive_button": {"text": plain("x" * n), "value": "up"},
                        "negative_button": option("down"),
                    }
                ],
            }
        ),
    ),
    "feedback value": (
        2_000,
        in_message(
            lambda n: {
                "type": "context_actions",
                "elements": [
                    {
                        "type": "feedback_buttons",
                        "positive_button": {"text": plain(), "value": "x" * n},
                        "negative_button": option("down"),
                    }
                ],
            }
        ),
    ),
    "option url": (
        3_000,
        in_message(
            lambda n: actions({"type": "overflow", "action_id": "o", "options": [option(url=url(n))]}),
        ),
    ),
    "container subtitle": (
        150,
        in_message(
            lambda n: {
                "type": "container",
                "title": plain(),
                "subtitle": plain("x" * n),
                "child_blocks": [section()],
            }
        ),
    ),
    "rich text least lines": (
        100,
        in_form(lambda n: input_block({"type": "rich_text_input", "action_id": "r", "min_lines": n})),
    ),
    "one focus a view": (
        1,
        form(
            lambda n: modal(
                *[input_block(text_input(action_id=f"t{at}", focus_on_load=True), block_id=f"b{at}") for at in range(n)]
            )
        ),
    ),
}


@pytest.mark.parametrize("name", LIMITS)
def test_slack_takes_the_limit_and_refuses_one_more(name: str) -> None:
    most, faults = LIMITS[name]
    assert faults(most) == []
    assert faults(most + 1) != []


NESTED = {
    "a button's text in an accessory": section(accessory=button(text=plain("x" * 76))),
    "a confirm's text in an overflow": actions(
        {"type": "overflow", "action_id": "o", "options": options(1), "confirm": confirm(text=plain("x" * 301))}
    ),
    "an option in a group": actions(
        {
            "type": "static_select",
            "action_id": "s",
            "option_groups": [{"label": plain(), "options": [option("x" * 151)]}],
        }
    ),
    "a card's title in a carousel": {"type": "carousel", "elements": [card(title=plain("x" * 151))]},
    "a section in a container": {"type": "container", "title": plain(), "child_blocks": [section("x" * 3_001)]},
    "a card's button": card(actions=[button(text=plain("x" * 76))]),
    "an image in a context": {"type": "context", "elements": [image(alt_text="x" * 2_001)]},
}


@pytest.mark.parametrize("name", NESTED)
def test_limits_hold_inside_other_blocks(name: str) -> None:
    assert len(blocks_faults([NESTED[name]], "message")) == 1


REFUSED = {
    "an unknown block": {"type": "marquee", "text": plain()},
    "a block without a type": {"text": plain()},
    "no block at all": "section",
    "an unknown field": section(colour="red"),
    "an unknown field of an element": actions(button(colour="red")),
    "an unknown style": actions(button(style="loud")),
    "a section with nothing": {"type": "section"},
    "an empty text": section(""),
    "mrkdwn in a header": {"type": "header", "text": mrkdwn()},
    "mrkdwn on a button": actions(button(text=mrkdwn())),
    "an empty select": actions(select(options=[])),
    "a select with neither options nor groups": actions({"type": "static_select", "action_id": "s"}),
    "a select with options and groups": actions(select(option_groups=[{"label": plain(), "options": options(1)}])),
    "an initial option that is not offered": actions(select(initial_option=option("elsewhere"))),
    "an initial option with other words": actions(select(initial_option={"text": plain("Other"), "value": "v0"})),
    "the same action twice in a block": actions(button("twice"), button("twice")),
    "a date that is none": actions({"type": "datepicker", "action_id": "d", "initial_date": "2026-02-30"}),
    "a date in another form": actions({"type": "datepicker", "action_id": "d", "initial_date": "20260101"}),
    "a time that is none": actions({"type": "timepicker", "action_id": "t", "initial_time": "24:00"}),
    "a zone that is none": actions({"type": "timepicker", "action_id": "t", "timezone": "Mars/Olympus"}),
    "a moment in milliseconds": actions(
        {"type": "datetimepicker", "action_id": "m", "initial_date_time": 1_800_000_000_000}
    ),
    "a datetimepicker as an accessory": section(accessory={"type": "datetimepicker", "action_id": "m"}),
    "a text input among actions": actions(text_input()),
    "a multi select among actions": actions(select(type="multi_static_select")),
    "a button in an input": input_block(button()),
    "a file input in a message": input_block({"type": "file_input", "action_id": "f"}),
    "an option with mrkdwn in a select": actions(select(options=[{"text": mrkdwn(), "value": "a"}])),
    "a url in a select's option": actions(select(options=[option(url=URL)])),
    "a url that is none": actions(button(url="shop")),
    "response_url_enabled outside of a modal": input_block(
        {"type": "channels_select", "action_id": "c", "response_url_enabled": True}
    ),
    "an image without alt_text": {"type": "image", "image_url": URL},
    "an image without a picture": {"type": "image", "alt_text": "A cat"},
    "an alert in a message": {"type": "alert", "text": plain()},
    "a file block": {"type": "file", "external_id": "f", "source": "remote"},
    "a null accessory": section(accessory=None),
    "a list where a word belongs": section(block_id=["a"]),
    "a video without a registered domain": {
        "type": "video",
        "title": plain(),
        "alt_text": "x",
        "video_url": URL,
        "thumbnail_url": URL,
    },
}


@pytest.mark.parametrize("name", REFUSED)
def test_slack_refuses_in_a_message(name: str) -> None:
    assert blocks_faults([REFUSED[name]], "message") != []


REFUSED_VIEWS = {
    "an input without submit": {
        key: value for key, value in modal(input_block(text_input())).items() if key != "submit"
    },
    "no title": {key: value for key, value in modal().items() if key != "title"},
    "no blocks": modal() | {"blocks": []},
    "the same block_id twice": modal(section(block_id="a"), section(block_id="a")),
    "markdown in a modal": modal({"type": "markdown", "text": "x"}),
    "a table in a modal": modal(cells(1, 1)),
    "a Home where a modal belongs": home(),
    "an unknown field": modal(colour="red"),
    "min above max": modal(input_block(text_input(min_length=5, max_length=4))),
    "nothing": None,
}


@pytest.mark.parametrize("name", REFUSED_VIEWS)
def test_slack_refuses_as_a_modal(name: str) -> None:
    assert view_faults(REFUSED_VIEWS[name], "modal") != []


def test_a_home_has_no_title_or_submit() -> None:
    assert view_faults(home(title=plain()), "home") != []
    assert view_faults(home(submit=plain()), "home") != []


def test_a_fault_names_its_place_as_slack_does() -> None:
    faults = blocks_faults([section("x" * 3_001)], "message")
    assert faults == ["must be less than 3001 characters [json-pointer:/blocks/0/text/text]"]


def test_the_same_action_may_stand_in_two_blocks() -> None:
    assert blocks_faults([section(accessory=button()), section(accessory=button())], "message") == []
