"""The decision of one case: facts, rules, humans, what stays as it was, and what is told of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from monitors.notices import outputs
from monitors.notices.message import Output
from triage.domain import event as ev
from triage.domain.case import HUMAN_FIELDS, Case
from triage.domain.decision import Decision, Outcome, new_words
from triage.domain.document import Attachment
from triage.domain.event import Event
from triage.domain.facts import Facts, History
from triage.ports import Evaluated, Sibling
from triage.rulebook.combine import deciders, owner_of, words_of_humans
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.model import Rulebook
from triage.service.draft import Considered, Draft, Rules

HISTORY_DAYS = 90


def history(case: Case, siblings: Sequence[Sibling]) -> History:
    """What the customer's other cases come to."""
    return count_history(case.id, case.received_at, siblings)


def count_history(case: str, received_at: datetime, siblings: Sequence[Sibling]) -> History:
    """The customer's other cases: received in the 90 days up to this receipt, and those still open."""
    since = received_at - timedelta(days=HISTORY_DAYS)
    others = [sibling for sibling in siblings if sibling.case != case]
    return History(
        complaints_90d=sum(since <= other.received_at <= received_at for other in others),
        open=sum(other.is_open for other in others),
    )


def decide_case(
    draft: Draft, case: Case, event: Event | None, siblings: Sequence[Sibling]
) -> tuple[Decision, Facts | None]:
    """The decision at this point, with the clocks planned so far as facts; without facts when no rule ran, for the
    personal data of the case are erased. Pure; of the draft it is only noted what was seen, considered and
    evaluated."""
    rules = draft.rules.active
    breached = draft.breaches_seen = draft.breached()
    if draft.row.erased_at is not None and draft.outcome is not None:
        return without_reasons(_by_humans_alone(rules.rulebook, case, draft.outcome), draft.rules), None
    past = history(case, siblings)
    facts = rules.facts.of_case(case, past, breached)
    decision = rules.decide(facts, case)
    draft.considered = Considered(case, past, tuple(breached), decision)
    received_on = case.received_at.astimezone(rules.zone).date()
    draft.evaluated = Evaluated(facts, received_on, decision.matching, _concerned(draft, case, event))
    outcome = decision.outcome
    previous = draft.outcome
    is_moved = previous is not None and outcome.department != previous.department
    if previous is not None and is_moved and previous.department in rules.rulebook.departments:
        if event is not None and event.faults and event.type not in (ev.REGISTERED, ev.AMENDED):
            outcome = _keep_department(rules, case, outcome, previous, would_move_to=None)
        elif _moved_by_revision_alone(draft, case, breached, siblings):
            outcome = _keep_department(rules, case, outcome, previous, would_move_to=outcome.department)
    return msgspec.structs.replace(decision, outcome=outcome), facts


def _concerned(draft: Draft, case: Case, event: Event | None) -> dict[str, str]:
    """Case, event and trace as a line of the log names them."""
    found = {"case": case.id}
    if event is not None:
        found |= {"event_id": event.id, "event_source": event.source}
    return found if draft.trace is None else found | {"trace_id": draft.trace}


def _moved_by_revision_alone(draft: Draft, case: Case, breached: Sequence[str], siblings: Sequence[Sibling]) -> bool:
    """Whether only the new revision, and no new fact, moves a case that has an owner to another department."""
    active, before, previous = draft.rules.active, draft.revision, draft.outcome
    held = active.rulebook.open_cases == "keep" and case.owner is not None and "department" not in case.human
    if not held or before is None or previous is None or before == active.rulebook.revision:
        return False
    old_rules = draft.rules.at(before)
    old_facts = old_rules.facts.of_case(case, history(case, siblings), breached)
    return old_rules.decide(old_facts, case).outcome.department == previous.department


def _keep_department(
    rules: CompiledRulebook, case: Case, outcome: Outcome, previous: Outcome, would_move_to: str | None
) -> Outcome:
    return msgspec.structs.replace(
        outcome,
        department=previous.department,
        team=previous.team,
        fallback=previous.fallback,
        involves=previous.involves,
        owner=owner_of(rules.rulebook, case, previous.department, fallback=previous.fallback),
        rules_would_move_to=would_move_to,
    )


def _by_humans_alone(rulebook: Rulebook, case: Case, before: Outcome) -> Outcome:
    """The outcome as it was, but for what humans have said since."""
    human = words_of_humans(rulebook, case)
    department = human.get("department", before.department)
    has_moved = department != before.department
    fallback = before.fallback and "department" not in human
    owner = owner_of(rulebook, case, department, fallback=fallback) if case.owner or has_moved else before.owner
    held = [field for field in HUMAN_FIELDS if field in human]
    return msgspec.structs.replace(
        before,
        priority=human.get("priority", before.priority),
        department=department,
        team=None if has_moved else before.team,
        handler=human.get("handler", before.handler),
        owner=owner,
        fallback=fallback,
        held_by_human=(*held, "owner") if case.owner else tuple(held),
    )


def without_reasons(outcome: Outcome, rules: Rules) -> Decision:
    """An outcome that no rule gave."""
    return Decision(outcome=outcome, reasons=(), revision=rules.active.rulebook.revision)


