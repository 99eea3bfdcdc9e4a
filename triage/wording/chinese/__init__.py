"""Chinese of every template, one module a room: English to (zh-Hant, zh-Hans)."""

from triage.wording.chinese import faults, release

CHINESE: dict[str, tuple[str, str]] = {**faults.CHINESE, **release.CHINESE}
"""English template to traditional and simplified Chinese."""
