"""From local times to instants, with one rule for the hours that summer time skips or repeats."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

SECOND = timedelta(seconds=1)
END_OF_DAY = time(23, 59, 59)
"""The last second of a date, in which a deadline counted in days falls due."""


def to_instant(day: date, at: time, zone: tzinfo) -> datetime:
    """The instant (UTC) of a local time: a skipped local time is the first instant after the gap, a repeated one its
    first occurrence."""
    first = datetime.combine(day, at, zone)
    second = first.replace(fold=1)
    is_skipped = _offset(first) < _offset(second)
    if is_skipped:
        return _end_of_gap(second.astimezone(UTC), first.astimezone(UTC), zone)
    return first.astimezone(UTC)


def cut(instant: datetime) -> datetime:
    """The instant without its fraction of a second."""
    return instant.replace(microsecond=0) if instant.microsecond else instant


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta(0)


def _end_of_gap(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The first second with the new offset; it lies behind `before` and not behind `after`."""
    new_offset = _offset(after.astimezone(zone))
    while after - before > SECOND:
        middle = cut(before + (after - before) / 2)
        if _offset(middle.astimezone(zone)) == new_offset:
            after = middle
        else:
            before = middle
    return after
