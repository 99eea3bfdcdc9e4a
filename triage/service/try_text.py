"""What a text would do: the terms that it hits, what saved it, and the decision."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from triage.domain import event as ev
from triage.domain.case import fold
from triage.domain.event import Event
from triage.domain.facts import History
from triage.rulebook.decide import CompiledRulebook


def try_text(rules: CompiledRulebook, text: str) -> dict[str, Any]:
    """The text as the description of a complaint of which nothing else is known, received on the rulebook's
    `examples_on` (else on the day its calendar begins), so that the answer never depends on today."""
    rulebook = rules.rulebook
    known_from = rulebook.calendars[rulebook.calendar].known_from
    on = rulebook.examples_on or known_from or datetime(2026, 1, 1, tzinfo=UTC).date()
    at = datetime(on.year, on.month, on.day, 12, tzinfo=rules.zone).astimezone(UTC)
    event = Event(id="try", source="/try", type=ev.REGISTERED, subject="try", time=at, data={"description": text})
    case = fold("try", [event], rules.zone)
    decision = rules.decide(rules.facts.of_case(case, History(), ()), case)
    hits = [
        {"list": hit.list_id, "term": hit.term, "found": text[hit.start : hit.end], "saved_by": hit.saved_by}
        for hit in rules.terms.hits(text)
    ]
    return {
        "hits": hits,
        "outcome": msgspec.to_builtins(decision.outcome),
        "reasons": msgspec.to_builtins(decision.reasons),
    }
