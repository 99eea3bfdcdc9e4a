"""Rows: what is left of each row of a table of which only the first that fires counts."""

from collections.abc import Iterator, Sequence

from triage.rulebook.analysis.boxes import left_by_earlier
from triage.rulebook.analysis.universe import Universe
from triage.rulebook.faults import Finding, finding_at
from triage.rulebook.model import Rule
from triage.wording.text import say


def unreachable_rows(universe: Universe, rows: Sequence[Rule]) -> Iterator[Finding]:
    """Rows for which those before them leave nothing. `rows`: of one table, in its order; all of them are in force on
    the same days."""
    for row, left in zip(rows, left_by_earlier(universe, [row.when for row in rows]), strict=True):
        if left.covered_by:
            others = tuple(rows[at].id for at in left.covered_by)
            message = say(
                "{row} is never reached: {others} come before it and leave nothing", row=row.id, others=others
            )
            yield finding_at("unreachable-row", row.at, message, say("move it up, or take it out"))
