"""What the handlers register: one dictionary for each kind of request that Slack sends, in Bolt's own words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bot.blocks.surfaces import Message
from bot.desk import Desk
from bot.flows.outbox import Letter
from bot.handlers._ask import Ask
from bot.handlers._payload import Kind

Handler = Callable[[Ask], Awaitable[None]]

Renderer = Callable[[Desk, Letter], Awaitable[Message | None]]
"""Says a letter in words that are true now; None: there is nothing to say any more."""
HomeRenderer = Callable[[Desk, Letter], Awaitable[dict[str, Any]]]
"""The Home tab (`blocks.surfaces.home`) of the person in `letter.place`."""


@dataclass(frozen=True)
class Entry:
    """A handler, and whether Slack hears that all is well before it runs."""

    handler: Handler
    ack_first: bool


@dataclass(frozen=True)
class Registered:
    """The names of everything that is handled, as the manifest must know them."""

    commands: frozenset[str]
    actions: frozenset[str]
    views: frozenset[str]
    shortcuts: frozenset[str]
    events: frozenset[str]


@dataclass(frozen=True)
class On:
    """Lent to each module's `register(on)`: `on.command("/draft")(draft)`."""

    entries: dict[tuple[Kind, str], Entry] = field(default_factory=dict)
    topics: dict[str, Renderer] = field(default_factory=dict)
    homes: list[HomeRenderer] = field(default_factory=list)

    def command(self, name: str) -> Callable[[Handler], Handler]:
        """A slash command, with its slash. It is acked before the handler runs."""
        return self._take(Kind.COMMAND, name, ack_first=True)

    def shortcut(self, callback: str) -> Callable[[Handler], Handler]:
        """A global or message shortcut. It is acked before the handler runs."""
        return self._take(Kind.SHORTCUT, callback, ack_first=True)

    def action(self, name: str, *, ack_first: bool = False) -> Callable[[Handler], Handler]:
        """A button, a menu, or a choice of an overflow menu (`approve`, whatever follows a `#` in its `action_id`).

        `ack_first` is for those that open a form; a decision is acked when its flow has committed.
        """
        return self._take(Kind.ACTION, name, ack_first=ack_first)

    def view(self, callback: str) -> Callable[[Handler], Handler]:
        """A form that was handed in. Unless the handler acks otherwise, it closes when the handler ends."""
        return self._take(Kind.VIEW, callback)

    def closed(self, callback: str) -> Callable[[Handler], Handler]:
        """A form that was closed without handing it in."""
        return self._take(Kind.CLOSED, callback, ack_first=True)

    def options(self, action: str) -> Callable[[Handler], Handler]:
        """A menu that asks for its choices; answer with `ask.ack_options`."""
        return self._take(Kind.OPTIONS, action)

    def event(self, kind: str) -> Callable[[Handler], Handler]:
        """An event. It is kept before Slack hears so, and run again until the handler has ended once without error."""
        return self._take(Kind.EVENT, kind, ack_first=True)

    def topic(self, name: str) -> Callable[[Renderer], Renderer]:
        """How letters of this topic (`flows.outbox.tell`) are put in words."""
        return self._say(name)

    def card(self, subject: str) -> Callable[[Renderer], Renderer]:
        """How the cards of this subject (`flows.outbox.show`) look now."""
        return self._say(f"card:{subject}")

    def home(self, render: HomeRenderer) -> HomeRenderer:
        """How everybody's Home tab looks (`flows.outbox.publish_home`)."""
        if self.homes:
            raise ValueError("the Home tab is rendered in two places")
        self.homes.append(render)
        return render

    def find(self, kind: Kind, name: str) -> Entry | None:
        """The handler of a request, if there is one."""
        return self.entries.get((kind, name))

    def registered(self) -> Registered:
        """All names, by kind."""

        def names(*kinds: Kind) -> frozenset[str]:
            return frozenset(name for kind, name in self.entries if kind in kinds)

        return Registered(
            commands=names(Kind.COMMAND),
            actions=names(Kind.ACTION, Kind.OPTIONS),
            views=names(Kind.VIEW, Kind.CLOSED),
            shortcuts=names(Kind.SHORTCUT),
            events=names(Kind.EVENT),
        )

    def _take(self, kind: Kind, name: str, *, ack_first: bool = False) -> Callable[[Handler], Handler]:
        def keep(handler: Handler) -> Handler:
            if (kind, name) in self.entries:
                raise ValueError(f"the {kind} {name} is handled in two places")
            self.entries[kind, name] = Entry(handler, ack_first)
            return handler

        return keep

    def _say(self, topic: str) -> Callable[[Renderer], Renderer]:
        def keep(renderer: Renderer) -> Renderer:
            if topic in self.topics:
                raise ValueError(f"{topic} is put in words in two places")
            self.topics[topic] = renderer
            return renderer

        return keep
