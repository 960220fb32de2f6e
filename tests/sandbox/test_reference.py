"""The stand-in held to what is known of Slack: each rule on limits with the test that tries it, or why it is left out.

The rules are those of Slack's documentation on interactivity, Block Kit, rate limits, the Events API and Socket Mode.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.sandbox.methods import METHODS
from bot.sandbox.rates import SPECIAL, TIER_OF
from tests.sandbox.test_limits import LIMITS, REFUSED, REFUSED_VIEWS

HERE = Path(__file__).parent

# rule -> the tests that try it
TIMES = {
    "commands, clicks, shortcuts, options and forms are acked in 3 s": "test_a_late_ack_is_shown_to_the_person",
    "events over HTTP are answered 2xx in 3 s": "test_any_2xx_acks_an_event",
    "Socket Mode envelopes are acked in 3 s": "test_an_unacked_event_comes_again_with_the_same_event_id",
    "response_action works only in the ack": "test_a_submission_may_be_answered_with_another_view",
    "a trigger lives 3 s and works once": "test_a_trigger_works_once_and_for_three_seconds",
    "a response_url works 5 times in 30 min": "test_a_response_url_works_five_times_in_half_an_hour",
    "a response_url replaces and deletes": "test_a_response_url_replaces_and_deletes_what_was_pressed",
    "no response_url for global shortcuts": "test_a_global_shortcut_has_no_place_to_answer",
    "a response_url from a modal's channel select": "test_a_channel_chosen_in_a_form_gets_a_response_url",
    "requests are signed with their time": "test_commands_come_as_a_signed_form",
}
SIZES = {
    "100 attachments": "test_a_hundred_attachments_are_taken",
    "text is cut above 40 000": "test_a_text_over_40000_characters_is_cut",
    "an update's text up to 4 000": "test_an_update_over_4000_characters_is_refused",
    "markdown_text up to 12 000": "test_markdown_text_of_12000_characters_is_the_most",
    "a view up to 250 kB": "test_a_view_of_250_kb_is_too_large",
    "three views on a stack": "test_three_views_lie_on_each_other_and_no_fourth",
    "external_id unique over all views": "test_an_external_id_is_unique_over_all_views_of_all_people",
    "an external select: min_query_length": "test_an_external_select_offers_what_the_app_answers",
    "an external select: 100 options": "test_an_external_select_shows_a_hundred_options",
    "one text input holds 3 000": "test_slacks_client_stops_a_submission_itself",
    "a timepicker echoes its zone": "test_every_kind_of_input_brings_its_value",
    "file_input needs files:read": "test_input_needs_files_read_for_a_file_input",
    "an upload ticket is used once": "test_an_upload_is_completed_once_and_only_after_its_bytes",
    "a file goes to 100 channels": "test_a_file_goes_to_a_hundred_channels_at_most",
    "a file without a channel is private": "test_a_file_without_a_channel_is_private",
    "metadata is kept and read back": "test_text_blocks_and_metadata_are_kept_as_sent",
    "text without blocks removes blocks": "test_text_without_blocks_removes_the_blocks_and_shows_as_edited",
}
RATES = {
    "tiers are counted per method": "test_calls_over_the_tier_are_rate_limited",
    "one message a second and channel, with a burst": "test_a_channel_takes_a_burst_and_then_one_message_a_second",
    "429 says when to come back": "test_a_told_rate_limit_says_when_to_come_back",
}
EVENTS = {
    "app_rate_limited has no inner event": "test_a_payload_without_an_inner_event_arrives_as_it_is",
    "retries carry number and reason": "test_an_event_that_fails_comes_again_with_retry_headers",
    "event_id stays the same": "test_a_duplicate_delivery_has_the_same_event_id",
    "x-slack-no-retry ends retries": "test_no_retry_ends_the_retries",
    "authorizations and is_ext_shared_channel": "test_events_come_as_json",
}
SOCKET_MODE = {
    "only the app token opens a connection": "test_the_bot_token_opens_no_connection",
    "a ticket is used once": "test_a_ticket_opens_one_connection",
    "hello counts connections and tells their time": "test_hello_counts_connections_and_tells_their_time",
    "ten connections": "test_ten_connections_and_no_eleventh",
    "a payload goes to any one connection": "test_each_envelope_goes_to_one_connection_and_any_may_ack",
    "disconnect frames": "test_bolt_goes_on_after_a_refresh",
    "retry_attempt and retry_reason": "test_an_unacked_event_comes_again_with_the_same_event_id",
    "events without a connection come as retries": "test_an_event_while_nobody_is_connected_is_seen_as_a_retry",
    "HTTP addresses get nothing": "test_over_socket_mode_the_address_gets_nothing",
}
LEFT_OUT = {
    "workflow functions' ack": "Trellis offers no workflow steps.",
    "OAuth state": "Trellis is installed with its own token.",
    "token rotation": "it cannot be undone, so Trellis leaves it off.",
    "data_table, data_visualization": "sources disagree on their limits; refused as unknown blocks.",
    "bookmarks": "Trellis sets none; the methods are unknown here.",
    "numbers of shortcuts and commands": "the manifest's own schema is tested beside the manifest.",
    "history at one call a minute": "holds for distributed apps; Trellis is a team's own.",
    "30 000 deliveries an hour": "the payload is played by hand instead of sending so many.",
    "subscriptions disabled at 95 % failures": "Slack exempts apps under 1 000 events an hour.",
    "delayed events, hourly": "opt-in; Trellis does not opt in.",
    "events over two hours late are dropped": "no test can tell it from a lost delivery, which is played.",
    "debug_reconnects": "the control API refreshes connections at any time.",
    "scheduled messages": "they can carry no metadata in Slack; Trellis keeps its own clock.",
}
# method -> tier, where the stand-in has the method
TIERS = {
    **dict.fromkeys(["chat.postEphemeral", "views.open", "views.push", "views.update", "views.publish"], 4),
    **dict.fromkeys(["conversations.members", "users.info", "files.getUploadURLExternal", "files.info"], 4),
    **dict.fromkeys(["chat.update", "chat.delete", "conversations.info", "conversations.open"], 3),
    **dict.fromkeys(["conversations.join", "conversations.history", "conversations.replies", "team.info"], 3),
    **dict.fromkeys(["bots.info", "reactions.add"], 3),
    **dict.fromkeys(["conversations.list", "users.list", "usergroups.list", "reactions.remove"], 2),
    "files.completeUploadExternal": 4,
    "usergroups.users.list": 2,
}


def written_tests() -> set[str]:
    """The names of all tests of this folder."""
    return {name for file in HERE.glob("test_*.py") for name in re.findall(r"def (test_\w+)", file.read_text("utf-8"))}


def test_every_rule_has_a_test_or_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    rules = TIMES | SIZES | RATES | EVENTS | SOCKET_MODE
    assert set(rules.values()) <= written_tests()
    assert not set(rules) & set(LEFT_OUT)
    with capsys.disabled():
        sizes = len(LIMITS) + len(REFUSED) + len(REFUSED_VIEWS)
        print(f"\n{len(rules)} rules and {sizes} sizes and shapes tried; left out: {'; '.join(LEFT_OUT)}")


def test_the_tiers_are_slacks() -> None:
    assert {method: TIER_OF[method] for method in TIERS} == TIERS


def test_methods_without_a_tier_are_those_that_slack_counts_in_hundreds() -> None:
    special = {"api.test", "auth.test", "apps.connections.open", "chat.postMessage", "chat.getPermalink"}
    assert METHODS.keys() - TIER_OF.keys() == special
    assert SPECIAL >= 200
