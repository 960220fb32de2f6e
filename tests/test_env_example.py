"""`.env.example` names every setting there is, and none that is not."""

from __future__ import annotations

import re
from pathlib import Path

from bot.settings import Settings

EXAMPLE = Path(__file__).parents[1] / ".env.example"


def test_the_example_names_every_setting_once() -> None:
    names = re.findall(r"^#?([A-Z_]+)=", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE)
    settings = [str(field.validation_alias or name).upper() for name, field in Settings.model_fields.items()]
    assert sorted(names) == sorted(settings)
