"""Chinese of every template, one module a room: English to (zh-Hant, zh-Hans)."""

from triage.wording.chinese import (
    catalogue_files,
    catalogue_meaning,
    check,
    faults_files,
    faults_meaning,
    faults_values,
    nouns,
    quality,
    release,
    second_engine,
)

CHINESE: dict[str, tuple[str, str]] = {
    **catalogue_files.CHINESE,
    **catalogue_meaning.CHINESE,
    **check.CHINESE,
    **faults_files.CHINESE,
    **faults_meaning.CHINESE,
    **faults_values.CHINESE,
    **nouns.CHINESE,
    **quality.CHINESE,
    **release.CHINESE,
    **second_engine.CHINESE,
}
"""English template to traditional and simplified Chinese."""
