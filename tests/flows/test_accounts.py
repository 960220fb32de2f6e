"""Accounts: connected once, reconnected as themselves only, and never left broken without a word."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from bot.errors import BadInput, NotAllowed
from bot.flows import accounts, clients, workspaces
from bot.locker import Locker
from bot.rules.networks import Limits, Profile
from bot.rules.people import Actor
from bot.store import EVERYWHERE, Scope, Store, Tx
from bot.store import workspaces as queries
from bot.store.tables import Account, AuditEntry, Client, Outbox

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
EVE = Actor(person="U0EVE", name="Eve")
ANN = Actor(person="U0ANN", name="Ann")
LOCKER = Locker([Locker.new_key()])
SECRET = {"app_password": "swordfish"}
BAKERY = Profile("did:plc:bakery", "bakery.example.com", "Harbour Bakery", "https://example.com/bakery")
OTHER = Profile("did:plc:other", "other.example.com", "Other", "https://example.com/other")
LIMITS = Limits(characters=300, image_types=frozenset({"image/png", "image/webp"}))


@pytest.fixture
def scope(store: Store) -> Scope:
    row = store.write(workspaces.remember_workspace, EVERYWHERE, "T0TEAM", "", "Team", "U0BOT", "U0EVE", now=NOW)
    return Scope(row.id)


@pytest.fixture
def client(store: Store, scope: Scope) -> Client:
    return store.write(clients.create, scope, EVE, name="Harbour Bakery", zone="Europe/Vilnius", now=NOW)


def connect(store: Store, scope: Scope, client: Client, by: Actor = EVE, **changed: Any) -> Account:
    given: dict[str, Any] = {
        "network": "bluesky",
        "server": "https://pds.example.com",
        "profile": BAKERY,
        "limits": LIMITS,
    }
    given |= {"secret": LOCKER.lock(SECRET)}
    return store.write(accounts.connect, scope, by, client.id or 0, now=NOW, **(given | changed))


def test_an_account_is_kept_with_its_secret_encrypted(store: Store, scope: Scope, client: Client) -> None:
    row = connect(store, scope, client)
    assert (row.handle, row.connected, row.trouble) == ("bakery.example.com", True, "")

    def raw(tx: Tx) -> str:
        return str(tx.session.execute(text("SELECT * FROM account")).all())

    assert "swordfish" not in store.read(raw, scope)


def test_a_network_is_given_the_credentials_in_the_clear(store: Store, scope: Scope, client: Client) -> None:
    account = accounts.as_network_account(connect(store, scope, client), LOCKER)
    assert (account.remote_id, account.server, account.secret) == ("did:plc:bakery", "https://pds.example.com", SECRET)
    assert "swordfish" not in repr(account)


def test_limits_come_back_as_they_were_told(store: Store, scope: Scope, client: Client) -> None:
    connect(store, scope, client)
    (row,) = store.read(queries.accounts, scope)
    assert accounts.limits_of(row) == LIMITS


def test_the_same_account_again_is_the_same_row(store: Store, scope: Scope, client: Client) -> None:
    first = connect(store, scope, client)
    store.write(accounts.mark_broken, scope, first.id or 0, "The password was refused.", now=NOW)
    renamed = Profile(BAKERY.remote_id, "new.example.com", "New name", BAKERY.url)
    again = connect(store, scope, client, profile=renamed, account_id=first.id)
    assert (again.id, again.connected, again.trouble, again.handle) == (first.id, True, "", "new.example.com")


def test_anothers_credentials_do_not_take_over_an_account(store: Store, scope: Scope, client: Client) -> None:
    first = connect(store, scope, client)
    with pytest.raises(BadInput, match=r"other\.example\.com"):
        connect(store, scope, client, profile=OTHER, account_id=first.id)
    assert store.read(queries.accounts, scope)[0].remote_id == BAKERY.remote_id


def test_an_account_belongs_to_one_client(store: Store, scope: Scope, client: Client) -> None:
    connect(store, scope, client)
    second = store.write(clients.create, scope, EVE, name="Northlight", zone="Europe/Vilnius", now=NOW)
    with pytest.raises(BadInput, match="Harbour Bakery"):
        connect(store, scope, second)


def test_only_managers_connect_and_disconnect(store: Store, scope: Scope, client: Client) -> None:
    with pytest.raises(NotAllowed):
        connect(store, scope, client, ANN)
    row = connect(store, scope, client)
    with pytest.raises(NotAllowed):
        store.write(accounts.disconnect, scope, ANN, row.id or 0, now=NOW)


def test_a_disconnected_accounts_credentials_are_gone(store: Store, scope: Scope, client: Client) -> None:
    row = store.write(accounts.disconnect, scope, EVE, connect(store, scope, client).id or 0, now=NOW)
    assert (row.connected, row.secret, row.session) == (False, "", "")
    assert row.trouble.endswith(".")


def test_a_broken_account_is_told_to_those_who_can_mend_it_once(store: Store, scope: Scope, client: Client) -> None:
    row = connect(store, scope, client)
    for _ in range(2):
        store.write(accounts.mark_broken, scope, row.id or 0, "The password was refused.", now=NOW)

    def told(tx: Tx) -> list[str]:
        return [one.place for one in tx.all(Outbox, Outbox.topic == "account_broken")]

    assert store.read(told, scope) == ["U0EVE"]


def test_each_change_is_put_on_record(store: Store, scope: Scope, client: Client) -> None:
    row = connect(store, scope, client)
    store.write(accounts.mark_broken, scope, row.id or 0, "The password was refused.", now=NOW)
    connect(store, scope, client)
    store.write(accounts.disconnect, scope, EVE, row.id or 0, now=NOW)

    def record(tx: Tx) -> list[tuple[str, str, str]]:
        found = tx.all(AuditEntry, AuditEntry.subject == f"account:{row.id}", order=AuditEntry.id)
        return [(one.what, one.old, one.new) for one in found]

    assert store.read(record, scope) == [
        ("account_connected", "", "connected"),
        ("account_broken", "connected", "broken"),
        ("account_connected", "broken", "connected"),
        ("account_disconnected", "connected", "broken"),
    ]


def test_what_a_server_says_of_itself_is_bounded(store: Store, scope: Scope, client: Client) -> None:
    talkative = Profile("id", "h" * 10_000, "n" * 10_000, "https://example.com/" + "u" * 10_000, "https://e/" * 10_000)
    row = connect(store, scope, client, profile=talkative)
    assert max(map(len, (row.handle, row.name, row.url, row.avatar_url))) <= 2_000
