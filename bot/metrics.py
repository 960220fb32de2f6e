"""What is counted and measured, in Prometheus's terms. Whoever does the thing counts it; nobody here reads anything."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

REGISTRY = CollectorRegistry()
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

ACKS = Histogram(
    "trellis_ack_seconds",
    "From a request's arrival to its ack; Slack shows an error after 3 s.",
    ["kind"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0),
    registry=REGISTRY,
)
PUBLISHES = Counter(
    "trellis_publishes_total",
    "How attempts and looks ended: the state of the delivery after it, or doubt.",
    ["network", "outcome"],
    registry=REGISTRY,
)
LATENESS = Histogram(
    "trellis_lateness_seconds",
    "How long after its minute a delivery's request left.",
    ["network"],
    buckets=(0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 3600.0),
    registry=REGISTRY,
)
COURIER = Counter(
    "trellis_slack_messages_total",
    "What was said in Slack: sent, doubtful or dead.",
    ["outcome"],
    registry=REGISTRY,
)
ERRORS = Counter("trellis_errors_total", "Errors nobody foresaw, by where they were met.", ["where"], registry=REGISTRY)
WAITING = Gauge(
    "trellis_waiting",
    "Rows that wait, as the database has them: outbox, intake, due, unconfirmed, missed.",
    ["what"],
    registry=REGISTRY,
)
ProcessCollector(registry=REGISTRY)


def exposition() -> bytes:
    """Everything, as Prometheus reads it (`CONTENT_TYPE`)."""
    return generate_latest(REGISTRY)
