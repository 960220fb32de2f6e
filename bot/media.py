"""Fetches pictures that people hand to Trellis in Slack, and keeps each by the hash of its bytes, without its metadata.

Slack's description of a file is never believed: what counts is what the bytes hold.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.desk import Desk, Scope
from bot.errors import BadInput
from bot.flows import media
from bot.rules import images
from bot.rules.content import Image
from bot.rules.escaping import one_line, visible
from bot.rules.image_metadata import without_metadata
from bot.slack import SlackError, told

CHUNK = 65_536
"""Bytes read at once, so that a file that is too large is noticed early."""
SLACK_HOSTS = (".slack.com", ".slack-files.com")
NAME_CHARACTERS = 80


async def take_in(desk: Desk, scope: Scope, file: Mapping[str, Any]) -> Image:
    """Download a Slack file with the bot's token and keep it. Raises BadInput("images") with the file's name."""
    name = file_name(file)
    content = await _download(desk, str(file.get("id") or ""), _address(file), name)
    image = await asyncio.to_thread(_keep, desk, content, name)
    await desk.write(media.keep, scope, image, now=desk.now())
    return image


def file_name(file: Mapping[str, Any]) -> str:
    """What the person knows the file by."""
    return one_line(visible(str(file.get("name") or file.get("title") or "picture")), NAME_CHARACTERS)


def _keep(desk: Desk, content: bytes, name: str) -> Image:
    clean = without_metadata(content, images.inspect(content, name).mime)
    facts = images.inspect(clean, name)
    _write_whole(desk.picture(facts.sha256), clean)
    return Image(facts.sha256, facts.mime, facts.width, facts.height, facts.size)


def _write_whole(path: Path, content: bytes) -> None:
    """Durable before it gets its name: a name is the promise that all of it is there."""
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


async def _download(desk: Desk, file_id: str, address: str, name: str) -> bytes:
    if desk.slack is None:
        raise LookupError("the desk was not lent a way to Slack")
    try:
        if not address:  # Slack Connect: "check_file_info" stands where the address should be
            answer = await told(desk.slack.background.files_info(file=file_id))
            address = _address(answer.get("file") or {})
        return await _read(desk, address, name)
    except (SlackError, aiohttp.ClientError, TimeoutError):
        raise _not_had(name) from None


async def _read(desk: Desk, address: str, name: str) -> bytes:
    client = desk.slack.background if desk.slack else None
    if client is None or client.session is None or not _is_slacks(address, client.base_url):
        raise _not_had(name)
    headers = {"Authorization": f"Bearer {client.token}"}
    async with client.session.get(address, headers=headers, allow_redirects=False) as answer:
        if answer.status != 200 or answer.content_type == "text/html":  # Slack shows its sign-in page instead
            raise _not_had(name)
        return await _bounded(answer, name)


async def _bounded(answer: aiohttp.ClientResponse, name: str) -> bytes:
    content = bytearray()
    async for chunk in answer.content.iter_chunked(CHUNK):
        content += chunk
        if len(content) > images.MAX_BYTES:
            raise BadInput(
                "images",
                "“{name}” is larger than {limit} MB. Make it smaller and add it again.",
                name=name,
                limit=images.MAX_BYTES // 1_000_000,
            )
    return bytes(content)


def _is_slacks(address: str, api_url: str) -> bool:
    """Whether the bot's token may be sent there: Slack's own hosts, or the server of the API that is spoken to."""
    parts, api = urlsplit(address), urlsplit(api_url)
    if (parts.scheme, parts.netloc) == (api.scheme, api.netloc):
        return True
    return parts.scheme == "https" and f".{parts.hostname or ''}".endswith(SLACK_HOSTS)


def _address(file: Mapping[str, Any]) -> str:
    found = file.get("url_private_download") or file.get("url_private")
    return found if isinstance(found, str) else ""


def _not_had(name: str) -> BadInput:
    return BadInput("images", "Slack did not hand over “{name}”. Add it again, or try another picture.", name=name)
