"""Chinese of every template, one module a room: English to (zh-Hant, zh-Hans)."""

from triage.wording.chinese import analysis, faults

CHINESE: dict[str, tuple[str, str]] = {**analysis.CHINESE, **faults.CHINESE}
"""English template to traditional and simplified Chinese."""
