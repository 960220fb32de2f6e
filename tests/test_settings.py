"""Settings: taken from the environment alone, and every fault named at once."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

from bot.errors import Faults
from bot.locker import Locker
from bot.settings import Role, Settings, Transport, account_secret, read_settings
from tests.house import modules

ENVIRONMENT_READERS = {"bot.settings"}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("SLACK_", "TRELLIS_")) or name in {"DATABASE_URL", "HOST", "PORT", "LOG_LEVEL"}:
            monkeypatch.delenv(name)


def faults() -> dict[str, str]:
    with pytest.raises(Faults) as raised:
        read_settings(None)
    assert all(fault.mend.endswith(".") and fault.wrong.endswith(".") for fault in raised.value.faults)
    return {fault.name: fault.wrong for fault in raised.value.faults}


def test_nothing_set_is_a_sandbox_on_a_file() -> None:
    settings = read_settings(None)
    assert not settings.has_slack
    assert settings.database_url == "sqlite:///data/trellis.db"
    assert (settings.host, settings.port, settings.in_flight) == ("127.0.0.1", 8080, 300)


def test_a_line_of_the_env_file_counts_unless_the_environment_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("PORT=1000\nHOST=127.0.0.2\nSLACK_BOT_TOKEN=\n")
    monkeypatch.setenv("PORT", "2000")
    settings = read_settings(tmp_path / ".env")
    assert (settings.port, settings.host, settings.slack_bot_token) == (2000, "127.0.0.2", None)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_is_taken(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://ann:p%40ss@127.0.0.1:5432/trellis?sslmode=require")
    monkeypatch.setenv("TRELLIS_SECRET_KEY", Locker.new_key())
    expected = "postgresql+psycopg://ann:p%40ss@127.0.0.1:5432/trellis?sslmode=require"
    assert read_settings(None).database_url == expected


def test_all_faults_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {
        "SLACK_BOT_TOKEN": "xoxp-user",
        "SLACK_APP_TOKEN": "token",
        "SLACK_API_URL": "ftp://slack.com",
        "TRELLIS_SLACK": "pigeon",
        "DATABASE_URL": "mysql://127.0.0.1/trellis",
        "TRELLIS_SECRET_KEY": "1234",
        "TRELLIS_PUBLIC_URL": "http://trellis.example.com",
        "PORT": "99999",
        "TRELLIS_ALLOW_HTTP": "perhaps",
        "TRELLIS_ROLE": "boss",
        "TRELLIS_IN_FLIGHT": "0",
        "TRELLIS_DISK_MB": "lots",
        "LOG_LEVEL": "LOUD",
        "TRELLIS_LOG_FORMAT": "xml",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    assert faults().keys() == wrong.keys()


def test_credentials_that_would_make_bolt_an_oauth_app_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "swordfish")
    assert faults().keys() == {"SLACK_CLIENT_ID"}


def test_an_env_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"PORT=1\nHOST=\xff\xfe")
    with pytest.raises(Faults) as raised:
        read_settings(tmp_path / ".env")
    assert [fault.name for fault in raised.value.faults] == [".env"]


def test_no_fault_repeats_what_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "swordfish")
    monkeypatch.setenv("TRELLIS_SECRET_KEY", "swordfish")
    assert not [wrong for wrong in faults().values() if "swordfish" in wrong]


@pytest.mark.parametrize(
    ("set_", "missing"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "TRELLIS_SLACK": "http"}, "SLACK_SIGNING_SECRET"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN"),
        ({"DATABASE_URL": "postgres://127.0.0.1/trellis"}, "TRELLIS_SECRET_KEY"),
        ({"TRELLIS_ROLE": "web"}, "TRELLIS_ROLE"),
    ],
)
def test_what_one_setting_asks_of_another_is_named(
    set_: dict[str, str], missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in set_.items():
        monkeypatch.setenv(name, value)
    assert faults().keys() == {missing}


@pytest.mark.parametrize(
    ("set_", "transport"),
    [
        ({"SLACK_APP_TOKEN": "xapp-1"}, Transport.SOCKET),
        ({"SLACK_APP_TOKEN": "xapp-1", "SLACK_SIGNING_SECRET": "s"}, Transport.SOCKET),
        ({"SLACK_SIGNING_SECRET": "s"}, Transport.HTTP),
        ({"SLACK_APP_TOKEN": "xapp-1", "SLACK_SIGNING_SECRET": "s", "TRELLIS_SLACK": "http"}, Transport.HTTP),
    ],
)
def test_socket_mode_is_taken_where_an_app_token_is(
    set_: dict[str, str], transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    for name, value in set_.items():
        monkeypatch.setenv(name, value)
    assert read_settings(None).transport is transport


def test_the_command_lines_role_goes_before_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://127.0.0.1/trellis")
    monkeypatch.setenv("TRELLIS_SECRET_KEY", Locker.new_key())
    monkeypatch.setenv("TRELLIS_ROLE", "web")
    assert read_settings(None, role=Role.WORKER).role is Role.WORKER


def test_several_keys_are_several_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = (Locker.new_key(), Locker.new_key())
    monkeypatch.setenv("TRELLIS_SECRET_KEY", ", ".join(keys))
    assert read_settings(None).secret_keys == keys


def test_settings_never_show_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {
        "SLACK_BOT_TOKEN": "xoxb-swordfish",
        "SLACK_APP_TOKEN": "xapp-swordfish",
        "SLACK_SIGNING_SECRET": "swordfish",
        "DATABASE_URL": "postgres://ann:swordfish@127.0.0.1/trellis",
        "TRELLIS_SECRET_KEY": (key := Locker.new_key()),
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    shown = repr(read_settings(None)) + str(read_settings(None))
    assert "swordfish" not in shown
    assert key not in shown


def test_settings_made_by_hand_read_no_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "1")
    settings = Settings(data=tmp_path)
    assert (settings.port, settings.database_url) == (8080, f"sqlite:///{tmp_path / 'trellis.db'}")


def test_plain_http_is_taken_for_this_machine_alone() -> None:
    assert Settings(slack_api_url="http://127.0.0.1:9/api").slack_api_url == "http://127.0.0.1:9/api/"
    with pytest.raises(ValueError, match="https"):
        Settings(slack_api_url="http://127.0.0.1.example.com/api/")


def test_an_accounts_secret_has_a_variable_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRELLIS_ACCOUNT_PASSWORD", "swordfish")
    assert account_secret("password") == "swordfish"
    assert account_secret("token") is None


def test_the_environment_is_read_by_the_settings_alone() -> None:
    readers = {
        module.name
        for module in modules("bot")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}
    }
    assert readers <= ENVIRONMENT_READERS


def test_the_example_names_only_settings_that_exist() -> None:
    example = Path(__file__).parents[1] / ".env.example"
    names = {
        line.lstrip("#").split("=")[0]
        for line in example.read_text().splitlines()
        if "=" in line and line.lstrip("#").split("=")[0].isupper()
    }
    fields = {
        str(field.validation_alias) if field.validation_alias else name.upper()
        for name, field in Settings.model_fields.items()
    }
    assert names <= fields
