"""The command line: run, sandbox, migrate, doctor, manifest, setup, connect, key.

Each command imports what it needs when it runs: all of the house takes seconds on a small machine, a key none.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot import __version__
from bot.errors import Faults, NetworkError, Refused
from bot.locker import Locker
from bot.logs import set_up_logs
from bot.manifest import http_form, socket_form
from bot.settings import LogFormat, Role, Settings, read_settings

app = typer.Typer(
    help="Trellis runs a team's social media from inside Slack.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they would show local variables, secrets among them
    add_completion=False,
)

Team = Annotated[str, typer.Option(help="Slack's id of the workspace (T…), where Trellis knows more than one.")]


@app.command()
def run(
    role: Annotated[Role | None, typer.Option(help="What this process does; web and worker need PostgreSQL.")] = None,
) -> None:
    """Connect Slack and publish what is due. Without Slack tokens, start the sandbox instead."""
    settings = _settings(role)
    if settings.has_slack:
        from bot.commands.running import run_trellis

        asyncio.run(run_trellis(settings))
        return
    from bot.commands.sandbox import run_sandbox

    typer.echo("There are no Slack tokens (SLACK_BOT_TOKEN, SLACK_APP_TOKEN), so this is the sandbox.")
    asyncio.run(run_sandbox(settings))


@app.command()
def sandbox(
    serve: Annotated[bool, typer.Option("--serve", help="Only the stand-ins for Slack and a network.")] = False,
) -> None:
    """Start Trellis with a stand-in for Slack and for a social network; nothing leaves this machine."""
    from bot.commands.sandbox import run_sandbox, serve_stand_ins

    settings = _settings()
    asyncio.run(serve_stand_ins(settings) if serve else run_sandbox(settings))


@app.command()
def migrate() -> None:
    """Bring the database to the tables of this version. Every row is kept."""
    from bot.opening import migrate_store

    migrate_store(_settings())
    typer.echo("The database is up to date.")


@app.command()
def doctor() -> None:
    """Look at settings, Slack, the database and the accounts; name each fault and its mend."""
    from bot.doctor import examine

    report = asyncio.run(examine(read_settings))
    typer.echo(report.text)
    if report.faults:
        raise typer.Exit(1)


@app.command()
def manifest(
    url: Annotated[str, typer.Option(help="The public address; prints the form for HTTP instead of Socket Mode.")] = "",
) -> None:
    """Print the Slack app's manifest, to paste at “Create New App”, “From a manifest”."""
    if url and not url.startswith("https://"):
        raise typer.BadParameter("Slack calls addresses that start with https:// only.", param_hint="--url")
    typer.echo(http_form(url) if url else socket_form(), nl=False)


@app.command()
def setup(
    *,
    name: Annotated[str, typer.Option(help="The client's name; for a team without clients, its own.")],
    zone: Annotated[str | None, typer.Option(help="Its time zone, such as Europe/Vilnius.")] = None,
    review_channel: Annotated[str | None, typer.Option(help="Id of the channel for review cards (C…).")] = None,
    support_channel: Annotated[str | None, typer.Option(help="Id of the channel for customers' messages.")] = None,
    digest_channel: Annotated[str | None, typer.Option(help="Id of the channel for the daily digest.")] = None,
    digest_hour: Annotated[int | None, typer.Option(help="Hour of the digest in its zone, 0 to 23.")] = None,
    late_minutes: Annotated[int | None, typer.Option(help="How late a post may still go out.")] = None,
    reviewer: Annotated[list[str] | None, typer.Option(help="A person who approves (U…); repeat for more.")] = None,
    four_eyes: Annotated[bool | None, typer.Option(help="Whether somebody else than the author approves.")] = None,
    manager: Annotated[list[str] | None, typer.Option(help="A person who may change settings (U…).")] = None,
    team: Team = "",
) -> None:
    """Open a client, or change the one of that name: zone, channels, reviewers, habits. What is left out stays."""
    from bot.commands.setting_up import set_up

    given = {
        "name": name,
        "zone": zone,
        "review_channel": review_channel,
        "support_channel": support_channel,
        "digest_channel": digest_channel,
        "digest_hour": digest_hour,
        "late_minutes": late_minutes,
        "reviewers": reviewer or None,
        "four_eyes": four_eyes,
    }
    wanted = {field: value for field, value in given.items() if value is not None}
    typer.echo(asyncio.run(set_up(_settings(), team, manager or (), wanted)))


@app.command()
def connect(
    network: Annotated[str, typer.Option(help="The network's name: bluesky, mastodon, webhook, …")],
    server: Annotated[str, typer.Option(help="The account's own server, such as https://bsky.social.")],
    handle: Annotated[str, typer.Option(help="The account's name there, where the network asks for it.")] = "",
    client: Annotated[str, typer.Option(help="The client it belongs to; needed when there are several.")] = "",
    team: Team = "",
) -> None:
    """Connect an account. The secret comes from TRELLIS_ACCOUNT_… in the environment, or you are asked for it."""
    from bot.commands.setting_up import connect as connect_an_account

    typer.echo(asyncio.run(connect_an_account(_settings(), team, client, network, server, handle)))


@app.command()
def key() -> None:
    """Print a new secret key. Put it in front of the old one in TRELLIS_SECRET_KEY, with a comma, to change keys."""
    typer.echo(Locker.new_key())


def main() -> None:
    """Run the command; what is wrong is told in sentences, with exit code 1."""
    try:
        app()
    except (Faults, Refused, NetworkError) as error:
        typer.echo(str(error), err=True)
        sys.exit(1)


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


def _settings(role: Role | None = None) -> Settings:
    settings = read_settings(Path(".env"), role=role)
    as_json = settings.log_format is LogFormat.JSON if settings.log_format else not sys.stderr.isatty()
    set_up_logs(settings.log_level, as_json=as_json)
    return settings


if __name__ == "__main__":
    main()
