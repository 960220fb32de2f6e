"""How each setting is put right, by its name in the environment."""

from __future__ import annotations

MENDS = {
    "TRELLIS_DATA": "Set it to a folder that Trellis may write to.",
    "DATABASE_URL": "Write postgresql://user:password@host:5432/name, or leave it out for a file in the data folder.",
    "TRELLIS_SECRET_KEY": "Make one with `python -m bot key`, and keep a copy where backups do not go.",
    ".env": "Save it as UTF-8 text that Trellis may read, or remove it.",
    "SLACK_CLIENT_ID": "Unset both: Trellis is installed with its own bot token.",
    "SLACK_BOT_TOKEN": "Copy the token that starts with xoxb- from your Slack app's page “OAuth & Permissions”.",
    "SLACK_APP_TOKEN": "Make one with the scope connections:write on your Slack app's page “Basic Information”.",
    "SLACK_SIGNING_SECRET": "Copy it from your Slack app's page “Basic Information”.",
    "SLACK_API_URL": "Leave it out for Slack itself (https://slack.com/api/).",
    "TRELLIS_SLACK": "Write socket or http, or leave it out.",
    "TRELLIS_PUBLIC_URL": "Write the whole address, such as https://trellis.example.com.",
    "HOST": "Write the address to listen on, such as 127.0.0.1.",
    "PORT": "Write a number up to 65535, or leave it out for 8080.",
    "TRELLIS_ALLOW_HTTP": "Write 1 or 0.",
    "TRELLIS_ROLE": "Write all, web or worker; web and worker need PostgreSQL (DATABASE_URL).",
    "TRELLIS_IN_FLIGHT": "Write a number from 1 to 1000, or leave it out for 300.",
    "TRELLIS_DISK_MB": "Write a number of megabytes, or leave it out for 200.",
    "LOG_LEVEL": "Write DEBUG, INFO, WARNING or ERROR.",
    "TRELLIS_LOG_FORMAT": "Write json or console, or leave it out.",
}
