"""Posts as blocks are handed them, from the plainest to the largest that there can be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.blocks.posts import Shown
from bot.blocks.remarks import Weighed
from bot.rules.content import Content, Image, Segment
from bot.rules.differences import Differences, Edit
from bot.rules.networks import Fault, Weight
from bot.store.tables import Account, Client, Decision, Delivery, Pause, Post, PostVersion
from bot.words import t
from tests.factories import ANN, BEN, NOW

SHA = "a" * 64


def image(number: int = 0, alt: str = "Our shop in the sun") -> Image:
    """A picture."""
    return Image(f"{number:064x}", "image/png", 800, 600, 12_345, alt)


def account(number: int = 1, handle: str = "bakery") -> Account:
    """An account on Plaza."""
    return Account(
        id=number,
        workspace_id=1,
        client_id=1,
        network="plaza",
        server="http://127.0.0.1:1",
        handle=f"{handle}{number}",
        remote_id=str(number),
        secret="",
        created_at=NOW,
    )


def client(name: str = "Harbour Bakery") -> Client:
    """The client."""
    return Client(id=1, workspace_id=1, name=name, zone="Europe/Vilnius", review_channel="C1", created_at=NOW)


def post(status: str = "in_review", title: str = "Our shop opens") -> Post:
    """A post of Ann's."""
    return Post(
        id=12,
        workspace_id=1,
        client_id=1,
        author=ANN.person,
        status=status,
        version=3,
        revision=7,
        title=title,
        created_at=NOW,
        changed_at=NOW,
    )


def version(note: str = "", campaign: str = "", at: datetime | None = NOW + timedelta(hours=1)) -> PostVersion:
    """Its newest version."""
    return PostVersion(
        id=1,
        workspace_id=1,
        post_id=12,
        number=3,
        by=ANN.person,
        accounts=[1],
        content={"segments": [], "variants": {}},
        campaign=campaign,
        note=note,
        when_kind="at" if at else "approved",
        when_at=at,
        when_wall="2026-11-23 11:00" if at else "",
        when_zone="Europe/Vilnius",
        late_seconds=3_600,
        created_at=NOW,
    )


def delivery(number: int, status: str, trouble: str = "", url: str = "") -> Delivery:
    """The post on an account."""
    return Delivery(
        id=100 + number,
        workspace_id=1,
        client_id=1,
        post_id=12,
        account_id=number,
        approval_id=1,
        version=3,
        status=status,
        due_at=NOW,
        late_until=NOW,
        next_at=NOW,
        key=f"{number:032x}",
        trouble=trouble,
        url=url,
    )


def decision(step: str = "approve", reason: str = "") -> Decision:
    """What Ben decided."""
    return Decision(
        id=1, workspace_id=1, post_id=12, version=3, step=step, by=BEN.person, door="slack", reason=reason, at=NOW
    )


def shown(
    status: str = "in_review",
    *,
    text: str = "Our shop opens",
    segments: int = 1,
    accounts: int = 1,
    own_words: bool = False,
    images: int = 0,
    deliveries: Sequence[Delivery] = (),
    typed: str = "",
) -> Shown:
    """A post; `typed` is put wherever people may write anything."""
    pictures = tuple(image(number, typed or "Our shop") for number in range(images))
    thread = tuple(Segment(text, pictures if index == 0 else ()) for index in range(segments))
    rows = [account(number, typed[:200] or "bakery") for number in range(1, accounts + 1)]
    variants = {row.id or 0: (Segment(f"{row.id} {text}"), *thread[1:]) for row in rows} if own_words else {}
    fault = Fault(0, "text", "The text is {over} characters too long.", {"over": 7})
    weights = tuple(Weight(len(text), 300, "characters") for _ in thread)
    return Shown(
        post=post(status, (typed or text)[:80]),
        version=version(note=typed, campaign=typed[:200]),
        client=client(typed[:75] or "Harbour Bakery"),
        content=Content(thread, variants),
        weighed=tuple(Weighed(row, weights, (fault,)) for row in rows),
        deliveries=tuple(deliveries),
        decisions=(decision("reject", typed or "No"),),
        pauses=(Pause(id=1, workspace_id=1, scope="all", reason=typed, by=BEN.person, at=NOW),),
        changed=Differences(edits=tuple(Edit(0, number, (text,), (typed,)) for number in range(segments))),
        changed_time="yesterday",
        notes=(t("It says nearly the same as {title}.", title=typed),),
    )
