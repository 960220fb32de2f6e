"""A person for tests: does in the stand-in Slack what people do, and waits for what they would see.

    async with Person(server.url, ANN) as ann, Person(server.url, BEN) as ben:
        await ann.command("/draft", "tomorrow 9:00 Our shop opens", channel=GENERAL)
        view = await ann.view(having="text")            # waits for the form that has this action_id
        await ann.fill({"text": "Hello", "when": "2026-11-23", "accounts": ["a1", "a2"]})
        await ann.submit()                              # the app's own words beside inputs: raises FormErrors
        card = await ben.message(REVIEW, saying="Hello")
        await ben.press(card, "approve")                # or choose(card, "menu", "hold") for selects and overflows
        note = await ben.ephemeral(REVIEW)
        home = await ann.home()

Whoever acts sets a mark: `view`, `message`, `ephemeral` and `home` give what appeared or changed since the person's
own last act (`reset()` sets the mark by hand, `since_start()` removes it) and wait for it on the stream of changes, up
to `patience` seconds, then raise NotSeen, which says what is there instead. They never poll. What stands there already,
without waiting: `views()`, `messages(channel)`, `shown_home()`.

What Slack's client refuses raises Refused (`code`: unknown_command, no_such_element, invalid_input, operation_timeout,
dispatch_failed, ...; `fields`: words beside inputs, by block id). Values for `fill`: text; an option's value, or a list
of them; a user's or channel's id; "2026-11-23", "09:00", or Unix seconds; file ids from `upload`. Keys are action ids,
or "block_id/action_id" where an action id stands twice.

`Control(server.url)` plays faults and changes the world: `fault("drop_after", on="chat.postMessage")`,
`advance(1800)`, `archive(channel)`, `deactivate(user)`, `revoke()`, `disconnect("refresh_requested")`, `cut()`, ...
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from bot.sandbox.answers import Json
from bot.sandbox.control import Control
from bot.sandbox.line import Line, Refused
from bot.sandbox.shown import Message, View

PATIENCE = 5.0  # seconds to wait for something to appear
T = TypeVar("T")


class FormErrors(Exception):
    """The app answered the submission with words beside inputs: `fields`, by block id. The form stays open."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(str(fields))
        self.fields = fields


class NotSeen(AssertionError):
    """It did not appear in time."""


