"""Chinese of every template, one module a room: English to (zh-Hant, zh-Hans)."""

from triage.wording.chinese import faults, second_engine

CHINESE: dict[str, tuple[str, str]] = {**faults.CHINESE, **second_engine.CHINESE}
"""English template to traditional and simplified Chinese."""
