"""How much of a rulebook its examples show."""

from collections.abc import Mapping

from triage.rulebook.analysis.view import View
from triage.rulebook.coverage.covered import Covered
from triage.rulebook.coverage.lists import cover_lists
from triage.rulebook.coverage.policies import cover_policies
from triage.rulebook.coverage.rules import cover_rules, facts_of_examples
from triage.rulebook.decide import CompiledRulebook


def cover(compiled: CompiledRulebook, files: Mapping[str, bytes]) -> tuple[Covered, ...]:
    """Rules and rows, term lists, policies. `files`: those that the rulebook was loaded from. Pure."""
    view = View(compiled, files)
    examples = facts_of_examples(view)
    found = [*cover_rules(view, examples), *cover_lists(view), *cover_policies(view, examples)]
    return tuple(sorted(found, key=lambda one: (one.at, one.subject)))
