"""Figures for Prometheus: how many requests, how they ended, how long they took, when the last backup was made.

With several server processes each writes its figures into a file, and whichever is asked adds up all of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from flask import Flask, Response
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.config import Config
from app.running.last_backup import last_backup
from app.running.logs import elapsed_s, route_and_method
from app.running.shared_figures import SHARED_FOLDER

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
# Where one process serves, figures of its own; pid files are read instead where several do.
_OWN = CollectorRegistry()
_REQUESTS = Counter(
    "strawline_requests",
    "Requests answered, by route, method and status.",
    ("route", "method", "status"),
    registry=_OWN,
)
_SECONDS = Histogram(
    "strawline_request_seconds",
    "Seconds until an answer began.",
    ("route",),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
    registry=_OWN,
)


def set_up_metrics(app: Flask) -> None:
    """Count every request."""
    app.after_request(_count)


def figures(config: Config) -> bytes:
    """Return all figures in Prometheus' text format, those of every server process together."""
    registry = _OWN
    if SHARED_FOLDER in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    now = CollectorRegistry()
    now.register(_AtThisMoment(config))
    return generate_latest(registry) + generate_latest(now)


def _count(response: Response) -> Response:
    route, method = route_and_method()
    _REQUESTS.labels(route, method, str(response.status_code)).inc()
    _SECONDS.labels(route).observe(elapsed_s())
    return response


class _AtThisMoment(Collector):
    """What is looked up when it is asked for, whichever process is asked."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def collect(self) -> Iterator[Metric]:
        made_at = last_backup(self._config)
        yield GaugeMetricFamily(
            "strawline_last_backup_timestamp_seconds",
            "When the last backup was made; 0: never.",
            value=made_at.timestamp() if made_at else 0.0,
        )
