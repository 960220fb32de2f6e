"""Pictures that were put into the data folder: noted down, so that a post may carry them."""

from __future__ import annotations

from datetime import datetime

from bot.rules.content import Image
from bot.store import Tx
from bot.store.tables import Media


def keep(tx: Tx, image: Image, *, now: datetime) -> None:
    """Note a picture that lies in the data folder; one that is known already stays as it is."""
    found = tx.first(Media, Media.sha256 == image.sha256)
    if found is None:
        tx.add(
            Media(
                workspace_id=tx.scope.workspace,
                sha256=image.sha256,
                mime=image.mime,
                width=image.width,
                height=image.height,
                size=image.size,
                created_at=now,
            )
        )
