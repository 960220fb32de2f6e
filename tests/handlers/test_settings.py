"""The settings in Slack: clients are added and changed, every refusal stands at its field, and nothing typed is lost."""

from __future__ import annotations

import pytest

from bot.blocks.basics import actions, button, section, ticket
from bot.handlers import On, accounts, home, settings
from bot.sandbox.cast import ANN, BEN, BOT_USER, CAS, CLIENT, DEE, DIGEST, EVE, PRIVATE, REVIEW, UNINVITED
from bot.sandbox.driver import Control, FormErrors, Person, Refused, View
from bot.slack import told
from bot.store.tables import AuditEntry, Client, Workspace
from tests.office import Office

NEW = {"name": "Northlight Cycles", "review_channel": REVIEW, "reviewers": [BEN]}


@pytest.fixture
def on() -> On:
    on = On()
    for module in (home, settings, accounts):
        module.register(on)
    return on


async def open_settings(person: Person) -> View:
    await person.open_home()
    tab = await person.home(having="settings_open")
    await person.press(tab, "settings_open")
    return await person.view(saying="Who sets Trellis up")


async def open_form(person: Person) -> View:
    """The form of a new client."""
    await person.press(await open_settings(person), "client_add")
    return await person.view(having="zone")


async def open_change(person: Person) -> View:
    """The form of the client that the office has."""
    await person.press(await open_settings(person), "client_open")
    await person.press(await person.view(saying="Time zone:"), "client_change")
    return await person.view(having="zone")


async def refusal(person: Person) -> dict[str, str]:
    """What stands at the fields when the form is handed in."""
    with pytest.raises(FormErrors) as refused:
        await person.submit()
    return refused.value.fields


async def clients(office: Office) -> dict[str, Client]:
    return {row.name: row for row in await office.desk.read(lambda tx: tx.all(Client), office.scope)}


async def test_a_client_is_added(office: Office, eve: Person) -> None:
    form = await open_form(eve)
    assert form.element("zone")["initial_value"] == "Europe/Berlin"  # Eve's own
    await eve.fill({**NEW, "digest_channel": DIGEST, "digest_hour": "7", "late_minutes": "15", "four_eyes": []})
    await eve.submit()
    page = await eve.view(saying="*Saved.*")
    assert "Northlight Cycles" in page.words
    row = (await clients(office))["Northlight Cycles"]
    assert (row.zone, row.review_channel, row.digest_channel) == ("Europe/Berlin", REVIEW, DIGEST)
    assert (row.reviewers, row.four_eyes, row.digest_hour, row.late_minutes) == ([BEN], False, 7, 15)


async def test_a_city_is_a_time_zone(office: Office, eve: Person) -> None:
    await open_form(eve)
    await eve.fill({**NEW, "zone": "new york"})
    await eve.submit()
    assert (await clients(office))["Northlight Cycles"].zone == "America/New_York"


async def test_an_unknown_zone_is_named_at_its_field_and_what_was_typed_stays(office: Office, eve: Person) -> None:
    await open_form(eve)
    await eve.fill({**NEW, "zone": "Europe/Vilnus"})
    errors = await refusal(eve)
    assert set(errors) == {"zone"}
    assert "Europe/Vilnius" in errors["zone"]
    [form] = await eve.views()
    assert form.values["name"]["name"]["value"] == "Northlight Cycles"
    assert set(await clients(office)) == {"Harbour Bakery"}


async def test_a_name_is_given_once(eve: Person) -> None:
    await open_form(eve)
    await eve.fill({**NEW, "name": " harbour  bakery "})
    assert await refusal(eve) == {"name": "There is already a client named Harbour Bakery. Choose another name."}


async def test_trellis_must_be_in_a_channel_and_may_be_invited_meanwhile(
    office: Office, eve: Person, control: Control
) -> None:
    await open_form(eve)
    await eve.fill({**NEW, "review_channel": UNINVITED})
    errors = await refusal(eve)
    assert "/invite @Trellis" in errors["review_channel"]
    await control.invite(UNINVITED, BOT_USER)
    await eve.submit()
    assert (await clients(office))["Northlight Cycles"].review_channel == UNINVITED


async def test_a_private_channel_without_trellis_looks_like_none(eve: Person, control: Control) -> None:
    await control.remove(PRIVATE, BOT_USER)
    await open_form(eve)
    await eve.fill({**NEW, "review_channel": PRIVATE})
    assert "/invite @Trellis" in (await refusal(eve))["review_channel"]


@pytest.mark.parametrize("field", ["review_channel", "digest_channel", "support_channel"])
async def test_a_channel_that_strangers_read_is_refused(eve: Person, field: str) -> None:
    await open_form(eve)
    await eve.fill({**NEW, field: CLIENT})
    errors = await refusal(eve)
    assert errors == {field: "People of another company read that channel. Choose one that is yours alone."}


