"""An event is kept once, stays open until its handler has ended, and is run again only some times."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.flows import intake
from bot.flows.intake import OpenEvent
from bot.store import EVERYWHERE, Store
from tests.factories import NOW

BODY = {"type": "event_callback", "event": {"type": "app_home_opened"}}
DUE = NOW + intake.PATIENCE


def take_in(store: Store, event_id: str = "Ev1", now: datetime = NOW) -> int | None:
    return store.write(intake.take_in, EVERYWHERE, "T1", event_id, BODY, now)


def take_again(store: Store, now: datetime) -> list[OpenEvent]:
    return store.write(intake.take_again, EVERYWHERE, now)


def test_the_same_event_is_kept_once(store: Store) -> None:
    assert take_in(store) is not None
    assert take_in(store) is None
    assert take_in(store, "Ev2") is not None


def test_an_event_that_ended_is_not_run_again(store: Store) -> None:
    row = take_in(store)
    store.write(intake.close, EVERYWHERE, row or 0, NOW)
    assert take_again(store, DUE) == []


def test_a_running_handler_is_given_time(store: Store) -> None:
    take_in(store)
    assert take_again(store, DUE - timedelta(seconds=1)) == []


def test_an_event_that_did_not_end_is_run_again_with_its_body(store: Store) -> None:
    row = take_in(store)
    assert take_again(store, DUE) == [OpenEvent(row or 0, BODY, 1)]


def test_two_sweepers_do_not_run_the_same_event(store: Store) -> None:
    take_in(store)
    take_again(store, DUE)
    assert take_again(store, DUE) == []


def test_an_event_that_never_ends_is_given_up(store: Store) -> None:
    take_in(store)
    much_later = NOW + timedelta(hours=12)
    runs = [len(take_again(store, much_later)) for _ in range(intake.ATTEMPTS + 3)]
    assert sum(runs) == intake.ATTEMPTS


def test_a_done_event_is_remembered_as_long_as_slack_may_repeat_it(store: Store) -> None:
    row = take_in(store)
    store.write(intake.close, EVERYWHERE, row or 0, NOW)
    assert store.write(intake.prune, EVERYWHERE, NOW + timedelta(hours=25)) == 0
    assert store.write(intake.prune, EVERYWHERE, NOW + intake.KEPT + timedelta(seconds=1)) == 1
