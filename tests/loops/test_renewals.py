"""Accounts are asked once a day: a new limit is taken over, a refused credential is told before a post is due."""

from __future__ import annotations

import httpx

from bot.loops import renewals
from bot.store.tables import Account, Outbox
from tests.factories import EVE
from tests.loops.conftest import Pressroom


def limits(pressroom: Pressroom) -> list[object]:
    return [row.limits.get("characters") for row in pressroom.house.rows(Account)]


async def test_an_account_s_limits_are_read_from_its_server(pressroom: Pressroom) -> None:
    await renewals.turn(pressroom.publisher.desk)
    assert limits(pressroom) == [500, 500]


async def test_an_account_is_asked_once_a_day(pressroom: Pressroom) -> None:
    await renewals.turn(pressroom.publisher.desk)
    first = [row.limits_at for row in pressroom.house.rows(Account)]
    pressroom.clock.pass_(hours=23)
    await renewals.turn(pressroom.publisher.desk)
    assert [row.limits_at for row in pressroom.house.rows(Account)] == first
    pressroom.clock.pass_(hours=2)
    await renewals.turn(pressroom.publisher.desk)
    assert [row.limits_at for row in pressroom.house.rows(Account)] == [pressroom.clock.at] * 2


async def test_refused_credentials_are_told_to_who_can_mend_them(pressroom: Pressroom) -> None:
    async with httpx.AsyncClient() as http:
        (await http.post(f"{pressroom.plaza.url}/control/accounts/bakery0/revoke")).raise_for_status()
    await renewals.turn(pressroom.publisher.desk)
    assert [row.connected for row in pressroom.house.rows(Account)] == [False, True]
    assert [row.place for row in pressroom.house.rows(Outbox) if row.topic == "account_broken"] == [EVE.person]


async def test_a_server_that_is_away_is_no_reason_to_give_up_an_account(pressroom: Pressroom) -> None:
    await pressroom.plaza.close()
    await renewals.turn(pressroom.publisher.desk)
    assert [row.connected for row in pressroom.house.rows(Account)] == [True, True]
