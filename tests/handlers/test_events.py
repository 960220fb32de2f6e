"""An event is kept before Slack hears so, handled once, and run again until its handler has ended."""

from __future__ import annotations

from dataclasses import replace

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.blocks.basics import section
from bot.blocks.surfaces import home
from bot.handlers import Ask, On
from bot.loops.intake import Sweeper
from bot.sandbox.cast import ANN, TEAM
from bot.sandbox.driver import Control, Person
from tests.factories import HOUR
from tests.office import Office

OPENED = {
    "type": "event_callback",
    "event_id": "Ev1",
    "team_id": TEAM,
    "event": {"type": "app_home_opened", "user": ANN, "tab": "home"},
}


async def test_an_event_delivered_twice_is_handled_once(office: Office, on: On, ann: Person, control: Control) -> None:
    tabs: list[str] = []

    async def opened(ask: Ask) -> None:
        tabs.append(str(ask.event["tab"]))
        await ask.publish_home(home([section("Hello")]))

    async def both_delivered() -> bool | None:
        return sum(await control.connections()) == 2 or None

    on.event("app_home_opened")(opened)
    await control.fault("duplicate", on="events_api")
    await ann.open_home()
    await ann.home(saying="Hello")
    await ann.until(both_delivered)
    await office.dispatch.drain(1)
    assert tabs == ["home"]


async def test_an_event_that_cannot_be_kept_is_not_acked(office: Office, on: On) -> None:
    async def opened(ask: Ask) -> None:
        pytest.fail("it must not run")

    on.event("app_home_opened")(opened)
    await office.dispatch.reception.scope("", TEAM)
    office.desk.threads.writers.shutdown()
    answer = await office.socket.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=OPENED))
    assert answer.status == 500


async def test_an_event_whose_handler_failed_is_run_again_until_it_ends(office: Office, on: On) -> None:
    runs: list[int] = []

    async def opened(ask: Ask) -> None:
        runs.append(len(runs))
        if len(runs) < 2:
            raise ZeroDivisionError

    on.event("app_home_opened")(opened)
    sweeper = Sweeper(replace(office.desk, now=lambda: office.desk.now() + HOUR), office.dispatch.again)
    await office.socket.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=OPENED))
    await office.dispatch.drain(1)
    assert [await sweeper.turn(), await sweeper.turn(), len(runs)] == [1, 0, 2]


@pytest.mark.parametrize("body", [{"type": "app_rate_limited", "team_id": TEAM}, {"type": "something_new"}])
async def test_what_no_handler_can_know_is_acked(office: Office, body: dict[str, object]) -> None:
    answer = await office.socket.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
    assert answer.status == 200
