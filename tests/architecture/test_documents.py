"""The reference names everything that exists."""

from pathlib import Path

import pytest

from monitors.metrics.names import METRICS, PREFIX, Metric
from tests import settings_table
from tests.catalogue import PAGES, page_text
from triage.rulebook.catalogue import CODES

REFERENCE = Path(__file__).parent.parent.parent / "docs" / "reference"


@pytest.mark.parametrize("name", PAGES)
def test_each_catalogue_of_faults_is_complete(name: str) -> None:
    """Every code stands in every language's page with its meaning, what to do and an example; `python -m
    tests.blocks` rewrites the tables."""
    text = (REFERENCE / name).read_text(encoding="utf-8")
    assert [code for code in CODES if f"\n| `{code}` | " not in text] == []
    assert text == page_text(name)


def test_the_table_of_settings_is_what_the_settings_say() -> None:
    """An operator finds every setting, its variable, type and default; `python -m tests.blocks` rewrites the table."""
    text = settings_table.PAGE.read_text(encoding="utf-8")
    assert text == settings_table.again(text)


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
