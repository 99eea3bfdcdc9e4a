"""Random rulebooks of every kind of test, made fast: by a seeded generator, where hypothesis would take hours."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from tests.builders_rules import rule_of
from triage.domain.condition import All, Always, AnyOf, Condition, NoneOf, Op, Test
from triage.domain.facts import FactSpec, FactType, Money
from triage.rulebook.model import Rule
from triage.rulebook.read_conditions import operators

SPECS = tuple(FactSpec(name=f"{kind.value}.{number}", type=kind) for kind in FactType for number in (1, 2, 3))
WORDS = ["a", "b", "c", "1", "True", "醫療事故", '"}', "\\u0061", "x" * 600, "x" * 70_000]
AMOUNTS = [0, 1, -1, 3, 0.1, 0.5, -0.5, 1e-7, 1e15, 2**53 - 1, -(2**53) + 1, 49_999.995, 50_000, 50_000.0]
DAY_ONE, HOUR_ONE = date(2026, 2, 27), datetime(2026, 3, 1, tzinfo=UTC)


def random_rules(chance: Random, count: int) -> list[Rule]:
    """So many rules over the same few facts."""
    return [random_rule(chance, f"r{number}") for number in range(count)]


def random_rule(chance: Random, name: str) -> Rule:
    """A rule whose condition is nested up to three blocks deep, sometimes with effective dates."""
    when = random_condition(chance, 3)
    start, end = (DAY_ONE + timedelta(chance.randint(0, 5)) if chance.random() < 0.1 else None for _ in range(2))
    return rule_of(name, when, start, end)


def random_condition(chance: Random, depth: int) -> Condition:
    """A test, or a block of some."""
    if chance.random() < 0.01:
        return Always()
    if depth == 0 or chance.random() < 0.35:
        return random_test(chance)
    block = chance.choice((All, All, AnyOf, NoneOf))
    return block(tuple(random_condition(chance, depth - 1) for _ in range(chance.randint(1, 3))))


def random_test(chance: Random) -> Test:
    """Any test that any fact takes."""
    spec = chance.choice(SPECS)
    op = chance.choice(operators(spec))
    return Test(spec.name, op, _value_of(chance, spec.type, op))


def _value_of(chance: Random, kind: FactType, op: Op) -> Any:
    def some() -> tuple[Any, ...]:
        return tuple(_scalar(chance, kind) for _ in range(chance.randint(1, 4)))

    match op:
        case Op.KNOWN:
            return chance.random() < 0.5
        case Op.MENTIONS:
            return tuple(chance.sample("pqrst", chance.randint(1, 2)))
        case Op.IN | Op.NOT_IN | Op.CONTAINS_ANY | Op.CONTAINS_NONE:
            return some()
        case Op.BETWEEN:
            return (_scalar(chance, kind), _scalar(chance, kind))
        case _:
            return _scalar(chance, kind)


def _scalar(chance: Random, kind: FactType) -> Any:
    match kind:
        case FactType.TEXT | FactType.TEXTS:
            return chance.choice(WORDS)
        case FactType.NUMBER:
            return chance.choice(AMOUNTS)
        case FactType.WHOLE:
            return chance.randint(-3, 3)
        case FactType.MONEY:
            return Money(chance.choice(AMOUNTS), chance.choice(["CNY", "USD"]))
        case FactType.YES_NO:
            return chance.random() < 0.5
        case FactType.DATE:
            return DAY_ONE + timedelta(chance.randint(0, 4))
        case FactType.INSTANT:
            return HOUR_ONE + timedelta(microseconds=chance.choice([0, 1, 2, 3_600_000_000]))
