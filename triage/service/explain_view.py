"""An explanation in the reader's language: the shape of `explain --json`, which terminal and page show too."""

from typing import Any

import msgspec

from triage.domain.decision import Outcome
from triage.domain.event import Fault
from triage.rulebook.condition_words import said_test
from triage.rulebook.facts import jsonable
from triage.rulebook.trace import Traced, TracedBlock, TracedRule, TracedTest, traced_tests
from triage.service.case_view import ClockLine, instant
from triage.service.counted_days import CountedDay
from triage.service.explain import Explanation
from triage.service.explain_clocks import ClockWhy
from triage.service.explain_outcome import FieldWhy
from triage.service.explain_rules import FIELD_NAMES, said_rule, said_then
from triage.service.explain_words import block_in_words, found_in_words
from triage.wording.text import Text, say, title_in


class ConditionLine(msgspec.Struct, frozen=True, kw_only=True):
    """One test of a rule. `path`: where it stands in the rule's file. `test`: as the file writes it. `value`: the
    fact's, null when it is absent, personal or not kept. `held`: null when that was not kept. `said`, `found`: test and
    value as people read them."""

    path: str
    fact: str
    test: str
    value: Any
    held: bool | None
    personal: bool
    said: str
    found: str


class WhenLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a condition as people read it, blocks and tests. `depth`: from 0. `found`, `path`: of tests."""

    depth: int
    said: str
    held: bool | None
    found: str = ""
    path: str = ""


class RuleWhy(msgspec.Struct, frozen=True, kw_only=True):
    """One rule. `fired`: it counted. `held`: its condition, null when that cannot be told. `then`: what it asks
    for, `asks`: the same in words.
    `missing`: the smallest set of tests that kept it from firing. `why`: sentences on why it fired or not."""

    rule: str
    title: str
    status: str
    in_force: bool
    fired: bool
    held: bool | None
    then: dict[str, Any]
    asks: str
    why: tuple[str, ...]
    conditions: tuple[ConditionLine, ...]
    missing: tuple[ConditionLine, ...]
    when: tuple[WhenLine, ...]


class FieldLine(msgspec.Struct, frozen=True, kw_only=True):
    """One field of the outcome: its value as outputs have it, as people read it, and why."""

    field: str
    value: Any
    name: str
    said: str
    why: tuple[str, ...]


class ClockReasons(msgspec.Struct, frozen=True, kw_only=True):
    """One cycle of a clock, or a clock that has not started (`cycle` null); the other keys are those of `cases`."""

    clock: str
    title: str
    cycle: int | None
    state: str
    state_in_words: str
    breached: bool
    late_by_seconds: int | None
    started_at: str | None
    due_at: str | None
    original_due_at: str | None
    ended_at: str | None
    provisional: bool
    why: tuple[str, ...]
    days: tuple[CountedDay, ...]


class DecisionLine(Outcome, frozen=True, kw_only=True):
    """The outcome, and by what it came about. `time`: of the event or step; `recorded_at`: when the service took it.
    `why`: sentences."""

    type: str
    event_id: str | None
    source: str | None
    time: str
    recorded_at: str
    revision: str
    engines: str
    faults: tuple[Fault, ...]
    why: tuple[str, ...]


class ExplainLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The whole explanation. `at`: the instant as of which it is told. `language`: of the sentences. `near`: rules that
    came near to firing, the nearest first. `refused`: pauses and extensions that count for no clock, left out when
    there are none. `personal`: left out unless asked for."""

    case: str
    at: str
    zone: str
    language: str
    decision: DecisionLine
    outcome: tuple[FieldLine, ...]
    rules: tuple[RuleWhy, ...]
    near: tuple[str, ...]
    clocks: tuple[ClockReasons, ...]
    refused: tuple[str, ...] = ()
    personal: dict[str, Any] = {}


