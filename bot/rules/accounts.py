"""What an account is called wherever people read of it."""

from __future__ import annotations

from bot.rules.escaping import one_line

HANDLE_CHARACTERS = 60


def account_name(handle: str, network: str) -> str:
    """`ourshop (Bluesky)`, as people tell accounts apart; `network` is the network's name."""
    return f"{one_line(handle, HANDLE_CHARACTERS)} ({network_title(network)})"


def network_title(network: str) -> str:
    """A network as people write it. The rules know no adapter, so a test holds this to what each adapter says."""
    return network.capitalize()
