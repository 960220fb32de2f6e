"""The command line, run as a person runs it: setting up, connecting, and the small commands."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml

from bot import __version__
from bot.locker import KEY_FILE, Locker
from bot.manifest import bot_scopes, http_form, socket_form
from bot.sandbox import SlackServer, serve_slack
from bot.sandbox.plaza import PlazaServer, serve_plaza
from tests.cli import Ran, run

BEN, REVIEW = "U07BEN00001", "C07REVIEW01"
ADDRESS = "https://trellis.example.com"
COMMANDS = ["run", "sandbox", "migrate", "doctor", "manifest", "setup", "connect", "key"]


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[SlackServer]:
    server = await serve_slack()
    yield server
    await server.close()


@pytest_asyncio.fixture
async def plaza() -> AsyncIterator[PlazaServer]:
    server = await serve_plaza()
    yield server
    await server.close()


def tokens(slack: SlackServer) -> dict[str, str]:
    return {
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "TRELLIS_ALLOW_HTTP": "1",
    }


async def set_up(folder: Path, slack: SlackServer, *more: str) -> Ran:
    given = ("--name", "Harbour Bakery", "--zone", "Europe/Vilnius", "--review-channel", REVIEW, "--reviewer", BEN)
    return await run(folder, "setup", *given, *more, **tokens(slack))


async def connect(folder: Path, slack: SlackServer, plaza: PlazaServer, typed: str = "", **more: str) -> Ran:
    given = ("--network", "plaza", "--server", plaza.url, "--handle", "harbour_bakery")
    return await run(folder, "connect", *given, typed=typed, **tokens(slack), **more)


def rows(folder: Path, question: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(folder / "data" / "trellis.db") as connection:
        return connection.execute(question).fetchall()


@pytest.mark.parametrize("command", [*COMMANDS, ""])
async def test_every_command_explains_itself(tmp_path: Path, command: str) -> None:
    ran = await run(tmp_path, *([command] if command else []), "--help")
    assert ran.code == 0
    assert "Usage: python -m bot" in ran.out
    assert not list(tmp_path.iterdir())


async def test_a_key_is_one_that_encrypts(tmp_path: Path) -> None:
    ran = await run(tmp_path, "key")
    assert Locker([ran.out.strip()]).unlock(Locker([ran.out.strip()]).lock({"a": "b"})) == {"a": "b"}


async def test_the_version_is_told(tmp_path: Path) -> None:
    assert (await run(tmp_path, "--version")).out.strip() == __version__


async def test_wrong_settings_are_all_told_and_nothing_is_made(tmp_path: Path) -> None:
    ran = await run(tmp_path, "migrate", PORT="x", LOG_LEVEL="LOUD", DATABASE_URL="mysql://127.0.0.1/x")
    assert ran.code == 1
    assert [line.split(":")[0] for line in ran.err.splitlines()] == ["- DATABASE_URL", "- PORT", "- LOG_LEVEL"]
    assert not list(tmp_path.iterdir())


async def test_migrating_twice_is_harmless(tmp_path: Path) -> None:
    for _ in range(2):
        ran = await run(tmp_path, "migrate")
        assert (ran.code, ran.out) == (0, "The database is up to date.\n")
    assert rows(tmp_path, "SELECT count(*) FROM post") == [(0,)]


async def test_a_data_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    ran = await run(tmp_path, "migrate")
    assert ran.code == 1
    assert "TRELLIS_DATA" in ran.err


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all/trellis.db", "postgresql://ann:swordfish@127.0.0.1:9/x"])
@pytest.mark.parametrize("command", [["migrate"], ["setup", "--name", "Bakery"]])
async def test_a_database_that_cannot_be_used_is_told_in_a_sentence(
    tmp_path: Path, url: str, command: list[str]
) -> None:
    ran = await run(tmp_path, *command, DATABASE_URL=url, TRELLIS_SECRET_KEY=Locker.new_key())
    assert ran.code == 1
    assert ran.err.startswith("- DATABASE_URL: ")
    assert "swordfish" not in ran.err
    assert "Traceback" not in ran.err


async def test_the_manifest_is_printed_as_it_lies_there(tmp_path: Path) -> None:
    assert (await run(tmp_path, "manifest")).out == socket_form()


async def test_an_address_that_slack_would_not_call_is_refused(tmp_path: Path) -> None:
    ran = await run(tmp_path, "manifest", "--url", "http://127.0.0.1")
    assert ran.code == 2
    assert "https://" in ran.err


def test_the_http_form_differs_in_addresses_alone() -> None:
    socket, http = yaml.safe_load(socket_form()), yaml.safe_load(http_form(f"{ADDRESS}/"))
    endpoint = f"{ADDRESS}/slack/events"
    for command in http["features"]["slash_commands"]:
        assert command.pop("url") == endpoint
    assert http["settings"]["event_subscriptions"].pop("request_url") == endpoint
    assert http["settings"]["interactivity"].pop("request_url") == endpoint
    assert http["settings"]["interactivity"].pop("message_menu_options_url") == endpoint
    assert http["settings"].pop("socket_mode_enabled") is False
    assert socket["settings"].pop("socket_mode_enabled") is True
    assert http == socket


def test_the_scopes_are_those_of_the_manifest() -> None:
    assert bot_scopes() == set(yaml.safe_load(socket_form())["oauth_config"]["scopes"]["bot"])


async def test_setup_opens_a_client_and_changes_it_when_run_again(tmp_path: Path, slack: SlackServer) -> None:
    first = await set_up(tmp_path, slack)
    assert (first.code, first.out) == (0, "Harbour Bakery is set up.\n")
    again = await run(tmp_path, "setup", "--name", "harbour bakery", "--no-four-eyes", **tokens(slack))
    assert (again.code, again.out) == (0, "harbour bakery is changed.\n")
    (row,) = rows(tmp_path, "SELECT zone, review_channel, reviewers, four_eyes FROM client")
    assert row == ("Europe/Vilnius", REVIEW, json.dumps([BEN]), 0)


async def test_the_owner_of_the_workspace_may_set_it_up_until_others_are_chosen(
    tmp_path: Path, slack: SlackServer
) -> None:
    await set_up(tmp_path, slack)
    assert rows(tmp_path, "SELECT managers FROM workspace") == [(json.dumps(["U07EVE00001"]),)]
    assert (await set_up(tmp_path, slack, "--manager", BEN)).code == 0
    assert rows(tmp_path, "SELECT managers FROM workspace") == [(json.dumps([BEN]),)]


async def test_what_setup_cannot_use_is_told_in_a_sentence(tmp_path: Path, slack: SlackServer) -> None:
    ran = await run(tmp_path, "setup", "--name", "Bakery", "--zone", "Mars", **tokens(slack))
    assert (ran.code, ran.out) == (1, "")
    assert "time zone “Mars”" in ran.err
    assert "Traceback" not in ran.err


async def test_setup_without_a_workspace_says_what_to_do(tmp_path: Path) -> None:
    ran = await run(tmp_path, "setup", "--name", "Bakery", "--zone", "Vilnius")
    assert ran.code == 1
    assert "Start it once" in ran.err


@pytest.mark.parametrize("from_environment", [True, False])
async def test_an_accounts_secret_comes_from_the_environment_or_is_typed(
    tmp_path: Path, slack: SlackServer, plaza: PlazaServer, from_environment: bool
) -> None:
    await set_up(tmp_path, slack)
    token = plaza.tokens["harbour_bakery"]
    if from_environment:
        ran = await connect(tmp_path, slack, plaza, TRELLIS_ACCOUNT_TOKEN=token)
    else:
        ran = await connect(tmp_path, slack, plaza, typed=f"{token}\n")
    assert (ran.code, ran.out) == (0, "harbour_bakery (Harbour Bakery) is connected for Harbour Bakery.\n")
    assert token not in ran.out + ran.err
    assert token.encode() not in (tmp_path / "data" / "trellis.db").read_bytes()
    assert (tmp_path / "data" / KEY_FILE).stat().st_mode & 0o777 == 0o600


async def test_a_secret_is_no_argument(tmp_path: Path) -> None:
    text = (await run(tmp_path, "connect", "--help")).out
    assert not any(word in text for word in ("--secret", "--token", "--password"))


async def test_an_account_that_does_not_sign_in_is_not_connected(
    tmp_path: Path, slack: SlackServer, plaza: PlazaServer
) -> None:
    await set_up(tmp_path, slack)
    ran = await connect(tmp_path, slack, plaza, TRELLIS_ACCOUNT_TOKEN="swordfish")
    assert ran.code == 1
    assert "swordfish" not in ran.err
    assert rows(tmp_path, "SELECT count(*) FROM account") == [(0,)]


async def test_an_unknown_network_is_told_with_the_known_ones(
    tmp_path: Path, slack: SlackServer, plaza: PlazaServer
) -> None:
    await set_up(tmp_path, slack)
    ran = await run(tmp_path, "connect", "--network", "myspace", "--server", plaza.url, **tokens(slack))
    assert ran.code == 1
    assert "plaza" in ran.err
