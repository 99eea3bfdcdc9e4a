"""The reference names everything that exists."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from monitors.metrics.names import METRICS, PREFIX, Metric
from tests.catalogue import PAGES, page_text
from triage.rulebook.catalogue import CODES
from triage.settings import Settings

REFERENCE = Path(__file__).parent.parent.parent / "docs" / "reference"


def settings_keys() -> Iterator[str]:
    for table, field in Settings.model_fields.items():
        model = field.annotation
        assert isinstance(model, type)
        assert issubclass(model, BaseModel)
        yield from (f"{table}.{key}" for key in model.model_fields)


@pytest.mark.parametrize("name", PAGES)
def test_each_catalogue_of_faults_is_complete(name: str) -> None:
    """Every code stands in every language's page with its meaning, what to do and an example; `python -m
    tests.blocks` rewrites the tables."""
    text = (REFERENCE / name).read_text(encoding="utf-8")
    assert [code for code in CODES if f"\n| `{code}` | " not in text] == []
    assert text == page_text(name)


@pytest.mark.parametrize("key", list(settings_keys()))
def test_each_setting_is_documented(key: str) -> None:
    """An operator finds every setting in the reference."""
    assert f"`{key}`" in (REFERENCE / "settings.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("metric", METRICS, ids=[metric.name for metric in METRICS])
def test_each_metric_is_documented(metric: Metric) -> None:
    """Every metric stands in the reference with its kind, labels and meaning; words of ours that a label may be stand
    there too."""
    beginning, text = (
        f"| `{PREFIX}{metric.name}` | {metric.kind} |",
        (REFERENCE / "metrics.md").read_text(encoding="utf-8"),
    )
    line = next((line for line in text.splitlines() if line.startswith(beginning)), "")
    assert line, beginning
    for word in (*metric.labels, *metric.values):
        assert f"`{word}`" in line


def test_no_metric_is_left_over_in_the_reference() -> None:
    """What is documented exists."""
    text = (REFERENCE / "metrics.md").read_text(encoding="utf-8")
    rows = [line.split("`")[1] for line in text.splitlines() if line.startswith("| `triage_")]
    assert sorted(rows) == sorted(f"{PREFIX}{metric.name}" for metric in METRICS)
