"""What every test is lent: databases, the published conformance data, and the rule that CI skips nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings

pytest_plugins = ["tests.databases", "tests.live.bluesky_server", "tests.live.mastodon_server", "tests.live.postgres"]

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

ROOT = Path(__file__).parents[1]

# Data made by others (schemas, descriptions, test cases) lies beside the project and is no part of it.
CONFORMANCE = ROOT.parent / "shared" / "conformance"

# CI sets this: a test that cannot run there must fail, or a whole part could go untested without a word.
NO_SKIP = "TRELLIS_NO_SKIP"

# No deadline: how long an example takes tells only how busy the machine is. In CI the same examples every time, so that
# a change is judged by what it changed; everywhere else new ones, which is how faults are found.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(scope="session")
def conformance() -> Callable[[str], Path]:
    """Gives the path of a published conformance file, such as `twitter-text/validate.yml`; skips where it is absent."""

    def find(name: str) -> Path:
        path = CONFORMANCE / name
        if not path.exists():
            pytest.skip(f"The conformance data {name} is not beside this checkout.")
        return path

    return find


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped test into a failed one where nothing may be skipped."""
    report = yield
    return _refuse_skip(report, item.nodeid)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn a skipped file into a failed one where nothing may be skipped."""
    report = yield
    return _refuse_skip(report, collector.nodeid)


def _refuse_skip(report: Report, name: str) -> Report:
    expected_failure = hasattr(report, "wasxfail")
    if report.skipped and not expected_failure and os.environ.get(NO_SKIP):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{name} was skipped, and {NO_SKIP} says that nothing may be. {reason}"
    return report