async def test_an_archived_channel_is_refused(eve: Person, control: Control) -> None:
    await open_form(eve)
    await eve.fill({**NEW, "digest_channel": DIGEST})
    await control.archive(DIGEST)
    assert "archived" in (await refusal(eve))["digest_channel"]


async def test_somebody_must_review(eve: Person) -> None:
    await open_form(eve)
    await eve.fill({**NEW, "reviewers": []})
    with pytest.raises(Refused) as refused:  # by Slack itself: the field must be filled in
        await eve.submit()
    assert set(refused.value.fields) == {"reviewers"}


async def test_who_comes_from_elsewhere_does_not_review(eve: Person) -> None:
    await open_form(eve)
    await eve.fill({**NEW, "reviewers": [BEN, DEE]})
    assert "is not a full member of this workspace" in (await refusal(eve))["reviewers"]


async def test_a_client_is_changed_from_what_is_set(office: Office, eve: Person) -> None:
    form = await open_change(eve)
    assert form.element("name")["initial_value"] == "Harbour Bakery"
    assert form.element("reviewers")["initial_users"] == [BEN, CAS]
    await eve.fill({"zone": "Europe/London", "late_minutes": "240"})
    await eve.submit()
    await eve.view(saying="Time zone: Europe/London")
    row = (await clients(office))["Harbour Bakery"]
    assert (row.zone, row.late_minutes, row.reviewers, row.four_eyes) == ("Europe/London", 240, [BEN, CAS], True)


async def test_a_change_is_on_record_with_who_made_it(office: Office, eve: Person) -> None:
    await open_change(eve)
    await eve.fill({"zone": "Europe/London"})
    await eve.submit()
    entries = await office.desk.read(lambda tx: tx.all(AuditEntry, AuditEntry.what == "client_changed"), office.scope)
    assert [(entry.who, entry.door) for entry in entries] == [(EVE, "slack")]


async def test_the_home_tab_follows_a_change(office: Office, eve: Person) -> None:
    await open_form(eve)
    await eve.fill(NEW)
    await eve.submit()
    await office.dispatch.drain(2)
    await office.say_all()
    await eve.home(saying="Set up Trellis")


async def test_who_sets_trellis_up_is_chosen(office: Office, eve: Person) -> None:
    await eve.press(await open_settings(eve), "managers_change")
    await eve.view(having="managers")
    await eve.fill({"managers": [EVE, ANN]})
    await eve.submit()
    await eve.view(saying=f"<@{ANN}>")
    row = await office.desk.read(lambda tx: tx.require(Workspace, tx.scope.workspace), office.scope)
    assert row.managers == [EVE, ANN]


async def test_who_gives_the_settings_away_sees_them_no_more(office: Office, eve: Person) -> None:
    await eve.press(await open_settings(eve), "managers_change")
    await eve.view(having="managers")
    await eve.fill({"managers": [ANN]})
    await eve.submit()
    await eve.no_view()
    await office.dispatch.drain(2)
    await office.say_all()
    assert "settings_open" not in (await eve.home()).actions


async def test_who_is_given_the_settings_finds_them_in_their_tab(office: Office, eve: Person, ann: Person) -> None:
    await eve.press(await open_settings(eve), "managers_change")
    await eve.view(having="managers")
    await eve.fill({"managers": [EVE, ANN]})
    await eve.submit()
    await office.dispatch.drain(2)
    await office.say_all()
    await ann.home(having="settings_open")


async def test_strangers_cannot_be_given_the_settings(eve: Person) -> None:
    await eve.press(await open_settings(eve), "managers_change")
    await eve.view(having="managers")
    await eve.fill({"managers": [EVE, DEE]})
    assert "is not a full member" in (await refusal(eve))["managers"]


@pytest.mark.parametrize("act", ["settings_open", "client_add", "client_change", "managers_change", "account_connect"])
async def test_who_does_not_manage_is_told_whom_to_ask(office: Office, ann: Person, act: str) -> None:
    assert office.desk.slack is not None
    blocks = [section("An old message"), actions(button("Go", act, ticket(office.client_id)))]
    await told(office.desk.slack.background.chat_postMessage(channel=REVIEW, text="An old message", blocks=blocks))
    await ann.press(await ann.message(REVIEW), act)
    note = await ann.ephemeral(REVIEW, saying="can change the settings of Trellis")
    assert f"<@{EVE}>" in note.words
    assert await ann.views() == []


async def test_a_form_that_is_closed_changes_nothing(office: Office, eve: Person) -> None:
    await open_change(eve)
    await eve.fill({"zone": "Europe/London"})
    await eve.close_view()
    await office.dispatch.drain(2)
    assert (await clients(office))["Harbour Bakery"].zone == "Europe/Vilnius"


async def test_from_a_client_one_comes_back_to_all_settings(eve: Person) -> None:
    await eve.press(await open_settings(eve), "client_open")
    page = await eve.view(saying="Time zone:")
    await eve.press(page, "settings_open")
    await eve.view(having="client_add")
    assert len(await eve.views()) == 1
