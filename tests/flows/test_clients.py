"""Clients and workspaces: who may set them up, what is taken, and what is put on record."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import BadInput, NotAllowed, NotFound
from bot.flows import clients, workspaces
from bot.rules.people import Actor
from bot.store import EVERYWHERE, Scope, Store, Tx
from bot.store import workspaces as queries
from bot.store.tables import AuditEntry, Client, Person, Workspace

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
EVE = Actor(person="U0EVE", name="Eve")
ANN = Actor(person="U0ANN", name="Ann")
COMMAND_LINE = Actor(person="", name="the command line", door="cli")
SHOP = {"name": "Harbour Bakery", "zone": "Europe/Vilnius"}


@pytest.fixture
def scope(store: Store) -> Scope:
    row = store.write(
        workspaces.remember_workspace, EVERYWHERE, "T0TEAM", "", "Trellis Sandbox", "U0BOT", "U0EVE", now=NOW
    )
    return Scope(row.id)


def create(store: Store, scope: Scope, by: Actor = EVE, **wanted: Any) -> Client:
    return store.write(clients.create, scope, by, now=NOW, **(SHOP | wanted))


def entries(tx: Tx) -> list[AuditEntry]:
    return tx.all(AuditEntry, order=AuditEntry.__table__.c.number)  # type: ignore[attr-defined]


def test_a_client_starts_with_four_eyes_and_no_reviewer(store: Store, scope: Scope) -> None:
    row = create(store, scope)
    assert (row.name, row.zone, row.four_eyes, row.reviewers) == ("Harbour Bakery", "Europe/Vilnius", True, [])


def test_only_managers_and_the_command_line_set_up_clients(store: Store, scope: Scope) -> None:
    with pytest.raises(NotAllowed, match="<@U0EVE>"):
        create(store, scope, ANN)
    assert create(store, scope, COMMAND_LINE).id


def test_a_zone_may_be_given_by_its_city(store: Store, scope: Scope) -> None:
    assert create(store, scope, zone="vilnius").zone == "Europe/Vilnius"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "   "),
        ("name", "x" * 76),
        ("zone", "Mars/Olympus"),
        ("zone", ""),
        ("review_channel", "#social"),
        ("support_channel", "C1; DROP"),
        ("digest_channel", "U0ANN"),
        ("digest_hour", 24),
        ("digest_hour", -1),
        ("late_minutes", 0),
        ("late_minutes", 100_000),
        ("reviewers", ["@ben"]),
        ("reviewers", [f"U0B{number:03}" for number in range(51)]),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_field(store: Store, scope: Scope, field: str, value: Any) -> None:
    with pytest.raises(BadInput) as raised:
        create(store, scope, **{field: value})
    assert raised.value.field == field
    assert str(raised.value).endswith(".")


def test_a_client_without_a_name_or_zone_is_refused(store: Store, scope: Scope) -> None:
    with pytest.raises(BadInput) as raised:
        store.write(clients.create, scope, EVE, zone="Europe/Vilnius", now=NOW)
    assert raised.value.field == "name"


def test_two_clients_never_share_a_name(store: Store, scope: Scope) -> None:
    create(store, scope)
    with pytest.raises(BadInput, match="Harbour Bakery"):
        create(store, scope, name="harbour  BAKERY")


def test_a_client_keeps_its_own_name_when_the_rest_changes(store: Store, scope: Scope) -> None:
    row = create(store, scope)
    changed = store.write(clients.change, scope, EVE, row.id or 0, name="Harbour bakery", digest_hour=7, now=NOW)
    assert (changed.name, changed.digest_hour) == ("Harbour bakery", 7)


def test_what_is_not_named_stays(store: Store, scope: Scope) -> None:
    row = create(store, scope, reviewers=["U0BEN"], review_channel="C0REVIEW")
    changed = store.write(clients.change, scope, EVE, row.id or 0, four_eyes=False, now=NOW)
    assert (changed.reviewers, changed.review_channel, changed.four_eyes) == (["U0BEN"], "C0REVIEW", False)


def test_a_change_is_put_on_record_with_old_and_new(store: Store, scope: Scope) -> None:
    row = create(store, scope)
    store.write(clients.change, scope, EVE, row.id or 0, reviewers=["U0BEN", "U0BEN"], four_eyes=True, now=NOW)
    last = store.read(entries, scope)[-1]
    assert (last.who, last.door, last.what, last.subject) == ("U0EVE", "slack", "client_changed", f"client:{row.id}")
    assert last.facts == {"reviewers": [[], ["U0BEN"]]}


def test_a_change_of_nothing_is_not_on_record(store: Store, scope: Scope) -> None:
    row = create(store, scope)
    before = len(store.read(entries, scope))
    store.write(clients.change, scope, EVE, row.id or 0, zone="Europe/Vilnius", now=NOW)
    assert len(store.read(entries, scope)) == before


@pytest.mark.parametrize("flag", ["is_external", "is_guest", "is_bot", "deleted"])
def test_a_reviewer_is_a_full_member(store: Store, scope: Scope, flag: str) -> None:
    def meet(tx: Tx) -> None:
        known: dict[str, Any] = {
            "workspace_id": scope.workspace,
            "slack_id": "U0DEE",
            "name": "Dee",
            "seen_at": NOW,
            flag: True,
        }
        tx.add(Person(**known))

    store.write(meet, scope)
    with pytest.raises(BadInput, match="Dee"):
        create(store, scope, reviewers=["U0DEE"])


def test_a_client_of_another_workspace_is_not_there(store: Store, scope: Scope) -> None:
    row = create(store, scope)
    other = store.write(workspaces.remember_workspace, EVERYWHERE, "T0OTHER", "", "O", "U0B", "U0EVE", now=NOW)
    with pytest.raises(NotFound):
        store.write(clients.change, Scope(other.id), EVE, row.id or 0, digest_hour=3, now=NOW)


def test_meeting_a_workspace_again_keeps_its_row_and_its_managers(store: Store, scope: Scope) -> None:
    again = store.write(workspaces.remember_workspace, EVERYWHERE, "T0TEAM", "", "Renamed", "U0BOT2", "U0ANN", now=NOW)
    assert (again.id, again.name, again.bot_user_id) == (scope.workspace_id, "Renamed", "U0BOT2")
    assert again.managers == ["U0EVE"]
    assert len(store.read(queries.workspaces, EVERYWHERE)) == 1


def test_the_same_team_in_two_organisations_is_two_workspaces(store: Store, scope: Scope) -> None:
    other = store.write(workspaces.remember_workspace, EVERYWHERE, "T0TEAM", "E0ORG", "O", "U0B", "", now=NOW)
    assert other.id != scope.workspace_id


def test_somebody_can_always_change_the_settings(store: Store, scope: Scope) -> None:
    with pytest.raises(BadInput, match="at least one"):
        store.write(workspaces.choose_managers, scope, EVE, [], now=NOW)
    with pytest.raises(NotAllowed):
        store.write(workspaces.choose_managers, scope, ANN, ["U0ANN"], now=NOW)
    assert store.write(workspaces.choose_managers, scope, EVE, ["U0ANN"], now=NOW).managers == ["U0ANN"]


def test_the_command_line_finds_the_only_workspace(store: Store) -> None:
    with pytest.raises(NotFound, match="Start it once"):
        store.read(workspaces.only_workspace, EVERYWHERE)
    for team in ("T0ONE", "T0TWO"):
        store.write(workspaces.remember_workspace, EVERYWHERE, team, "", team, "U0B", "", now=NOW)
    with pytest.raises(BadInput, match="T0ONE"):
        store.read(workspaces.only_workspace, EVERYWHERE)

    def named(tx: Tx) -> Workspace:
        return workspaces.only_workspace(tx, "T0TWO")

    assert store.read(named, EVERYWHERE).team_id == "T0TWO"
