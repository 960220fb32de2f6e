"""The one thing that aiohttp's handlers are lent."""

from __future__ import annotations

from aiohttp import web

from bot.sandbox.slack import Slack

SLACK = web.AppKey("slack", Slack)
