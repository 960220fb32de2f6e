"""Settings, read once from the environment (or `.env`); every fault is named in one error."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """What the environment says. Frozen: what is read at the start holds until the end."""

    model_config = ConfigDict(frozen=True)

    data: Path
