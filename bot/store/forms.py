"""Queries of forms: what somebody is typing. They decide nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, update

from bot.store.scope import Tx
from bot.store.tables import Form


def close(tx: Tx, form_id: str, now: datetime) -> bool:
    """Mark a form as done; false when it was done already. A second hand waits here for the first."""
    columns: Any = Form.__table__.c  # type: ignore[attr-defined]
    chosen = update(Form).where(*tx.within(Form), columns.id == form_id, columns.done_at.is_(None))
    result: CursorResult[Any] = tx.session.execute(  # type: ignore[assignment]
        chosen.values(done_at=now).execution_options(synchronize_session=False)
    )
    return result.rowcount == 1


def open_forms(tx: Tx, person: str, kind: str, since: datetime) -> list[Form]:
    """Somebody's forms of a kind that are not done, newest first."""
    columns: Any = Form.__table__.c  # type: ignore[attr-defined]
    return tx.all(
        Form,
        Form.person == person,
        Form.kind == kind,
        columns.done_at.is_(None),
        columns.changed_at >= since,
        order=columns.changed_at.desc(),
        limit=20,
    )
