"""Why a case was decided as it was, and which clocks run on it: values in, an explanation in no language yet out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from triage.domain.event import Fault
from triage.domain.facts import FactSpec, look_up
from triage.errors import Refused
from triage.rulebook.evidence import Evidence, kept_evidence
from triage.rulebook.model import Rule
from triage.rulebook.trace import TracedRule, near_misses, trace_rules
from triage.service.explain_clocks import Clocks, why_clocks
from triage.service.explain_outcome import FieldWhy, Ground, department_name, why_outcome
from triage.service.explain_told import Told
from triage.service.explain_words import said_local
from triage.wording.events import event_name
from triage.wording.text import Text, say


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """`sentences`: the decision in short. `fields`: why each field of the outcome is as it is. `rules`: every rule of
    the revision that decided, by id; none when no rule ran. `near`: ids of those that came near to firing, the nearest
    first. `personal`: facts and values of the complaint's registration, empty unless asked for."""

    told: Told
    sentences: tuple[Text, ...]
    fields: tuple[FieldWhy, ...]
    rules: tuple[TracedRule, ...]
    near: tuple[str, ...]
    clocks: Clocks
    faults: tuple[Fault, ...]
    personal: tuple[tuple[str, Any], ...]


def explain(told: Told, *, rule: str | None = None, personal: bool = False) -> Explanation:
    """The explanation of a case as it stood. `rule`: that one alone, fired or not. `personal`: with the complaint's
    personal data. Raises Refused for a rule that the revision does not have."""
    decision, rules = told.decision, told.deciding
    case = told.case_at_decision()
    evidence = kept_evidence(rules, decision.facts, decision.reasons)
    ran = told.decided.kind != "command"
    fired = {reason.rule for reason in decision.reasons}
    received_on = _received_at(told, evidence).astimezone(rules.zone).date()
    traced = trace_rules(rules.rulebook.rules, evidence, received_on, fired) if ran else ()
    ground = Ground(told=told, case=case, traced=traced, fired=_in_order(traced), ran=ran)
    if rule is not None:
        traced = _only(rule, rules.rulebook.rules, traced)
    return Explanation(
        told=told,
        sentences=tuple(_sentences(ground)),
        fields=why_outcome(ground),
        rules=traced,
        near=tuple(one.rule.id for one in near_misses(traced)),
        clocks=why_clocks(told),
        faults=case.faults,
        personal=_personal(case.data, rules.rulebook.vocabulary.facts) if personal else (),
    )


def _in_order(traced: tuple[TracedRule, ...]) -> tuple[Rule, ...]:
    return tuple(one.rule for one in traced if one.fired)


def _only(rule: str, known: tuple[Rule, ...], traced: tuple[TracedRule, ...]) -> tuple[TracedRule, ...]:
    if all(one.id != rule for one in known):
        raise Refused([f"the rulebook that decided has no rule {rule}"])
    return tuple(one for one in traced if one.rule.id == rule)


def _received_at(told: Told, evidence: Evidence) -> datetime:
    found = evidence.typed("received_at")
    return found if isinstance(found, datetime) else told.row.received_at


def _sentences(ground: Ground) -> list[Text]:
    told, outcome = ground.told, ground.outcome
    zone = told.deciding.zone
    said = [
        say(
            "Priority {priority}, {department}, owner {owner}: decided on {event}, {when}.",
            priority=outcome.priority,
            department=department_name(ground, outcome.department),
            owner=outcome.owner.name,
            event=event_name(told.decided.type),
            when=said_local(told.decided.event_time, zone),
        )
    ]
    later = told.later_events()
    if later == 1:
        said.append(say("1 later event left it as it is."))
    elif later:
        said.append(say("{number} later events left it as it is.", number=later))
    book = ground.rulebook
    said.append(say("Rulebook {name}, revision {revision}.", name=book.name, revision=book.revision[:12]))
    if told.row.erased_at is not None:
        erased = said_local(told.row.erased_at, zone)
        said.append(say("Personal data of this case were erased {when}; rules run no more, clocks go on.", when=erased))
    if told.decision.facts is None:
        said.append(say("The facts of this decision were erased: what the reasons kept is told, no more."))
    said.append(_engines(told.decision.engines))
    return said


def _engines(engines: str) -> Text:
    return {
        "agree": say("Both rule engines agree."),
        "disagree": say("The second rule engine found other rules: the first one's answer stands, and an alert rang."),
    }.get(engines) or say("Decided by one rule engine.")


def _personal(data: Mapping[str, Any], specs: Mapping[str, FactSpec]) -> tuple[tuple[str, Any], ...]:
    found = ((spec.name, look_up(data, spec.path or spec.name)) for spec in specs.values() if spec.personal)
    return tuple((name, value) for name, value in found if value not in (None, "", []))
