"""Trellis: a team's social media, run from inside Slack."""

__version__ = "0.1.0"