class Person(Line):
    """One person at the screen. `user` is their id, as in `bot.sandbox.cast`."""

    def __init__(self, server_url: str, user: str, *, patience: float = PATIENCE) -> None:
        super().__init__(server_url)
        self.user = user
        self.patience = patience
        self._mark = 0

    # What they do

    async def command(self, name: str, text: str = "", *, channel: str) -> None:
        """Run a slash command; returns once the app has acked. Raises Refused, also when it did not in time."""
        await self._do("command", command=name, text=text, channel=channel)

    async def shortcut(self, callback_id: str, message: Message | None = None) -> None:
        """Run a shortcut: a global one, or one on a message."""
        place = {"channel": message.channel, "ts": message.ts} if message else {}
        await self._do("shortcut", callback_id=callback_id, **place)

    async def say(
        self, channel: str, text: str, *, thread: Message | None = None, files: list[str] | None = None
    ) -> str:
        """Send a message; returns its ts."""
        told = {"channel": channel, "text": text, "thread_ts": thread.ts if thread else "", "files": files or []}
        return str((await self._do("message", **told))["ts"])

    async def open_home(self, tab: str = "home") -> None:
        """Click on a tab of the app, home or messages; the app is told with app_home_opened."""
        await self._do("open-home", tab=tab)

    async def press(
        self, place: Message | View, action_id: str, *, block_id: str = "", value: Any = None, confirmed: bool = True
    ) -> None:
        """Press a button; the app has acked when this returns. Raises Refused when it is not there or not acked."""
        told = {"action_id": action_id, "block_id": block_id, "value": value, "confirmed": confirmed}
        await self._do("act", **place.address, **told)

    async def choose(self, place: Message | View, action_id: str, value: Any, *, block_id: str = "") -> None:
        """Choose in a select, overflow, date picker, checkboxes or radio buttons."""
        await self.press(place, action_id, block_id=block_id, value=value)

    async def suggestions(self, place: Message | View, action_id: str, query: str, *, block_id: str = "") -> list[Json]:
        """Type into an external select; returns the options that the app offers."""
        told = {"action_id": action_id, "block_id": block_id, "query": query}
        options: list[Json] = (await self._do("suggest", **place.address, **told))["options"]
        return options

    async def fill(self, values: Mapping[str, Any], view: View | Message | None = None) -> None:
        """Enter values into the form on top (or the one given). The app hears of it only at submit."""
        place = view or await self._top()
        await self.post("fill", {"user": self.user, "values": dict(values), **place.address})

    async def submit(self, view: View | None = None) -> None:
        """Submit the form on top. Raises FormErrors for the app's words beside inputs, Refused for Slack's own."""
        done = await self._do("submit", **(view.address if view else {}))
        if done.get("errors"):
            raise FormErrors(done["errors"])

    async def close_view(self, view: View | None = None, *, all_of_them: bool = False) -> None:
        """Close the form on top, or the whole stack."""
        await self._do("close", all=all_of_them, **(view.address if view else {}))

    async def upload(self, name: str, content: bytes) -> str:
        """Choose a file; returns its id, for `fill` of a file input or for `say`."""
        return str((await self.send("upload", content, user=self.user, name=name))["file"])

    # What they wait for

    async def view(self, *, having: str = "", titled: str = "", saying: str = "") -> View:
        """The top form, once it appeared or changed since the last act; with an element, title or text, if asked."""

        async def look() -> View | None:
            stack = await self.views()
            fits = stack and stack[-1].changed_since(self._mark) and stack[-1].fits(having, titled, saying)
            return stack[-1] if fits else None

        return await self.until(look, f"a form {having} {titled} {saying}")

    async def message(self, channel: str, *, saying: str = "", having: str = "") -> Message:
        """The newest message for everybody that appeared or changed in the channel since the last act."""
        return await self._newest(channel, saying, having, only_mine=False)

    async def ephemeral(self, channel: str, *, saying: str = "", having: str = "") -> Message:
        """The newest message that only this person sees, since the last act."""
        return await self._newest(channel, saying, having, only_mine=True)

    async def direct(self, *, saying: str = "", having: str = "") -> Message:
        """The newest direct message from the app since the last act."""

        async def look() -> Message | None:
            for channel in (await self.get("channels", user=self.user))["shown"]:
                if channel["is_im"] and channel["user"] == self.user:
                    found = [m for m in await self.messages(channel["id"]) if m.changed_since(self._mark)]
                    return next((m for m in reversed(found) if m.from_app and m.fits(having, "", saying)), None)
            return None

        return await self.until(look, f"a direct message {saying} {having}")

    async def home(self, *, having: str = "", saying: str = "") -> View:
        """App Home, once it was published since the last act."""

        async def look() -> View | None:
            home = await self.shown_home()
            return home if home and home.changed_since(self._mark) and home.fits(having, "", saying) else None

        return await self.until(look, f"a Home {having} {saying}")

    async def no_view(self) -> None:
        """Wait until no form is open."""

        async def look() -> bool | None:
            return None if await self.views() else True

        await self.until(look, "an empty screen")

    async def until(self, look: Callable[[], Awaitable[T | None]], what: str = "what was waited for") -> T:
        """Ask `look` after each change until it gives something. Raises NotSeen after `patience` seconds."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self.patience
        while True:
            last = int((await self.get("changes"))["last"])
            found = await look()
            if found is not None:
                return found
            left = end - loop.time()
            if left <= 0:
                raise NotSeen(f"{self.user} did not see {what.strip()} within {self.patience} s. {await self._there()}")
            await self.get("changes", after=str(last), wait=str(left))

    # What is there already

    async def views(self) -> list[View]:
        """The open forms, the top one last."""
        return [View(whole) for whole in (await self.get("views", user=self.user))["shown"]]

    async def messages(self, channel: str) -> list[Message]:
        """The channel as this person sees it, oldest first, their own ephemeral messages included."""
        shown = (await self.get("messages", user=self.user, channel=channel))["shown"]
        return [Message(whole) for whole in shown]

    async def ephemerals(self, channel: str) -> list[Message]:
        return [message for message in await self.messages(channel) if message.is_ephemeral]

    async def shown_home(self) -> View | None:
        shown = (await self.get("home", user=self.user))["shown"]
        return View(shown) if shown else None

    async def reset(self) -> None:
        """From now on only what is new counts."""
        self._mark = int((await self.get("changes"))["last"])

    def since_start(self) -> None:
        """Everything since the stand-in's start counts again."""
        self._mark = 0

    async def _do(self, act: str, **told: Any) -> Json:
        await self.reset()
        return await self.post(act, {"user": self.user, **told})

    async def _top(self) -> View:
        stack = await self.views()
        if not stack:
            raise NotSeen(f"{self.user} has no form open.")
        return stack[-1]

    async def _newest(self, channel: str, saying: str, having: str, *, only_mine: bool) -> Message:
        async def look() -> Message | None:
            for message in reversed(await self.messages(channel)):
                new = message.is_ephemeral == only_mine and message.changed_since(self._mark)
                if new and message.fits(having, "", saying):
                    return message
            return None

        kind = "an ephemeral message" if only_mine else "a message"
        return await self.until(look, f"{kind} in {channel} {saying} {having}")

    async def _there(self) -> str:
        stack = await self.views()
        forms = [f"{view.title} ({', '.join(sorted(view.actions))}) {view.problem}" for view in stack]
        return f"Forms open: {forms or 'none'}."


__all__ = ["Control", "FormErrors", "Message", "NotSeen", "Person", "Refused", "View"]
