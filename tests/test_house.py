"""Holds the house to its plan: who may import whom, who may write a status, how long a function may be."""

from __future__ import annotations

import ast
import re
import statistics
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.house import ROOT, Module, committed_files, layer_of, modules

# What every edge is lent: flows to call and the scope they want, values to show, words to say, Slack, a place to log.
EDGE = {"flows", "blocks", "desk", "rules", "store.scope", "words", "slack", "logs", "metrics"}

# The command line puts the house together.
COMMAND_LINE = EDGE | {"app", "handlers", "loops", "scheduler", "web", "sandbox", "opening", "connecting", "manifest"}
COMMAND_LINE |= {"settings", "bells", "locker", "store"}

# Who may import whom. Everybody may import itself, the errors and the version in `bot`.
ARROWS: dict[str, set[str]] = {
    "__main__": COMMAND_LINE | {"commands", "doctor"},
    "commands": COMMAND_LINE,
    "doctor": {"flows", "store", "desk", "settings", "opening", "manifest", "locker", "rules", "slack"},
    "opening": {"desk", "flows", "store", "networks", "settings", "bells", "locker", "sessions", "slack"},
    "connecting": {"desk", "flows", "networks", "rules", "store.tables"},
    "media": {"desk", "flows", "rules", "slack"},
    "sessions": {"store", "locker"},
    "manifest": set(),
    "metrics": set(),
    "app": {"handlers", "desk", "slack", "words", "logs"},
    "scheduler": EDGE | {"loops", "bells"},
    "handlers": EDGE | {"media", "connecting"},
    "loops": EDGE | {"bells"},
    "web": EDGE | {"manifest"},
    "desk": {"store", "networks", "settings", "rules", "bells", "locker", "slack", "logs"},
    "bells": {"store"},
    "slack": set(),
    "words": {"rules"},
    "logs": set(),
    "locker": set(),
    "flows": {"store", "rules"},
    "store": {"rules"},
    "blocks": {"rules", "words", "store.tables"},
    "networks": {"rules"},
    "rules": set(),
    "settings": {"locker"},
    "errors": set(),
    "sandbox": set(),
    "": set(),
}
FREE = {"", "errors"}

# What a rule may use beside the standard library: libraries that only compute. Pillow is imported where an image is
# opened, since it takes 40 ms, and only in `rules/images.py`.
PURE_LIBRARIES = {"emoji", "regex"}
PURE_IN_ONE_PLACE = {"bot.rules.images": {"PIL"}}

# Modules of the standard library that reach out of the process, which a rule may not.
IMPURE = {"asyncio", "http", "logging", "os", "random", "shutil", "socket", "sqlite3", "subprocess", "tempfile"}
IMPURE |= {"threading", "time", "urllib.request"}

SLACK = {"slack_bolt", "slack_sdk"}
WIRES = {"aiohttp", "httpx", "httpx_aiohttp", "requests", "websockets"}
TABLES = {"alembic", "psycopg", "sqlalchemy", "sqlite3", "sqlmodel"}
BARRED: dict[str, set[str]] = {
    "flows": SLACK | WIRES | {"apscheduler", "asyncio"},
    "store": SLACK | WIRES | {"apscheduler"},
    "blocks": SLACK | WIRES | TABLES | {"apscheduler", "asyncio"},
    "networks": SLACK | TABLES | {"apscheduler"},
    "handlers": WIRES | TABLES,
    "loops": TABLES,
    "web": TABLES,
    "scheduler": SLACK | WIRES | TABLES,
}

# `now` is an argument: of these layers none may look at a clock. (The sandbox is a place of its own, with its own.)
WITHOUT_A_CLOCK = {"rules", "flows", "store", "blocks", "handlers", "loops", "networks", "web", "scheduler", "app"}
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}

STATUS_WRITER = "bot.store.states"
STATUS_IN_SQL = re.compile(r"\bset\b[^;]*?\bstatus\s*=", re.IGNORECASE | re.DOTALL)

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
MEDIAN_FUNCTION = 12  # aimed at 10
SOURCE = {".py", ".js", ".mjs", ".ts", ".css", ".html", ".sh"}

