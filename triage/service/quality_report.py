"""`triage rules quality`: the counts of a store as people and tools read them."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from triage.domain.case import fold
from triage.domain.facts import History
from triage.errors import RevisionUnusable, WrongSettings
from triage.ports import CaseRow, Reading
from triage.rulebook.combine import FALLBACK
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.faults import suggestion
from triage.rulebook.model import Rule
from triage.service.release import Shelf
from triage.service.rule_quality import OTHER, Change, FiredOf, Tally, tally

MOST_COMMON = 5
"""Causes and term lists named for the cases that no rule matched."""

AT_ONCE = 500


class Share(msgspec.Struct, frozen=True):
    """In how many cases something stands."""

    what: str
    cases: int


class Unmatched(msgspec.Struct, frozen=True, kw_only=True):
    """Cases that no rule gave a department: where humans sent them, and the commonest causes and term lists of them,
    for a rule to be written."""

    to: str
    cases: int
    causes: tuple[Share, ...]
    terms: tuple[Share, ...]


class RuleQuality(msgspec.Struct, frozen=True, kw_only=True):
    """One rule and one field. `rule`: its id, `fallback` where no rule decided, `other` for rules of a revision that
    cannot be had. `decided` = `unspoken` + `confirmed` + `changed` + `given_back`, in cases; `share`: changed of
    decided, 0 to 1. `cases`: ids of changed ones, the latest first. `unmatched`: of the fallback's departments."""

    rule: str
    title: dict[str, str]
    field: str
    decided: int
    unspoken: int
    confirmed: int
    changed: int
    given_back: int
    share: float
    changes: tuple[Change, ...]
    cases: tuple[str, ...]
    unmatched: tuple[Unmatched, ...] = ()


class QualityReport(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, the most changed first. `spoken`: cases of which a human said something of priority, department or
    handler; `unreadable`: cases left out."""

    lines: tuple[RuleQuality, ...]
    cases: int
    spoken: int
    unreadable: int


def quality(
    reading: Reading, shelf: Shelf, since: datetime | None, until: datetime | None, rule: str | None
) -> QualityReport:
    """Count the store's decisions from `since` up to, not including, `until`. `rule`: only this one, or the fallback.
    Raises WrongSettings for a rule that neither the active revision nor a decision knows."""
    active = shelf.rules(reading.rulebooks).active
    counted = tally(reading.past.decisions_by_case(since, until), _fired_of(reading, shelf), since)
    titles = {one.id: one.title for one in active.rulebook.rules}
    if rule is not None:
        _check_known(rule, {*titles, *(name for name, _ in counted.figures), FALLBACK, OTHER})
    lines = [one for one in _lines(counted, titles) if rule in (None, one.rule)]
    lines = [_with_unmatched(one, reading, active, counted) for one in lines]
    return QualityReport(
        lines=tuple(sorted(lines, key=lambda one: (-one.changed, -one.decided, one.rule, one.field))),
        cases=counted.cases,
        spoken=counted.spoken,
        unreadable=counted.unreadable,
    )


def _fired_of(reading: Reading, shelf: Shelf) -> FiredOf:
    """Finds rules by id in the revisions that the store holds, each loaded once."""
    known: dict[str, dict[str, Rule] | None] = {}

    def fired(revision: str, ids: Collection[str]) -> Iterable[Rule] | None:
        if revision not in known:
            try:
                known[revision] = {rule.id: rule for rule in shelf.get(reading.rulebooks, revision).rulebook.rules}
            except RevisionUnusable:
                known[revision] = None
        rules = known[revision]
        return None if rules is None else [rules[name] for name in sorted(ids) if name in rules]

    return fired


def _check_known(rule: str, known: Collection[str]) -> None:
    if rule not in known:
        hint = suggestion(rule, known)
        raise WrongSettings([f"--rule: there is no rule {rule}" + (f": {hint}" if hint else "")])


def _lines(counted: Tally, titles: Mapping[str, dict[str, str]]) -> Iterator[RuleQuality]:
    for (rule, field), figures in counted.figures.items():
        changes = sorted(figures.changes.items(), key=lambda one: (-one[1], one[0]))
        yield RuleQuality(
            rule=rule,
            title=titles.get(rule, {}),
            field=field,
            decided=figures.decided,
            unspoken=figures.unspoken,
            confirmed=figures.confirmed,
            changed=figures.changed,
            given_back=figures.given_back,
            share=round(figures.changed / figures.decided, 4),
            changes=tuple(Change(said=said, word=word, cases=cases) for (said, word), cases in changes),
            cases=tuple(case for _, case in reversed(figures.samples)),
        )


def _with_unmatched(line: RuleQuality, reading: Reading, active: CompiledRulebook, counted: Tally) -> RuleQuality:
    if (line.rule, line.field) != (FALLBACK, "department"):
        return line
    chosen = sorted(counted.unmatched.items(), key=lambda one: (-len(one[1]), one[0]))
    about = tuple(_unmatched(reading, active, department, ids) for department, ids in chosen)
    return msgspec.structs.replace(line, unmatched=about)


def _unmatched(reading: Reading, active: CompiledRulebook, department: str, ids: Sequence[str]) -> Unmatched:
    """What the cases have in common; of their words only which term lists they hit."""
    causes: Counter[str] = Counter()
    terms: Counter[str] = Counter()
    for start in range(0, len(ids), AT_ONCE):
        for row in reading.cases(ids=ids[start : start + AT_ONCE]):
            stated = _stated(row, active)
            causes.update(stated[0])
            terms.update(stated[1])
    return Unmatched(to=department, cases=len(ids), causes=_commonest(causes), terms=_commonest(terms))


def _stated(row: CaseRow, active: CompiledRulebook) -> tuple[set[str], frozenset[str]]:
    """The causes of a case, and the term lists that its description mentions."""
    case = fold(row.id, row.document.events, active.zone, row.document.opened_at)
    facts = active.facts.of_case(case, History(), ())
    description = facts.get("description")
    return set(facts.get("causes", ())), active.terms.mentioned(description) if description else frozenset()


def _commonest(counted: Counter[str]) -> tuple[Share, ...]:
    ordered: list[tuple[str, int]] = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Share(what, cases) for what, cases in ordered[:MOST_COMMON])
