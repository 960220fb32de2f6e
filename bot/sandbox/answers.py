"""How the stand-in refuses: Slack's own error codes to the app, and plain sentences to a person at the page."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class Refusal(Exception):
    """A Web API call is refused: `code` is Slack's error code, `extra` what Slack adds beside it."""

    def __init__(self, code: str, *, status: int = 200, headers: dict[str, str] | None = None, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.headers = headers or {}
        self.extra = extra

    def as_json(self) -> Json:
        return {"ok": False, "error": self.code, **self.extra}


class ClientError(Exception):
    """Slack's client would not let this person do that; the app never hears of it.

    `code` is for tests, `sentence` is what the person reads, `fields` maps block ids to the words beside them.
    """

    def __init__(self, code: str, sentence: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.fields = fields or {}

    def as_json(self) -> Json:
        return {"ok": False, "error": self.code, "sentence": self.sentence, "fields": self.fields}


def invalid(code: str, faults: list[str]) -> Refusal:
    """The refusal of malformed blocks or views; each fault ends in its JSON pointer."""
    messages = [f"[ERROR] {fault}" for fault in faults]
    return Refusal(code, errors=faults, response_metadata={"messages": messages})
