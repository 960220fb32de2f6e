"""The validator beside other judges: whatever slack_sdk's models refuse, the stand-in refuses as well."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.sandbox.checks import blocks_faults, view_faults
from bot.sandbox.inputs import inner_elements
from tests.sandbox.kit import (
    Json,
    actions,
    button,
    confirm,
    input_block,
    modal,
    option,
    options,
    plain,
    section,
    select,
    text_input,
)

GOOD: list[Json] = [
    section("Hello", accessory=button(confirm=confirm())),
    {"type": "section", "fields": [plain(), plain()]},
    {"type": "header", "text": plain()},
    {"type": "divider"},
    {"type": "context", "elements": [plain(), {"type": "image", "image_url": "https://e.com/a.png", "alt_text": "a"}]},
    {"type": "image", "image_url": "https://e.com/a.png", "alt_text": "a", "title": plain()},
    {"type": "markdown", "text": "**Hi**"},
    actions(button("a", style="primary", value="1"), select(initial_option=option("v0")), {
        "type": "overflow", "action_id": "o", "options": options(5)}),
    actions({"type": "datepicker", "action_id": "d", "initial_date": "2026-11-22", "placeholder": plain()},
            {"type": "timepicker", "action_id": "t", "initial_time": "09:00", "timezone": "Europe/Berlin"},
            {"type": "datetimepicker", "action_id": "m", "initial_date_time": 1_800_000_000}),
    actions({"type": "checkboxes", "action_id": "c", "options": options(10), "initial_options": options(2)},
            {"type": "radio_buttons", "action_id": "r", "options": options(2)}),
    actions({"type": "users_select", "action_id": "u", "initial_user": "U07ANN00001"},
            {"type": "conversations_select", "action_id": "v", "filter": {"include": ["public"]}},
            {"type": "channels_select", "action_id": "w"},
            {"type": "external_select", "action_id": "x", "min_query_length": 1}),
    section(accessory=select(type="multi_static_select", max_selected_items=2)),
    input_block(text_input(multiline=True, max_length=3_000), hint=plain(), dispatch_action=True),
    input_block({"type": "number_input", "action_id": "n", "is_decimal_allowed": False, "min_value": "1"}),
    {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Hi"}]}]},
]  # fmt: skip


def judged_bad(blocks: list[Json]) -> bool:
    """What the SDK's models say; they do not look into elements by themselves."""
    try:
        for parsed in Block.parse_all(copy.deepcopy(blocks)):
            parsed.validate_json()
            parsed.to_dict()
            for name in ("element", "accessory"):
                if getattr(parsed, name, None) is not None:
                    getattr(parsed, name).validate_json()
            for element in getattr(parsed, "elements", None) or []:
                if hasattr(element, "validate_json"):
                    element.validate_json()
    except SlackObjectFormationError:
        return True
    return False


@pytest.mark.parametrize("block", GOOD, ids=lambda block: str(block["type"]))
def test_both_take_what_is_right(block: Json) -> None:
    assert not judged_bad([block])
    assert blocks_faults([block], "message") == []


def lengthened(part: Any) -> Iterator[Any]:
    """Every copy of a part in which one text was made very long or one list was made very full."""
    if isinstance(part, str):
        yield part + "x" * 12_001
    elif isinstance(part, list):
        if part and isinstance(part[0], dict):
            yield [copy.deepcopy(part[0]) for _ in range(101)]
        for at, one in enumerate(part):
            yield from ([*part[:at], changed, *part[at + 1 :]] for changed in lengthened(one))
    elif isinstance(part, dict):
        for key, one in part.items():
            yield from (part | {key: changed} for changed in lengthened(one) if key != "type")


@pytest.mark.parametrize("block", GOOD, ids=lambda block: str(block["type"]))
def test_what_the_models_refuse_is_refused(block: Json) -> None:
    spoilt = [copied for copied in lengthened(block) if judged_bad([copied])]
    assert all(blocks_faults([copied], "message") for copied in spoilt)


def test_the_models_find_enough_faults_to_be_a_judge() -> None:
    found = sum(judged_bad([copied]) for block in GOOD for copied in lengthened(block))
    assert found > 40


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 3_100))
def test_views_that_the_models_refuse_are_refused(title: int, submit: int, metadata: int) -> None:
    view = modal(title=plain("t" * title), submit=plain("s" * submit), private_metadata="m" * metadata)
    try:
        View(**copy.deepcopy(view)).to_dict()
    except SlackObjectFormationError:
        assert view_faults(view, "modal") != []


ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["section", "plain_text", "button"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "text", "elements", "blocks", "accessory", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(ANY_JSON)
def test_anything_at_all_is_judged_and_never_breaks_the_judge(anything: Any) -> None:
    assert isinstance(blocks_faults(anything, "message"), list)
    assert isinstance(view_faults(anything, "modal"), list)


def test_every_good_block_that_holds_elements_was_looked_into() -> None:
    assert sum(len(inner_elements(block)) for block in GOOD) > 15
