"""Reads the house's own source: which module stands in which layer, and what it imports."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Module:
    """One Python file of the project."""

    path: Path

    @property
    def name(self) -> str:
        """Dotted, as one imports it: `bot.store.states`; a package is named without `__init__`."""
        return ".".join(self.path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")

    @property
    def layer(self) -> str:
        """The part of the house it belongs to: `store`, `desk`, ... and "" for `bot` itself."""
        return layer_of(self.name)

    @cached_property
    def tree(self) -> ast.Module:
        """The file, parsed."""
        return ast.parse(self.path.read_text(encoding="utf-8"), filename=str(self.path))

    def imports(self) -> Iterator[tuple[int, str]]:
        """Line and dotted name of all that is imported anywhere in the file, inside functions too."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((node.lineno, f"{self._source(node)}.{alias.name}") for alias in node.names)

    def functions(self) -> Iterator[tuple[str, int, int]]:
        """Name, line and length in lines of every function."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1

    def at(self, line: int) -> str:
        """`bot/store/states.py:12`, as an editor opens it."""
        return f"{self.path.relative_to(ROOT)}:{line}"

    def _source(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.name.split(".") + (["__init__"] if self.path.name == "__init__.py" else [])
        return ".".join([*package[: -node.level], *([node.module] if node.module else [])])


def layer_of(name: str) -> str:
    """The layer of a dotted name of the house: `store` for `bot.store.tables.Post`."""
    return [*name.split("."), ""][1]


def modules(folder: str) -> tuple[Module, ...]:
    """Every Python file under a folder of the project."""
    return tuple(Module(path) for path in sorted((ROOT / folder).rglob("*.py")))


def committed_files() -> tuple[Path, ...]:
    """Every file that is, or would be, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file())
