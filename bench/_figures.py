"""Figures that measures share."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence


def percentiles(seconds: Sequence[float]) -> Mapping[str, float]:
    """Median and 99th percentile of durations in seconds, as milliseconds."""
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return {"p50 ms": cuts[49] * 1000, "p99 ms": cuts[98] * 1000}
