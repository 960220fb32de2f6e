"""Secrets at rest: the locker that encrypts them. It stores nothing and never logs what it holds."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.errors import Faults, SetupFault

KEY_FILE = "secret.key"
"""Its name in the data folder. A backup takes the database and leaves this file out."""


class Locker:
    """Encrypts small mappings. The first key encrypts; every key decrypts, so keys can be rotated."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = tuple(keys)
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise Faults(
                [
                    SetupFault(
                        name="secret key",
                        wrong="TRELLIS_SECRET_KEY is not a key.",
                        mend="Make one with `python -m bot key` and set it; without the old key, accounts must be "
                        "connected again.",
                    )
                ]
            ) from None

    def lock(self, secret: Mapping[str, str]) -> str:
        """The encrypted form, as text."""
        return self._fernet.encrypt(json.dumps(dict(secret)).encode()).decode()

    def unlock(self, locked: str) -> dict[str, str]:
        """What was locked; an empty dict for an empty text. Raises Faults when no key fits."""
        if not locked:
            return {}
        try:
            opened: dict[str, str] = json.loads(self._fernet.decrypt(locked.encode()))
        except InvalidToken:
            raise Faults(
                [
                    SetupFault(
                        name="secret key",
                        wrong="The secret key is not the one that the accounts' credentials were encrypted with.",
                        mend="Set TRELLIS_SECRET_KEY to the former key, or connect the accounts again.",
                    )
                ]
            ) from None
        return opened

    def sign(self, claim: bytes) -> str:
        """40 hex digits that only the holder of the first key can make for this claim. Nothing is encrypted by it."""
        return _signed(self._keys[0], claim)

    def has_signed(self, claim: bytes, signature: str) -> bool:
        """Whether one of the keys signed the claim, compared in a time that tells nothing."""
        given = signature.encode()
        return any(hmac.compare_digest(_signed(key, claim).encode(), given) for key in self._keys)

    @staticmethod
    def new_key() -> str:
        """A fresh key (32 random bytes, URL-safe base64)."""
        return Fernet.generate_key().decode()


def _signed(key: str, claim: bytes) -> str:
    own = hmac.digest(key.encode(), b"trellis signatures", hashlib.sha256)  # a key that encrypts should sign nothing
    return hmac.new(own, claim, hashlib.sha256).hexdigest()[:40]


def open_folder(folder: Path) -> None:
    """Make the data folder, for its owner alone. Raises Faults when it cannot be had."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        wrong = f"The folder {folder} cannot be used: {error.strerror}."
        raise Faults([SetupFault("TRELLIS_DATA", wrong, "Set it to a folder that Trellis may write to.")]) from None


def kept_key(folder: Path) -> str:
    """The key kept in this folder; made when there is none, readable by its owner alone."""
    path = folder / KEY_FILE
    if not path.exists():
        _make(path)
    return path.read_text(encoding="ascii").strip()


def _make(path: Path) -> None:
    """Written whole under another name first, so that no other process reads half a key; the first one's stays."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{Locker.new_key()}\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)
