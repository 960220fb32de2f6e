"""Every error that Trellis raises on purpose. It decides nothing and formats nothing for Slack.

TrellisError
├── Refused            a person reads it: a full sentence that says what to do
│   ├── BadInput       what was typed cannot be used; names the field, so that a form can show it there
│   ├── NotAllowed     the right is missing; the sentence names who has it
│   ├── Stale          somebody, or another version, was first; the sentence says who and when
│   └── NotFound       the thing is not there, or not in this person's scope (never told apart)
├── NetworkError       what a social network's adapter may raise; the publisher acts on the kind alone
│   ├── Retryable      nothing was created, and the same request may work later
│   ├── Ambiguous      the request may have been carried out: ask the network, never repeat
│   ├── Reconnect      the account's credentials no longer work; a person must connect it again
│   ├── BadContent     the network will never take this content
│   ├── Quota          nothing was created; nothing will be until `until`
│   └── Misconfigured  the operator must mend something (app not approved, billing, server address)
└── Faults             settings or set-up are wrong; every fault at once, each with its mend
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


class Mrkdwn(str):
    """Text that is Slack markup already (a mention): shown as it is, where every other value is escaped."""


class TrellisError(Exception):
    """The root: whatever is raised on purpose."""


class Refused(TrellisError):
    """A person reads this. `template` is the English sentence with `{names}`; `values` fill it in.

    The two are kept apart so that an edge can translate the sentence and escape the values.
    """

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template, values)
        self.template = template
        self.values = values

    def __str__(self) -> str:
        return self.template.format(**self.values)


class BadInput(Refused):
    """What was typed cannot be used. `field` is the name of the form's field it came from."""

    def __init__(self, field: str, template: str, **values: object) -> None:
        super().__init__(template, **values)
        self.field = field


class NotAllowed(Refused):
    """The person lacks the right to do this."""


class Stale(Refused):
    """The thing has changed since the person looked at it; what they typed is kept."""


class NotFound(Refused):
    """There is no such thing within the person's scope."""


class NetworkError(TrellisError):
    """A social network did not do what was asked. The text is for people: short, plain, without secrets."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Retryable(NetworkError):
    """Proved: nothing was created. `after` is the network's own wish in seconds, where it told one."""

    def __init__(self, sentence: str, after: float | None = None) -> None:
        super().__init__(sentence)
        self.after = after


class Ambiguous(NetworkError):
    """The request left and its outcome is unknown."""


class Reconnect(NetworkError):
    """The credentials were refused."""


class BadContent(NetworkError):
    """Refused for what it says or carries; trying again cannot help."""


class Quota(NetworkError):
    """Proved: nothing was created, and the account may not create before `until` (aware UTC)."""

    def __init__(self, sentence: str, until: datetime) -> None:
        super().__init__(sentence)
        self.until = until


class Misconfigured(NetworkError):
    """Only the operator can mend this."""


@dataclass(frozen=True)
class SetupFault:
    """One thing that is wrong with the installation: its short name, what is wrong, and how to mend it."""

    name: str
    wrong: str
    mend: str

    def __str__(self) -> str:
        return f"{self.name}: {self.wrong} {self.mend}"


class Faults(TrellisError):
    """All that is wrong with the settings or the set-up, named in one message."""

    def __init__(self, faults: Sequence[SetupFault]) -> None:
        super().__init__("\n".join(f"- {fault}" for fault in faults))
        self.faults = tuple(faults)
