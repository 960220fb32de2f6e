"""The calendar feed over HTTP: as calendar programs read it, for nobody without the address."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from icalendar import Calendar
from pydantic import SecretStr

from bot.desk import Desk
from bot.flows import feeds, people, posts
from bot.flows.people import Profile
from bot.locker import Locker
from bot.opening import open_desk
from bot.rules.feeds import parts, token
from bot.settings import Settings
from bot.web import serve_web
from bot.web.feeds import open_feed
from tests.factories import ANN, BEN, HOUR, NOW, House, build_house

KEY = "T" * 43 + "="


@dataclass
class Reader:
    """Ben's calendar program, and the house whose posts it reads."""

    house: House
    desk: Desk
    http: httpx.AsyncClient

    def address(self) -> str:
        owner = self.house.read(feeds.own, BEN)
        return f"/calendar/{token(owner.row, self.desk.locker.sign(owner.claim))}.ics"

    async def events(self) -> list[dict[str, str]]:
        """What a calendar program reads: each event's properties in its words, times as written."""
        answer = await self.http.get(self.address())
        assert answer.status_code == 200
        events = Calendar.from_ical(answer.text).events
        return [{name: _written(value) for name, value in event.items()} for event in events]


def _written(value: Any) -> str:
    """Text as people read it; everything else as it stands in the file."""
    return str(value) if isinstance(value, str) else bytes(value.to_ical()).decode()


async def connected() -> bool:
    return True


@pytest.fixture
async def reader(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Reader]:
    shutil.copy(sqlite_template, tmp_path / "trellis.db")
    url = f"sqlite:///{tmp_path / 'trellis.db'}"
    settings = Settings(data=tmp_path / "data", database_url=url, secret_key=SecretStr(KEY), port=0)
    async with open_desk(settings) as opened:
        desk = replace(opened, now=lambda: NOW)
        house = build_house(desk.store)
        house.write(people.meet, Profile(BEN.person, "Ben"), NOW)
        house.write(people.meet, Profile(ANN.person, "Ann"), NOW)
        server = await serve_web(desk, slack_is_connected=connected, feed=open_feed(desk))
        async with httpx.AsyncClient(base_url=server.url) as http:
            yield Reader(house, desk, http)
        await server.close()


async def test_a_post_is_an_event_at_its_moment_in_utc(reader: Reader) -> None:
    post = reader.house.in_review("Our shop opens; come, all", at=NOW + HOUR)
    (event,) = await reader.events()
    assert event["UID"] == f"post-{post.id}.T_HOUSE@trellis"
    assert (event["DTSTART"], event["DTEND"]) == ("20261123T090000Z", "20261123T091500Z")
    assert event["SUMMARY"] == "[In review] Harbour Bakery: Our shop opens; come, all"
    assert "bakery0 (Plaza)" in event["DESCRIPTION"]
    assert "Ann" in event["DESCRIPTION"]
    assert event["STATUS"] == "TENTATIVE"


async def test_an_event_keeps_its_id_and_counts_its_changes(reader: Reader) -> None:
    post = reader.house.in_review(at=NOW + HOUR)
    (before,) = await reader.events()
    reader.house.write(posts.edit, ANN, post.id or 0, 1, reader.house.draft(at=NOW + 2 * HOUR), now=NOW)
    (after,) = await reader.events()
    assert after["UID"] == before["UID"]
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert after["DTSTART"] == "20261123T100000Z"


async def test_approved_is_confirmed_and_called_off_is_cancelled(reader: Reader) -> None:
    reader.house.scheduled(at=NOW + HOUR)
    off = reader.house.in_review(at=NOW + 2 * HOUR)
    reader.house.write(posts.cancel, ANN, off.id or 0, 1, now=NOW)
    assert [event["STATUS"] for event in await reader.events()] == ["CONFIRMED", "CANCELLED"]


async def test_an_unchanged_feed_is_not_sent_again(reader: Reader) -> None:
    reader.house.in_review(at=NOW + HOUR)
    first = await reader.http.get(reader.address())
    again = await reader.http.get(reader.address(), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    reader.house.in_review(at=NOW + 2 * HOUR)
    changed = await reader.http.get(reader.address(), headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


async def test_the_old_address_stops_working_when_a_new_one_is_made(reader: Reader) -> None:
    old = reader.address()
    reader.house.write(feeds.renew, BEN, now=NOW)
    assert (await reader.http.get(old)).status_code == 404
    assert (await reader.http.get(reader.address())).status_code == 200


async def test_every_wrong_address_gets_the_same_answer(reader: Reader) -> None:
    right = reader.address()
    row = reader.house.read(feeds.own, BEN).row
    wrong = [
        right[:-5] + ("0" if right[-5] != "0" else "1") + ".ics",
        f"/calendar/{row}-{'0' * 40}.ics",
        f"/calendar/999-{'0' * 40}.ics",
        f"/calendar/{'9' * 30}-{'0' * 40}.ics",
        f"/calendar/{'0' * 40}.ics",
        f"/calendar/{row}-{Locker([Locker.new_key()]).sign(reader.house.read(feeds.own, BEN).claim)}.ics",
    ]
    answers = [await reader.http.get(address) for address in wrong]
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}


async def test_a_rotated_key_keeps_old_addresses_working(reader: Reader) -> None:
    claim = reader.house.read(feeds.own, BEN).claim
    rotated = Locker([Locker.new_key(), KEY])
    assert rotated.has_signed(claim, reader.desk.locker.sign(claim))
    assert not rotated.has_signed(claim + b"x", reader.desk.locker.sign(claim))


async def test_a_feed_is_calendar_text_that_nobody_keeps(reader: Reader) -> None:
    answer = await reader.http.get(reader.address())
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "X-WR-CALNAME:Trellis\r\n" in answer.text
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n" in answer.text


def test_a_token_that_is_none_of_ours_names_nobody() -> None:
    assert parts("x" * 50) == (0, "")
    assert parts("²-abc") == (0, "abc")
