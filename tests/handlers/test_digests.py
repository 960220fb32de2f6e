"""Digests from the clock to the screen: decided by the round, said by the courier, acted on by a button."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from bot.desk import Desk
from bot.flows import approvals, posts
from bot.flows.drafts import Draft
from bot.handlers import On, calendar, digests
from bot.loops import digests as rounds
from bot.rules.content import Content, Segment, Window
from bot.rules.people import Actor
from bot.sandbox.cast import ANN, BEN, DIGEST
from bot.sandbox.driver import Person
from bot.store import EVERYWHERE, Tx
from bot.store.tables import Account, Client, Outbox, Post
from bot.store.tables import Person as PersonRow
from tests.factories import HOUR
from tests.office import Office


@pytest.fixture
def on() -> On:
    on = On()
    calendar.register(on)
    digests.register(on)
    return on


def furnish(tx: Tx, office: Office, now: datetime) -> int:
    """A client that wants its digest at this very hour, and a post of Ann's in review."""
    client = tx.require(Client, office.client_id)
    client.zone, client.digest_hour, client.digest_channel = "UTC", now.hour, DIGEST
    values: dict[str, Any] = {
        "network": "plaza",
        "server": "http://127.0.0.1:1",
        "handle": "bakery",
        "remote_id": "1",
        "secret": "",
    }
    account = tx.add(Account(workspace_id=office.scope.workspace, client_id=office.client_id, created_at=now, **values))
    window = Window("at", now + HOUR, "", "UTC", 3_600)
    draft = Draft(office.client_id, (account.id or 0,), Content((Segment("Decide me"),)), window)
    ann = Actor(person=ANN, name="Ann")
    post: Post = posts.save(tx, ann, draft, now=now)
    return posts.submit(tx, ann, post.id or 0, 1, {}, now=now).id or 0


async def letters(desk: Desk) -> list[Outbox]:
    return await desk.read(lambda tx: tx.all(Outbox, Outbox.topic == "digest"), EVERYWHERE)


async def furnished(office: Office) -> int:
    return await office.desk.write(furnish, office.scope, office, office.desk.now())


async def test_a_digest_comes_to_its_channel_once_and_approves_from_there(office: Office, ben: Person) -> None:
    await furnished(office)
    await rounds.turn(office.desk)
    await rounds.turn(office.desk)
    await office.say_all()
    (said,) = [message for message in await ben.messages(DIGEST) if "Decide me" in message.words]
    await ben.press(said, "digest_approve")
    assert "You approved" in (await ben.ephemeral(DIGEST)).text
    (post,) = await office.desk.read(lambda tx: tx.all(Post), office.scope)
    assert post.status == "scheduled"


async def test_who_approves_from_a_digest_too_late_is_told_who_was_first(office: Office, ben: Person) -> None:
    number = await furnished(office)
    await rounds.turn(office.desk)
    await office.say_all()
    cas = Actor(person="U07CAS00001", name="Cas")
    await office.desk.write(approvals.approve, office.scope, cas, number, 1, {}, now=office.desk.now())
    said = await ben.message(DIGEST, saying="Decide me")
    await ben.press(said, "digest_approve")
    assert "<@U07CAS00001> approved this post" in (await ben.ephemeral(DIGEST)).text


async def test_a_person_has_a_digest_of_their_own(office: Office, ben: Person) -> None:
    await furnished(office)
    hour = office.desk.now().hour

    def wish(tx: Tx) -> None:
        values: dict[str, Any] = {
            "slack_id": BEN,
            "name": "Ben",
            "zone": "UTC",
            "digest_hour": hour,
            "seen_at": office.desk.now(),
        }
        tx.add(PersonRow(workspace_id=office.scope.workspace, **values))

    await office.desk.write(wish, office.scope)
    await rounds.turn(office.desk)
    await office.say_all()
    assert "Waiting for you" in (await ben.direct(saying="Your day")).words


async def test_the_calendar_opens_from_a_digest(office: Office, ben: Person) -> None:
    await furnished(office)
    await rounds.turn(office.desk)
    await office.say_all()
    await ben.press(await ben.message(DIGEST, saying="Decide me"), "calendar_open")
    await ben.view(titled="Calendar")


async def test_after_a_restart_nothing_is_decided_twice(office: Office) -> None:
    await furnished(office)
    await rounds.turn(office.desk)
    restarted = replace(office.desk)
    await rounds.turn(restarted)
    assert len(await letters(restarted)) == 1


async def test_one_places_fault_does_not_keep_the_others_from_their_digest(office: Office) -> None:
    await furnished(office)
    refuse = "BEFORE INSERT ON digestrun WHEN NEW.place LIKE 'C07BROKEN01%' BEGIN SELECT RAISE(ABORT, 'fault'); END"

    def break_another(tx: Tx) -> None:
        now = office.desk.now()
        place: dict[str, Any] = {"id": -1, "digest_channel": "C07BROKEN01", "digest_hour": now.hour}
        workspace = office.scope.workspace
        # Places come by id, so this one comes first.
        tx.add(Client(workspace_id=workspace, name="A", zone="UTC", created_at=now, **place))
        tx.session.execute(text(f"CREATE TRIGGER fault {refuse}"))

    await office.desk.write(break_another, office.scope)
    await rounds.turn(office.desk)
    assert [letter.place for letter in await letters(office.desk)] == [DIGEST]