# In two halves, so that this file does not hold what it looks for.
INDEX_HOSTS = ("pypi" + ".org", "python" + "hosted", "registry." + "npmjs", "registry." + "yarnpkg")
MACHINE_PATHS = ("/work" + "/", "/opt" + "/pypi", "/opt" + "/wheels", "/root" + "/", "/home" + "/")

# What monkeypatch may do in a test: change what lies outside of the house.
MONKEYPATCH = {"setenv", "delenv", "chdir"}

HOUSE = modules("bot")
HISTORY = ROOT / "bot" / "store" / "migrations" / "versions"  # written by Alembic, as long as the schema is
TESTS = modules("tests")


def test_every_import_follows_an_arrow_of_the_plan() -> None:
    assert _none(
        f"{module.at(line)}: {module.layer or 'bot'} imports {name}"
        for module in HOUSE
        for line, name in module.imports()
        if name.split(".")[0] == "bot" and not _allowed(module.layer, name)
    )


def test_every_part_of_the_house_is_in_the_plan() -> None:
    assert {module.layer for module in HOUSE} <= ARROWS.keys()


def test_rules_use_only_the_standard_library_and_pure_libraries() -> None:
    assert _none(
        f"{module.at(line)}: a rule imports {name}"
        for module in HOUSE
        if module.layer == "rules"
        for line, name in module.imports()
        if not _pure(module, name)
    )


@pytest.mark.parametrize("layer", sorted(BARRED))
def test_no_layer_reaches_for_a_library_that_is_not_its_own(layer: str) -> None:
    assert _none(
        f"{module.at(line)}: {layer} imports {name}"
        for module in HOUSE
        if module.layer == layer
        for line, name in module.imports()
        if name.split(".")[0] in BARRED[layer]
    )


def test_a_clock_is_read_by_the_desk_alone() -> None:
    assert _none(
        f"{module.at(node.lineno)}: reads a clock; take `now` as an argument"
        for module in HOUSE
        if module.layer in WITHOUT_A_CLOCK
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and (_last_name(node.value), node.attr) in CLOCKS
    )


def test_a_status_has_one_writer() -> None:
    assert _none(
        f"{module.at(line)}: writes a status outside {STATUS_WRITER}"
        for module in HOUSE
        if module.name != STATUS_WRITER and module.layer != "sandbox"
        for line in _status_writes(module)
    )


