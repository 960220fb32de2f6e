"""Whatever customers write: Slack takes every message and form, nothing in it acts, and nothing hides."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import inbox, inbox_forms, inbox_news
from bot.blocks.inbox import Shown
from bot.blocks.inbox_forms import Draft
from bot.blocks.remarks import account_name
from bot.blocks.surfaces import MESSAGE_TEXT, Message
from bot.rules.inbox import Act, Conversation, Reply, storable
from bot.rules.networks import Weight
from bot.sandbox.checks import blocks_faults, view_faults
from bot.store import tables
from bot.store.tables import Account, Client
from tests.customers import HOSTILE, incoming
from tests.factories import ANN, BEN, CAS, NOW

OURS = re.compile(r"<!date\^\d+\^[^<>]*>|<@U(?:_ANN|_BEN|_CAS|0ANN)>|<https://plaza\.example/[^<>|]*\|[^<>]*>")
"""The objects in angle brackets that Trellis writes on purpose: all others would be a customer's."""
PIECES = [
    "<!channel>",
    "<@U_EVE>",
    "<#C_SUPPORT>",
    "*",
    "`",
    "&lt;",
    "\u202e",
    "\u200b",
    "\n",
    "word ",
    "<https://e.x|y>",
]
TEXTS = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=60).map("".join))


def shown(text: str = "My bread is stale", name: str = "Mara", url: str = "", **row: Any) -> Shown:
    """A conversation with two messages and an answer between them."""
    told = storable(incoming(text, author_name=name, author_handle=name, url=url))
    values: dict[str, Any] = {"status": "waiting", "kind": "direct", "revision": 3, **row}
    conversation = tables.Conversation(
        id=7,
        workspace_id=1,
        client_id=1,
        account_id=1,
        remote_id="1",
        contact_id="mara",
        contact_handle=told.author_handle,
        contact_name=told.author_name,
        opened_at=NOW,
        changed_at=NOW,
        **values,
    )
    messages = [_message(number, told.text, told.url, conversation.kind) for number in (1, 2)]
    replies = [reply("sent")]
    return Shown(conversation, _account(), _client(), messages, replies, written=4)


def reply(status: str, text: str = "Sorry!") -> tables.Reply:
    return tables.Reply(
        id=5,
        workspace_id=1,
        conversation_id=7,
        account_id=1,
        message_id=1,
        seen_id=1,
        by=ANN.person,
        text=text,
        status=status,
        key="k",
        next_at=NOW,
        give_up_at=NOW,
        url="https://plaza.example/5",
        trouble="Plaza says no." if status == "failed" else "",
        created_at=NOW + timedelta(seconds=1),
    )


def everything(of: Shown) -> list[Message]:
    """Every message about a conversation."""
    facts = {"what": Act.ASSIGN, "by": BEN.person, "mine": True}
    link = "https://plaza.example/card"
    made = [
        inbox.card(of),
        inbox_news.wrote_again(of, of.newest, {"before": "closed"}, "1.2"),
        inbox_news.wrote_again(of, of.newest, {}),
        inbox_news.to_person(of, facts, link),
        inbox_news.escalation(of, link),
        inbox_news.escalated_line(of, "1.2"),
        inbox_news.unread(of.account, of.newest.text),
        *[inbox_news.reply_asks(of, reply(state.value, of.newest.text), link, "1.2") for state in Reply],
    ]
    return [one for one in made if one is not None]


def forms(of: Shown, typed: str) -> list[dict[str, Any]]:
    """Every form about a conversation."""
    weight = Weight(len(typed), 500, "characters")
    return [
        inbox_forms.ask_person(of.conversation),
        inbox_forms.ask_reason(of.conversation),
        inbox_forms.ask_link(reply("unconfirmed"), "bakery0 (plaza)"),
        inbox_forms.reply_form(of, Draft()),
        inbox_forms.reply_form(of, Draft(typed[:3_000], weight, "<@U_BEN> answered this.")),
    ]


def require_harmless(of: Shown) -> None:
    for made in everything(of):
        assert blocks_faults(list(made.blocks), "message") == []
        assert 0 < len(made.text) <= MESSAGE_TEXT
        assert not acting(made.text)
        assert not [text for text in _mrkdwn(list(made.blocks)) if acting(text)]
    for view in forms(of, of.newest.text):
        assert view_faults(view, "modal") == []
        assert not [text for text in _mrkdwn(view) if acting(text)]


def acting(text: str) -> list[str]:
    """What in a text Slack would act on, but for what Trellis wrote on purpose."""
    return re.findall(r"<[^<>]*>", OURS.sub("", text))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("status", list(Conversation))
def test_no_hostile_text_acts_or_is_refused(status: Conversation, text: str) -> None:
    require_harmless(
        shown(text, name=text[:300], status=status.value, escalated_by=CAS.person, escalation=text[:2_000])
    )


