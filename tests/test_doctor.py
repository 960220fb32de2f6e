"""The doctor, run as a person runs it: each fault is made, and then named with its mend and exit code 1."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.commands.setting_up import COMMAND_LINE
from bot.connecting import connect_account
from bot.desk import Desk, Scope
from bot.flows import clients
from bot.locker import KEY_FILE, Locker
from bot.opening import Met, introduce, open_desk
from bot.sandbox import SlackServer, default_workspace, serve_slack
from bot.sandbox.cast import ARCHIVED, BEN, CLIENT, REVIEW, UNINVITED
from bot.sandbox.plaza import PlazaServer, Seed, serve_plaza
from bot.settings import Settings
from bot.store import workspaces as queries
from bot.store.migrations import migrate
from tests.cli import Ran, run
from tests.databases import Server
from tests.strangers import postgresql_of, slack_at

ALLOWED = {"TRELLIS_ALLOW_HTTP": "1", "TRELLIS_PUBLIC_URL": "https://trellis.example.com"}
NOWHERE = "http://127.0.0.1:9/api/"
ACCOUNT = "account harbour_bakery (Plaza)"


@dataclass(frozen=True)
class Place:
    """An installation: its folder, the Slack it knows, and Plaza."""

    folder: Path
    slack: SlackServer
    plaza: PlazaServer

    @property
    def tokens(self) -> dict[str, str]:
        return ALLOWED | {
            "SLACK_API_URL": self.slack.api_url,
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
        }

    async def doctor(self, **changed: str) -> Ran:
        return await run(self.folder, "doctor", **(self.tokens | changed))

    async def client(self, name: str = "Harbour Bakery", **wanted: Any) -> None:
        """Open a client, with a review channel and a reviewer unless told otherwise."""
        given = {"zone": "Europe/Vilnius", "review_channel": REVIEW, "reviewers": [BEN]} | wanted
        async with self._desk() as (desk, scope):
            await desk.write(clients.create, scope, COMMAND_LINE, now=desk.now(), name=name, **given)

    async def connect(self) -> None:
        """Connect Plaza's bakery for the first client."""
        async with self._desk() as (desk, scope):
            (client, *_) = await desk.read(queries.clients, scope)
            await connect_account(
                desk,
                scope,
                COMMAND_LINE,
                client.id or 0,
                network="plaza",
                server=self.plaza.url,
                handle="harbour_bakery",
                secret={"token": self.plaza.tokens["harbour_bakery"]},
            )

    @asynccontextmanager
    async def _desk(self) -> AsyncIterator[tuple[Desk, Scope]]:
        settings = Settings(data=self.folder / "data", allow_http=True)
        async with open_desk(settings) as desk:
            met = Met("T07TRELLIS1", "", "Trellis Sandbox", "U07TRELLIS9", "B07TRELLIS9", frozenset(), "")
            yield desk, await introduce(desk, met)


@pytest.fixture
async def place(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Place]:
    migrated_in(tmp_path, sqlite_template)
    slack, plaza = await serve_slack(), await serve_plaza()
    yield Place(tmp_path, slack, plaza)
    await slack.close()
    await plaza.close()


def migrated_in(folder: Path, template: Path) -> None:
    (folder / "data").mkdir()
    shutil.copy(template, folder / "data" / "trellis.db")


def faults(ran: Ran) -> dict[str, str]:
    """Each fault's name and what is wrong; the exit code must fit, and each must have a mend below it."""
    lines = ran.out.splitlines()
    found = {}
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("✗ "):
            name, _, wrong = line.removeprefix("✗ ").partition(": ")
            found[name] = wrong
            assert following.startswith("  "), f"{name} has no mend"
            assert following.rstrip().endswith((".", "`"))
    assert ran.code == (1 if found else 0), ran.err
    assert "Traceback" not in ran.err
    return found


async def test_a_whole_installation_has_no_fault(place: Place) -> None:
    await place.client()
    await place.connect()
    ran = await place.doctor()
    assert faults(ran) == {}
    assert ran.out == "✓ No faults.\n"


