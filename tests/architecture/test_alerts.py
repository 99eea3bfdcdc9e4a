"""Alert rules and documents speak of metrics that exist."""

import re
from pathlib import Path

from monitors.metrics.names import METRICS, PREFIX

ROOT = Path(__file__).parent.parent.parent
NAMES = {PREFIX + metric.name for metric in METRICS}


def unknown_metrics(text: str) -> set[str]:
    """Metric names in a text that the closed list does not hold."""
    found = set(re.findall(r"\btriage_[a-z0-9_]+", text))
    return {name for name in found if name not in NAMES and re.sub(r"_(bucket|sum|count)$", "", name) not in NAMES}


def test_alert_rules_name_metrics_that_exist() -> None:
    """No alert waits for a metric that nobody exports."""
    for path in (ROOT / "deploy" / "prometheus").glob("*.yml"):
        assert unknown_metrics(path.read_text(encoding="utf-8")) == set(), path.name


def test_every_metric_has_a_help_text_and_the_right_ending() -> None:
    """Counters end in _total, others do not; each says what it is."""
    for metric in METRICS:
        assert (metric.kind == "counter") == metric.name.endswith("_total"), metric.name
        assert metric.help.endswith("."), metric.name


def test_every_metric_is_filled_somewhere() -> None:
    """No name is exported that no code fills."""
    texts = [
        path.read_text(encoding="utf-8")
        for package in ("triage", "monitors")
        for path in (ROOT / package).rglob("*.py")
        if path.name != "names.py"
    ]
    assert [metric.name for metric in METRICS if not any(f'"{metric.name}"' in text for text in texts)] == []


def test_an_unknown_metric_would_be_seen() -> None:
    """The check sees a planted name."""
    assert unknown_metrics("sum(triage_imaginary_total) by (x)") == {"triage_imaginary_total"}
