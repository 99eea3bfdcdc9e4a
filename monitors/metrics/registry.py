"""The observer behind the metrics: an own registry, filled from the closed list of names."""

from collections.abc import Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest

from monitors.metrics.names import METRICS, PREFIX, Metric

UNLABELLED = frozenset(metric.name for metric in METRICS if not metric.labels)


class Metrics:
    """Implements `monitors.ports.Observer` on prometheus-client. An undeclared name is a KeyError."""

    def __init__(self) -> None:
        # The library would export a second series beside each counter, which no list declares.
        disable_created_metrics()  # type: ignore[no-untyped-call] # it has no annotations
        self.registry = CollectorRegistry()
        self._metrics = {metric.name: self._create(metric) for metric in METRICS}

    def count(self, name: str, amount: float = 1, /, **labels: str) -> None:
        """Add to a counter."""
        metric = self._metrics[name]
        assert isinstance(metric, Counter), name
        (metric.labels(**labels) if labels else metric).inc(amount)

    def observe(self, name: str, value: float, /, **labels: str) -> None:
        """Record one measurement of a histogram."""
        metric = self._metrics[name]
        assert isinstance(metric, Histogram), name
        (metric.labels(**labels) if labels else metric).observe(value)

    def gauge(self, name: str, value: float, /, **labels: str) -> None:
        """Set a gauge."""
        metric = self._metrics[name]
        assert isinstance(metric, Gauge), name
        (metric.labels(**labels) if labels else metric).set(value)

    def replace(self, names: Sequence[str], values: Sequence[tuple[str, Mapping[str, str], float]]) -> None:
        """Set gauges anew as a whole: label sets that are no longer there vanish, a gauge without labels is 0 again."""
        for name in names:
            metric = self._metrics[name]
            metric.clear()
            if name in UNLABELLED:  # clearing leaves their value as it is
                self.gauge(name, 0)
        for name, labels, value in values:
            self.gauge(name, value, **labels)

    def exposition(self) -> bytes:
        """The text format that Prometheus reads."""
        return generate_latest(self.registry)

    def _create(self, metric: Metric) -> Counter | Gauge | Histogram:
        name = PREFIX + metric.name
        if metric.kind == "histogram":
            return Histogram(name, metric.help, metric.labels, buckets=metric.buckets, registry=self.registry)
        kind = Counter if metric.kind == "counter" else Gauge
        return kind(name, metric.help, metric.labels, registry=self.registry)
