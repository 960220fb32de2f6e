"""The Mastodon adapter before a server written by others; what it wrote is read back with another client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from mastodon import Mastodon as OtherClient

from bot.errors import Ambiguous, BadContent, NetworkError, Quota, Reconnect
from bot.networks.mastodon import SETTLES, Mastodon
from bot.rules.networks import Absent, Account, Found, Unknown
from tests.live.mastodon_server import MastodonServer, Person
from tests.networks.contract import Line, NetworkContract, Stage, lined_up
from tests.networks.lending import Clock, Notebook, image_file, lend, post
from tests.networks.wire import wired

TEXT = 'Fresh rye & rolls: https://harbour.example/rye?from=post\n\nIt\'s "warm" ☀️ #bread'


@pytest.fixture
def ann(mastodon: MastodonServer) -> Person:
    return mastodon.person()


@pytest.fixture
def account(mastodon: MastodonServer, ann: Person) -> Account:
    return Account(1, "mastodon", mastodon.url, ann.username, secret={"token": ann.token})


@pytest.fixture
def clock() -> Clock:
    # The server dates its statuses itself, so this clock begins at the real time; then it stands still.
    return Clock(datetime.now(UTC))


@pytest.fixture
async def adapter(mastodon: MastodonServer, clock: Clock) -> AsyncIterator[Mastodon]:
    mastodon.behave()
    async with lend(clock, read_seconds=1.0) as lent:
        yield Mastodon(lent, poll_seconds=0.0)


@pytest.fixture
def reader(mastodon: MastodonServer, ann: Person) -> OtherClient:
    """Another client, with the account's own token."""
    return OtherClient(access_token=ann.token, api_base_url=mastodon.url, ratelimit_method="throw")


def told_by(reader: OtherClient) -> list[Any]:
    """The account's statuses as the other client reads them, oldest first."""
    return list(reader.account_statuses(reader.me().id))[::-1]


class TestContract(NetworkContract):
    """Everything that is asked of every network."""

    @pytest.fixture
    async def line(self, mastodon: MastodonServer, ann: Person) -> AsyncIterator[Line]:
        mastodon.behave()

        async def texts() -> list[str]:
            return [one["content"].removeprefix("<p>").removesuffix("</p>") for one in mastodon.statuses(ann)]

        def account_at(url: str) -> Account:
            return Account(1, "mastodon", url, ann.username, secret={"token": ann.token})

        stage = Stage(mastodon.url, account_at, texts, lambda *request: request == ("POST", "/api/v1/statuses"))
        async with lined_up("mastodon", stage) as line:
            yield line


async def test_connecting_shows_the_profile_the_other_client_sees(
    adapter: Mastodon, account: Account, reader: OtherClient
) -> None:
    profile = await adapter.verify(account)
    me = reader.me()
    assert (profile.remote_id, profile.name, profile.url) == (str(me.id), me.display_name, me.url)


async def test_limits_are_those_the_other_client_reads(
    adapter: Mastodon, account: Account, reader: OtherClient
) -> None:
    limits = await adapter.limits(account)
    told = reader.instance_v2().configuration
    assert (limits.characters, limits.images) == (told.statuses.max_characters, told.statuses.max_media_attachments)


async def test_a_thread_with_an_image_is_read_back_by_another_client(
    adapter: Mastodon, account: Account, reader: OtherClient, tmp_path: Path
) -> None:
    published = await adapter.publish(
        account, replace(post(TEXT, "Two", images=(image_file(tmp_path, "A dot"),)), language="en"), Notebook()
    )
    first, second = told_by(reader)
    assert (str(first.id), first.url) == (published.remote_id, published.url)
    assert [one.description for one in first.media_attachments] == ["A dot"]
    assert (first.visibility, first.language) == ("public", "en")
    assert second.in_reply_to_id == first.id
    assert reader.status_source(first.id).text == TEXT


