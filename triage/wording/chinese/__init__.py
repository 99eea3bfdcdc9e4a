"""Chinese of every template, one module a room: English to (zh-Hant, zh-Hans)."""

from triage.wording.chinese import (
    analysis,
    backtest,
    catalogue_files,
    catalogue_meaning,
    catalogue_warnings,
    check,
    dates,
    events,
    examples,
    explain,
    explain_clocks,
    faults_files,
    faults_meaning,
    faults_values,
    nouns,
    quality,
    tables,
)

CHINESE: dict[str, tuple[str, str]] = {
    **analysis.CHINESE,
    **backtest.CHINESE,
    **catalogue_files.CHINESE,
    **catalogue_meaning.CHINESE,
    **catalogue_warnings.CHINESE,
    **check.CHINESE,
    **dates.CHINESE,
    **events.CHINESE,
    **examples.CHINESE,
    **explain.CHINESE,
    **explain_clocks.CHINESE,
    **faults_files.CHINESE,
    **faults_meaning.CHINESE,
    **faults_values.CHINESE,
    **nouns.CHINESE,
    **quality.CHINESE,
    **tables.CHINESE,
}
"""English template to traditional and simplified Chinese."""
