"""Trace ids: what joins a line of the log, a figure and an event that belong together (W3C Trace Context)."""

import re

TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-[0-9a-z-]{0,100})?")
"""https://www.w3.org/TR/trace-context"""


def sound_traceparent(given: str) -> str | None:
    """What a sender gives, when it is what the standard says: every output carries it, so nothing else may."""
    return given if TRACEPARENT.fullmatch(given) else None


def trace_id(traceparent: str | None) -> str | None:
    """The trace id of a sender's `traceparent`; None when there is none, or when it is not what the standard says."""
    found = TRACEPARENT.fullmatch(traceparent or "")
    return None if found is None or not found[1].strip("0") else found[1]
