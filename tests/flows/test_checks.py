"""Faults and warnings: what a network would refuse, and what a careful colleague would ask about."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import Stale
from bot.flows import checks, missed, posts, previews, publishing, telling
from bot.flows.accounts import limits_as_json, limits_of
from bot.rules.content import Content, Image, Segment
from bot.rules.networks import Limits
from bot.store import EVERYWHERE, Store, Tx
from bot.store.tables import Account, Post
from tests.factories import ANN, BEN, HOUR, NOW, House, build_house

SOON = NOW + HOUR


@pytest.fixture
def house(store: Store) -> House:
    return build_house(store)


def warned(house: House, text: str = "Something else", minutes: int = 600, account: int = 0) -> checks.Warnings:
    """What is warned of for a post of this text, so long after the first."""
    at, accounts = SOON + timedelta(minutes=minutes), [house.account_ids[account]]
    content = Content((Segment(text),))
    return house.read(checks.warnings, house.client_id, accounts, content, at, None, now=NOW)


@pytest.mark.parametrize(("minutes", "clashes"), [(0, 1), (59, 1), (-59, 1), (61, 0), (-61, 0)])
def test_posts_within_an_hour_on_an_account_clash(house: House, minutes: int, clashes: int) -> None:
    house.scheduled(at=SOON)
    assert len(warned(house, minutes=minutes).clashes) == clashes


def test_posts_on_other_accounts_do_not_clash(house: House) -> None:
    house.scheduled(at=SOON)
    assert warned(house, minutes=0, account=1).clashes == ()


def test_nearly_the_same_words_are_warned_of(house: House) -> None:
    house.scheduled("Our shop opens on Monday morning at nine o'clock")
    assert len(warned(house, "OUR SHOP opens on Monday morning, at nine o'clock!").alike) == 1
    assert warned(house, "We bake bread with seeds from Tuesday on").alike == ()


def test_a_picture_without_a_description_is_counted(house: House) -> None:
    image = Image("a" * 64, "image/png", 8, 6, 75)
    content = Content((Segment("One", (image, Image("b" * 64, "image/png", 8, 6, 75, "Our shop"))),))
    found = house.read(checks.warnings, house.client_id, house.account_ids, content, None, None, now=NOW)
    assert found.without_alt == 1


def test_emoji_that_only_this_workspace_knows_are_named(house: House) -> None:
    assert warned(house, "New :our_logo: at 12:30:45 🎉").only_here == (":our_logo:",)


def test_an_account_of_a_network_that_is_gone_has_a_fault(house: House) -> None:
    (account, _) = house.rows(Account)
    found = checks.faults_of({}, [account], Content((Segment("One"),)))
    assert "cannot publish on Plaza" in str(found[account.id or 0][0])


def test_an_account_whose_limits_are_not_known_is_not_judged(house: House) -> None:
    (account, _) = house.rows(Account)
    assert checks.weights_of({}, account, (Segment("One"),)) == ()


def test_limits_come_back_as_they_were_kept(house: House) -> None:
    limits = Limits(characters=300, text_bytes=3_000, image_types=frozenset({"image/png"}))

    def set_limits(tx: Tx) -> None:
        account = tx.require(Account, house.account_ids[0])
        account.limits = limits_as_json(limits)
        tx.session.add(account)

    house.write(set_limits)
    assert limits_of(house.rows(Account)[0]) == limits


def test_a_card_compares_with_the_version_that_was_approved(house: House) -> None:
    post = house.scheduled()
    assert house.read(previews.look, post.id or 0, now=NOW).before is None
    house.write(posts.edit, ANN, post.id or 0, 1, house.draft("Other"), now=NOW)
    before = house.read(previews.look, post.id or 0, now=NOW).before
    assert before is not None
    assert before.content["segments"][0]["text"] == "Our shop opens"


def test_all_that_was_missed_is_answered_together_or_not_at_all(house: House) -> None:
    for text in ("One", "Two"):
        house.scheduled(text)
    later = NOW + timedelta(days=1)
    house.store.write(publishing.give_up_late, EVERYWHERE, now=later)
    assert len(house.read(missed.of_client, house.client_id).missed) == 2
    with pytest.raises(Stale, match="Waiting now: 2"):
        house.write(missed.drop_all, BEN, house.client_id, 1, now=later)
    assert house.write(missed.drop_all, BEN, house.client_id, 2, now=later) == 2
    assert [post.status for post in house.rows(Post)] == ["cancelled", "cancelled"]
    assert house.read(missed.of_client, house.client_id).missed == ()


def test_a_post_that_waits_no_more_is_not_told_as_waiting(house: House) -> None:
    post = house.scheduled()
    assert house.read(telling.unconnected, post.id or 0) == ()
