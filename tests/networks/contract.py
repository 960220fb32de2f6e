"""What every network must do, whatever it is: a class of tests that runs against any server given as a `Stage`.

A network that is added brings `tests/networks/servers/<name>.py` with `open_stage()`, and all of this runs over it.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.errors import Ambiguous, BadContent, Reconnect, Retryable
from bot.networks import Lent, build_all
from bot.networks._http import open_client
from bot.rules.networks import Absent, Account, Found, Network, Outgoing, Unknown
from tests.networks.lending import NOW, Clock, Notebook, post
from tests.networks.wire import Match, Wire, wired

READ_SECONDS = 5.0


@dataclass(frozen=True)
class Stage:
    """One network's server, as the contract needs it."""

    url: str
    account: Callable[[str], Account]
    """The account, when its server is reached at the given base URL."""
    posts: Callable[[], Awaitable[Sequence[str]]]
    """The texts that the server holds of the account, in the order in which they were taken."""
    creates: Match
    """Does this request create a post?"""
    takes_threads_whole: bool = False
    """A thread goes out in one request, so that it cannot break in the middle."""


def stage_of(name: str) -> AbstractAsyncContextManager[Stage]:
    """The stand-in server of a network, by the network's name."""
    opened: AbstractAsyncContextManager[Stage] = importlib.import_module(f"tests.networks.servers.{name}").open_stage()
    return opened


class Safe:
    """A vault in memory."""

    def __init__(self) -> None:
        self.sessions: dict[int, dict[str, str]] = {}
        self._locks: dict[int, asyncio.Lock] = {}

    async def load(self, account_id: int) -> dict[str, str]:
        """What was saved."""
        return dict(self.sessions.get(account_id, {}))

    async def save(self, account_id: int, session: Mapping[str, str]) -> None:
        """Keep it."""
        self.sessions[account_id] = dict(session)

    def lock(self, account_id: int) -> AbstractAsyncContextManager[Any]:
        """One holder an account."""
        return self._locks.setdefault(account_id, asyncio.Lock())


@dataclass(frozen=True)
class Line:
    """A network's adapter with an account whose server is reached over a wire that can fail."""

    network: Network
    account: Account
    stage: Stage
    wire: Wire
    vault: Safe
    clock: Clock


@asynccontextmanager
async def lined_up(name: str, stage: Stage) -> AsyncIterator[Line]:
    """The adapter called `name`, set up before `stage`."""
    vault, clock = Safe(), Clock()
    async with wired(stage.url) as wire, open_client(read_seconds=READ_SECONDS) as http:
        network = build_all(Lent(http, vault, clock, allow_http=True))[name]
        yield Line(network, stage.account(wire.url), stage, wire, vault, clock)


