"""Chinese of every template, one module a room: English to (zh-Hant, zh-Hans)."""

from triage.wording.chinese import dates, events, explain, explain_clocks, faults

CHINESE: dict[str, tuple[str, str]] = {
    **dates.CHINESE,
    **events.CHINESE,
    **explain.CHINESE,
    **explain_clocks.CHINESE,
    **faults.CHINESE,
}
"""English template to traditional and simplified Chinese."""
