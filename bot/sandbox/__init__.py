"""A strict stand-in for Slack, so that Trellis can be met and tested without an account anywhere."""

from bot.sandbox.cast import default_workspace
from bot.sandbox.server import SlackServer, serve_slack
from bot.sandbox.workspace import Workspace

__all__ = ["SlackServer", "Workspace", "default_workspace", "serve_slack"]
