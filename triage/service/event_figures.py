"""What one event adds to the counters that are told of complaints."""

from collections.abc import Iterator, Sequence

from triage.domain import event as ev
from triage.domain.case import Case
from triage.domain.event import Event, Fault
from triage.domain.facts import Facts, Money
from triage.service.draft import Draft


def count(draft: Draft, case: Case, event: Event, faults: Sequence[Fault], facts: Facts | None) -> None:
    """Count the event. `facts`: those that it led to, None when no rule ran."""
    rules = draft.rules.active
    out_of_order = (event.source, event.id) in case.out_of_order
    draft.count(
        "events_total", type=rules.type_label(event.type), outcome="out_of_order" if out_of_order else "applied"
    )
    if faults:
        draft.count("faulty_events_total")
    if event.type == ev.REGISTERED and not out_of_order:
        for cause in event.data.get("causes") or ["none"]:
            draft.count("complaints_total", cause=cause, channel=event.data.get("channel", "none"))
    score = event.data.get("score")
    if event.type == ev.FOLLOWUP_COMPLETED and score is not None:
        draft.measure("satisfaction_score", score)
    before = draft.moment.backfill_before
    if ev.is_backdated(event.type, event.time, draft.moment.now) and (before is None or event.time >= before):
        draft.count("backdated_replies_total")
    for fact in _untested_amounts(draft, event, facts or {}):
        draft.count("untested_currency_total", fact=fact)


def _untested_amounts(draft: Draft, event: Event, facts: Facts) -> Iterator[str]:
    """Facts for which the event brings an amount in a currency that no rule tests: it counts as absent."""
    if event.type not in (ev.REGISTERED, ev.AMENDED):
        return
    brought = event.data.get("patch") or {} if event.type == ev.AMENDED else event.data
    for fact, (root, currencies) in draft.rules.active.amounts.items():
        found = facts.get(fact)
        if root in brought and isinstance(found, Money) and found.currency not in currencies:
            yield fact