async def test_what_is_off_is_said_without_being_a_fault(tmp_path: Path, sqlite_template: Path) -> None:
    migrated_in(tmp_path, sqlite_template)
    ran = await run(tmp_path, "doctor")
    assert faults(ran) == {}
    assert "TRELLIS_PUBLIC_URL is not set" in ran.out
    assert "no Slack tokens" in ran.out


async def test_a_workspace_that_was_not_met_is_said(place: Place) -> None:
    ran = await place.doctor()
    assert faults(ran) == {}
    assert "not set up yet" in ran.out


async def test_wrong_settings_are_named_all_at_once(tmp_path: Path) -> None:
    ran = await run(tmp_path, "doctor", PORT="x", SLACK_BOT_TOKEN="swordfish", TRELLIS_SECRET_KEY="k")
    assert faults(ran).keys() == {"PORT", "SLACK_BOT_TOKEN", "TRELLIS_SECRET_KEY"}
    assert "swordfish" not in ran.out


async def test_tokens_that_slack_refuses_are_named(place: Place) -> None:
    assert faults(await place.doctor(SLACK_BOT_TOKEN="xoxb-wrong")) == {
        "SLACK_BOT_TOKEN": "Slack refuses it (invalid_auth)."
    }
    assert faults(await place.doctor(SLACK_APP_TOKEN="xapp-wrong")) == {
        "SLACK_APP_TOKEN": "Slack refuses it (invalid_auth)."
    }


async def test_a_slack_that_is_away_is_named(place: Place) -> None:
    assert faults(await place.doctor(SLACK_API_URL=NOWHERE)).keys() == {"slack"}


async def test_each_missing_scope_is_named(tmp_path: Path, sqlite_template: Path) -> None:
    migrated_in(tmp_path, sqlite_template)
    workspace = default_workspace()
    workspace.app.scopes -= {"users:read", "files:read"}
    slack, plaza = await serve_slack(workspace=workspace), await serve_plaza()
    place = Place(tmp_path, slack, plaza)
    assert faults(await place.doctor()).keys() == {"scope files:read", "scope users:read"}
    await slack.close()
    await plaza.close()


@pytest.mark.parametrize(("minutes", "where"), [(60, "behind"), (-60, "ahead of")])
async def test_a_clock_that_is_wrong_is_named(tmp_path: Path, sqlite_template: Path, minutes: int, where: str) -> None:
    migrated_in(tmp_path, sqlite_template)
    there = datetime.now(UTC) + timedelta(minutes=minutes)
    async with slack_at(there) as api_url:
        tokens = {"SLACK_API_URL": api_url, "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
        found = faults(await run(tmp_path, "doctor", **tokens))
    assert found.keys() == {"clock"}
    assert where in found["clock"]


async def test_channels_that_cannot_be_used_are_named(place: Place) -> None:
    await place.client(support_channel=ARCHIVED, digest_channel=UNINVITED)
    await place.client("Dee", review_channel=CLIENT)
    await place.client("Gone", review_channel="C0NOWHERE")
    found = faults(await place.doctor())
    assert found.keys() == {"channel #old-news", "channel #random", "channel #client-dee", "channel"}
    assert "archived" in found["channel #old-news"]
    assert "not in" in found["channel #random"]
    assert "another company" in found["channel #client-dee"]
    assert "channel_not_found" in found["channel"]


async def test_a_client_that_nobody_reviews_is_named(place: Place) -> None:
    await place.client(review_channel="", reviewers=[])
    assert faults(await place.doctor()).keys() == {"review channel", "reviewers"}


async def test_a_database_that_is_not_there_yet_is_named_and_not_made(tmp_path: Path) -> None:
    assert faults(await run(tmp_path, "doctor", **ALLOWED)).keys() == {"database"}
    assert not list(tmp_path.iterdir())


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "trellis.db").write_text("not a database, but long enough to be looked at " * 100)
    found = faults(await run(tmp_path, "doctor", **ALLOWED))
    assert "file is not a database" in found["database"]