def in_language(explanation: Explanation, language: str) -> ExplainLine:
    """The explanation as it is said in one of the languages."""
    told = explanation.told
    return ExplainLine(
        case=told.row.id,
        at=instant(told.at),
        zone=str(told.deciding.zone),
        language=language,
        decision=_decision(explanation, language),
        outcome=tuple(_field(one, language) for one in explanation.fields),
        rules=tuple(_rule(one, language) for one in explanation.rules),
        near=explanation.near,
        clocks=tuple(_clock(one, language) for one in explanation.clocks.cycles),
        refused=tuple(one.said(language) for one in explanation.clocks.refused),
        personal={name: jsonable(value) for name, value in explanation.personal},
    )


def _decision(explanation: Explanation, language: str) -> DecisionLine:
    told = explanation.told
    outcome = {name: getattr(told.decision.outcome, name) for name in Outcome.__struct_fields__}
    return DecisionLine(
        **outcome,
        type=told.decided.type,
        event_id=told.decided.event_id,
        source=told.decided.source,
        time=instant(told.decided.event_time),
        recorded_at=instant(told.decided.recorded_at),
        revision=told.decision.revision,
        engines=told.decision.engines,
        faults=explanation.faults,
        why=tuple(one.said(language) for one in explanation.sentences),
    )


def _field(one: FieldWhy, language: str) -> FieldLine:
    return FieldLine(
        field=one.field,
        value=one.code,
        name=FIELD_NAMES[one.field].said(language),
        said=one.value.said(language),
        why=tuple(why.said(language) for why in one.why),
    )


def _rule(traced: TracedRule, language: str) -> RuleWhy:
    rule, then = traced.rule, traced.rule.then
    asks = {name: getattr(then, name) for name in type(then).__struct_fields__}
    return RuleWhy(
        rule=rule.id,
        title=title_in(rule.title, language),
        status=rule.status,
        in_force=traced.is_in_force,
        fired=traced.fired,
        held=traced.when.held,
        then={name: value for name, value in asks.items() if value},
        asks=said_then(asks).said(language),
        why=tuple(one.said(language) for one in said_rule(traced)),
        conditions=tuple(_condition(test, language) for test in traced_tests(traced.when)),
        missing=tuple(_condition(test, language) for test in traced.missing or ()),
        when=tuple(_when(traced.when, language)),
    )


def _condition(test: TracedTest, language: str) -> ConditionLine:
    return ConditionLine(
        path=test.path,
        fact=test.test.fact,
        test=test.words,
        value=test.found,
        held=test.held,
        personal=test.is_personal,
        said=said_test(test.test).said(language),
        found=found_in_words(test).said(language),
    )


def _when(traced: Traced, language: str, depth: int = 0) -> list[WhenLine]:
    if isinstance(traced, TracedBlock):
        head = WhenLine(depth=depth, said=block_in_words(traced).said(language), held=traced.held)
        return [head, *(line for item in traced.items for line in _when(item, language, depth + 1))]
    found = found_in_words(traced).said(language)
    said = said_test(traced.test).said(language)
    return [WhenLine(depth=depth, said=said, held=traced.held, found=found, path=traced.path)]


def _clock(one: ClockWhy, language: str) -> ClockReasons:
    line = one.line
    return ClockReasons(
        clock=one.clock,
        title=title_in(one.title, language),
        cycle=line.cycle if line else None,
        state=line.state if line else "waiting",
        state_in_words=said_state(line).said(language),
        breached=line is not None and line.breached,
        late_by_seconds=line.late_by_seconds if line else None,
        started_at=line.started_at if line else None,
        due_at=line.due_at if line else None,
        original_due_at=line.original_due_at if line else None,
        ended_at=line.ended_at if line else None,
        provisional=line is not None and line.provisional,
        why=tuple(why.said(language) for why in one.because),
        days=one.days,
    )


STATES = {
    "met": say("met"), "met late": say("met late"), "overdue": say("overdue"), "running": say("running"),
    "paused": say("paused"), "missed": say("missed"), "ended": say("ended"), "cancelled": say("cancelled"),
    "restarted": say("begun anew"), "merged": say("merged"), "detached": say("detached"),
}  # fmt: skip


def said_state(line: ClockLine | None) -> Text:
    """The state as people say it."""
    return say("not started") if line is None else STATES[line.in_words]
