"""The README tells the truth: its diagram is the table of states, its commands exist."""

from __future__ import annotations

import re
from pathlib import Path

from bot.rules.news import HEARS, Listener
from bot.rules.posts import DELIVERY_STEPS, ENDED, POST_STEPS, TITLES, Post

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
ARROW = re.compile(r"^ *(\w+) --> (\w+): (.+)$", re.MULTILINE)
ROW = re.compile(r"^\| ([a-z ]+) \| (.+) \| (.+) \|$", re.MULTILINE)
TOLD = {
    Listener.CARD: "card",
    Listener.THREAD: "thread",
    Listener.AUTHOR: "author",
    Listener.MANAGERS: "who installed",
    Listener.MISSED: "one card for all",
}
"""How the table of states names who hears; every Home tab hears besides."""
END = re.compile(r"^ *(\w+) --> \[\*\]$", re.MULTILINE)


def test_the_diagram_is_the_table_of_states() -> None:
    drawn = {(start, step, end) for start, end, steps in ARROW.findall(README) for step in steps.split(", ")}
    posts = {(start.value, step.value, end.value) for (start, step), end in POST_STEPS.items()}
    deliveries = {(f"d_{start.value}", step.value, f"d_{end.value}") for (start, step), end in DELIVERY_STEPS.items()}
    assert drawn == posts | deliveries


def test_the_diagram_ends_where_the_table_does() -> None:
    assert set(END.findall(README)) == {state.value for state in ENDED} | {"d_published", "d_cancelled"}


def test_the_table_of_states_names_each_and_who_hears_of_it() -> None:
    rows = {state: told for state, _, told in ROW.findall(README) if state != "state"}
    assert list(rows) == [TITLES[state].lower() for state in Post]
    silent = {
        (state.value, listener.value)
        for state, listeners in HEARS.items()
        for listener in listeners - {Listener.HOME}
        if TOLD[listener] not in rows[TITLES[state].lower()]
    }
    assert silent == set()


def test_every_make_command_it_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)`|^make ([a-z-]+)$", README, re.MULTILINE))
    named = {one or other for one, other in re.findall(r"`make ([a-z-]+)`|^make ([a-z-]+)$", README, re.MULTILINE)}
    assert named <= targets


def test_every_picture_it_shows_is_there() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert all((ROOT / picture).is_file() for picture in pictures)


def test_every_file_it_points_to_is_there() -> None:
    links = [link for link in re.findall(r"(?<!!)\[[^\]]+\]\(([^)#]+)\)", README) if "://" not in link]
    assert links
    assert all((ROOT / link).exists() for link in links)
