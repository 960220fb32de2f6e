"""The Home tab and the forms behind it: within Slack's limits whatever they hold, and saying what there is to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import accounts, settings_forms
from bot.blocks.accounts import Choice, Form, Offer, Told
from bot.blocks.basics import Block
from bot.blocks.home import home
from bot.blocks.settings_forms import ClientValues
from bot.blocks.surfaces import said
from bot.handlers import registered
from bot.rules.calendar_pages import AccountName, ClientName, Planned
from bot.rules.home import Asking, Broken, Held, HomePage, Listed, Queue, SetUp, Some, Unfinished, Unsaid
from bot.rules.networks import Limits, Profile
from bot.rules.posts import Delivery
from bot.sandbox.checks import view_faults
from bot.store.tables import Account, Client

ANN, BEN, EVE = "U07ANN00001", "U07BEN00001", "U07EVE00001"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LONG = "<!channel> *bold* & " + "ä" * 3_000


def post(number: int = 1, **other: Any) -> Planned:
    values: dict[str, Any] = {
        "version": 2,
        "revision": 3,
        "client_id": 1,
        "status": "in_review",
        "at": NOW + timedelta(hours=1),
        "title": "Our shop opens",
        "author": ANN,
        "accounts": (1,),
        "changed_at": NOW,
    }
    return Planned(id=number, **{**values, **other})


def page(queue: Queue | None = None, **other: Any) -> HomePage:
    values: dict[str, Any] = {
        "person": BEN,
        "is_member": True,
        "managers": (EVE,),
        "clients": {1: ClientName(1, "Harbour Bakery", "Europe/Vilnius")},
        "accounts": {1: AccountName(1, 1, "bakery (Plaza)")},
        "done": frozenset(SetUp),
        "queue": queue or Queue(),
    }
    return HomePage(**{**values, **other})


def asking(state: Delivery = Delivery.MISSED, **other: Any) -> Asking:
    return Asking(7, 2, state, 1, LONG, post(status="missed"), **{"settles": True, **other})


def crowded(text: str) -> Queue:
    """As much of everything as one tab is ever given."""
    titled = post(title=text, accounts=tuple(range(1, 9)))
    return Queue(
        to_review=Some((Listed(titled, approvable=True),) * 5, 90),
        to_settle=Some((replace(asking(Delivery.UNCONFIRMED), post=titled, trouble=text),) * 5, 90),
        unfinished=Some((Unfinished("f" * 22, text, NOW),) * 3, 9),
        mine=Some((Listed(replace(titled, status="changes_requested"), text, BEN),) * 5, 90),
        today=Some((replace(titled, status="scheduled"),) * 8, 90),
        failures=Some((replace(asking(), settles=False, trouble=text),) * 5, 90),
        unsaid=Some((Unsaid("post_thread", "C07REVIEW01", text, NOW, 12),) * 5, 90),
        pauses=Some((Held(1, text, EVE, NOW, text, 400),) * 3, 90),
        broken=Some((Broken(1, text, text, text),) * 5, 90),
    )


def acts(view: Block) -> list[str]:
    """The action ids of a view, in reading order."""
    held = [
        [*block.get("elements", []), block.get("accessory") or {}, block.get("element") or {}]
        for block in view["blocks"]
    ]
    return [element["action_id"] for elements in held for element in elements if "action_id" in element]


@pytest.mark.parametrize("done", [frozenset(SetUp), frozenset()])
@pytest.mark.parametrize("person", [BEN, EVE])
@pytest.mark.parametrize("text", [LONG, "", "x"])
def test_a_tab_full_of_everything_fits(person: str, text: str, done: frozenset[SetUp]) -> None:
    view = home(page(crowded(text or " "), person=person, done=done))
    assert view_faults(view, "home") == []
    assert "There is more than Slack can show here." not in said(view["blocks"])  # nothing was cut off at the end
    assert "calendar_feed" in acts(view)


@given(st.text(max_size=400))
def test_whatever_people_write_is_taken_by_slack(text: str) -> None:
    assert view_faults(home(page(crowded(text))), "home") == []


@pytest.mark.parametrize("person", [BEN, EVE])
@pytest.mark.parametrize("count", range(len(SetUp) + 1))
def test_every_button_of_the_tab_is_heard(person: str, count: int) -> None:
    done = frozenset(list(SetUp)[:count])
    shown = set(acts(home(page(crowded("x"), person=person, done=done, first_post=(5, 2)))))
    assert shown <= registered().actions


def test_every_button_of_the_settings_is_heard() -> None:
    rows = [client(number) for number in range(1, 96)]
    offer = Offer(NETWORKS, rows)
    profile = Profile("did:plc:1", "ann", "Ann", "")
    views = [
        settings_forms.settings([EVE], rows, [], 40),
        settings_forms.client_page(rows[0], [account()], {}),
        accounts.connected(account(), "Bluesky", "Bakery"),
    ]
    forms = [
        settings_forms.client_form(ClientValues()),
        settings_forms.managers_form([EVE]),
        accounts.account_form(Form(), offer),
        accounts.account_form(Form(), offer, Told(profile=profile, limits=LIMITS)),
        accounts.checking(Form(), offer),
    ]
    heard = registered()
    assert {act.partition("#")[0] for view in views for act in acts(view)} <= heard.actions
    assert {view["callback_id"] for view in [*views, *forms]} <= heard.views


def test_the_main_action_comes_first() -> None:
    view = home(page(crowded("x")))
    assert acts(view)[:2] == ["draft_open", "calendar_open"]
    assert view["blocks"][0]["elements"][0]["style"] == "primary"


def test_what_waits_on_the_reader_comes_before_all_else() -> None:
    text = said(home(page(crowded("x")))["blocks"])
    order = ["To review", "To settle", "connect again", "Went wrong", "Mine", "Today", "may not have arrived", "Paused"]
    assert [text.index(word) for word in order] == sorted(text.index(word) for word in order)


def test_a_post_to_review_can_be_approved_and_opened() -> None:
    view = home(page(Queue(to_review=Some((Listed(post(5), approvable=True),)))))
    row = next(block for block in view["blocks"][1:] if block["type"] == "actions")
    assert [(one["action_id"], one["value"]) for one in row["elements"]] == [
        ("home_approve", "5.2"),
        ("open_post", "5.2"),
    ]


@pytest.mark.parametrize(
    ("state", "act"), [(Delivery.UNCONFIRMED, "it_is_live"), (Delivery.MISSED, "send_it"), (Delivery.FAILED, "send_it")]
)
def test_a_delivery_that_asks_is_answered_in_its_row(state: Delivery, act: str) -> None:
    view = home(page(Queue(to_settle=Some((asking(state),)))))
    row = next(block for block in view["blocks"][1:] if block["type"] == "actions")
    answers = {one["action_id"]: one["value"] for one in row["elements"]}
    assert next(iter(answers)) == act
    assert answers | {act: "7.2", "send_it": "7.2", "leave_it": "7.2", "open_post": "1.2"} == answers


def test_sending_what_may_be_live_already_asks_first() -> None:
    view = home(page(Queue(to_settle=Some((asking(Delivery.UNCONFIRMED),)))))
    row = next(block for block in view["blocks"][1:] if block["type"] == "actions")
    assert [one["action_id"] for one in row["elements"] if "confirm" in one] == ["send_it"]


def test_a_time_is_shown_by_each_readers_own_clock() -> None:
    text = said(home(page(Queue(today=Some((post(),)))))["blocks"])
    assert f"<!date^{int((NOW + timedelta(hours=1)).timestamp())}^" in text


def test_words_of_people_are_no_markup() -> None:
    text = said(home(page(Queue(mine=Some((Listed(post(title="<!channel> & co"), "<@U1>", BEN),)))))["blocks"])
    assert "<!channel>" not in text
    assert "<@U1>" not in text


def test_a_list_says_how_many_more_there_are() -> None:
    assert "And 4 more." in said(home(page(Queue(today=Some((post(),), 4))))["blocks"])


def test_where_nothing_waits_the_tab_says_so() -> None:
    assert "Nothing waits on you" in said(home(page())["blocks"])


def test_a_stranger_is_told_what_trellis_is_and_whom_to_ask() -> None:
    view = home(page(crowded("secret"), is_member=False))
    text = said(view["blocks"])
    assert f"<@{EVE}>" in text
    assert "secret" not in text
    assert acts(view) == []


def test_before_set_up_everybody_hears_who_can_do_it() -> None:
    text = said(home(page(clients={}, done=frozenset()))["blocks"])
    assert f"<@{EVE}> can do that" in text


STEPS = {
    SetUp.CLIENT: "client_add",
    SetUp.ACCOUNT: "account_connect",
    SetUp.DRAFT: "draft_open",
    SetUp.APPROVAL: "open_post",
    SetUp.PUBLISHED: "open_post",
}


@pytest.mark.parametrize("step", list(SetUp))
def test_the_next_step_has_the_one_button_that_stands_out(step: SetUp) -> None:
    done = frozenset(list(SetUp)[: list(SetUp).index(step)])
    clients = {} if step is SetUp.CLIENT else {1: ClientName(1, "Harbour Bakery", "Europe/Vilnius")}
    shown = page(person=EVE, done=done, clients=clients, first_client=len(clients), first_post=(5, 2))
    view = home(shown)
    steps = [block for block in view["blocks"] if block.get("block_id", "").startswith("step.")]
    primary = [one["accessory"]["action_id"] for one in steps if one.get("accessory", {}).get("style") == "primary"]
    assert primary == [STEPS[step]]
    assert sum("*Done:*" in one["text"]["text"] for one in steps) == len(done)
    assert view_faults(view, "home") == []


def test_only_who_manages_sees_the_steps_and_the_settings() -> None:
    view = home(page(done=frozenset()))
    assert "Set up Trellis" not in said(view["blocks"])
    assert "settings_open" not in acts(view)


def test_everybody_else_reads_whom_to_ask_for_a_change() -> None:
    assert f"<@{EVE}> can change clients" in said(home(page())["blocks"])
    assert "can change clients" not in said(home(page(person=EVE))["blocks"])


# The forms behind the tab

NETWORKS = [
    Choice("bluesky", "Bluesky", {"app_password": "App password"}, "https://bsky.social"),
    Choice("two", "Two", {"key": "Key", "secret": "Secret"}),
]
LIMITS = Limits(characters=300, images=4)


def client(number: int = 1, **other: Any) -> Client:
    values = {"workspace_id": 1, "name": f"Client {number}", "zone": "Europe/Vilnius", "created_at": NOW}
    return Client(id=number, **{**values, "reviewers": [BEN], **other})


def account(number: int = 1, **other: Any) -> Account:
    values: dict[str, Any] = {
        "workspace_id": 1,
        "client_id": 1,
        "network": "bluesky",
        "server": "https://bsky.example",
        "handle": "bakery.example",
        "remote_id": f"did:plc:{number}",
        "name": "Harbour Bakery",
        "url": "https://bsky.app/profile/did:plc:1",
        "secret": "locked-away",
        "limits": {"characters": 300, "images": 4, "image_types": ["image/png"]},
        "created_at": NOW,
    }
    return Account(id=number, **{**values, **other})


def test_a_card_of_an_account_says_who_it_is_and_what_its_server_takes() -> None:
    text = said(accounts.account_card(account(), "Bluesky"))
    assert "*Harbour Bakery*" in text
    assert "bakery.example on Bluesky" in text
    assert "300 characters, 4 images" in text
    assert "<https://bsky.app/profile/did:plc:1|" in text


def test_a_broken_account_says_why_and_offers_the_mend() -> None:
    card = accounts.account_card(account(connected=False, trouble="The password changed."), "Bluesky")
    assert "The password changed." in said(card)
    assert card[-1]["elements"][0]["style"] == "primary"


def test_disconnecting_asks_first() -> None:
    [again, disconnect] = accounts.account_card(account(), "Bluesky")[-1]["elements"]
    assert "confirm" not in again
    assert disconnect["confirm"]["title"]["text"] == "Disconnect this account?"


@pytest.mark.parametrize("network", ["bluesky", "two"])
@pytest.mark.parametrize("again", [None, account()])
@pytest.mark.parametrize("text", ["", LONG[:300]])
def test_the_form_of_an_account_fits_at_every_stage(network: str, again: Account | None, text: str) -> None:
    form = Form(1, network, text, text)
    offer = Offer(NETWORKS, [client(1), client(2)], again)
    profile = Profile("did:plc:1", text, text, "https://bsky.example/<odd>")
    for view in (
        accounts.account_form(form, offer),
        accounts.account_form(form, offer, Told(problem=text)),
        accounts.account_form(form, offer, Told(profile=profile, limits=LIMITS)),
        accounts.checking(form, offer),
        accounts.connected(account(name=text, handle=text), text, text),
    ):
        assert view_faults(view, "modal") == []


def test_credentials_are_never_filled_in() -> None:
    view = accounts.account_form(Form(1, "two", "https://a.example", "ann"), Offer(NETWORKS, [client()]))
    secrets = [block["element"] for block in view["blocks"] if block.get("block_id", "").startswith("secret")]
    assert len(secrets) == 2
    assert not any("initial_value" in element for element in secrets)


def test_what_was_typed_stays_through_the_check_and_credentials_are_asked_afresh_after_a_refusal() -> None:
    form, offer = Form(1, "bluesky", "https://a.example", "ann"), Offer(NETWORKS, [client()])
    profile = Profile("did:plc:1", "ann", "Ann", "")

    def inputs(view: Block) -> set[str]:
        return {block["block_id"] for block in view["blocks"] if block["type"] == "input"}

    first = inputs(accounts.account_form(form, offer))
    assert inputs(accounts.checking(form, offer)) == first
    assert inputs(accounts.account_form(form, offer, Told(profile=profile, limits=LIMITS))) == first
    refused = inputs(accounts.account_form(accounts.refused_again(form), offer, Told(problem="No.")))
    assert {name.partition("#")[0] for name in first - refused} == {"secret"}


@given(
    st.builds(
        Form,
        client_id=st.integers(0, 10**9),
        account_id=st.integers(0, 10**9),
        attempt=st.integers(0, 99),
        network=st.sampled_from(["bluesky", "two"]),
        shown=st.text("0123456789abcdef", max_size=32),
    )
)
def test_a_form_finds_itself_again_by_what_travels_with_its_view(form: Form) -> None:
    assert accounts.from_private(accounts.private_of(form)) == form


@given(st.text(max_size=60))
def test_odd_things_that_travel_with_a_view_are_left_out(text: str) -> None:
    assert accounts.from_private(text).client_id >= 0


@pytest.mark.parametrize("count", [0, 1, 40, 41, 250])
def test_any_number_of_clients_fits(count: int) -> None:
    rows = [client(number, name=LONG[:75]) for number in range(1, count + 1)]
    for first in (0, 40, 80):
        view = settings_forms.settings([EVE] * 50, rows, [account()], first)
        assert view_faults(view, "modal") == []


def test_every_client_can_be_reached() -> None:
    rows = [client(number) for number in range(1, 96)]
    seen = [act["value"] for first in (0, 40, 80) for act in _opens(settings_forms.settings([EVE], rows, [], first))]
    assert len(set(seen)) == 95


def _opens(view: Block) -> list[Block]:
    found = [block.get("accessory", {}) for block in view["blocks"]]
    return [one for one in found if one.get("action_id") == settings_forms.OPEN_CLIENT]


@pytest.mark.parametrize("count", [0, 1, 28, 29, 200])
def test_any_number_of_accounts_fits(count: int) -> None:
    rows = [account(number, connected=number % 2 == 0, trouble=LONG) for number in range(1, count + 1)]
    view = settings_forms.client_page(client(reviewers=[BEN] * 50), rows, {"bluesky": "Bluesky"}, "Saved.")
    assert view_faults(view, "modal") == []


def test_accounts_that_do_not_work_come_first() -> None:
    rows = [account(1), account(2, connected=False, trouble="The password changed.", name="Broken")]
    text = said(settings_forms.client_page(client(), rows, {"bluesky": "Bluesky"})["blocks"])
    assert text.index("*Broken*") < text.index("*Harbour Bakery*")


@pytest.mark.parametrize("late", [1, 60, 90, 10_080])
def test_the_form_of_a_client_shows_what_is_set(late: int) -> None:
    values = ClientValues("Bakery", "Europe/Vilnius", "C07REVIEW01", reviewers=[BEN], digest_hour=7, late_minutes=late)
    view = settings_forms.client_form(values, 5)
    assert view_faults(view, "modal") == []
    assert view["private_metadata"] == "5"
    chosen = {block["block_id"]: block["element"] for block in view["blocks"]}
    assert chosen["digest_hour"]["initial_option"]["value"] == "7"
    assert chosen["late_minutes"]["initial_option"]["value"] == str(late)
    assert chosen["review_channel"]["filter"]["exclude_external_shared_channels"] is True


def test_the_form_of_who_manages_fits() -> None:
    assert view_faults(settings_forms.managers_form([EVE, BEN]), "modal") == []
