"""How a Bluesky account is signed in, stays so, and what is said when it no longer is."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from bot.errors import Misconfigured, NetworkError, Reconnect, Retryable
from tests.networks.contract import Line
from tests.networks.lending import Notebook, post
from tests.networks.servers.bluesky import DID, StandIn, calls, creates, refused

POST = post("Our shop opens")


async def test_a_session_is_used_until_it_ends(line: Line, server: StandIn) -> None:
    await line.network.publish(line.account, POST, Notebook())
    await line.network.publish(line.account, replace(POST, key="1" * 32), Notebook())
    assert (server.logins, server.refreshes) == (1, 0)


async def test_an_expired_token_is_refreshed_and_the_post_goes_out(line: Line, server: StandIn) -> None:
    await line.network.verify(line.account)
    server.expire_access()
    await line.network.publish(line.account, POST, Notebook())
    assert (server.texts(), server.logins, server.refreshes) == (["Our shop opens"], 1, 1)


async def test_many_at_once_refresh_once(line: Line, server: StandIn) -> None:
    await line.network.verify(line.account)
    server.expire_access()
    posts = [replace(POST, key=f"{number:032x}") for number in range(5)]
    await asyncio.gather(*(line.network.publish(line.account, one, Notebook()) for one in posts))
    assert (len(server.texts()), server.logins, server.refreshes) == (5, 1, 1)


async def test_many_at_once_log_in_once(line: Line, server: StandIn) -> None:
    posts = [replace(POST, key=f"{number:032x}") for number in range(5)]
    await asyncio.gather(*(line.network.publish(line.account, one, Notebook()) for one in posts))
    assert server.logins == 1


async def test_a_dead_refresh_token_leads_to_a_new_login(line: Line, server: StandIn) -> None:
    await line.network.verify(line.account)
    server.expire_access()
    server.refresh.clear()
    await line.network.publish(line.account, POST, Notebook())
    assert server.logins == 2


async def test_a_revoked_app_password_asks_for_a_person(line: Line, server: StandIn) -> None:
    await line.network.verify(line.account)
    server.expire_access()
    server.refresh.clear()
    server.password = "another"
    with pytest.raises(Reconnect, match="app password"):
        await line.network.publish(line.account, POST, Notebook())


async def test_a_token_refused_again_after_its_renewal_asks_for_a_person(line: Line) -> None:
    for _ in range(2):
        line.wire.answer(creates, 400, refused("InvalidToken"))
    with pytest.raises(Reconnect):
        await line.network.publish(line.account, POST, Notebook())


async def test_a_lost_refresh_may_be_tried_again(line: Line, server: StandIn) -> None:
    await line.network.verify(line.account)
    server.expire_access()
    line.wire.lose_answer(calls("refreshSession"))
    with pytest.raises(Retryable):
        await line.network.publish(line.account, POST, Notebook())


async def test_a_new_app_password_makes_a_new_session(line: Line, server: StandIn) -> None:
    await line.network.verify(line.account)
    server.password = "new"
    await line.network.verify(replace(line.account, secret={"app_password": "new"}))
    assert server.logins == 2


async def test_a_password_that_belongs_to_another_account_is_refused(line: Line) -> None:
    told = {"did": "did:plc:cas", "accessJwt": "a", "refreshJwt": "r"}
    line.wire.answer(calls("createSession"), 200, json.dumps(told).encode())
    with pytest.raises(Reconnect, match="another account"):
        await line.network.verify(replace(line.account, remote_id=DID))


async def test_an_own_password_with_a_second_factor_is_explained(line: Line) -> None:
    line.wire.answer(calls("createSession"), 401, refused("AuthFactorTokenRequired"))
    with pytest.raises(Reconnect, match="app password instead"):
        await line.network.verify(line.account)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"did": "x"}', b'{"did": 7, "accessJwt": "a\\nb"}'])
async def test_a_login_that_is_answered_with_nonsense_names_the_server(line: Line, body: bytes) -> None:
    line.wire.answer(calls("createSession"), 200, body)
    with pytest.raises(Misconfigured, match=r"127\.0\.0\.1"):
        await line.network.verify(line.account)


async def test_a_server_of_something_else_is_named(line: Line) -> None:
    line.wire.answer(calls("createSession"), 404, b"<html>Not here</html>")
    with pytest.raises(Misconfigured, match="server address"):
        await line.network.verify(line.account)


async def test_a_home_server_over_plain_http_elsewhere_is_refused(line: Line) -> None:
    told = {
        "did": DID,
        "accessJwt": "a",
        "refreshJwt": "r",
        "didDoc": {"service": [{"id": "#atproto_pds", "serviceEndpoint": "http://pds.example"}]},
    }
    line.wire.answer(calls("createSession"), 200, json.dumps(told).encode())
    with pytest.raises(Misconfigured, match="https"):
        await line.network.verify(line.account)


async def test_an_account_that_is_not_active_asks_for_a_person(line: Line, server: StandIn) -> None:
    server.active = False
    with pytest.raises(Reconnect, match="not active"):
        await line.network.verify(line.account)


async def test_a_profile_shows_the_name_that_people_see(line: Line, server: StandIn) -> None:
    server.records["app.bsky.actor.profile/self"] = {"$type": "app.bsky.actor.profile", "displayName": "Ann's shop"}
    profile = await line.network.verify(line.account)
    assert (profile.remote_id, profile.handle, profile.name) == (DID, "ann.test", "Ann's shop")


async def test_an_account_is_connected_without_its_profile(line: Line) -> None:
    line.wire.answer(calls("getRecord"), 400, refused("InvalidRequest"))
    assert (await line.network.verify(line.account)).name == "ann.test"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, refused("InvalidRequest"), Reconnect),
        (400, refused("ExpiredToken"), Reconnect),
        (500, refused("InternalServerError"), Retryable),
        (429, refused("RateLimitExceeded"), Retryable),
        (404, b"<html>", Misconfigured),
    ],
)
@pytest.mark.parametrize("method", ["createSession", "getSession"])
async def test_connecting_ends_in_what_a_person_or_time_can_mend(
    line: Line, method: str, status: int, body: bytes, kind: type[NetworkError]
) -> None:
    for _ in range(2):
        line.wire.answer(calls(method), status, body)
    with pytest.raises(NetworkError) as raised:
        await line.network.verify(line.account)
    assert type(raised.value) is kind
