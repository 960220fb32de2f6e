"""The calendar's one query: by the index, page after page without a hole or a repetition, within the scope."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.rules.calendar import STATES, Cursor, Show
from bot.rules.calendar_pages import Planned
from bot.store import Scope, Store, Tx, open_store
from bot.store.calendar import Page, Wanted, page, page_query, slots, without_time
from bot.store.tables import Post, PostVersion
from tests.factories import ANN, BEN, HOUR, NOW, House, build_house

WEEK = timedelta(days=7)
GOING = frozenset(state.value for state in STATES[Show.ALL])


@pytest.fixture
def house(store: Store) -> House:
    return build_house(store)


def plan(tx: Tx, /, house: House, at: datetime | None, **other: Any) -> int:
    """A post's rows as flows leave them, quicker than by flows."""
    accounts = other.pop("accounts", [house.account_ids[0]])
    values: dict[str, Any] = {
        "client_id": house.client_id,
        "author": ANN.person,
        "status": "in_review",
        "title": "Our shop opens",
    }
    values |= {"scheduled_at": at, "created_at": NOW, "changed_at": NOW}
    post = tx.add(Post(workspace_id=house.workspace_id, **{**values, **other}))
    version = PostVersion(
        workspace_id=house.workspace_id,
        post_id=post.id or 0,
        number=1,
        by=ANN.person,
        accounts=accounts,
        content={},
        when_kind="at",
        when_zone="UTC",
        late_seconds=3_600,
        created_at=NOW,
    )
    tx.add(version)
    return post.id or 0


def week(house: House, **other: Any) -> Wanted:
    wanted = Wanted((house.client_id,), GOING, start=NOW, end=NOW + WEEK)
    return replace(wanted, **other)


def walk(house: House, wanted: Wanted, size: int) -> list[Page]:
    """Every page, by its later cursors."""
    pages, cursor = [house.read(page, wanted, size)], None
    while (cursor := pages[-1].later) is not None:
        pages.append(house.read(page, wanted, size, cursor))
    return pages


def ids(posts: tuple[Planned, ...]) -> list[int]:
    return [post.id for post in posts]


