"""A universe of every type of fact, and facts as a case can have them."""

from hypothesis import strategies as st

from tests.unit.rulebook.strategies import CLOSED, FACTS, SPECS
from triage.domain.condition import mentions_key
from triage.domain.facts import COMPUTED_FACTS, DATA_FACTS, Facts, FactType
from triage.rulebook.analysis.universe import ALWAYS_KNOWN, Universe

UNIVERSE = Universe({spec.name: spec for spec in (*SPECS, CLOSED)})
"""The facts of the strategies for conditions."""

BUILT_IN = Universe({spec.name: spec for spec in (*DATA_FACTS, *COMPUTED_FACTS)}, ALWAYS_KNOWN)
"""The facts of a rulebook that declares none of its own."""


def _as_cases_have_them(facts: Facts) -> Facts:
    """Without values outside a closed set, and without mentions of a text that is not there."""
    texts = [spec.name for spec in SPECS if spec.type is FactType.TEXT]
    wrong = {mentions_key(name) for name in texts if name not in facts}
    if facts.get(CLOSED.name) not in (CLOSED.values or ()):
        wrong.add(CLOSED.name)
    return {name: value for name, value in facts.items() if name not in wrong}


CASES: st.SearchStrategy[Facts] = FACTS.map(_as_cases_have_them)
