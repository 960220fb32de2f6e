"""Runs the stand-in Slack as a process of its own and prints where it is."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.sandbox.cast import default_workspace
from bot.sandbox.server import serve_slack


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until it is told to stop; the first line printed is a JSON object with addresses and tokens."""
    asyncio.run(_serve(_parse(arguments)))


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description="A stand-in for Slack.")
    parser.add_argument("--port", type=int, default=0, help="the port to listen on; 0 picks a free one")
    parser.add_argument("--events-url", default="", help="deliver over HTTP to this address, not by Socket Mode")
    parser.add_argument("--plaza-url", default="", help="the stand-in network's address, for a link on the page")
    parser.add_argument("--manifest", type=Path, help="the app's manifest as JSON: its commands, scopes and events")
    return parser.parse_args(arguments)


async def _serve(chosen: argparse.Namespace) -> None:
    manifest = json.loads(chosen.manifest.read_text(encoding="utf-8")) if chosen.manifest else None
    workspace = default_workspace(manifest)
    server = await serve_slack(
        port=chosen.port, workspace=workspace, events_url=chosen.events_url, plaza_url=chosen.plaza_url
    )
    print(json.dumps(server.addresses()), flush=True)  # noqa: T201 - this line is what the process is asked for
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await stop.wait()
    await server.close()


if __name__ == "__main__":
    main(sys.argv[1:])
