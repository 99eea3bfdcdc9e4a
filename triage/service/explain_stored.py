"""A case of the store as it stood at an instant, with the revisions that it needs."""

from datetime import datetime

from triage.domain.document import Document
from triage.errors import Refused
from triage.ports import Reading
from triage.service.draft import Rules
from triage.service.explain_told import Told, as_it_stood, decision_in_force, known_by
from triage.service.release import Shelf


def stored_case(reading: Reading, shelf: Shelf, case: str, now: datetime, at: datetime | None = None) -> Told:
    """The case as its decision and its clocks stand now, or as they stood at an earlier instant. Raises Refused when
    there is no such case, or nothing was known of it then; RevisionUnusable when a revision cannot be loaded."""
    row = next(reading.cases(ids=[case]), None)
    if row is None:
        raise Refused([f"there is no case {case}"])
    timeline = tuple(reading.timeline(case))
    known = timeline if at is None else known_by(timeline, at)
    if not known:
        raise Refused([f"nothing was known of case {case} by then"])
    decided, decision = decision_in_force(case, known)
    held = [row.document, Document(revision=decision.revision)]
    rules = shelf.rules(reading.rulebooks, held)
    if at is not None:
        row = as_it_stood(row, known, decision, at)
        rules = Rules(rules.at(decision.revision), {**rules.held, rules.active.rulebook.revision: rules.active})
    return Told(row=row, timeline=known, at=at or now, decided=decided, decision=decision, rules=rules)
