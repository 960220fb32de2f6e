"""What Slack sends is taken apart without trust: whatever is missing, odd or hostile is empty, never an error."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handlers import Kind
from bot.handlers import _payload as payload
from bot.handlers._typed import Typed

KEYS = st.sampled_from(
    [
        "type",
        "actions",
        "action_id",
        "value",
        "selected_option",
        "view",
        "callback_id",
        "state",
        "values",
        "event",
        "user",
        "id",
        "team_id",
        "channel",
        "message",
        "container",
        "text",
        "command",
        "channel_id",
        "user_id",
        "files",
        "selected_options",
        "selected_date_time",
    ]
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.sampled_from(["overflow", "a:1.2"]))
JSON = st.recursive(LEAVES, lambda inner: st.one_of(st.lists(inner), st.dictionaries(KEYS, inner)), max_leaves=25)
BODIES = st.dictionaries(KEYS, JSON)


@given(BODIES, st.sampled_from(Kind))
def test_no_body_breaks_what_looks_into_it(body: dict[str, Any], kind: Kind) -> None:
    found = [
        payload.name_of(kind, body),
        payload.value_of(body),
        payload.person_of(body),
        payload.person_team(body),
        payload.channel_of(body),
        payload.word(payload.message_of(body), "ts"),
    ]
    assert all(isinstance(one, str) for one in found)


@given(JSON)
def test_no_state_breaks_a_form(state: Any) -> None:
    typed = Typed.of({"values": state})
    for field in [*typed.elements, "absent"]:
        assert isinstance(typed.text(field), str)
        assert isinstance(typed.choice(field), str)
        assert all(isinstance(one, str) for one in typed.choices(field))
        typed.moment(field)
        assert isinstance(typed.files(field), tuple)


def form(**elements: dict[str, Any]) -> Typed:
    return Typed.of({"values": {name: {"any": element} for name, element in elements.items()}})


@pytest.mark.parametrize(
    "element",
    [
        {"type": "static_select", "selected_option": {"value": "a"}},
        {"type": "radio_buttons", "selected_option": {"value": "a"}},
        {"type": "users_select", "selected_user": "a"},
        {"type": "conversations_select", "selected_conversation": "a"},
        {"type": "channels_select", "selected_channel": "a"},
        {"type": "datepicker", "selected_date": "a"},
        {"type": "timepicker", "selected_time": "a"},
    ],
)
def test_a_choice_is_read_from_every_kind_of_menu(element: dict[str, Any]) -> None:
    assert form(field=element).choice("field") == "a"


@pytest.mark.parametrize(
    "element",
    [
        {"type": "checkboxes", "selected_options": [{"value": "a"}, {"value": "b"}]},
        {"type": "multi_static_select", "selected_options": [{"value": "a"}, {"value": "b"}]},
        {"type": "multi_users_select", "selected_users": ["a", "b"]},
        {"type": "multi_conversations_select", "selected_conversations": ["a", "b"]},
    ],
)
def test_choices_are_read_from_every_kind_of_menu(element: dict[str, Any]) -> None:
    assert form(field=element).choices("field") == ("a", "b")


def test_a_moment_is_read_in_utc() -> None:
    at = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    assert form(at={"selected_date_time": int(at.timestamp())}).moment("at") == at


@pytest.mark.parametrize("seconds", [None, 0, -1, 10**18, "1", 1.5])
def test_a_moment_outside_of_time_is_none(seconds: Any) -> None:
    assert form(at={"selected_date_time": seconds}).moment("at") is None


def test_a_field_shown_afresh_keeps_its_name() -> None:
    typed = Typed.of({"values": {"text#2": {"typed": {"type": "plain_text_input", "value": "Hello"}}}})
    assert typed.text("text") == "Hello"
    assert "text" in typed
