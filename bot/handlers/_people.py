"""Meets the people that somebody chose in a form, so that the flow knows guests and strangers for what they are."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from bot.flows import people
from bot.handlers._ask import Ask
from bot.handlers._payload import at, word
from bot.handlers._reception import NOT_HERE, profile_of
from bot.slack import SlackRefused, told


async def meet_all(ask: Ask, chosen: Collection[str]) -> None:
    """Ask Slack about those of these people whom Trellis has not met. Raises SlackError."""
    met = await ask.desk.read(people.names, ask.scope, set(chosen))
    await asyncio.gather(*(_meet(ask, person) for person in dict.fromkeys(chosen) if person not in met))


async def _meet(ask: Ask, person: str) -> None:
    if ask.desk.slack is None:
        return
    try:
        answer = await told(ask.desk.slack.interactive.users_info(user=person, include_locale=True))
    except SlackRefused as refused:
        if refused.code not in NOT_HERE:
            raise
        stranger = people.Profile(person, name="Somebody from another workspace", is_external=True)
        await ask.desk.write(people.meet, ask.scope, stranger, ask.now)
        return
    team, enterprise = word(ask.body, "team", "id"), word(ask.body, "team", "enterprise_id")
    profile = profile_of(at(answer, "user") or {}, person, team, enterprise)
    await ask.desk.write(people.meet, ask.scope, profile, ask.now)
