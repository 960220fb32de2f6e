"""Runs Plaza as a process of its own: `python -m bot.sandbox.plaza --port N` prints one JSON line and serves."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys

from bot.sandbox.plaza.server import serve_plaza
from bot.sandbox.plaza.square import RATE_PER_MINUTE


def main() -> int:
    """Serve until interrupted. Exit code 1 when the port cannot be had."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.sandbox.plaza", description="A social network to try things on."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: any free one)")
    parser.add_argument("--rate", type=int, default=RATE_PER_MINUTE, help="requests a minute per account (%(default)s)")
    asked = parser.parse_args()
    try:
        asyncio.run(_serve(asked.host, asked.port, asked.rate))
    except OSError as error:
        sys.stderr.write(f"Plaza cannot listen on port {asked.port}: {error.strerror}. Choose another with --port.\n")
        return 1
    return 0


async def _serve(host: str, port: int, rate: int) -> None:
    asked_to_stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, asked_to_stop.set)
    plaza = await serve_plaza(host, port, rate_per_minute=rate)
    sys.stdout.write(json.dumps({"url": plaza.url, "tokens": plaza.tokens}) + "\n")
    sys.stdout.flush()
    await asked_to_stop.wait()
    await plaza.close()


if __name__ == "__main__":
    sys.exit(main())
