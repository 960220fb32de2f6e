"""The digest in words: complete for those who only hear it, within Slack's limits, with buttons that act."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.digests import digest
from bot.rules.calendar_pages import AccountName, ClientName, Planned
from bot.rules.digests import TROUBLE, BrokenAccount, Digest, Turn
from bot.sandbox.checks import blocks_faults

MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
VILNIUS = "Europe/Vilnius"


def post(number: int = 1, **other: Any) -> Planned:
    values: dict[str, Any] = {
        "version": 3,
        "revision": 5,
        "client_id": 1,
        "status": "in_review",
        "at": NOW + timedelta(hours=1),
        "title": "Our shop opens",
        "author": "U07ANN00001",
        "accounts": (1,),
        "changed_at": NOW,
    }
    return Planned(id=number, **{**values, **other})


def told(**parts: Any) -> Digest:
    values: dict[str, Any] = {
        "day": MONDAY,
        "hour": 9,
        "zone": VILNIUS,
        "client": "Harbour Bakery",
        "reader": "",
        "clients": {1: ClientName(1, "Harbour Bakery", VILNIUS)},
        "accounts": {1: AccountName(1, 1, "bakery (Plaza)")},
    }
    return Digest(**{**values, **parts})


def buttons(shown: Digest) -> list[tuple[str, str]]:
    blocks = digest(shown).blocks
    found = [element for block in blocks for element in block.get("elements", [])]
    found += [block["accessory"] for block in blocks if "accessory" in block]
    return [(element["action_id"], element.get("value", "")) for element in found if "action_id" in element]


def test_a_channels_digest_is_whole_in_its_text() -> None:
    shown = digest(
        told(
            today=(post(),),
            turns=(Turn(post(2, title="Decide me"), ("U07BEN00001", "U07CAS00001")),),
            trouble=(post(3, title="Lost", status="unconfirmed"),),
            broken=(BrokenAccount("bakery (Plaza)", "The password was refused."),),
        )
    )
    for line in (
        "Harbour Bakery: Monday 23 November",
        "11:00  Our shop opens (in review)",
        "*Decide me*, 11:00",
        "<@U07BEN00001> or <@U07CAS00001> can decide.",
        "*Lost* may be live or not: nobody knows.",
        "bakery (Plaza): The password was refused.",
        "each day at 9:00 (Europe/Vilnius)",
    ):
        assert line in shown.text


def test_a_part_without_anything_is_left_out() -> None:
    shown = digest(told(today=(post(),))).text
    assert "Waiting" not in shown
    assert "Needs somebody" not in shown
    assert "connect" not in shown


def test_what_can_be_approved_is_approved_from_it_and_all_else_opened() -> None:
    shown = told(
        turns=(Turn(post(2), ("U07BEN00001",)),), trouble=(post(3, status="failed"),), approvable=frozenset({2})
    )
    assert buttons(shown) == [
        ("open_post", "2.3"),
        ("digest_approve", "2.3"),
        ("calendar_open", ""),
        ("open_post", "3.3"),
    ]


def test_a_post_that_nobody_may_decide_says_what_to_do() -> None:
    assert "Choose reviewers" in digest(told(turns=(Turn(post(), ()),))).text


def test_a_persons_digest_speaks_to_them() -> None:
    shown = digest(told(reader="U07BEN00001", client="", turns=(Turn(post(), ("U07BEN00001",)),))).text
    assert "Your day, Monday 23 November" in shown
    assert "*Waiting for you*" in shown
    assert "can decide" not in shown


def test_what_is_not_shown_is_counted() -> None:
    shown = digest(told(today=tuple(post(number) for number in range(14)))).text
    assert "and 4 more" in shown


texts = st.text(max_size=100)
posts = st.lists(
    st.builds(
        post,
        st.integers(1, 10**6),
        title=texts,
        status=st.sampled_from(sorted(state.value for state in TROUBLE)),
        at=st.none() | st.just(NOW),
        accounts=st.lists(st.integers(1, 3), max_size=3).map(tuple),
    ),
    max_size=30,
)


@given(
    today=posts,
    turns=posts,
    trouble=posts,
    broken=st.lists(st.builds(BrokenAccount, texts, texts), max_size=30),
    people=st.lists(st.just("U07BEN00001"), max_size=9),
    reader=st.sampled_from(["", "U07BEN00001"]),
)
def test_a_digest_is_within_slacks_limits_whatever_it_holds(
    today: list[Planned], turns: list[Planned], trouble: list[Planned], broken: list[BrokenAccount],
    people: list[str], reader: str,
) -> None:  # fmt: skip
    shown = digest(
        told(
            today=tuple(today),
            turns=tuple(Turn(one, tuple(people)) for one in turns),
            trouble=tuple(trouble),
            broken=tuple(broken),
            approvable=frozenset(one.id for one in turns),
            reader=reader,
        )
    )
    assert blocks_faults(list(shown.blocks), "message") == []
    assert len(shown.blocks) < 50
    assert len(shown.text) <= 4_000
