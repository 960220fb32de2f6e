"""What each person has open: the stack of forms, App Home, and what was typed into messages."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.answers import Json, Refusal
from bot.sandbox.ids import new_id, short_id
from bot.sandbox.inputs import Typed, elements, state_values
from bot.sandbox.workspace import Workspace

DEEPEST_STACK = 3  # views: one opened, two pushed; https://docs.slack.dev/surfaces/modals

# what a view carries besides its blocks, with the value that Slack answers when the app left it out
FIELDS: dict[str, Any] = {
    "type": "modal",
    "title": None,
    "close": None,
    "submit": None,
    "callback_id": "",
    "private_metadata": "",
    "external_id": "",
    "clear_on_close": False,
    "notify_on_close": False,
    "submit_disabled": False,
}


@dataclass
class View:
    """One view on one person's screen. `content` is what the app sent; `typed` what the person entered since."""

    id: str
    user: str
    content: Json
    previous: str = ""
    root: str = ""
    hash: str = ""
    channel: str = ""
    typed: Typed = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    changed: int = 0  # the number of its last change

    @property
    def blocks(self) -> list[Json]:
        blocks: list[Json] = self.content["blocks"]
        return blocks

    def replace(self, content: Json) -> None:
        """Show something else. What was typed stays where block and action are still there, as in Slack."""
        self.content = content
        self.hash = new_hash()
        self.errors, self.problem = {}, ""
        there = {(placed.block_id, placed.action_id) for placed in elements(self.blocks)}
        self.typed = {
            block: kept
            for block, entries in self.typed.items()
            if (kept := {action: entry for action, entry in entries.items() if (block, action) in there})
        }

    def as_json(self, workspace: Workspace) -> Json:
        fields = {name: self.content.get(name, default) for name, default in FIELDS.items()}
        return fields | {
            "id": self.id,
            "team_id": workspace.team,
            "blocks": self.blocks,
            "state": {"values": state_values(self.blocks, self.typed)},
            "hash": self.hash,
            "previous_view_id": self.previous or None,
            "root_view_id": self.root or self.id,
            "app_id": workspace.app.id,
            "app_installed_team_id": workspace.team,
            "bot_id": workspace.app.bot_id,
        }


@dataclass
class Screens:
    """Everybody's open views. `stacks` holds the forms of each person, the top one last."""

    stacks: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    typed: dict[tuple[str, str, str], Typed] = field(default_factory=dict)  # (person, channel, ts)
    offered: dict[tuple[str, str, str], list[Json]] = field(default_factory=dict)  # (person, place, action id)

    def top(self, user: str) -> View | None:
        stack = self.stacks.get(user)
        return stack[-1] if stack else None

    def everything(self) -> list[View]:
        return [*(view for stack in self.stacks.values() for view in stack), *self.homes.values()]

    def find(self, view_id: str = "", external_id: str = "") -> View | None:
        for view in self.everything():
            if (view_id and view.id == view_id) or (external_id and view.content.get("external_id") == external_id):
                return view
        return None

    def require_free(self, content: Json, instead_of: View | None = None) -> None:
        """An external id is unique in the whole team, Home tabs included."""
        external = content.get("external_id")
        taken = self.find(external_id=external) if external else None
        if taken and taken is not instead_of:
            raise Refusal("duplicate_external_id")

    def open(self, user: str, content: Json) -> View:
        """A new stack; an older one of the same person goes, for Slack shows one stack at a time."""
        self.require_free(content)
        view = View(new_id("V"), user, content, hash=new_hash())
        self.stacks[user] = [view]
        return view

    def push(self, user: str, content: Json) -> View:
        """One more view on top. Raises Refusal push_limit_reached on the fourth."""
        stack = self.stacks.setdefault(user, [])
        if len(stack) >= DEEPEST_STACK:
            raise Refusal("push_limit_reached")
        self.require_free(content)
        root = stack[0].root or stack[0].id if stack else ""
        view = View(new_id("V"), user, content, stack[-1].id if stack else "", root, new_hash())
        stack.append(view)
        return view

    def close(self, view: View, *, whole_stack: bool = False) -> None:
        stack = self.stacks.get(view.user, [])
        if whole_stack:
            stack.clear()
        elif view in stack:
            stack.remove(view)

    def publish(self, user: str, content: Json) -> View:
        home = self.homes.get(user)
        self.require_free(content, instead_of=home)
        if home is None:
            home = self.homes[user] = View(new_id("V"), user, content, hash=new_hash())
        else:
            home.replace(content)
        return home


def new_hash() -> str:
    return f"{int(time.time())}.{short_id()}"