class NetworkContract:
    """The rules. A subclass gives the fixture `line`."""

    async def test_it_says_what_it_is_and_what_it_needs(self, line: Line) -> None:
        assert isinstance(line.network, Network)
        assert line.network.title
        assert line.network.asks
        assert all(line.network.asks.values())

    async def test_verifying_tells_whose_account_it_is(self, line: Line) -> None:
        profile = await line.network.verify(line.account)
        assert profile.remote_id
        assert profile.handle

    async def test_wrong_credentials_ask_for_a_person(self, line: Line) -> None:
        wrong = replace(line.account, secret=dict.fromkeys(line.network.asks, "no such secret"))
        with pytest.raises(Reconnect):
            await line.network.verify(wrong)

    async def test_plain_http_needs_the_setting(self, line: Line) -> None:
        async with open_client() as http:
            strict = build_all(Lent(http, line.vault, line.clock, allow_http=False))[line.account.network]
            with pytest.raises(Exception, match="https") as raised:
                await strict.publish(line.account, post("Our shop opens"), Notebook())
        assert type(raised.value).__name__ == "Misconfigured"
        assert line.wire.seen == []

    async def test_an_ordinary_post_has_no_fault(self, line: Line) -> None:
        limits = await line.network.limits(line.account)
        assert line.network.faults(post("Our shop opens"), limits) == ()

    async def test_an_empty_post_has_a_fault_in_a_sentence(self, line: Line) -> None:
        limits = await line.network.limits(line.account)
        (fault,) = line.network.faults(post("  \n"), limits)
        assert str(fault).endswith(".")

    async def test_a_text_one_over_the_limit_is_the_first_that_is_too_long(self, line: Line) -> None:
        limits = await line.network.limits(line.account)
        fits, over = post("a" * limits.characters), post("a" * (limits.characters + 1))
        assert line.network.weigh(over.segments[0].text, limits).over == 1
        assert line.network.faults(fits, limits) == ()
        assert [fault.part for fault in line.network.faults(over, limits)] == ["text"]

    async def test_an_empty_text_weighs_nothing(self, line: Line) -> None:
        assert line.network.weigh("", await line.network.limits(line.account)).used == 0

    async def test_publishing_creates_the_post_and_notes_it(self, line: Line) -> None:
        progress = Notebook()
        published = await line.network.publish(line.account, post("Our shop opens"), progress)
        assert await line.stage.posts() == ["Our shop opens"]
        assert published.remote_id
        assert progress.done

    async def test_what_progress_holds_is_never_sent_again(self, line: Line) -> None:
        progress = Notebook()
        first = await line.network.publish(line.account, post("Our shop opens"), progress)
        second = await line.network.publish(line.account, post("Our shop opens"), progress)
        assert first == second
        assert sent(line) == 1

    async def test_a_thread_comes_in_its_order(self, line: Line) -> None:
        await line.network.publish(line.account, post("One", "Two", "Three"), Notebook())
        assert await line.stage.posts() == ["One", "Two", "Three"]

    async def test_a_refused_connection_may_be_tried_again(self, line: Line) -> None:
        await line.wire.cut()
        with pytest.raises(Retryable):
            await line.network.publish(line.account, post("Our shop opens"), Notebook())

    async def test_a_lost_answer_is_in_doubt_and_never_found_absent(self, line: Line) -> None:
        progress = await lost(line, post("Our shop opens"), line.wire.lose_answer)
        found = await line.network.find(line.account, post("Our shop opens"), NOW, progress)
        assert isinstance(found, Found | Unknown)
        assert await line.stage.posts() == ["Our shop opens"]

    async def test_a_lost_request_is_in_doubt_and_never_found(self, line: Line) -> None:
        progress = await lost(line, post("Our shop opens"), line.wire.lose_request)
        found = await line.network.find(line.account, post("Our shop opens"), NOW, progress)
        assert isinstance(found, Absent | Unknown)

    async def test_a_server_fault_on_the_way_is_in_doubt(self, line: Line) -> None:
        line.wire.garble_answer(line.stage.creates, 502, b"<html>Bad gateway</html>")
        with pytest.raises(Ambiguous):
            await line.network.publish(line.account, post("Our shop opens"), Notebook())
        assert await line.stage.posts() == ["Our shop opens"]

    async def test_an_answer_that_says_nothing_is_in_doubt_or_enough(self, line: Line) -> None:
        """A network whose answers carry nothing it needs may take any 200 for a success."""
        progress = Notebook()
        line.wire.garble_answer(line.stage.creates, 200, b"\x00 no answer")
        try:
            await line.network.publish(line.account, post("Our shop opens"), progress)
        except Ambiguous:
            assert progress.done == {}
        assert await line.stage.posts() == ["Our shop opens"]

    async def test_a_server_that_is_down_settles_no_doubt(self, line: Line) -> None:
        progress = await lost(line, post("Our shop opens"), line.wire.lose_answer)
        await line.wire.cut()
        found = await line.network.find(line.account, post("Our shop opens"), NOW, progress)
        assert isinstance(found, Unknown)
        assert found.why.endswith(".")

    async def test_a_keyed_network_makes_one_post_of_a_doubtful_send_repeated(self, line: Line) -> None:
        await lost(line, post("Our shop opens"), line.wire.lose_answer)
        if line.network.keyed:
            await line.network.publish(line.account, post("Our shop opens"), Notebook())
        assert await line.stage.posts() == ["Our shop opens"]

    async def test_a_keyed_network_makes_one_post_of_three_sends_at_once(self, line: Line) -> None:
        sends = 3 if line.network.keyed else 1
        outgoing = post("Our shop opens")
        await asyncio.gather(*(line.network.publish(line.account, outgoing, Notebook()) for _ in range(sends)))
        assert await line.stage.posts() == ["Our shop opens"]

    async def test_a_thread_resumes_where_it_broke(self, line: Line) -> None:
        thread, progress = post("One", "Two", "Three"), Notebook()
        whole = line.stage.takes_threads_whole
        line.wire.lose_request(nth(1 if whole else 2, line.stage.creates))
        with pytest.raises(Ambiguous):
            await line.network.publish(line.account, thread, progress)
        assert await line.stage.posts() == ([] if whole else ["One"])
        await line.network.publish(line.account, thread, progress)
        assert await line.stage.posts() == ["One", "Two", "Three"]

    async def test_too_long_a_text_is_bad_content(self, line: Line) -> None:
        limits = await line.network.limits(line.account)
        with pytest.raises(BadContent):
            await line.network.publish(line.account, post("a" * (limits.characters + 1)), Notebook())
        assert await line.stage.posts() == []


async def lost(line: Line, outgoing: Outgoing, lose: Callable[[Match], None]) -> Notebook:
    """Publish with the creating request's outcome lost; gives what was noted until then."""
    progress = Notebook()
    lose(line.stage.creates)
    with pytest.raises(Ambiguous):
        await line.network.publish(line.account, outgoing, progress)
    return progress


def sent(line: Line) -> int:
    """How many creating requests were seen on the wire."""
    return sum(line.stage.creates(method, path) for method, path in line.wire.seen)


def nth(number: int, when: Match) -> Match:
    """Matches only the `number`th request (from 1) that `when` matches."""
    left = number

    def match(method: str, path: str) -> bool:
        nonlocal left
        left -= when(method, path)
        return left == 0 and when(method, path)

    return match
