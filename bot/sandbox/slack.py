"""The stand-in as a whole: the workspace, its clock, what is open on whose screen, and the way to the app."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

from bot.sandbox.answers import Json, Refusal
from bot.sandbox.changes import Changes
from bot.sandbox.clock import Clock
from bot.sandbox.delivery import ACK_SECONDS, Post
from bot.sandbox.faults import Faults
from bot.sandbox.ids import new_id, short_id
from bot.sandbox.inputs import inner_blocks, inner_elements
from bot.sandbox.rates import Rates
from bot.sandbox.records import Message
from bot.sandbox.screens import Screens, View
from bot.sandbox.socket_mode import SocketMode
from bot.sandbox.tickets import ResponseUrls, Triggers
from bot.sandbox.workspace import Workspace


@dataclass
class Tokens:
    """The secrets of this stand-in, made anew for each start."""

    bot: str
    app: str
    signing_secret: str
    revoked: bool = False


@dataclass
class Slack:
    """Everything that a request or a person's act is lent."""

    workspace: Workspace
    tokens: Tokens
    clock: Clock
    changes: Changes
    faults: Faults
    rates: Rates
    socket_mode: SocketMode
    post: Post
    screens: Screens
    triggers: Triggers
    response_urls: ResponseUrls
    uploads: dict[str, Json] = field(default_factory=dict)  # upload ticket -> what was announced
    ack_seconds: float = ACK_SECONDS
    base: str = ""  # the address under which this server is reached
    plaza: str = ""  # the address of the stand-in network, for a link on the page
    closing: bool = False  # long requests end when it is set

    def say(self, message: Message) -> Message:
        """Put a message into its channel, tell the screens, and tell the app what it subscribed to."""
        self.workspace.keep(message)
        self.note_message("ephemeral" if message.only_for else "message", message)
        self._tell_of(message)
        return message

    def note_message(self, kind: str, message: Message) -> None:
        """Tell the screens that something is different about a message."""
        only = message.only_for or None
        message.changed = self.changes.add(kind, channel=message.channel, ts=message.ts, user=only)

    def note_view(self, kind: str, view: View) -> None:
        """Tell the screens that something is different about a view; of a closed one, the one below shows again."""
        view.changed = self.changes.add(kind, user=view.user, view=view.id)
        top = self.screens.top(view.user)
        if top and kind == "view_closed":
            top.changed = view.changed

    def event(self, inner: Json, *, channel: str = "") -> None:
        """Send an event to the app, if it subscribed to this kind."""
        app = self.workspace.app
        if app.events is not None and _subscription(inner, self.workspace, channel) not in app.events:
            return
        shared = bool(channel) and self.workspace.channels[channel].is_ext_shared
        self.post.tell(
            {
                "token": "unused",
                "team_id": self.workspace.team,
                "context_team_id": self.workspace.team,
                "context_enterprise_id": None,
                "api_app_id": app.id,
                "event": {"event_ts": self.clock.stamp(), **inner},
                "type": "event_callback",
                "event_id": new_id("Ev"),
                "event_time": int(self.clock.now()),
                "authorizations": [
                    {
                        "enterprise_id": None,
                        "team_id": self.workspace.team,
                        "user_id": app.bot_user,
                        "is_bot": True,
                        "is_enterprise_install": False,
                    }
                ],
                "is_ext_shared_channel": shared,
            }
        )

    def _tell_of(self, message: Message) -> None:
        """The app hears of what is said where it is a member, its own messages included, and of mentions."""
        channel, bot = self.workspace.channels[message.channel], self.workspace.app.bot_user
        if message.only_for or bot not in channel.members:
            return
        kind = "im" if channel.partner else "group" if channel.is_private else "channel"
        event = message.as_json() | {"channel": channel.id, "channel_type": kind}
        self.event(event, channel=channel.id)
        if f"<@{bot}" in message.text and not channel.partner and message.user != bot:
            self.event(event | {"type": "app_mention"}, channel=channel.id)


def _subscription(inner: Json, workspace: Workspace, channel: str) -> str:
    """The name under which an app subscribes to this event: `message` is told apart by the kind of channel."""
    if inner["type"] != "message":
        return str(inner["type"])
    place = workspace.channels[channel]
    if place.partner:
        return "message.im"
    return "message.groups" if place.is_private else "message.channels"


def named(blocks: list[Json]) -> list[Json]:
    """The blocks with names for those that came without, as Slack answers them; else exactly as sent."""
    named_blocks = copy.deepcopy(blocks)
    _name(named_blocks)
    return named_blocks


def _name(blocks: list[Json]) -> None:
    for block in blocks:
        block.setdefault("block_id", short_id())
        for element in inner_elements(block):
            if element.get("type") in INTERACTIVE:
                element.setdefault("action_id", short_id())
        _name(inner_blocks(block))


INTERACTIVE = frozenset(
    [
        "button",
        "checkboxes",
        "channels_select",
        "conversations_select",
        "datepicker",
        "datetimepicker",
        "email_text_input",
        "external_select",
        "feedback_buttons",
        "file_input",
        "icon_button",
        "multi_channels_select",
        "multi_conversations_select",
        "multi_external_select",
        "multi_static_select",
        "multi_users_select",
        "number_input",
        "overflow",
        "plain_text_input",
        "radio_buttons",
        "rich_text_input",
        "static_select",
        "timepicker",
        "url_text_input",
        "users_select",
        "workflow_button",
    ]
)


def known_user(slack: Slack, user: str) -> str:
    """The id, if there is such a person. Raises Refusal user_not_found."""
    if user not in slack.workspace.users:
        raise Refusal("user_not_found")
    return user
