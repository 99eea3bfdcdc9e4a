"""Dates: what ends, what has ended, and sources that nobody has looked at for long."""

from collections.abc import Iterator
from datetime import date, timedelta

from triage.rulebook.analysis.places import Noted
from triage.rulebook.analysis.view import View
from triage.rulebook.faults import Finding, finding_at
from triage.wording.text import say


def endings(view: View, on: date, ahead: int) -> Iterator[Finding]:
    """What is in force no longer on the date, and what ends within so many days of it."""
    for one in view.places.noted:
        if one.ends is None or one.ends_at is None or one.disabled:
            continue
        if one.ends < on:
            yield finding_at(
                "ended",
                one.ends_at,
                say("the last day of {name} was {date}", name=one.id, date=one.ends.isoformat()),
                say("set another end, or status: disabled"),
            )
        elif one.ends <= on + timedelta(days=ahead):
            days = (one.ends - on).days
            yield finding_at(
                "ends-soon",
                one.ends_at,
                say("{name} ends on {date}, in {days} days", name=one.id, date=one.ends.isoformat(), days=days),
            )


def stale_sources(view: View, on: date, days: int) -> Iterator[Finding]:
    """Sources that were last reviewed so many days before the date, or, where the text was verified, never."""
    for one in view.places.noted:
        if one.source_at is None or one.disabled:
            continue
        if one.reviewed is None:
            if one.grade.startswith("verified"):
                yield _unreviewed(one)
        elif (on - one.reviewed).days > days:
            yield finding_at(
                "stale-source",
                one.source_at,
                say(
                    "the source of {name} was last reviewed on {date}, {days} days ago",
                    name=one.id,
                    date=one.reviewed.isoformat(),
                    days=(on - one.reviewed).days,
                ),
                say("read it again and set reviewed"),
            )


def _unreviewed(one: Noted) -> Finding:
    assert one.source_at is not None
    return finding_at(
        "stale-source",
        one.source_at,
        say("the source of {name} is graded {grade} and has no date of review", name=one.id, grade=one.grade),
        say("read it again and set reviewed"),
    )
