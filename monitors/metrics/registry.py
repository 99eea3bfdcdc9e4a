"""The observer behind the metrics: an own registry, filled from the closed list of names."""

import threading
from collections.abc import Iterable, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric as Family

from monitors.metrics.names import METRICS, PREFIX, Metric


class KnownGauge(Gauge):
    """A gauge that shows nothing while its value is not known: a zero would be a statement."""

    known = True

    def collect(self) -> Iterable[Family]:
        """What is exported."""
        for family in super().collect():
            if not self.known:
                family.samples = []
            yield family


class Metrics:
    """Implements `monitors.ports.Observer` on prometheus-client. An undeclared name is a KeyError."""

    def __init__(self) -> None:
        # The library would export a second series beside each counter, which no list declares.
        disable_created_metrics()  # type: ignore[no-untyped-call] # it has no annotations
        self.registry = CollectorRegistry()
        self._replacing = threading.Lock()
        self._metrics = {metric.name: self._create(metric) for metric in METRICS}

    def count(self, name: str, amount: float = 1, trace: str | None = None, /, **labels: str) -> None:
        """Add to a counter."""
        metric = self._metrics[name]
        assert isinstance(metric, Counter), name
        (metric.labels(**labels) if labels else metric).inc(amount, _exemplar(trace))

    def observe(self, name: str, value: float, trace: str | None = None, /, **labels: str) -> None:
        """Record one measurement of a histogram."""
        metric = self._metrics[name]
        assert isinstance(metric, Histogram), name
        (metric.labels(**labels) if labels else metric).observe(value, _exemplar(trace))

    def gauge(self, name: str, value: float, /, **labels: str) -> None:
        """Set a gauge."""
        metric = self._metrics[name]
        assert isinstance(metric, KnownGauge), name
        metric.known = True
        (metric.labels(**labels) if labels else metric).set(value)

    def replace(self, names: Sequence[str], values: Sequence[tuple[str, Mapping[str, str], float]]) -> None:
        """Set gauges anew as a whole: what has no value any more vanishes. No scrape sees a part of it."""
        with self._replacing:
            for name in names:
                metric = self._metrics[name]
                assert isinstance(metric, KnownGauge), name
                metric.clear()
                metric.known = bool(metric._labelnames)  # clearing leaves the value of one without labels
            for name, labels, value in values:
                self.gauge(name, value, **labels)

    def exposition(self) -> bytes:
        """The text format that Prometheus reads."""
        return self.answer("")[0]

    def answer(self, accept: str) -> tuple[bytes, str]:
        """The exposition in the best format that the reader accepts, and its content type: OpenMetrics with trace ids
        as exemplars for who asks for it (Prometheus does), else the text format."""
        encode, content_type = choose_encoder(accept)
        with self._replacing:
            return encode(self.registry), content_type

    def _create(self, metric: Metric) -> Counter | KnownGauge | Histogram:
        name = PREFIX + metric.name
        if metric.kind == "histogram":
            return Histogram(name, metric.help, metric.labels, buckets=metric.buckets, registry=self.registry)
        kind = Counter if metric.kind == "counter" else KnownGauge
        made = kind(name, metric.help, metric.labels, registry=self.registry)
        for value in metric.values:
            made.labels(value)
        return made


def _exemplar(trace: str | None) -> dict[str, str] | None:
    return None if trace is None else {"trace_id": trace}
