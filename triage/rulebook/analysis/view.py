"""The rulebook as the analysis looks at it: active rules with their boxes, and where everything stands."""

from collections.abc import Mapping
from datetime import date

from triage.domain.condition import Op, leaf_tests
from triage.domain.facts import Facts
from triage.rulebook.analysis.boxes import Box, boxes_or_none
from triage.rulebook.analysis.places import Places
from triage.rulebook.analysis.told import given_of, given_words
from triage.rulebook.analysis.universe import universe_of, universe_with_outcome
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.faults import WARNING, Finding
from triage.rulebook.model import Position, Rule
from triage.wording.text import NOTHING, Text


class View:
    """One sound revision. `rules`: the active ones in the order of the files."""

    def __init__(self, compiled: CompiledRulebook, files: Mapping[str, bytes]) -> None:
        self.compiled, self.rulebook = compiled, compiled.rulebook
        self.places = Places(files)
        self.universe, self.with_outcome = universe_of(self.rulebook), universe_with_outcome(self.rulebook)
        self.rules = sorted((rule for rule in self.rulebook.rules if rule.status == "active"), key=lambda rule: rule.at)
        self._boxes = {rule.id: boxes_or_none(self.universe, rule.when) for rule in self.rules}

    @property
    def mentioned_in(self) -> list[str]:
        """The text facts on which rules ask for term lists."""
        tests = [test for rule in self.rules for test in leaf_tests(rule.when)]
        return sorted({test.fact for test in tests if test.op is Op.MENTIONS})

    def boxes(self, rule: Rule) -> list[Box] | None:
        """Where the rule fires; None: it cannot be told."""
        return self._boxes[rule.id]

    def firing(self, facts: Facts, on: date) -> list[Rule]:
        """The active rules that fire."""
        return self.compiled.matcher.matching(facts, on)

    def given(self, facts: Facts) -> str:
        """Facts in the words of an example."""
        return given_words(given_of(facts, self.rulebook.terms))


def warning(code: str, at: Position, message: Text, hint: Text = NOTHING) -> Finding:
    """A finding that keeps nothing from going live."""
    return Finding(
        severity=WARNING, file=at.file, line=at.line, column=at.column, code=code, message=message, hint=hint
    )
