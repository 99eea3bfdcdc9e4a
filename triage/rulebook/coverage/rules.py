"""How much of the rules the examples show."""

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from triage.domain.facts import Facts
from triage.rulebook.analysis.view import View
from triage.rulebook.coverage.conditions import Seen, Subject, missing_branches, see
from triage.rulebook.coverage.covered import Covered, Missing
from triage.rulebook.judge import given_facts
from triage.rulebook.model import Rule
from triage.wording.text import say


class ExampleFacts(msgspec.Struct, frozen=True):
    """The facts of an example of a rule or table, and the date of receipt that it is judged by. `counting`:
    by table, the row that counts."""

    rule: str
    on: date
    facts: Facts
    counting: dict[str, int]


def facts_of_examples(view: View) -> list[ExampleFacts]:
    """Of every example of every active rule and table."""
    found = []
    for subject, example in view.examples:
        on, facts = given_facts(view.compiled, subject, example)
        rows = (rule.in_table for rule in view.firing(facts, on))
        found.append(ExampleFacts(subject.id, on, facts, {row.table: row.number for row in rows if row is not None}))
    return found


def cover_rules(view: View, examples: Sequence[ExampleFacts]) -> Iterator[Covered]:
    """Every active rule. All examples of the rulebook count, whichever rule they stand with, while the rule is in
    force."""
    own: dict[str, list[ExampleFacts]] = {}
    for example in examples:
        own.setdefault(example.rule, []).append(example)
    for rule in view.rules:
        row = rule.in_table
        first = own.get(row.table if row else rule.id, [])
        yield _cover(view, rule, [one for one in (*first, *examples) if _speaks(rule, one)])


def _speaks(rule: Rule, example: ExampleFacts) -> bool:
    """Whether the example shows anything of the rule: it is in force, and no earlier row of its table counts."""
    row = rule.in_table
    if row is None or not row.first_only:
        return rule.in_force(example.on)
    counting = example.counting.get(row.table)
    return rule.in_force(example.on) and (counting is None or row.number <= counting)


def _cover(view: View, rule: Rule, examples: Sequence[ExampleFacts]) -> Covered:
    subject = Subject(
        name=rule.id,
        verb=say("fire"),
        condition=rule.when,
        universe=view.universe,
        at=rule.at,
        tests=view.places.tests("rule", rule.id),
        of_pack=view.places.tests_of_pack("rule", rule.id),
    )
    seen = see(subject, (one.facts for one in examples))
    on = examples[0].on if examples else rule.effective_from or date.min
    missing = missing_branches(view.compiled, subject, seen, on)
    return covered_by(subject, seen, missing, "rule")


def covered_by(subject: Subject, seen: Seen, missing: Sequence[Missing], kind: str) -> Covered:
    """The branches of a condition; one that always holds has a single branch, that it does."""
    reached = len(seen.branches)
    if not reached and not missing:
        reached = int(seen.holds)
        told = say("no example fires {name}", name=subject.name)
        missing = () if seen.holds else (Missing(subject.at, told),)
    return Covered(
        kind=kind,
        subject=subject.name,
        at=subject.at,
        fires=seen.holds,
        silent=seen.fails,
        branches=reached + len(missing),
        missing=tuple(missing),
    )