@given(TEXTS, TEXTS, TEXTS)
def test_nothing_that_a_customer_chooses_acts(text: str, name: str, url: str) -> None:
    require_harmless(shown(text, name, "https://plaza.example/" + url, owner="U0ANN", status="taken"))


def test_what_a_customer_wrote_is_shown_as_plain_text() -> None:
    card = inbox.card(shown("<!channel> *now*"))
    plain = [block["text"] for block in card.blocks if block["type"] == "section" and "now" in block["text"]["text"]]
    assert {(one["type"], one["text"], one["emoji"]) for one in plain} == {("plain_text", "<!channel> *now*", False)}


def test_what_turns_the_reading_direction_is_shown() -> None:
    card = inbox.card(shown("pay \u202eeurO 001", name="Ma\u202era"))
    assert "[U+202E]" in card.blocks[0]["text"]["text"]
    assert "\u202e" not in json.dumps(card.blocks, ensure_ascii=False)


def test_a_long_text_is_cut_and_says_so() -> None:
    card = inbox.card(shown("word " * 20_000))
    assert "Shortened here" in card.text
    assert len(json.dumps(card.blocks)) < 12_000


def test_many_lines_do_not_push_the_buttons_out_of_sight() -> None:
    card = inbox.card(shown("\n".join("x" * 600)))
    assert max(json.dumps(block).count("\\n") for block in card.blocks) <= inbox.LINES


@pytest.mark.parametrize(
    ("status", "escalated", "expected"),
    [
        ("waiting", "", ["take", "assign", "reply", "escalate", "close"]),
        ("waiting", BEN.person, ["take", "assign", "reply", "close"]),
        ("taken", "", ["assign", "reply", "escalate", "close"]),
        ("closed", "", ["reopen"]),
    ],
)
def test_the_card_has_the_buttons_of_its_state(status: str, escalated: str, expected: list[str]) -> None:
    row = shown(status=status, escalated_by=escalated, owner=ANN.person if status == "taken" else "")
    assert [one["action_id"] for one in inbox.buttons(row)] == expected


def test_the_card_tells_who_where_what_and_who_has_it() -> None:
    card = inbox.card(shown(status="taken", owner=ANN.person, owned_at=NOW))
    for told in (
        "Mara",
        "Harbour Bakery",
        account_name(_account()),
        "Direct message, private",
        "<@U_ANN> has it since",
    ):
        assert told in card.text


def test_an_answer_to_the_newest_message_shows_as_answered() -> None:
    row = shown(status="taken", owner=ANN.person)
    row.replies[0].message_id = 2
    assert inbox.card(row).text.startswith("Answered")


@pytest.mark.parametrize("status", ["failed", "unconfirmed"])
def test_an_answer_that_asks_has_buttons_on_the_card_too(status: str) -> None:
    row = shown()
    asking = Shown(row.conversation, row.account, row.client, row.messages, [reply(status)], 2)
    assert "reply_leave#5" in json.dumps(inbox.card(asking).blocks)


@pytest.mark.parametrize(
    ("kind", "said", "submit"),
    [("direct", "Only Mara", "Send privately"), ("mention", "Everybody can read it", "Answer publicly")],
)
def test_the_form_says_who_will_read_the_answer(kind: str, said: str, submit: str) -> None:
    view = inbox_forms.reply_form(shown(kind=kind), Draft("Sorry!"))
    assert said in view["blocks"][0]["text"]["text"]
    assert account_name(_account()) in view["blocks"][0]["text"]["text"]
    assert view["submit"]["text"] == submit


def test_the_form_shows_exactly_what_will_be_sent_and_how_long_it_is() -> None:
    view = inbox_forms.reply_form(shown(), Draft("Sorry, *Mara* \u200b", Weight(510, 500, "characters")))
    texts = [block["text"]["text"] for block in view["blocks"] if block["type"] == "section"]
    assert "Sorry, *Mara* [U+200B]" in texts
    assert "510 of 500 characters, *10 too many*" in json.dumps(view)


def _mrkdwn(held: Any) -> list[str]:
    """Every text that Slack reads as markup."""
    if isinstance(held, list):
        return [text for one in held for text in _mrkdwn(one)]
    if not isinstance(held, dict):
        return []
    own = [held["text"]] if held.get("type") == "mrkdwn" else []
    return own + [text for one in held.values() for text in _mrkdwn(one)]


def _message(number: int, text: str, url: str, kind: str) -> tables.Message:
    return tables.Message(
        id=number,
        workspace_id=1,
        account_id=1,
        conversation_id=7,
        remote_id=str(number),
        kind=kind,
        text=text,
        url=url,
        at=NOW,
        received_at=NOW,
    )


def _account() -> Account:
    return Account(
        id=1,
        workspace_id=1,
        client_id=1,
        network="plaza",
        server="http://127.0.0.1:1",
        handle="bakery0",
        remote_id="id0",
        secret="",
        created_at=NOW,
    )


def _client() -> Client:
    return Client(id=1, workspace_id=1, name="Harbour Bakery", zone="Europe/Vilnius", created_at=NOW)
