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
    """Every metric stands in the reference with its labels and meaning."""
    name, text = f"`{PREFIX}{metric.name}`", (REFERENCE / "metrics.md").read_text(encoding="utf-8")
    line = next((line for line in text.splitlines() if name in line), "")
    assert line, name
    for label in metric.labels:
        assert f"`{label}`" in line
