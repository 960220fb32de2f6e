"""The workspace itself: who and what is in it. It holds and finds; it checks no permission and sends nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.sandbox.answers import Json
from bot.sandbox.ids import new_id
from bot.sandbox.records import Channel, File, Message, User, UserGroup


@dataclass
class InstalledApp:
    """The app as this workspace knows it. `None` for commands, shortcuts or events allows any."""

    id: str
    bot_user: str
    bot_id: str
    name: str
    scopes: frozenset[str]
    commands: dict[str, Json] | None = None
    shortcuts: dict[str, Json] | None = None
    events: frozenset[str] | None = None
    home_tab: bool = True
    messages_tab: bool = True  # whether people may write to the app


@dataclass
class Workspace:
    """One team's rooms and people, with the app installed in it."""

    team: str
    name: str
    domain: str
    app: InstalledApp
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    messages: dict[str, list[Message]] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    groups: dict[str, UserGroup] = field(default_factory=dict)

    def in_channel(self, channel: str) -> list[Message]:
        """All messages of a channel, ephemeral ones among them, oldest first."""
        return self.messages.setdefault(channel, [])

    def message(self, channel: str, ts: str) -> Message | None:
        return next((m for m in self.in_channel(channel) if m.ts == ts), None)

    def keep(self, message: Message) -> None:
        self.in_channel(message.channel).append(message)

    def drop(self, message: Message) -> None:
        self.in_channel(message.channel).remove(message)

    def direct(self, user: str) -> Channel:
        """The direct message between the app and a person; made when first asked for."""
        for channel in self.channels.values():
            if channel.partner == user:
                return channel
        made = Channel(new_id("D"), "", self.app.bot_user, {user, self.app.bot_user}, partner=user)
        self.channels[made.id] = made
        return made

    def may_see(self, user: str, channel: Channel) -> bool:
        """A person sees the channels they are in, and the public ones of their own team."""
        person = self.users[user]
        return user in channel.members or (person.team == self.team and not channel.is_private and not channel.partner)
