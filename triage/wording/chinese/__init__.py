"""Chinese of every template, one module a room: English to (zh-Hant, zh-Hans)."""

from triage.wording.chinese import analysis, examples, faults

CHINESE: dict[str, tuple[str, str]] = {**analysis.CHINESE, **examples.CHINESE, **faults.CHINESE}
"""English template to traditional and simplified Chinese."""
