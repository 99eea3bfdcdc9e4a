"""The rulebook as the analysis looks at it: active rules with their boxes, and where everything stands."""

from collections.abc import Iterable, Mapping
from datetime import date

from triage.domain.condition import Op, leaf_tests
from triage.domain.facts import Facts
from triage.rulebook.analysis.boxes import Box, boxes_or_none, left_by_earlier
from triage.rulebook.analysis.given import given_of
from triage.rulebook.analysis.places import Places
from triage.rulebook.analysis.universe import universe_of, universe_with_outcome
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.model import Example, Rule, Table
from triage.rulebook.spelled import given_words

MOST_ROWS = 500


class View:
    """One sound revision. `rules`: the active ones in the order of the files."""

    def __init__(self, compiled: CompiledRulebook, files: Mapping[str, bytes]) -> None:
        self.compiled, self.rulebook = compiled, compiled.rulebook
        self.places = Places(files)
        self.universe, self.with_outcome = universe_of(self.rulebook), universe_with_outcome(self.rulebook)
        self.rules = sorted((rule for rule in self.rulebook.rules if rule.status == "active"), key=lambda rule: rule.at)
        self._own = {rule.id: boxes_or_none(self.universe, rule.when) for rule in self.rules}
        self.first_hit = first_hit_tables(self.rules)
        self._counting = self._own | {
            row.id: left.boxes
            for rows in self.first_hit
            for row, left in zip(rows, left_by_earlier(self.universe, [row.when for row in rows]), strict=True)
        }

    @property
    def mentioned_in(self) -> list[str]:
        """The text facts on which rules ask for term lists."""
        tests = [test for rule in self.rules for test in leaf_tests(rule.when)]
        return sorted({test.fact for test in tests if test.op is Op.MENTIONS})

    @property
    def examples(self) -> list[tuple[Rule | Table, Example]]:
        """Every example of an active rule or table."""
        tables = [table for table in self.rulebook.tables.values() if table.status == "active"]
        subjects: list[Rule | Table] = [*self.rules, *tables]
        return [(one, example) for one in subjects for example in one.examples]

    def own_boxes(self, rule: Rule) -> list[Box] | None:
        """Where the rule's condition holds; None: it cannot be told."""
        return self._own[rule.id]

    def boxes(self, rule: Rule) -> list[Box] | None:
        """Where the rule counts: as `own_boxes`, but without what earlier rows of a table with `hit: first` take."""
        return self._counting[rule.id]

    def firing(self, facts: Facts, on: date) -> list[Rule]:
        """The active rules that fire."""
        return self.compiled.firing(facts, on)

    def given(self, facts: Facts) -> str:
        """Facts in the words of an example."""
        return given_words(given_of(facts, self.rulebook.terms))


def first_hit_tables(rules: Iterable[Rule]) -> list[list[Rule]]:
    """The rows of each table of which only the first that fires counts, in their order; without tables of more than
    MOST_ROWS, for each row is held against all before it."""
    tables: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.in_table is not None and rule.in_table.first_only:
            tables.setdefault(rule.in_table.table, []).append(rule)
    return [sorted(rows, key=_number) for rows in tables.values() if len(rows) <= MOST_ROWS]


def _number(rule: Rule) -> int:
    return rule.in_table.number if rule.in_table is not None else 0