async def test_a_database_of_another_version_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    sqlite3.connect(tmp_path / "data" / "trellis.db").execute("CREATE TABLE other (id int)").connection.close()
    assert faults(await run(tmp_path, "doctor", **ALLOWED)).keys() == {"database schema"}


async def test_a_database_that_is_away_is_named_without_its_password(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgres://ann:swordfish@127.0.0.1:9/trellis", "TRELLIS_SECRET_KEY": Locker.new_key()}
    ran = await run(tmp_path, "doctor", **ALLOWED, **given)
    assert faults(ran).keys() == {"DATABASE_URL"}
    assert "swordfish" not in ran.out + ran.err


async def test_a_postgresql_that_is_not_migrated_is_named(tmp_path: Path, postgres: Server) -> None:
    url = postgres.create()
    given = ALLOWED | {"DATABASE_URL": url, "TRELLIS_SECRET_KEY": Locker.new_key()}
    assert faults(await run(tmp_path, "doctor", **given)).keys() == {"database schema"}
    migrate(url)
    assert faults(await run(tmp_path, "doctor", **given)) == {}
    postgres.drop(url)


async def test_a_postgresql_that_is_too_old_is_named(tmp_path: Path) -> None:
    async with postgresql_of("9.6.24") as url:
        given = ALLOWED | {"DATABASE_URL": url, "TRELLIS_SECRET_KEY": Locker.new_key()}
        found = faults(await run(tmp_path, "doctor", **given))
    assert found == {"PostgreSQL": "The server is PostgreSQL 9, which is too old."}


async def test_a_disk_that_is_full_is_named(tmp_path: Path, sqlite_template: Path) -> None:
    migrated_in(tmp_path, sqlite_template)
    assert faults(await run(tmp_path, "doctor", **ALLOWED, TRELLIS_DISK_MB="999999999")).keys() == {"disk"}


async def test_a_data_folder_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    url = f"sqlite:///{tmp_path / 'trellis.db'}"
    assert "TRELLIS_DATA" in faults(await run(tmp_path, "doctor", **ALLOWED, DATABASE_URL=url))


async def test_a_key_that_others_can_read_is_named(place: Place) -> None:
    await place.client()
    (place.folder / "data" / KEY_FILE).chmod(0o644)
    assert faults(await place.doctor()).keys() == {"secret key"}


async def test_a_key_that_was_lost_is_named(place: Place) -> None:
    await place.client()
    await place.connect()
    (place.folder / "data" / KEY_FILE).unlink()
    assert faults(await place.doctor()).keys() == {"secret key"}


async def test_an_account_that_does_not_sign_in_any_more_is_named(place: Place) -> None:
    await place.client()
    await place.connect()
    revoke = f"{place.plaza.url}/control/accounts/harbour_bakery/revoke"
    async with aiohttp.ClientSession() as http, http.post(revoke) as response:
        assert response.ok
    assert faults(await place.doctor()).keys() == {ACCOUNT}


async def test_an_account_whose_server_is_away_is_named(place: Place) -> None:
    await place.client()
    await place.connect()
    await place.plaza.close()
    assert "could not be reached" in faults(await place.doctor())[ACCOUNT]


async def test_an_account_that_became_anothers_is_named(place: Place) -> None:
    await place.client()
    await place.connect()
    port, token = int(place.plaza.url.rsplit(":", 1)[1]), place.plaza.tokens["harbour_bakery"]
    await place.plaza.close()
    other = await serve_plaza(port=port, seeds=[Seed("northlight", "Northlight Cycles", token)])
    assert faults(await place.doctor()) == {ACCOUNT: "Its credentials now belong to northlight."}
    await other.close()


async def test_an_account_that_is_not_connected_is_named(place: Place) -> None:
    await place.client()
    await place.connect()
    with sqlite3.connect(place.folder / "data" / "trellis.db") as connection:
        connection.execute("UPDATE account SET connected = 0, trouble = 'The token was refused.'")
    assert faults(await place.doctor()) == {ACCOUNT: "It is not connected. The token was refused."}
