"""Made-up rulebooks and cases to measure matching with: seeded and PURE."""

from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

from triage.domain.condition import All, AnyOf, Condition, Op, Test, mentions_key
from triage.domain.facts import CHANNELS, Facts
from triage.rulebook.model import Position, Rule, Then

TERM_LISTS = ("醫療事故", "療效爭議", "拒賠", "拖延", "老人", "重病", "監管", "媒體")
PRODUCTS = tuple(f"產品{number}" for number in range(12))
ON = date(2026, 3, 2)
RULES_A_CATEGORY = 4
"""So that a case matches about one rule, however large the rulebook."""

RECEIPT = Position("sample.yaml", 1, 1)


class SampleRules:
    """A rulebook of so many rules: each tests a category, one of several categories, or a mark; then two to five more
    of amount, channel, age, terms, days, product, risk, years, or one of several of these."""

    def __init__(self, seed: int, count: int) -> None:
        self._random = Random(seed)
        self._categories = tuple(f"類別{number}" for number in range(max(3, count // RULES_A_CATEGORY)))
        self.rules = tuple(self._rule(f"rule-{number:04}") for number in range(count))

    def cases(self, count: int) -> list[tuple[Facts, date]]:
        """Cases of seventeen facts, and the date of their receipt."""
        return [(self._case(), ON) for _ in range(count)]

    def _rule(self, name: str) -> Rule:
        tests = self._random.sample(self._more(), self._random.randint(2, 5))
        return Rule(
            id=name,
            title={},
            why="",
            source=None,
            when=All((self._first(), *(test() for test in tests))),
            then=Then(tags=("sample",)),
            status="active",
            effective_from=None,
            effective_to=None,
            examples=(),
            at=RECEIPT,
        )

    def _first(self) -> Test:
        chance = self._random.random()
        if chance < 0.6:
            return Test("category", Op.IS, self._random.choice(self._categories))
        if chance < 0.86:
            few = min(len(self._categories), self._random.randint(2, 3))
            return Test("category", Op.IN, tuple(self._random.sample(self._categories, few)))
        return Test("branch", Op.IS, self._random.randint(1, 2 * len(self._categories)))

    def _more(self) -> list[Callable[[], Condition]]:
        chance = self._random
        return [
            lambda: Test("amount", Op.AT_LEAST, chance.randint(1, 60) * 1000.0),
            lambda: Test("channel", Op.IN, tuple(chance.sample(CHANNELS, chance.randint(4, 7)))),
            lambda: Test("age", Op.AT_LEAST, chance.choice((18, 30, 50))),
            lambda: Test("description", Op.MENTIONS, (chance.choice(TERM_LISTS),)),
            lambda: Test("days_open", Op.AT_LEAST, chance.randint(1, 30)),
            lambda: Test("product", Op.IS_NOT, chance.choice(PRODUCTS)),
            lambda: Test("risk", Op.AT_LEAST, chance.randint(1, 50) / 100),
            lambda: Test("years", Op.LESS_THAN, chance.randint(5, 10)),
            lambda: AnyOf(
                (
                    Test("days_open", Op.AT_LEAST, chance.randint(10, 40)),
                    AnyOf(
                        (All((Test("risk", Op.AT_LEAST, chance.randint(20, 80) / 100), Test("age", Op.AT_LEAST, 50))),)
                    ),
                )
            ),
        ]

    def _case(self) -> Facts:
        chance = self._random
        mentioned = frozenset(one for one in TERM_LISTS if chance.random() < 0.4)
        facts: dict[str, Any] = {
            "category": chance.choice(self._categories),
            "branch": chance.randint(1, 2 * len(self._categories)),
            "amount": chance.randint(1, 10_000_000) / 100,
            "channel": chance.choice(CHANNELS),
            "age": chance.randint(18, 90),
            "description": "投訴理賠拖延，客服態度惡劣，要求書面答覆。" * chance.randint(1, 5),
            mentions_key("description"): mentioned,
            "days_open": chance.randint(0, 60),
            "product": chance.choice(PRODUCTS),
            "risk": chance.randint(0, 100) / 100,
            "years": chance.randint(0, 12),
        }
        return facts | {f"other.{number}": f"其他資料{chance.randint(1, 99)}" for number in range(7)}
