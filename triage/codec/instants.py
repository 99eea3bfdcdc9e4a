"""Instants as events write them."""

from datetime import UTC, datetime

YEARS = range(1900, 9000)
"""Outside of these a time is a default or a slip, and local times cannot always be computed."""


def read_instant(text: str) -> datetime | None:
    """An RFC 3339 text in UTC, None when it is none, has no offset or lies outside of `YEARS`."""
    try:
        found = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo and found.year in YEARS else None


def utc_text(text: str) -> str:
    """The instant in UTC with `Z`; a text that is none stays as it is."""
    found = read_instant(text)
    return text if found is None else found.isoformat().replace("+00:00", "Z")
