"""Who asks is known for sure: members, guests, people from elsewhere; from Slack once a day, from memory in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import NotAllowed, Refused
from bot.flows import people
from bot.flows.people import Profile
from bot.handlers._reception import Reception, profile_of
from bot.sandbox.cast import ANN, DEE, TEAM
from bot.sandbox.driver import Control
from tests.factories import NOW
from tests.office import Office

BODY = {"user": {"id": ANN, "team_id": TEAM}}
USER = {"id": "U1", "team_id": "T1", "tz": "Europe/Vilnius", "profile": {"display_name": "Ann"}}
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("told", "flag"),
    [
        ({"is_restricted": True}, "is_guest"),
        ({"is_ultra_restricted": True}, "is_guest"),
        ({"is_stranger": True}, "is_external"),
        ({"team_id": "T2"}, "is_external"),
        ({"is_bot": True}, "is_bot"),
        ({"is_admin": True}, "is_admin"),
        ({"deleted": True}, "deleted"),
    ],
)
def test_what_slack_tells_of_somebody_sets_one_flag(told: dict[str, Any], flag: str) -> None:
    usual = profile_of(USER, "U1", "T1", "")
    change: dict[str, Any] = {flag: True}
    assert profile_of(USER | told, "U1", "T1", "") == replace(usual, **change)


def test_a_member_of_the_same_organisation_is_not_external() -> None:
    user = USER | {"team_id": "T2", "enterprise_user": {"enterprise_id": "E1"}}
    assert not profile_of(user, "U1", "T1", "E1").is_external
    assert profile_of(user, "U1", "T1", "E2").is_external


def test_a_name_is_always_found_and_never_endless() -> None:
    assert profile_of({}, "U1", "T1", "").name == "U1"
    assert len(profile_of({"real_name": "x" * 500}, "U1", "T1", "").name) == 80


async def test_somebody_is_asked_of_once_a_day(office: Office, control: Control) -> None:
    now = office.desk.now()
    first = await office.dispatch.reception.visitor(BODY, "", TEAM, now)
    await control.fault("fail_before", on="users.info", times=9)
    again = await Reception(office.desk).visitor(BODY, "", TEAM, now + timedelta(hours=23))
    assert first == again


async def test_an_older_word_does_while_slack_is_away(office: Office, control: Control) -> None:
    await office.desk.write(people.meet, office.scope, Profile(ANN, "Ann from before"), NOW - 30 * DAY)
    await control.fault("fail_before", on="users.info")
    visitor = await office.dispatch.reception.visitor(BODY, "", TEAM, NOW)
    assert visitor.actor.name == "Ann from before"


async def test_an_old_word_is_renewed(office: Office) -> None:
    await office.desk.write(people.meet, office.scope, Profile(ANN, "Ann from before"), NOW - 30 * DAY)
    visitor = await office.dispatch.reception.visitor(BODY, "", TEAM, NOW)
    assert visitor.actor.name != "Ann from before"


async def test_a_person_nobody_can_tell_of_is_asked_to_try_again(office: Office, control: Control) -> None:
    await control.fault("fail_before", on="users.info")
    with pytest.raises(Refused, match="try again"):
        await office.dispatch.reception.visitor(BODY, "", TEAM, NOW)


async def test_a_person_slack_does_not_know_here_is_external(office: Office) -> None:
    body = {"user": {"id": "U0NOBODY001"}}
    assert (await office.dispatch.reception.visitor(body, "", TEAM, NOW)).actor.is_external


async def test_a_request_that_names_another_workspace_is_external_whatever_we_knew(office: Office) -> None:
    body = {"user": {"id": ANN, "team_id": "T_PARTNER"}}
    assert (await office.dispatch.reception.visitor(body, "", TEAM, NOW)).actor.is_external


async def test_a_partner_is_external(office: Office) -> None:
    body = {"user": {"id": DEE}}
    assert (await office.dispatch.reception.visitor(body, "", TEAM, NOW)).actor.is_external


async def test_an_unknown_workspace_is_refused(office: Office) -> None:
    with pytest.raises(NotAllowed, match="not set up in this workspace"):
        await office.dispatch.reception.visitor(BODY, "", "T_ELSEWHERE", NOW)


async def test_what_slack_itself_does_has_nobody_behind_it(office: Office) -> None:
    visitor = await office.dispatch.reception.visitor({"event": {"type": "tokens_revoked"}}, "", TEAM, NOW)
    assert (visitor.actor.person, visitor.actor.is_bot) == ("", True)
