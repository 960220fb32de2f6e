"""Pictures on their way from a form into the data folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot import media
from bot.errors import Mrkdwn, Refused
from bot.flows import forms
from bot.flows.sheets import Open
from bot.handlers._ask import Ask
from bot.rules.sheets import MOST_IMAGES, Picture, Sheet
from bot.words import sentence, t


def waiting(ask: Ask, sheet: Sheet) -> list[Mapping[str, Any]]:
    """The files in the form that were not fetched yet."""
    known = {picture.file_id for picture in sheet.pictures}
    return [file for file in ask.typed.files("images") if file.get("id") not in known]


async def fetch(ask: Ask, opened: Open, files: Sequence[Mapping[str, Any]]) -> tuple[Open, Mrkdwn]:
    """Fetch and keep files; the form with the pictures that could be had, and what is wrong with the others."""
    fetched: list[Picture] = []
    problems = []
    for file in files:
        if len(opened.sheet.pictures) + len(fetched) == MOST_IMAGES:
            problems.append(t("A post takes {most} pictures. The others were left out.", most=MOST_IMAGES))
            break
        try:
            image = await media.take_in(ask.desk, ask.scope, file)
        except Refused as refused:
            problems.append(sentence(refused))
        else:
            fetched.append(Picture(image, media.file_name(file), str(file.get("id"))))
    opened = await ask.desk.write(
        forms.keep, ask.scope, ask.actor, opened.form.id, lambda sheet: _with(sheet, fetched), now=ask.now
    )
    return opened, Mrkdwn("\n".join(problems))


def _with(sheet: Sheet, fetched: list[Picture]) -> Sheet:
    """The sheet with more pictures; the same picture twice is one."""
    there = {picture.image.sha256: picture for picture in [*fetched, *sheet.pictures]}
    return replace(sheet, pictures=tuple(there.values())[:MOST_IMAGES])
