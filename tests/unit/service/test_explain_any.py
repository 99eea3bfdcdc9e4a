"""Whatever happens to a case, it can be explained: random stories, at their end and in their midst."""

from collections.abc import Sequence
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.service.live_cases import BEGIN, END, Live, rules_in_full, stories
from triage.errors import Refused
from triage.ports import TimelineRow
from triage.service.draft import Effects
from triage.service.explain import explain
from triage.service.explain_told import Told, as_it_stood, decision_in_force, known_by
from triage.service.explain_view import in_language

pytestmark = pytest.mark.long

FIRST_WORDS = ("Due ", "It stands. ", "It starts with ")


class KeptLive(Live):
    """The service without its store, with the timelines of its cases."""

    def __init__(self) -> None:
        super().__init__(rules_in_full())
        self.timelines: dict[str, list[TimelineRow]] = {}

    def keep(self, effects: Effects) -> None:
        super().keep(effects)
        self.timelines.setdefault(effects.row.id, []).extend(effects.timeline)

    def told(self, case: str, at: datetime | None) -> Told:
        row, timeline = self.rows[case], tuple(self.timelines[case])
        known = timeline if at is None else known_by(timeline, at)
        decided, decision = decision_in_force(case, known)
        if at is not None:
            row = as_it_stood(row, known, decision, at)
        return Told(row=row, timeline=known, at=at or END, decided=decided, decision=decision, rules=self.rules)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories(), st.none() | st.datetimes(BEGIN.replace(tzinfo=None), END.replace(tzinfo=None)))
def test_every_case_can_be_explained(lines: Sequence[bytes], naive: datetime | None) -> None:
    """At the end and at any instant: the rules that fired are those of the decision, every test can be told, and every
    clock has its sentence, in every language."""
    live = KeptLive()
    live.run(lines)
    at = naive.replace(tzinfo=BEGIN.tzinfo) if naive else None
    for case in live.rows:
        try:
            told = live.told(case, at)
        except Refused:
            assert at is not None
            continue
        explanation = explain(told)
        line = in_language(explanation, "en")
        assert {rule.rule for rule in line.rules if rule.fired} == {one.rule for one in told.decision.reasons}
        assert all(test.held is not None for rule in line.rules for test in rule.conditions)
        assert all(rule.held for rule in line.rules if rule.fired)
        assert all(clock.why[0].startswith(FIRST_WORDS) for clock in line.clocks)
        assert all(field.why for field in line.outcome if field.value)
        for language in ("zh-Hant", "zh-Hans"):
            assert len(in_language(explanation, language).clocks) == len(line.clocks)