async def test_a_direct_question_is_answered_directly(
    mastodon: MastodonServer, adapter: Mastodon, account: Account, ann: Person, reader: OtherClient
) -> None:
    dee = OtherClient(access_token=mastodon.person().token, api_base_url=mastodon.url)
    question = dee.status_post(f"@{ann.username} Where is my order?", visibility="direct")
    refs = {"id": str(question.id), "visibility": "direct"}
    await adapter.publish(account, post(f"@{dee.me().acct} On its way", refs=refs), Notebook())
    (answer,) = told_by(reader)
    assert (answer.visibility, answer.in_reply_to_id) == ("direct", question.id)


async def test_a_lost_answer_is_found_again(
    mastodon: MastodonServer, adapter: Mastodon, account: Account, ann: Person, clock: Clock
) -> None:
    async with wired(mastodon.url) as wire:
        wire.lose_answer(lambda *request: request == ("POST", "/api/v1/statuses"))
        with pytest.raises(Ambiguous):
            await adapter.publish(replace(account, server=wire.url), post(TEXT), Notebook())
    found = await adapter.find(account, post(TEXT), clock.now, Notebook())
    assert isinstance(found, Found)
    assert [found.published.remote_id] == [one["id"] for one in mastodon.statuses(ann)]


async def test_what_never_arrived_is_absent_after_a_while_and_not_before(
    mastodon: MastodonServer, adapter: Mastodon, account: Account, clock: Clock
) -> None:
    mastodon.fail({"type": "status", "status": 500})
    with pytest.raises(Ambiguous):
        await adapter.publish(account, post(TEXT), Notebook())
    sent = clock.now
    assert isinstance(await adapter.find(account, post(TEXT), sent, Notebook()), Unknown)
    clock.now += SETTLES
    assert await adapter.find(account, post(TEXT), sent, Notebook()) == Absent()


async def test_a_list_that_cannot_be_read_proves_nothing(
    mastodon: MastodonServer, adapter: Mastodon, account: Account, clock: Clock
) -> None:
    mastodon.fail({"type": "malformed"}, path="/api/v1/accounts/*/statuses", method="GET")
    found = await adapter.find(account, post(TEXT), clock.now - timedelta(hours=1), Notebook())
    assert isinstance(found, Unknown)


@pytest.mark.parametrize(
    ("effect", "error"),
    [
        ({"type": "status", "status": 401}, Reconnect),
        ({"type": "status", "status": 403}, Reconnect),
        ({"type": "status", "status": 422}, BadContent),
        ({"type": "status", "status": 502}, Ambiguous),
        ({"type": "ratelimit"}, Quota),
        ({"type": "malformed"}, Ambiguous),
        ({"type": "timeout"}, Ambiguous),
        ({"type": "latency", "delay_ms": 3_000}, Ambiguous),
    ],
)
async def test_each_fault_has_its_kind(
    mastodon: MastodonServer, adapter: Mastodon, account: Account, effect: dict[str, Any], error: type[NetworkError]
) -> None:
    mastodon.fail(effect)
    with pytest.raises(error):
        await adapter.publish(account, post(TEXT), Notebook())


async def test_a_quota_ends_when_the_server_says(
    mastodon: MastodonServer, adapter: Mastodon, account: Account, clock: Clock
) -> None:
    mastodon.fail({"type": "ratelimit"})
    with pytest.raises(Quota) as refused:
        await adapter.publish(account, post(TEXT), Notebook())
    assert refused.value.until == clock.now + timedelta(seconds=300)


async def test_a_post_over_the_limit_is_refused_by_the_server_as_by_us(
    adapter: Mastodon, account: Account, reader: OtherClient
) -> None:
    limits = await adapter.limits(account)
    over = post("x" * (limits.characters + 1))
    assert [fault.part for fault in adapter.faults(over, limits)] == ["text"]
    with pytest.raises(BadContent):
        await adapter.publish(account, over, Notebook())
    assert told_by(reader) == []
