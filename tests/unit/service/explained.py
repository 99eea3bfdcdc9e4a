"""Explanations of the one case of a desk."""

from datetime import datetime

from tests.builders_rules import CALENDAR, policies_of, with_rules
from tests.unit.service.desk import Desk, at
from triage.rulebook.decide import CompiledRulebook
from triage.service.explain import Explanation, explain
from triage.service.explain_told import Told, as_it_stood, decision_in_force, known_by
from triage.service.explain_view import ClockReasons, ExplainLine, FieldLine, RuleWhy, in_language

QINGMING = "  closed:\n    - {from: 2026-04-04, to: 2026-04-06, name: 清明节}\n"


def clocked_with_qingming(*clocks: str, thens: dict[str, str] | None = None) -> CompiledRulebook:
    """The sound folder with these clocks under the policy `sla`, and a calendar that has a holiday in April."""
    calendar = CALENDAR.replace("  closed:\n", QINGMING)
    policies = policies_of({"sla": clocks}, "applies_when: always")
    return with_rules(
        thens or {"some": "{tags: [some]}"}, None, {"sla/policies.yaml": policies, "calendars/cn.yaml": calendar}
    )


def told_of(desk: Desk, local: str, *, then: bool = False) -> Told:
    """What is known of the case at the local time; `then`: as it stood then, with what came later left out."""
    assert desk.row is not None
    timeline = tuple(row for effects in desk.effects for row in effects.timeline)
    moment: datetime = at(local)
    known = known_by(timeline, moment) if then else timeline
    decided, decision = decision_in_force(desk.row.id, known)
    row = as_it_stood(desk.row, known, decision, moment) if then else desk.row
    return Told(row=row, timeline=known, at=moment, decided=decided, decision=decision, rules=desk.rules)


def explained(desk: Desk, local: str, *, then: bool = False, language: str = "en") -> ExplainLine:
    """The explanation in a language."""
    return in_language(explanation_of(desk, local, then=then), language)


def explanation_of(desk: Desk, local: str, *, then: bool = False) -> Explanation:
    """The explanation in no language yet."""
    return explain(told_of(desk, local, then=then))


def field(line: ExplainLine, name: str) -> FieldLine:
    """One field of the outcome."""
    return next(one for one in line.outcome if one.field == name)


def rule(line: ExplainLine, name: str) -> RuleWhy:
    """One rule."""
    return next(one for one in line.rules if one.rule == name)


def clock(line: ExplainLine, name: str, cycle: int | None = 1) -> ClockReasons:
    """One cycle of a clock, by short name; None: one that has not started."""
    return next(one for one in line.clocks if one.clock.endswith(f"/{name}") and one.cycle == cycle)
