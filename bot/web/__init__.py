"""HTTP in: health, metrics, Slack's requests over HTTP, the calendar feed. See `bot.web.server`."""

from __future__ import annotations

from bot.web.feed import Feed
from bot.web.server import WebServer, serve_web

__all__ = ["Feed", "WebServer", "serve_web"]
