"""Whose feed an address opens, and what it holds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import NotAllowed, NotFound
from bot.flows import feeds, people, posts
from bot.flows.people import Profile
from bot.rules.people import Actor
from bot.store import EVERYWHERE, Scope, Store
from bot.store.tables import AuditEntry, Person
from tests.factories import ANN, BEN, DEE, HOUR, NOW, House, build_house

DAY = timedelta(days=1)


@pytest.fixture
def house(store: Store) -> House:
    house = build_house(store)
    for actor in (ANN, BEN):
        house.write(people.meet, Profile(actor.person, actor.name), NOW)
    return house


def test_a_new_link_makes_the_old_one_worthless(house: House) -> None:
    old = house.read(feeds.own, BEN)
    new = house.write(feeds.renew, BEN, now=NOW)
    assert new.row == old.row
    assert new.claim != old.claim
    assert house.read(feeds.own, BEN) == new
    assert [entry.what for entry in house.rows(AuditEntry)][-1] == "feed_renewed"


def test_links_of_two_people_differ(house: House) -> None:
    assert house.read(feeds.own, ANN).claim != house.read(feeds.own, BEN).claim


def test_an_owner_is_found_by_their_row(house: House) -> None:
    own = house.read(feeds.own, BEN)
    assert house.store.read(feeds.owner, EVERYWHERE, own.row) == own
    assert own.scope == Scope(house.workspace_id)
    assert house.store.read(feeds.owner, EVERYWHERE, 999) is None


@pytest.mark.parametrize("flag", ["deleted", "is_external", "is_guest", "is_bot"])
def test_who_may_no_longer_see_anything_has_no_feed(house: House, flag: str) -> None:
    row = house.read(feeds.own, BEN).row
    house.write(lambda tx: setattr(tx.require(Person, row), flag, True))
    assert house.store.read(feeds.owner, EVERYWHERE, row) is None


def test_only_members_whom_trellis_has_met_have_a_feed(house: House) -> None:
    with pytest.raises(NotAllowed):
        house.read(feeds.own, DEE)
    with pytest.raises(NotFound):
        house.read(feeds.own, Actor(person="U_NEW", name="New"))


def test_a_feed_reaches_a_month_back_and_a_year_ahead(house: House) -> None:
    before = NOW - 40 * DAY
    for days in (-31, -29, 0, 366, 368):
        house.in_review(f"{days}", at=NOW + days * DAY + HOUR, now=before)
    assert [post.title for post in house.read(feeds.feed, now=NOW).posts] == ["-29", "0"]


def test_a_feed_holds_what_was_called_off_and_leaves_out_what_has_no_time(house: House) -> None:
    off = house.in_review("Off")
    house.in_review("Untimed", at=None)
    house.write(posts.cancel, ANN, off.id or 0, 1, now=NOW)
    page = house.read(feeds.feed, now=NOW)
    assert [(post.title, post.status) for post in page.posts] == [("Off", "cancelled")]
    assert page.authors == {ANN.person: "Ann"}