def test_pages_hold_every_post_once_in_order_of_time(house: House) -> None:
    # Several at one moment: the id decides, so that none falls between two pages.
    moments = [NOW + HOUR * (number // 3) for number in range(11)]
    made = house.write(lambda tx: [plan(tx, house, at) for at in moments])
    pages = walk(house, week(house), 4)
    assert [len(one.posts) for one in pages] == [4, 4, 3]
    assert [number for one in pages for number in ids(one.posts)] == made


def test_a_page_leads_back_to_the_one_before_it(house: House) -> None:
    house.write(lambda tx: [plan(tx, house, NOW + HOUR * (number // 2)) for number in range(9)])
    pages = walk(house, week(house), 4)
    assert pages[0].earlier is None
    back = house.read(page, week(house), 4, pages[2].earlier)
    assert (back.posts, back.later) == (pages[1].posts, pages[1].later)
    assert house.read(page, week(house), 4, back.earlier).posts == pages[0].posts


def test_the_first_page_reached_backwards_has_none_before_it(house: House) -> None:
    house.write(lambda tx: [plan(tx, house, NOW + HOUR * number) for number in range(8)])
    pages = walk(house, week(house), 4)
    first = house.read(page, week(house), 4, pages[1].earlier)
    assert (first.earlier, first.later) == (None, pages[0].later)


def test_a_page_that_is_just_full_says_that_there_is_no_more(house: House) -> None:
    house.write(lambda tx: [plan(tx, house, NOW) for _ in range(4)])
    assert house.read(page, week(house), 4).later is None


def test_posts_without_a_time_are_paged_by_id(house: House) -> None:
    made = house.write(lambda tx: [plan(tx, house, None) for _ in range(5)])
    house.write(plan, house, NOW)
    pages = walk(house, without_time(week(house)), 2)
    assert [number for one in pages for number in ids(one.posts)] == made


def test_the_span_begins_with_its_first_moment_and_ends_before_its_last(house: House) -> None:
    first, _ = house.write(lambda tx: [plan(tx, house, NOW), plan(tx, house, NOW + WEEK)])
    assert ids(house.read(page, week(house), 9).posts) == [first]


def test_filters_by_account_state_and_author(house: House) -> None:
    one, other = house.account_ids

    def write(tx: Tx) -> list[int]:
        return [
            plan(tx, house, NOW, accounts=[one, other]),
            plan(tx, house, NOW, accounts=[other]),
            plan(tx, house, NOW, author=BEN.person),
            plan(tx, house, NOW, status="cancelled"),
        ]

    both, second, bens, _ = house.write(write)
    assert ids(house.read(page, week(house, account=other), 9).posts) == [both, second]
    assert ids(house.read(page, week(house, person=BEN.person), 9).posts) == [bens]
    assert ids(house.read(page, week(house), 9).posts) == [both, second, bens]


def test_a_post_shows_the_accounts_of_its_newest_version(house: House) -> None:
    made = house.write(plan, house, NOW)

    def edit(tx: Tx) -> None:
        tx.require(Post, made).version = 2
        second = tx.all(PostVersion)[0].model_dump(exclude={"id"})
        tx.add(PostVersion(**{**second, "number": 2, "accounts": house.account_ids}))

    house.write(edit)
    (found,) = house.read(page, week(house), 9).posts
    assert (found.version, found.accounts) == (2, tuple(house.account_ids))
    assert [slot.accounts for slot in house.read(slots, week(house), 9)] == [tuple(house.account_ids)]


def test_another_workspace_and_a_hidden_client_are_never_seen(house: House) -> None:
    house.write(plan, house, NOW)
    for scope in (Scope(house.workspace_id + 1), Scope(house.workspace_id, frozenset())):
        assert house.store.read(page, scope, week(house), 9).posts == ()


@pytest.fixture
def sqlite_house(sqlite_template: Path, tmp_path: Path) -> Iterator[House]:
    """On a file: PostgreSQL chooses its way by its statistics, and reads so small a table whole."""
    shutil.copy(sqlite_template, tmp_path / "trellis.db")
    store = open_store(f"sqlite:///{tmp_path / 'trellis.db'}")
    yield build_house(store)
    store.close()


@pytest.mark.parametrize("clients", [1, 3])
@pytest.mark.parametrize("cursor", [None, Cursor(NOW, 5), Cursor(NOW, 5, back=True)])
@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize("filtered", [True, False])
def test_a_page_is_found_by_the_calendars_index(
    sqlite_house: House, clients: int, cursor: Cursor | None, timed: bool, filtered: bool
) -> None:
    wanted = week(sqlite_house, clients=tuple(range(1, clients + 1)))
    if filtered:
        wanted = replace(wanted, account=1, person=ANN.person, states=frozenset({"in_review"}))
    if not timed:
        wanted, cursor = without_time(wanted), cursor and replace(cursor, at=None)
    steps = sqlite_house.read(explained, wanted, cursor)
    reach = "scheduled_at>? AND scheduled_at<?" if timed else "scheduled_at=?"
    assert steps[0].startswith(f"SEARCH post USING INDEX post_calendar (workspace_id=? AND client_id=? AND {reach}")
    assert steps[1].startswith("SEARCH postversion USING INDEX")
    assert clients > 1 or not any("TEMP B-TREE" in step for step in steps), "one client's page needs no sorting"


def explained(tx: Tx, wanted: Wanted, cursor: Cursor | None) -> list[str]:
    """The steps in which SQLite answers a page's query."""
    compiled = page_query(tx, wanted, 11, cursor).compile(
        tx.session.connection(), compile_kwargs={"literal_binds": True}
    )
    return [row[-1] for row in tx.session.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]
