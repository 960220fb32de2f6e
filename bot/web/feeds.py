"""Writes somebody's calendar feed as iCalendar (RFC 5545). It opens for nobody without the person's own address."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from icalendar import Calendar, Event, vDuration

from bot.desk import EVERYWHERE, Desk
from bot.flows import feeds
from bot.flows.feeds import FeedPage
from bot.rules.calendar_pages import Planned
from bot.rules.feeds import LASTS, parts
from bot.rules.posts import TITLES, Post
from bot.web.feed import Feed
from bot.words import plain, read_by

ASK_AGAIN = timedelta(minutes=15)
"""How often a program may well ask; most ask far less often, whatever is written here."""

KEPT = 8
"""Feeds kept in memory, by workspace and language; the largest has some 300 kB."""

_FIRM = frozenset({Post.APPROVED, Post.SCHEDULED, Post.PUBLISHING, Post.PUBLISHED, Post.PARTLY_PUBLISHED})
_OFF = frozenset({Post.REJECTED, Post.CANCELLED})


@dataclass
class Copies:
    """The feeds that were written last: a team's programs ask for the same one again and again, and a thousand events
    take half a second to write. Written off the event loop, where people wait for their clicks."""

    kept: dict[tuple[str, str], tuple[FeedPage, bytes]] = field(default_factory=dict)

    async def written(self, page: FeedPage, locale: str) -> bytes:
        """The feed's bytes, in a language."""
        place = (page.workspace, locale)
        if place in self.kept and self.kept[place][0] == page:
            return self.kept[place][1]
        with read_by(locale):
            body = await asyncio.to_thread(written, page)
        if len(self.kept) >= KEPT:
            self.kept.pop(next(iter(self.kept)))
        self.kept[place] = (page, body)
        return body


def open_feed(desk: Desk) -> Feed:
    """What the web side asks for a token's calendar (`bot.web.serve_web(feed=…)`)."""
    copies = Copies()

    async def feed(token: str) -> bytes | None:
        row, signature = parts(token)
        owner = await desk.read(feeds.owner, EVERYWHERE, row)
        if owner is None or not desk.locker.has_signed(owner.claim, signature):
            return None
        page = await desk.read(feeds.feed, owner.scope, now=desk.now())
        return await copies.written(page, owner.locale)

    return feed


def written(page: FeedPage) -> bytes:
    """The feed as a calendar program reads it; the same bytes as long as nothing in it changes."""
    calendar = Calendar()
    calendar.add("prodid", "-//Trellis//Calendar feed//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Trellis")
    calendar.add("refresh-interval", vDuration(ASK_AGAIN), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(ASK_AGAIN))
    for post in page.posts:
        calendar.add_component(_event(post, page))
    body: bytes = calendar.to_ical()
    return body


def _event(post: Planned, page: FeedPage) -> Event:
    if post.at is None:
        raise LookupError(f"post {post.id} has no time")
    event = Event()
    event.add("uid", f"post-{post.id}.{page.workspace}@trellis")
    event.add("sequence", post.revision)
    event.add("dtstamp", post.changed_at)
    event.add("last-modified", post.changed_at)
    event.add("dtstart", post.at)
    event.add("dtend", post.at + LASTS)
    event.add("summary", plain("[{state}] {client}: {title}", **_said(post, page)))
    event.add("description", plain("{state}\n{accounts}\nBy {author}", **_said(post, page)))
    event.add("status", _firmness(post.state))
    event.add("transp", "TRANSPARENT")  # a post does not keep its reader busy
    return event


def _said(post: Planned, page: FeedPage) -> dict[str, str]:
    accounts = [page.accounts[one].name for one in post.accounts if one in page.accounts]
    return {
        "state": plain(TITLES[post.state]),
        "client": page.clients[post.client_id].name,
        "title": post.title,
        "accounts": ", ".join(accounts),
        "author": page.authors.get(post.author, post.author),
    }


def _firmness(state: Post) -> str:
    if state in _OFF:
        return "CANCELLED"
    return "CONFIRMED" if state in _FIRM else "TENTATIVE"
