"""Random conditions and facts of every type."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.builders_rules import rule_of
from triage.domain.condition import All, Always, AnyOf, Condition, NoneOf, Op, Test, mentions_key
from triage.domain.facts import Facts, FactSpec, FactType, Money
from triage.rulebook.model import Rule
from triage.rulebook.read_conditions import operators

SPECS = tuple(FactSpec(name=f"{kind.value}.{number}", type=kind) for kind in FactType for number in (1, 2))
CLOSED = FactSpec(name="closed", type=FactType.TEXT, values=("a", "b", "c"))

WORDS = st.sampled_from(["a", "b", "c", "1", "True", ""])
VALUES: dict[FactType, st.SearchStrategy[Any]] = {
    FactType.TEXT: WORDS,
    FactType.NUMBER: st.integers(-2, 2) | st.sampled_from([-0.5, 0.0, 0.5, 1.0]),
    FactType.WHOLE: st.integers(-2, 2),
    FactType.MONEY: st.builds(Money, st.sampled_from([0.0, 1.0, 2.0]), st.sampled_from(["CNY", "USD"])),
    FactType.YES_NO: st.booleans(),
    FactType.DATE: st.integers(0, 3).map(lambda days: date(2026, 2, 27) + timedelta(days)),
    FactType.INSTANT: st.integers(0, 3).map(lambda hours: datetime(2026, 3, 1, hours, tzinfo=UTC)),
    FactType.TEXTS: WORDS,
}
"""Values of a fact, of a list fact those of an entry; few of them, so that tests meet."""

LISTS = st.lists(WORDS, min_size=1, max_size=3, unique=True).map(tuple)


def _values_of(spec: FactSpec, op: Op) -> st.SearchStrategy[Any]:
    values = VALUES[spec.type]
    match op:
        case Op.KNOWN:
            return st.booleans()
        case Op.MENTIONS:
            return LISTS
        case Op.IN | Op.NOT_IN | Op.CONTAINS_ANY | Op.CONTAINS_NONE:
            return st.lists(values, min_size=1, max_size=3).map(tuple)
        case Op.BETWEEN:
            return st.tuples(values, values)
        case _:
            return values


TESTS = st.one_of(
    *(
        st.builds(Test, st.just(spec.name), st.just(op), _values_of(spec, op))
        for spec in (*SPECS, CLOSED)
        for op in operators(spec)
    )
)
"""Tests as the reader of rule files makes them."""


def _blocks(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    items = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(st.builds(All, items), st.builds(AnyOf, items), st.builds(NoneOf, items))


CONDITIONS: st.SearchStrategy[Condition] = st.recursive(TESTS | st.just(Always()), _blocks, max_leaves=6)
"""Conditions nested a few blocks deep, empty blocks among them."""

FACTS: st.SearchStrategy[Facts] = st.fixed_dictionaries(
    {},
    optional={spec.name: LISTS if spec.type is FactType.TEXTS else VALUES[spec.type] for spec in (*SPECS, CLOSED)}
    | {mentions_key(spec.name): st.frozensets(WORDS, max_size=2) for spec in SPECS if spec.type is FactType.TEXT},
)
"""Facts of every type, each of them perhaps absent; texts perhaps with the lists that they mention."""

DAYS = st.none() | st.integers(0, 4).map(lambda days: date(2026, 3, 1) + timedelta(days))


NAMES = st.integers(0, 12).map("r{}".format)
STATUSES = st.sampled_from(["active", "active", "active", "disabled"])
RULES: st.SearchStrategy[list[Rule]] = st.lists(
    st.builds(rule_of, NAMES, CONDITIONS, DAYS, DAYS, STATUSES), max_size=5, unique_by=lambda rule: rule.id
)
"""Some rules with different ids, in any order, not all of them in force."""
