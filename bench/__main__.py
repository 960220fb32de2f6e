"""Runs the measures of this folder, five times each, and prints the medians and the machine they were taken on."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import platform
import statistics
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

import bench

RUNS = 5

Measure = Callable[[], Mapping[str, float]]
"""Runs once; gives each figure's name, with its unit, to its value."""


def main() -> None:
    """Run the measures that the command line names, or all."""
    names = sorted(found.name for found in pkgutil.iter_modules(bench.__path__) if not found.name.startswith("_"))
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("measures", nargs="*", metavar="measure", help=", ".join(names))
    chosen = parser.parse_args().measures or names
    if unknown := set(chosen) - set(names):
        parser.error(f"there is no measure named {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    print(machine())
    for name in chosen:
        report(importlib.import_module(f"bench.{name}"))


def report(module: ModuleType) -> None:
    """Run one measure and print its figures: the median of five, and the lowest and highest."""
    measure: Measure = module.measure
    print(f"\n{(module.__doc__ or '').splitlines()[0]}")
    runs = [measure() for _ in range(RUNS)]
    for figure in runs[0]:
        values = sorted(run[figure] for run in runs)
        print(f"  {figure:<40} {statistics.median(values):>10.2f}   ({values[0]:.2f} to {values[-1]:.2f})")


def machine() -> str:
    """Processor, cores, system and Python, on one line."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text(encoding="utf-8").splitlines() if information.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    processor = f"{len(models)} x {models[0]}" if models else platform.processor() or platform.machine()
    return f"{processor}, {platform.system()} {platform.release()}, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