def attach(draft: Draft, outcome: Outcome, at: datetime) -> Outcome:
    """Attach the policies that the decision names. One that no longer applies stays attached, unless it says that its
    clocks end then."""
    rulebook = draft.rules.active.rulebook
    for policy in outcome.policies:
        before = draft.attached.get(policy)
        if before is None or before.detached_at is not None:
            draft.attached[policy] = Attachment(rulebook.revision, at)
    for name, attachment in draft.attached.items():
        policy_now = rulebook.policies.get(name)
        applies = name in outcome.policies or attachment.detached_at is not None
        if not applies and policy_now is not None and policy_now.detach:
            draft.attached[name] = msgspec.structs.replace(attachment, detached_at=at)
    attached = (name for name, attachment in draft.attached.items() if attachment.detached_at is None)
    return msgspec.structs.replace(outcome, policies=tuple(sorted(attached)))


def announce(
    draft: Draft, case: Case, decision: Decision, facts: Facts | None, cause_key: tuple[Any, ...]
) -> str | None:
    """Tell a changed outcome; gives the decision as the timeline keeps it, None when nothing changed."""
    outcome, previous = decision.outcome, draft.outcome
    if outcome == previous:
        return None
    rulebook = draft.rules.active.rulebook
    draft.decision = decision
    if not draft.moment.quiet:
        _tell(draft, case, decision, cause_key)
    if outcome.rules_would_move_to is None:
        draft.revision = rulebook.revision
    draft.outcome = outcome
    return None if draft.moment.quiet else as_kept(draft, decision, facts)


def _tell(draft: Draft, case: Case, decision: Decision, cause_key: tuple[Any, ...]) -> None:
    rulebook, outcome, previous = draft.rules.active.rulebook, decision.outcome, draft.outcome
    data = outputs.Triaged(
        **msgspec.structs.asdict(outcome),
        previous=_short(previous),
        reasons=decision.reasons,
        engines=decision.engines,
        faults=case.faults,
        rulebook=outputs.RulebookName(name=rulebook.name, revision=rulebook.revision),
    )
    draft.told = len(draft.messages)
    draft.tell(Output(type="complaint.triaged", case=case.id, key=cause_key, data=data))
    for reason in decision.reasons:
        draft.count("rule_matches_total", rule=reason.rule)
    if outcome.fallback and (previous is None or not previous.fallback):
        draft.count("unmatched_total")
    for rule in overridden(decision, previous, rulebook):
        draft.count("overrides_total", rule=rule)


def note_shadow(draft: Draft, decision: Decision, facts: Facts | None) -> str | None:
    """What rules and policies in shadow say of a decision that changed nothing, for the timeline alone; None when the
    timeline has it already."""
    names = decision.shadow.names if decision.shadow else ()
    return None if draft.moment.quiet or names == draft.shadow else as_kept(draft, decision, facts)


def as_kept(draft: Draft, decision: Decision, facts: Facts | None) -> str:
    """The decision as the timeline keeps it. What is in shadow is counted when it stands there anew."""
    kept: dict[str, Any] = {
        "revision": draft.rules.active.rulebook.revision,
        "facts": None if facts is None else draft.rules.active.stored_facts(facts),
        "outcome": decision.outcome,
        "reasons": decision.reasons,
        "engines": decision.engines,
        "rules_said": decision.rules_said,
    }
    shadow = decision.shadow
    if shadow is not None:
        kept["shadow"] = shadow.reasons
        kept["shadow_policies"] = shadow.policies
        kept["shadow_outcome"] = shadow.would
        for name in shadow.names:
            draft.count("shadow_matches_total", rule=name)
    draft.shadow = shadow.names if shadow else ()
    return msgspec.json.encode(kept).decode()


def overridden(decision: Decision, previous: Outcome | None, rulebook: Rulebook) -> list[str]:
    """The rules whose word a human has now replaced by another, each once a field that it decided; FALLBACK where no
    rule decided. A word that was said before, or that agrees with the rules, is no override."""
    said = decision.rules_said
    new = new_words(decision.outcome, previous)
    if said is None or not new:
        return []
    ids = {reason.rule for reason in decision.reasons}
    fired = [rule for rule in rulebook.rules if rule.id in ids]
    changed = [field for field, word in new.items() if word != getattr(said, field)]
    return [rule for field in changed for rule in deciders(fired, field, getattr(said, field))]


def _short(outcome: Outcome | None) -> outputs.Before | None:
    if outcome is None:
        return None
    return outputs.Before(**{name: getattr(outcome, name) for name in outputs.Before.__struct_fields__})


def announce_closing(draft: Draft, case: Case, event: Event | None, cause_key: tuple[Any, ...]) -> None:
    """Tell a closing, or what a requested closing still needs, when that changed. The closing of a case whose request
    was struck out needs a new one."""
    closed_at, missing = draft.closing
    if case.closed_at is not None and closed_at is None:
        data: Any = outputs.Closed(outcome=case.outcome, closed_at=case.closed_at)
        draft.tell(Output(type="complaint.closed", case=case.id, key=cause_key, data=data))
        department = draft.outcome.department if draft.outcome else ""
        draft.count("outcomes_total", outcome=case.outcome or "none", department=department)
    is_undone = closed_at is not None and case.closed_at is None
    needed = case.missing
    if is_undone and needed is None and event is not None and event.type == ev.VOIDED:
        needed = (ev.CLOSE_REQUESTED,)
    if needed is not None and (is_undone or needed != missing):
        data = outputs.ClosureRefused(missing=needed)
        draft.tell(Output(type="complaint.closure_refused", case=case.id, key=cause_key, data=data))
    draft.closing = (case.closed_at, case.missing)