@pytest.mark.parametrize(
    "line",
    [
        "post.status = 'approved'",
        "update(Post).where(Post.id == 1).values(status='approved')",
        "update(Post).values({'status': 'approved'})",
        "update(Post).values({Post.status: 'approved'})",
        "setattr(post, 'status', 'approved')",
        "text('UPDATE post SET version = 2, status = :to WHERE id = 1')",
    ],
)
def test_each_way_of_writing_a_status_is_seen(line: str, tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.py"
    path.write_text(line)
    assert list(_status_writes(Module(path))) == [1]


@pytest.mark.parametrize(
    "line",
    [
        "select(Post).where(Post.status == 'approved')",
        "web.Response(status=404)",
        "self.status = status",
        "text('UPDATE post SET version = 2 WHERE id = 1 AND note = :note')",
    ],
)
def test_reading_a_status_is_no_writing(line: str, tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.py"
    path.write_text(line)
    assert list(_status_writes(Module(path))) == []


def test_every_module_says_what_its_job_is() -> None:
    assert _none(f"{module.at(1)}: has no docstring" for module in HOUSE if not ast.get_docstring(module.tree))


def test_no_file_outgrows_one_sitting() -> None:
    files = (path for path in committed_files() if path.suffix in SOURCE and path.is_relative_to(ROOT / "bot"))
    assert _none(
        f"{path.relative_to(ROOT)}: {lines} lines"
        for path in files
        if not path.is_relative_to(HISTORY)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    )


def test_no_function_outgrows_one_screen() -> None:
    assert _none(
        f"{module.at(line)}: {name} has {length} lines"
        for module in HOUSE
        if not module.path.is_relative_to(HISTORY)
        for name, line, length in module.functions()
        if length > LONGEST_FUNCTION
    )


def test_the_median_function_is_short() -> None:
    lengths = [length for module in HOUSE for _, _, length in module.functions()]
    print(f"median of {len(lengths)} functions: {statistics.median(lengths)} lines")
    assert statistics.median(lengths) <= MEDIAN_FUNCTION


def test_no_test_replaces_a_part_of_the_house() -> None:
    assert _none(
        f"{module.at(line)}: {what}; use a fake that works, or the thing itself"
        for module in TESTS
        for line, what in _replacements(module)
    )


def test_every_folder_of_tests_is_a_package() -> None:
    # Otherwise two files of one name, such as rules/test_posts.py and flows/test_posts.py, are taken for each other.
    folders = {module.path.parent for module in TESTS if module.path.name.startswith("test_")}
    assert _none(str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").exists())


def test_no_file_names_a_package_index_or_a_place_on_one_machine() -> None:
    assert _none(
        f"{path.relative_to(ROOT)}: {word}"
        for path in committed_files()
        for word in (*INDEX_HOSTS, *MACHINE_PATHS)
        if word.encode() in path.read_bytes()
    )


def _none(faults: Iterable[str]) -> bool:
    """True without faults; otherwise fails with all of them, one a line."""
    found = sorted(set(faults))
    if found:
        pytest.fail("\n".join(found), pytrace=False)
    return True


def _allowed(layer: str, name: str) -> bool:
    target = layer_of(name)
    if target in FREE | {layer} or target not in ARROWS:  # the last is a value of `bot` itself, as its version
        return True
    return any(f"{name}.".startswith(f"bot.{arrow}.") for arrow in ARROWS.get(layer, set()))


def _pure(module: Module, name: str) -> bool:
    library = name.split(".", maxsplit=1)[0]
    if library == "bot" or library in PURE_LIBRARIES | PURE_IN_ONE_PLACE.get(module.name, set()):
        return True
    return library in sys.stdlib_module_names and not any(f"{name}.".startswith(f"{bad}.") for bad in IMPURE)


def _status_writes(module: Module) -> Iterator[int]:
    for node in ast.walk(module.tree):
        match node:
            case ast.Assign(targets=targets) if any(map(_is_status, targets)):
                yield node.lineno
            case ast.AnnAssign(target=target) | ast.AugAssign(target=target) if _is_status(target):
                yield node.lineno
            case ast.Call(func=function) if _last_name(function) in {"update", "values", "setattr"}:
                if _names_status(node):
                    yield node.lineno
            case ast.Constant(value=str(text)) if STATUS_IN_SQL.search(text):
                yield node.lineno


def _is_status(target: ast.expr) -> bool:
    """`something.status`, but not an object's own (`self.status`, as an HTTP answer has)."""
    return isinstance(target, ast.Attribute) and target.attr == "status" and _last_name(target.value) != "self"


def _names_status(call: ast.Call) -> bool:
    """`values(status=...)`, `values({"status": ...})`, `values({Post.status: ...})`, `setattr(post, "status", ...)`."""
    keys = [key for argument in call.args if isinstance(argument, ast.Dict) for key in argument.keys]
    named = [getattr(key, "attr", getattr(key, "value", None)) for key in [*keys, *call.args]]
    return "status" in named or any(keyword.arg == "status" for keyword in call.keywords)


def _replacements(module: Module) -> Iterator[tuple[int, str]]:
    for line, name in module.imports():
        if name.split(".")[0] in {"mock", "pytest_mock"} or name.startswith("unittest.mock"):
            yield line, f"imports {name}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and _last_name(node.value) == "monkeypatch" and node.attr not in MONKEYPATCH:
            yield node.lineno, f"calls monkeypatch.{node.attr}"


def _last_name(node: ast.expr) -> str:
    """`c` of `a.b.c`, and "" of what has no name."""
    return getattr(node, "attr", getattr(node, "id", ""))
