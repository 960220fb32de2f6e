"""Whether the reviewers will see a post's card: asks Slack of their channel once the post is theirs."""

from __future__ import annotations

from bot.errors import Mrkdwn
from bot.handlers._ask import Ask
from bot.handlers._payload import at
from bot.rules.markup import channel_link
from bot.slack import SlackError, SlackRefused, told
from bot.words import t

ARCHIVED = "The reviewers do not see it yet: {channel} is archived. Ask who set Trellis up to choose another channel."
NOT_IN_IT = "The reviewers do not see it yet: Trellis is not in {channel}. Write `/invite @Trellis` there."


async def trouble_in(ask: Ask, channel: str) -> Mrkdwn:
    """Why a card cannot be posted there, and what to do; empty where it can, or Slack does not say."""
    if ask.desk.slack is None or not channel:
        return Mrkdwn("")
    try:
        answer = await told(ask.desk.slack.interactive.conversations_info(channel=channel))
    except SlackRefused:  # of a private channel that the bot is not in, Slack says that there is none
        return t(NOT_IN_IT, channel=channel_link(channel))
    except SlackError:
        return Mrkdwn("")
    known = at(answer, "channel")
    if at(known, "is_archived"):
        return t(ARCHIVED, channel=channel_link(channel))
    return Mrkdwn("") if at(known, "is_member") else t(NOT_IN_IT, channel=channel_link(channel))
