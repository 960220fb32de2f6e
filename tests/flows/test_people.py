"""People are remembered as Slack told last, each in their own workspace."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.flows import people
from bot.flows.people import Profile
from bot.store import EVERYWHERE, Scope, Store
from tests.factories import NOW, House, build_house

ANN = Profile("U_ANN", "Ann", "Europe/Vilnius", "lt-LT")


@pytest.fixture
def house(store: Store) -> House:
    return build_house(store)


def test_somebody_new_is_not_known(house: House) -> None:
    assert house.read(people.known, "U_ANN") is None


def test_what_slack_told_is_remembered(house: House) -> None:
    met = house.write(people.meet, ANN, NOW)
    assert met == house.read(people.known, "U_ANN")
    assert (met.actor.name, met.actor.zone, met.locale) == ("Ann", "Europe/Vilnius", "lt-LT")


def test_the_newest_word_counts(house: House) -> None:
    house.write(people.meet, ANN, NOW)
    later = NOW + timedelta(days=2)
    house.write(people.meet, Profile("U_ANN", "Ann Archer", is_guest=True), later)
    known = house.read(people.known, "U_ANN")
    assert known is not None
    assert (known.actor.name, known.actor.is_guest, known.seen_at) == ("Ann Archer", True, later)


def test_a_word_is_believed_for_a_day(house: House) -> None:
    met = house.write(people.meet, ANN, NOW)
    assert met.is_fresh(NOW + timedelta(hours=23))
    assert not met.is_fresh(NOW + timedelta(hours=24))


def test_who_was_deactivated_is_no_member(house: House) -> None:
    assert house.write(people.meet, Profile("U_ANN", "Ann", deleted=True), NOW).actor.is_external


def test_a_workspace_is_found_by_organisation_and_team(house: House) -> None:
    find = house.store.read
    assert find(people.workspace_scope, EVERYWHERE, "", "T_HOUSE") == Scope(house.workspace_id)
    assert find(people.workspace_scope, EVERYWHERE, "", "T_OTHER") is None
    assert find(people.workspace_scope, EVERYWHERE, "E_OTHER", "T_HOUSE") is None


def test_names_are_told_of_those_who_are_known(house: House) -> None:
    house.write(people.meet, ANN, NOW)
    assert house.read(people.names, {"U_ANN", "U_BEN"}) == {"U_ANN": "Ann"}
