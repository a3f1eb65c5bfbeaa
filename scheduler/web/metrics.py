"""Answers how mails and signals get out in figures, for Prometheus (text format 0.0.4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from scheduler.services import mail_health
from scheduler.services.signals import health as signal_health
from scheduler.web import access, edge

metrics = Blueprint("metrics", __name__)
metrics.before_request(access.api_gate)


class _Outbox(Collector):
    """What stands in the database at a moment: any process answers the same, and none need be counted together."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """List the figures, each read as cheaply as the work at hand allows."""
        health = mail_health.read(self._now)
        waited = (self._now - health.oldest_due_at).total_seconds() if health.oldest_due_at is not None else 0.0
        yield _gauge("tasuki_mails_due", "Mails that a worker may take up now", health.due)
        yield _gauge("tasuki_mails_oldest_due_seconds", "For how long the oldest of the mails waits that ought to have left", waited)  # fmt: skip
        if health.last_sent_at is not None:
            yield _gauge("tasuki_mails_last_sent_timestamp_seconds", "When a mail left last", health.last_sent_at.timestamp())  # fmt: skip
        yield _gauge("tasuki_mails_stalled", "1 when nothing has left for 15 minutes although mails are due", health.stalled)  # fmt: skip
        yield _gauge("tasuki_transport_closed", "1 when the transport refuses everything", health.transport == "closed")
        day = GaugeMetricFamily(
            "tasuki_mails_last_day",
            "Mails that fell due in the last 24 hours, by kind and what became of them",
            labels=("kind", "state"),
        )
        for (kind, state), count in sorted(mail_health.last_day(self._now).items()):
            day.add_metric((kind, state), count)
        yield day


class _Signals(Collector):
    """How other programs and chat rooms are told."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """List the figures; what arrived long ago costs nothing."""
        health = signal_health.read(self._now)
        waited = (self._now - health.oldest_at).total_seconds() if health.oldest_at is not None else 0.0
        yield _gauge("tasuki_signals_due", "Signals that a worker may send now", health.due)
        yield _gauge(
            "tasuki_signals_oldest_seconds", "For how long the oldest signal waits that has not arrived", waited
        )
        yield _gauge("tasuki_destinations_ended", "Destinations that ended by themselves: gone, or silent for three days", health.ended)  # fmt: skip
        day = GaugeMetricFamily(
            "tasuki_signals_last_day",
            "Signals of the last 24 hours to each destination, by kind and what became of them",
            labels=("kind", "state"),
        )
        for (kind, state), count in sorted(signal_health.last_day(self._now).items()):
            day.add_metric((kind, state), count)
        yield day


@metrics.get("/metrics")
def figures() -> ResponseReturnValue:
    """Write the figures for whoever has an API token."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Outbox(edge.now()))
    registry.register(_Signals(edge.now()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=float(value))
