"""What a text would do: the terms that it hits, what saved it, the decision, and the rules that came near."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import msgspec

from triage.domain import event as ev
from triage.domain.case import Case, fold
from triage.domain.decision import Decision, Outcome, Reason
from triage.domain.event import Event
from triage.domain.facts import Facts
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.facts import jsonable
from triage.rulebook.scripts import in_other_script, script_of
from triage.service.near_rules import NearRule, near_rules


class TriedHit(msgspec.Struct, frozen=True, kw_only=True):
    """A term in the text. `found`: as the text has it, from `start` up to, not including, `end`. Scripts: traditional,
    simplified, either, latin. `saved_by`: the not_term that keeps it from counting, null when it counts."""

    list: str
    title: dict[str, str]
    term: str
    term_script: str
    found: str
    found_script: str
    start: int
    end: int
    saved_by: str | None


class OtherScript(msgspec.Struct, frozen=True, kw_only=True):
    """The text in the other Chinese script. `same`: it hits the same lists, and the decision is the same."""

    script: str
    text: str
    same: bool


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """The answer. `on`: the local date of receipt. `given`: facts beside the text. `other_script`: null when both
    scripts write the text alike."""

    text: str
    on: str
    given: dict[str, Any]
    hits: tuple[TriedHit, ...]
    outcome: Outcome
    reasons: tuple[Reason, ...]
    near: tuple[NearRule, ...]
    other_script: OtherScript | None

    @property
    def mentioned(self) -> tuple[str, ...]:
        """The lists with a hit that counts."""
        return tuple(sorted({hit.list for hit in self.hits if hit.saved_by is None}))


def try_text(
    rules: CompiledRulebook, text: str, given: Mapping[str, Any] | None = None, on: date | None = None
) -> Tried:
    """The text as the description of a complaint of which nothing else is known but the given facts. Received on `on`,
    else on the rulebook's `examples_on`, else on the day its calendar begins, so that the answer never depends on
    today."""
    given = given or {}
    received_at = _received_at(rules, given, on)
    decision, facts = _decided(rules, text, given, received_at)
    return Tried(
        text=text,
        on=f"{received_at.astimezone(rules.zone).date()}",
        given={name: jsonable(value) for name, value in given.items()},
        hits=_hits(rules, text),
        outcome=decision.outcome,
        reasons=decision.reasons,
        near=near_rules(rules, facts, received_at.astimezone(rules.zone).date(), given),
        other_script=_in_other_script(rules, text, given, received_at, decision),
    )


def _received_at(rules: CompiledRulebook, given: Mapping[str, Any], on: date | None) -> datetime:
    stated = given.get("received_at")
    if isinstance(stated, datetime):
        return stated
    book = rules.rulebook
    day = on or book.examples_on or book.calendars[book.calendar].known_from or date(2026, 1, 1)
    return datetime.combine(day, time(12), rules.zone).astimezone(UTC)


def _decided(
    rules: CompiledRulebook, text: str, given: Mapping[str, Any], received_at: datetime
) -> tuple[Decision, Facts]:
    case = _case(rules, received_at)
    stated = {**given, "description": text, "received_at": received_at}
    facts = rules.facts.of_example(stated, received_at.astimezone(rules.zone).date())
    return rules.decide(facts, case), facts


def _case(rules: CompiledRulebook, received_at: datetime) -> Case:
    event = Event(id="try", source="/try", type=ev.REGISTERED, subject="try", time=received_at)
    return fold("try", [event], rules.zone)


def _hits(rules: CompiledRulebook, text: str) -> tuple[TriedHit, ...]:
    found = []
    for hit in rules.terms.hits(text):
        as_found = text[hit.start : hit.end]
        found.append(
            TriedHit(
                list=hit.list_id,
                title=rules.rulebook.terms[hit.list_id].title,
                term=hit.term,
                term_script=script_of(hit.term),
                found=as_found,
                found_script=script_of(as_found),
                start=hit.start,
                end=hit.end,
                saved_by=hit.saved_by,
            )
        )
    return tuple(found)


def _in_other_script(
    rules: CompiledRulebook, text: str, given: Mapping[str, Any], received_at: datetime, decision: Decision
) -> OtherScript | None:
    other = in_other_script(text)
    if other is None:
        return None
    script, converted = other
    same_lists = rules.terms.mentioned(converted) == rules.terms.mentioned(text)
    same = same_lists and _decided(rules, converted, given, received_at)[0] == decision
    return OtherScript(script=script, text=converted, same=same)
