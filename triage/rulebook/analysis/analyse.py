"""Every warning about a sound rulebook."""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from triage.rulebook.analysis.contradictions import contradictions
from triage.rulebook.analysis.coverings import coverings
from triage.rulebook.analysis.dates import endings, stale_sources
from triage.rulebook.analysis.gaps import gaps
from triage.rulebook.analysis.overlaps import overlaps
from triage.rulebook.analysis.rows import unreachable_rows
from triage.rulebook.analysis.term_lists import term_lists
from triage.rulebook.analysis.unused import unused
from triage.rulebook.analysis.view import View
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.faults import Finding


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for. `now`: the date that counts as today, or an instant of it. `ending`: days ahead within
    which an end is soon. `stale`: days after which a review is old; None: reviews do not matter. `every_overlap`,
    `every_gap`: those too that the order of departments, or the fallback, settles as a matter of course."""

    now: date | datetime
    ending: int = 60
    stale: int | None = None
    every_overlap: bool = False
    every_gap: bool = False


def analyse(compiled: CompiledRulebook, files: Mapping[str, bytes], asked: Asked) -> list[Finding]:
    """The warnings about a faultless folder, in no order. `files`: those that the rulebook was loaded from. Pure."""
    view = View(compiled, files)
    on = asked.now.astimezone(compiled.zone).date() if isinstance(asked.now, datetime) else asked.now
    found = [
        *contradictions(view),
        *(one for rows in view.first_hit for one in unreachable_rows(view.universe, rows)),
        *coverings(view),
        *overlaps(view, every=asked.every_overlap),
        *gaps(view, on, every=asked.every_gap),
        *unused(view),
        *term_lists(view, on),
        *endings(view, on, asked.ending),
    ]
    return found if asked.stale is None else [*found, *stale_sources(view, on, asked.stale)]
