"""Every Web API method that the stand-in has, by Slack's name."""

from __future__ import annotations

from bot.sandbox.methods import chat, conversations, files, people, views

METHODS = people.METHODS | chat.METHODS | conversations.METHODS | views.METHODS | files.METHODS
